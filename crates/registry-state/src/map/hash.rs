use registry_types::Hash;
use sha2::{Digest as _, Sha256};

use super::Leaf;
use super::path::bit;

/// The hash of a subtree without a leaf.
pub const EMPTY: Hash = *b"SPARSE_MERKLE_PLACEHOLDER_HASH__";

/// A subtree as its parent sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    Empty,
    /// One leaf alone is not wrapped: it stands as high as it can.
    Leaf(Hash),
    Inner(Hash),
}

impl Node {
    pub fn hash(self) -> Hash {
        match self {
            Self::Empty => EMPTY,
            Self::Leaf(hash) | Self::Inner(hash) => hash,
        }
    }

    /// The subtree over two halves.
    pub fn over(left: Self, right: Self) -> Self {
        match (left, right) {
            (Self::Empty, Self::Empty) => Self::Empty,
            (Self::Leaf(hash), Self::Empty) | (Self::Empty, Self::Leaf(hash)) => Self::Leaf(hash),
            _ => Self::Inner(inner(&left.hash(), &right.hash())),
        }
    }
}

pub fn leaf(place: &Hash, value_hash: &Hash) -> Hash {
    Sha256::new_with_prefix(b"JMT::LeafNode").chain_update(place).chain_update(value_hash).finalize().into()
}

fn inner(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix(b"JMT::IntrnalNode").chain_update(left).chain_update(right).finalize().into()
}

pub fn value(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The subtree that these leaves make at a depth, counted in bits. In order of their places, which agree in
/// all bits above.
pub fn bucket(leaves: &[Leaf], depth: usize) -> Node {
    match leaves {
        [] => Node::Empty,
        [leaf] => Node::Leaf(leaf.hash),
        _ => {
            let (left, right) = halves(leaves, depth);
            Node::over(bucket(left, depth + 1), bucket(right, depth + 1))
        }
    }
}

/// The leaves whose bit at this depth is clear, and those whose is set.
pub fn halves(leaves: &[Leaf], depth: usize) -> (&[Leaf], &[Leaf]) {
    leaves.split_at(leaves.partition_point(|leaf| !bit(&leaf.place, depth)))
}
