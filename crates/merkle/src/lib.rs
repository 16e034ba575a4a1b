//! Merkle trees for anchors: many commitments under one root, each provable alone.
//!
//! Leaves, inner nodes and roots are hashed under different tags, and the root binds the number of leaves,
//! so a proof says exactly one thing: this commitment stands at this place of a batch of this size.
//! The crate draws no randomness and knows no chain. Read [`leaf`], [`Tree`] and [`verify`].
//!
//! A batch tells an observer how many leaves it has; whoever wants to hide how busy a day was fills it up
//! to [`padded_count`] with random leaves before building.

use sha2::{Digest, Sha256};

/// SHA-256 output.
pub type Hash = [u8; 32];

/// The commitment to a digest. Without the salt it says nothing about the digest, and destroying the salt
/// leaves nothing that points at the document.
#[must_use]
pub fn leaf(salt: &[u8; 32], digest: &[u8; 32]) -> Hash {
    tagged(0, &[salt, digest])
}

/// The next power of two, at least 16.
#[must_use]
pub fn padded_count(leaves: usize) -> usize {
    leaves.max(16).next_power_of_two()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    #[error("a tree needs at least one leaf")]
    Empty,
    #[error("more than {MAX_LEAVES} leaves")]
    TooMany,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("there is no leaf {index} in a tree of {count}")]
    OutOfRange { index: u32, count: u32 },
    #[error("a path in a tree of {count} leaves has {expected} hashes, not {found}")]
    WrongLength { count: u32, expected: usize, found: usize },
    #[error("the path does not lead to the root")]
    Mismatch,
}

/// 2^20 leaves: an hour's work of nobody, and 20 hashes to a path.
pub const MAX_LEAVES: usize = 1 << 20;

/// All levels of a tree, leaves first. A level with an odd number of nodes is completed by a hash that is
/// neither a leaf nor an inner node.
#[derive(Clone, Debug)]
pub struct Tree {
    count: u32,
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    pub fn build(leaves: Vec<Hash>) -> Result<Self, BuildError> {
        if leaves.is_empty() {
            return Err(BuildError::Empty);
        }
        if leaves.len() > MAX_LEAVES {
            return Err(BuildError::TooMany);
        }
        let count = u32::try_from(leaves.len()).map_err(|_| BuildError::TooMany)?;
        let mut levels = vec![leaves];
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            let above = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => inner(left, right),
                    [left, ..] => inner(left, &filler()),
                    [] => filler(),
                })
                .collect();
            levels.push(above);
        }
        Ok(Self { count, levels })
    }

    #[must_use]
    pub fn leaf_count(&self) -> u32 {
        self.count
    }

    #[must_use]
    pub fn root(&self) -> Hash {
        let top = self.levels.last().and_then(|level| level.first()).copied().unwrap_or_else(filler);
        seal(self.count, &top)
    }

    /// The siblings from the leaf up to the root; nothing when there is no such leaf.
    #[must_use]
    pub fn path(&self, index: u32) -> Option<Vec<Hash>> {
        if index >= self.count {
            return None;
        }
        let mut at = usize::try_from(index).ok()?;
        let mut path = Vec::new();
        for level in self.levels.iter().take(self.levels.len() - 1) {
            path.push(level.get(at ^ 1).copied().unwrap_or_else(filler));
            at /= 2;
        }
        Some(path)
    }
}

/// Whether `leaf` stands at `index` of the tree of `count` leaves that has this root.
pub fn verify(leaf: &Hash, index: u32, count: u32, path: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if root_of(leaf, index, count, path)? == *root { Ok(()) } else { Err(ProofError::Mismatch) }
}

/// The root of the tree of `count` leaves in which `leaf` stands at `index`, as this path has it. It proves nothing before
/// the root is known from elsewhere.
pub fn root_of(leaf: &Hash, index: u32, count: u32, path: &[Hash]) -> Result<Hash, ProofError> {
    if index >= count {
        return Err(ProofError::OutOfRange { index, count });
    }
    let expected = depth(count);
    if path.len() != expected {
        return Err(ProofError::WrongLength { count, expected, found: path.len() });
    }
    let mut at = index;
    let mut hash = *leaf;
    for sibling in path {
        hash = if at.is_multiple_of(2) { inner(&hash, sibling) } else { inner(sibling, &hash) };
        at /= 2;
    }
    Ok(seal(count, &hash))
}

/// The number of hashes in a path: the logarithm of the count, rounded up.
fn depth(count: u32) -> usize {
    (0..32).find(|depth| u64::from(count) <= 1u64 << depth).unwrap_or(32) as usize
}

fn inner(left: &Hash, right: &Hash) -> Hash {
    tagged(1, &[left, right])
}

fn seal(count: u32, top: &Hash) -> Hash {
    tagged(2, &[&count.to_be_bytes(), top])
}

fn filler() -> Hash {
    tagged(3, &[])
}

fn tagged(tag: u8, parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(b"passerelle/anchor\0");
    hasher.update([tag]);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

    use proptest::prelude::*;

    use super::*;

    fn tree_of(count: u32) -> (Vec<Hash>, Tree) {
        let leaves: Vec<_> = (0..count).map(|i| leaf(&[7; 32], &tagged(9, &[&i.to_be_bytes()]))).collect();
        (leaves.clone(), Tree::build(leaves).unwrap())
    }

    #[test]
    fn a_tree_without_leaves_is_refused() {
        assert_eq!(Tree::build(Vec::new()).unwrap_err(), BuildError::Empty);
    }

    #[test]
    fn a_single_leaf_has_an_empty_path_and_is_not_its_own_root() {
        let (leaves, tree) = tree_of(1);
        assert_eq!(tree.path(0).unwrap(), Vec::<Hash>::new());
        assert_ne!(tree.root(), leaves[0]);
        verify(&leaves[0], 0, 1, &[], &tree.root()).unwrap();
    }

    #[test]
    fn an_inner_node_is_not_a_leaf() {
        let (leaves, tree) = tree_of(4);
        let node = inner(&leaves[0], &leaves[1]);
        let sibling = inner(&leaves[2], &leaves[3]);
        assert_eq!(verify(&node, 0, 2, &[sibling], &tree.root()), Err(ProofError::Mismatch));
    }

    #[test]
    fn the_filler_cannot_be_claimed_as_a_leaf() {
        let (leaves, tree) = tree_of(3);
        let path = [leaves[2], inner(&leaves[0], &leaves[1])];
        assert_eq!(
            verify(&filler(), 3, 3, &path, &tree.root()),
            Err(ProofError::OutOfRange { index: 3, count: 3 })
        );
        assert_eq!(verify(&filler(), 3, 4, &path, &tree.root()), Err(ProofError::Mismatch));
    }

    #[test]
    fn padding_hides_small_batches() {
        assert_eq!(padded_count(0), 16);
        assert_eq!(padded_count(16), 16);
        assert_eq!(padded_count(17), 32);
    }

    proptest! {
        #[test]
        fn every_leaf_is_provable(count in 1u32..200, seed in any::<u32>()) {
            let (leaves, tree) = tree_of(count);
            let index = seed % count;
            let path = tree.path(index).unwrap();
            prop_assert!(verify(&leaves[index as usize], index, count, &path, &tree.root()).is_ok());
            prop_assert!(tree.path(count).is_none());
        }

        #[test]
        fn any_flipped_bit_is_refused(count in 1u32..64, seed in any::<u32>(), bit in any::<prop::sample::Index>()) {
            let (leaves, tree) = tree_of(count);
            let index = seed % count;
            let mut path = tree.path(index).unwrap();
            let (mut leaf, mut root) = (leaves[index as usize], tree.root());
            // One of: leaf, root, each hash of the path.
            let bit = bit.index((2 + path.len()) * 256);
            let target = match bit / 256 { 0 => &mut leaf, 1 => &mut root, n => &mut path[n - 2] };
            target[bit % 256 / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(verify(&leaf, index, count, &path, &root), Err(ProofError::Mismatch));
        }

        #[test]
        fn another_place_or_size_is_refused(count in 2u32..64, seed in any::<u32>(), other in any::<u32>()) {
            let (leaves, tree) = tree_of(count);
            let index = seed % count;
            let path = tree.path(index).unwrap();
            let leaf = leaves[index as usize];
            let elsewhere = other % count;
            if elsewhere != index {
                prop_assert!(verify(&leaf, elsewhere, count, &path, &tree.root()).is_err());
            }
            prop_assert!(verify(&leaf, index, count + 1, &path, &tree.root()).is_err());
            prop_assert!(verify(&leaf, index, count - 1, &path, &tree.root()).is_err());
        }

        #[test]
        fn nothing_panics(index: u32, count: u32, path: Vec<[u8; 32]>, leaf: [u8; 32], root: [u8; 32]) {
            prop_assert!(verify(&leaf, index, count, &path, &root).is_err());
        }
    }
}
