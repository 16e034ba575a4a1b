use borsh::BorshSerialize;
use registry_types::{Hash, state_key};

use super::hash::{self, Node};
use super::page::{Page, SLOTS, Slot, fold};
use super::path::{bit, nibble};
use super::{BUCKET, Leaf, MapError, MapReader, Path, Version};

/// The value under the key, and bytes that prove it, or its absence, against the version's root.
///
/// The bytes are the borsh form of `jmt::proof::SparseMerkleProof`.
pub fn prove(
    reader: &impl MapReader,
    version: Version,
    key: &str,
) -> Result<(Option<Vec<u8>>, Vec<u8>), MapError> {
    let place = state_key::place(key);
    let mut walk = Walk { reader, version, place, siblings: Vec::new() };
    let leaf = walk.page()?;
    let mut siblings = walk.siblings;
    siblings.reverse();
    let value = match leaf {
        Some(leaf) if leaf.place == place => reader.row(&place, version)?.map(|row| row.value),
        _ => None,
    };
    let proof = Proof { leaf, siblings };
    let mut bytes = Vec::with_capacity(64 * 24);
    proof.serialize(&mut bytes).map_err(|source| MapError::Read(source.into()))?;
    Ok((value, bytes))
}

/// In the field order of `SparseMerkleProof`, whose own fields are private.
#[derive(BorshSerialize)]
struct Proof {
    leaf: Option<ProvenLeaf>,
    siblings: Vec<Sibling>,
}

#[derive(Clone, Copy, BorshSerialize)]
struct ProvenLeaf {
    place: Hash,
    value_hash: Hash,
}

/// A sibling with what it is made of, as `jmt` wants it.
#[derive(BorshSerialize)]
enum Sibling {
    Null,
    Inner(Hash, Hash),
    Leaf(ProvenLeaf),
}

/// The way from the root to a place, and the siblings on it.
struct Walk<'a, R> {
    reader: &'a R,
    version: Version,
    place: Hash,
    siblings: Vec<Sibling>,
}

impl<R: MapReader> Walk<'_, R> {
    fn page(&mut self) -> Result<Option<ProvenLeaf>, MapError> {
        let (mut path, mut version) = (Path::ROOT, self.version);
        loop {
            let page = Page::load(self.reader, version, &path)?;
            let (mut first, mut slots, mut depth) = (0, page.slots(), path.depth());
            while slots.len() > 1 {
                match fold(slots) {
                    Node::Empty => return Ok(None),
                    Node::Leaf(_) => return self.only_leaf(&path, first, slots).map(Some),
                    Node::Inner(_) => {}
                }
                let half = slots.len() / 2;
                let (left, right) = slots.split_at(half);
                if bit(&self.place, depth) {
                    self.sibling(&path, first, left)?;
                    (first, slots) = (first + half, right);
                } else {
                    self.sibling(&path, first + half, right)?;
                    slots = left;
                }
                depth += 1;
            }
            let child = path.child(nibble(&self.place, path.length()));
            match slots.first().copied().unwrap_or_default() {
                Slot::Empty => return Ok(None),
                Slot::Leaf(_) | Slot::Bucket(_) => return self.bucket(&child),
                Slot::Page { version: written, .. } => (path, version) = (child, written),
            }
        }
    }

    fn bucket(&mut self, path: &Path) -> Result<Option<ProvenLeaf>, MapError> {
        let leaves = self.reader.leaves(path, self.version, BUCKET + 1)?;
        let (mut depth, mut leaves) = (path.depth(), leaves.as_slice());
        loop {
            match leaves {
                [] => return Ok(None),
                [leaf] => return self.leaf(&leaf.place).map(Some),
                _ => {}
            }
            let (left, right) = hash::halves(leaves, depth);
            depth += 1;
            let (own, other) = if bit(&self.place, depth - 1) { (right, left) } else { (left, right) };
            let sibling = self.bucket_sibling(other, depth)?;
            self.siblings.push(sibling);
            leaves = own;
        }
    }

    /// Notes what the run of slots is made of.
    fn sibling(&mut self, path: &Path, first: usize, slots: &[Slot]) -> Result<(), MapError> {
        let sibling = match fold(slots) {
            Node::Empty => Sibling::Null,
            Node::Leaf(_) => Sibling::Leaf(self.only_leaf(path, first, slots)?),
            Node::Inner(_) => match slots {
                [slot] => self.slot_sibling(&path.child(first), *slot)?,
                _ => inner(slots),
            },
        };
        self.siblings.push(sibling);
        Ok(())
    }

    fn slot_sibling(&self, path: &Path, slot: Slot) -> Result<Sibling, MapError> {
        match slot {
            Slot::Page { version, .. } => Ok(inner(Page::load(self.reader, version, path)?.slots())),
            Slot::Empty | Slot::Leaf(_) | Slot::Bucket(_) => {
                let leaves = self.reader.leaves(path, self.version, BUCKET + 1)?;
                self.bucket_sibling(&leaves, path.depth())
            }
        }
    }

    fn bucket_sibling(&self, leaves: &[Leaf], depth: usize) -> Result<Sibling, MapError> {
        Ok(match leaves {
            [] => Sibling::Null,
            [leaf] => Sibling::Leaf(self.leaf(&leaf.place)?),
            _ => {
                let (left, right) = hash::halves(leaves, depth);
                Sibling::Inner(hash::bucket(left, depth + 1).hash(), hash::bucket(right, depth + 1).hash())
            }
        })
    }

    /// The leaf of a run of slots that holds no other.
    fn only_leaf(&self, path: &Path, first: usize, slots: &[Slot]) -> Result<ProvenLeaf, MapError> {
        let damaged = || MapError::Records { depth: path.depth() };
        let within = slots.iter().position(|slot| *slot != Slot::Empty).ok_or_else(damaged)?;
        let leaves = self.reader.leaves(&path.child((first + within) % SLOTS), self.version, 1)?;
        self.leaf(&leaves.first().ok_or_else(damaged)?.place)
    }

    fn leaf(&self, place: &Hash) -> Result<ProvenLeaf, MapError> {
        let row = self.reader.row(place, self.version)?;
        let row = row.ok_or(MapError::Records { depth: 256 })?;
        Ok(ProvenLeaf { place: *place, value_hash: hash::value(&row.value) })
    }
}

fn inner(slots: &[Slot]) -> Sibling {
    let (left, right) = slots.split_at(slots.len() / 2);
    Sibling::Inner(fold(left).hash(), fold(right).hash())
}
