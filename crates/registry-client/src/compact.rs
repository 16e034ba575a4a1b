//! A proof of the state map that gives its siblings by their hashes alone.
//!
//! The map's own form gives each sibling with the hashes of its children, so that a proof can be carried over a deletion.
//! Whoever only reads needs the hash: it goes into the same computation of the root (`jmt`, `SparseMerkleProof::verify`).

use borsh::{BorshDeserialize, BorshSerialize};
use registry_types::Hash;
use sha2::{Digest as _, Sha256};

/// The map's own form begins with 0 or 1, for whether there is a leaf.
const TAG: u8 = 2;
/// Bits of a place.
const MAX_DEPTH: usize = 256;
/// Of a part of the map that holds nothing (`jmt`, `SPARSE_MERKLE_PLACEHOLDER_HASH`).
pub const EMPTY: Hash = *b"SPARSE_MERKLE_PLACEHOLDER_HASH__";

/// The way from a leaf, or from an empty place, up to the root.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CompactProof {
    /// What stands at the end of the way: for a key that is not in the map possibly the leaf of another key.
    pub leaf: Option<Leaf>,
    /// From the bottom to the root.
    pub siblings: Vec<Hash>,
}

/// A leaf of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Leaf {
    /// SHA-256 of the key.
    pub place: Hash,
    /// SHA-256 of the value.
    pub value: Hash,
}

impl Leaf {
    #[must_use]
    pub fn of(place: Hash, value: &[u8]) -> Self {
        Self { place, value: Sha256::digest(value).into() }
    }

    #[must_use]
    pub fn hash(&self) -> Hash {
        digest(&[b"JMT::LeafNode", &self.place, &self.value])
    }
}

/// The hash of two parts of the map together.
#[must_use]
pub fn join(left: &Hash, right: &Hash) -> Hash {
    digest(&[b"JMT::IntrnalNode", left, right])
}

/// Whether the way to a place goes to the right at this depth.
#[must_use]
pub fn goes_right(place: &Hash, depth: usize) -> bool {
    place.get(depth / 8).is_some_and(|byte| byte >> (7 - depth % 8) & 1 == 1)
}

fn digest(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// The map's own form, as `jmt` writes it.
#[derive(BorshDeserialize)]
struct Whole {
    leaf: Option<Leaf>,
    siblings: Vec<Sibling>,
}

#[derive(BorshDeserialize)]
enum Sibling {
    Empty,
    Internal(Hash, Hash),
    Leaf(Leaf),
}

impl Sibling {
    fn hash(&self) -> Hash {
        match self {
            Self::Empty => EMPTY,
            Self::Internal(left, right) => join(left, right),
            Self::Leaf(leaf) => leaf.hash(),
        }
    }
}

impl CompactProof {
    /// From the map's own form; nothing where the bytes are none.
    #[must_use]
    pub fn of_map_proof(bytes: &[u8]) -> Option<Self> {
        let Whole { leaf, siblings } = Whole::try_from_slice(bytes).ok()?;
        Some(Self { leaf, siblings: siblings.iter().map(Sibling::hash).collect() })
    }

    /// What [`crate::verify_map_proof`] takes beside the map's own form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![TAG];
        // Writing to memory cannot fail; a proof that was cut off would not hold.
        let _ = self.serialize(&mut bytes);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::try_from_slice(bytes.strip_prefix(&[TAG])?).ok()
    }

    /// Whether the map with this root holds exactly this value, or nothing, at the place.
    #[must_use]
    pub fn holds(&self, root: &Hash, place: &Hash, value: Option<&[u8]>) -> bool {
        let fits = match (value, &self.leaf) {
            (Some(value), Some(leaf)) => *leaf == Leaf::of(*place, value),
            (Some(_), None) => false,
            // If the place were taken, the way would go on beyond this leaf of another one.
            (None, Some(leaf)) => {
                let shared = |depth| goes_right(place, depth) == goes_right(&leaf.place, depth);
                leaf.place != *place && (0..self.siblings.len()).all(shared)
            }
            (None, None) => true,
        };
        let depths = (0..self.siblings.len()).rev();
        let end = self.leaf.map_or(EMPTY, |leaf| leaf.hash());
        let found = self.siblings.iter().zip(depths).fold(end, |hash, (sibling, depth)| {
            if goes_right(place, depth) { join(sibling, &hash) } else { join(&hash, sibling) }
        });
        fits && self.siblings.len() <= MAX_DEPTH && found == *root
    }
}
