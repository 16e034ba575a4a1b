//! The proofs of all records of a pack in one: the map's tree, cut where no record of the pack hangs.
//!
//! One proof for each record repeats what neighbours share and what the records themselves tell. Here each hash stands
//! once, and only hashes of parts of the map that the pack says nothing of. Nothing is believed for standing here:
//! [`Grown::proof`] gives each record a proof of its own again, which the light client holds against the header.

use borsh::{BorshDeserialize, BorshSerialize};
use registry_client::{CompactProof, EMPTY, Leaf, goes_right, join};
use registry_types::{Hash, state_key};

use crate::content::Record;

/// Bits of a place in the map.
const MAX_DEPTH: usize = 256;

/// From the root, left before right.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Tree {
    /// What each node is, as [`Kind`] numbers it.
    shape: Vec<u8>,
    /// What the nodes need besides, in their order.
    hashes: Vec<Hash>,
}

/// A node of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The two parts of the map below it follow.
    Fork,
    /// The leaf of the one record of the pack that is in the map here.
    Own,
    /// The leaf of another record, two hashes: it proves that records of the pack are not in the map.
    Foreign,
    /// Nothing is in the map here.
    Empty,
    /// A part of the map without a record of the pack: one hash.
    Cut,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Fork, Self::Own, Self::Foreign, Self::Empty, Self::Cut];

    fn number(self) -> u8 {
        match self {
            Self::Fork => 0,
            Self::Own => 1,
            Self::Foreign => 2,
            Self::Empty => 3,
            Self::Cut => 4,
        }
    }
}

/// A record of which the node gave a proof.
pub(crate) struct Proven {
    pub place: Hash,
    pub proof: CompactProof,
}

impl Tree {
    /// Of proofs in the order of their places, each once. Nothing where they are not of one map.
    pub(crate) fn of(proven: &[Proven]) -> Option<Self> {
        let mut tree = Self::default();
        if !proven.is_empty() {
            tree.cut(proven, 0)?;
        }
        Some(tree)
    }

    fn cut(&mut self, proven: &[Proven], depth: usize) -> Option<()> {
        let first = &proven.first()?.proof;
        let Some(below) = first.siblings.len().checked_sub(depth + 1) else { return self.end(proven, depth) };
        self.shape.push(Kind::Fork.number());
        let (left, right) = split(proven, depth, |one| &one.place);
        for side in [left, right] {
            if side.is_empty() {
                self.part(first.siblings.get(below)?);
            } else {
                self.cut(side, depth + 1)?;
            }
        }
        Some(())
    }

    /// Where all ways end.
    fn end(&mut self, proven: &[Proven], depth: usize) -> Option<()> {
        let leaf = proven.first()?.proof.leaf;
        let same = |one: &Proven| one.proof.siblings.len() == depth && one.proof.leaf == leaf;
        let kind = match leaf {
            _ if !proven.iter().all(same) => return None,
            None => Kind::Empty,
            Some(leaf) if proven.iter().any(|one| one.place == leaf.place) => Kind::Own,
            Some(leaf) => {
                self.hashes.extend([leaf.place, leaf.value]);
                Kind::Foreign
            }
        };
        self.shape.push(kind.number());
        Some(())
    }

    fn part(&mut self, hash: &Hash) {
        let kind = if *hash == EMPTY { Kind::Empty } else { Kind::Cut };
        self.shape.push(kind.number());
        self.hashes.extend(Some(*hash).filter(|_| kind == Kind::Cut));
    }

    /// With the hashes that the records give. Nothing where tree and records do not fit each other, or where records are
    /// not in the order of their places.
    pub(crate) fn grow(&self, records: &[Record]) -> Option<Grown> {
        let placed: Vec<Placed<'_>> = records.iter().map(Placed::of).collect();
        let ordered = placed.iter().zip(placed.iter().skip(1)).all(|(one, next)| one.place < next.place);
        let mut growing = Growing { shape: &self.shape, hashes: &self.hashes, nodes: Vec::new() };
        let root = if placed.is_empty() { None } else { Some(growing.node(&placed, 0)?) };
        let used = growing.shape.is_empty() && growing.hashes.is_empty();
        (ordered && used).then_some(Grown { nodes: growing.nodes, root })
    }
}

/// The records to the left and to the right of a fork.
fn split<T>(all: &[T], depth: usize, place: impl Fn(&T) -> &Hash) -> (&[T], &[T]) {
    all.split_at(all.partition_point(|one| !goes_right(place(one), depth)))
}

struct Placed<'a> {
    place: Hash,
    value: Option<&'a [u8]>,
}

impl<'a> Placed<'a> {
    fn of(record: &'a Record) -> Self {
        Self { place: state_key::place(&record.key), value: record.value.as_deref() }
    }
}

struct Growing<'a> {
    shape: &'a [u8],
    hashes: &'a [Hash],
    nodes: Vec<Node>,
}

impl Growing<'_> {
    fn kind(&mut self) -> Option<Kind> {
        let (first, rest) = self.shape.split_first()?;
        self.shape = rest;
        Kind::ALL.into_iter().find(|kind| kind.number() == *first)
    }

    fn hash(&mut self) -> Option<Hash> {
        let (first, rest) = self.hashes.split_first()?;
        self.hashes = rest;
        Some(*first)
    }

    /// Reads a node with at least one record at it or below it, and gives its number.
    fn node(&mut self, records: &[Placed<'_>], depth: usize) -> Option<usize> {
        let absent = |records: &[Placed<'_>]| records.iter().all(|record| record.value.is_none());
        let (hash, end) = match self.kind()? {
            Kind::Fork if depth < MAX_DEPTH => return self.fork(records, depth),
            Kind::Own => {
                let mut here =
                    records.iter().filter_map(|record| Some(Leaf::of(record.place, record.value?)));
                let leaf = here.next().filter(|_| here.next().is_none())?;
                (leaf.hash(), End::Leaf(leaf))
            }
            Kind::Foreign if absent(records) => {
                let leaf = Leaf { place: self.hash()?, value: self.hash()? };
                (leaf.hash(), End::Leaf(leaf))
            }
            Kind::Empty if absent(records) => (EMPTY, End::Nothing),
            Kind::Fork | Kind::Foreign | Kind::Empty | Kind::Cut => return None,
        };
        Some(self.add(Node { hash, below: Below::End(end) }))
    }

    fn fork(&mut self, records: &[Placed<'_>], depth: usize) -> Option<usize> {
        let (left, right) = split(records, depth, |one| &one.place);
        let left = self.side(left, depth + 1)?;
        let right = self.side(right, depth + 1)?;
        let hash = join(&self.nodes.get(left)?.hash, &self.nodes.get(right)?.hash);
        Some(self.add(Node { hash, below: Below::Parts { left, right } }))
    }

    fn side(&mut self, records: &[Placed<'_>], depth: usize) -> Option<usize> {
        if !records.is_empty() {
            return self.node(records, depth);
        }
        let hash = match self.kind()? {
            Kind::Cut => self.hash()?,
            Kind::Empty => EMPTY,
            Kind::Fork | Kind::Own | Kind::Foreign => return None,
        };
        Some(self.add(Node { hash, below: Below::End(End::Nothing) }))
    }

    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }
}

struct Node {
    hash: Hash,
    below: Below,
}

enum Below {
    Parts { left: usize, right: usize },
    End(End),
}

#[derive(Clone, Copy)]
enum End {
    Leaf(Leaf),
    Nothing,
}

/// A tree with all its hashes.
pub(crate) struct Grown {
    nodes: Vec<Node>,
    root: Option<usize>,
}

impl Grown {
    /// The proof of what the pack says of a place; nothing of a place of which it says nothing.
    pub(crate) fn proof(&self, place: &Hash) -> Option<CompactProof> {
        let (mut at, mut siblings) = (self.root?, Vec::new());
        loop {
            match self.nodes.get(at)?.below {
                Below::Parts { left, right } => {
                    let right_way = goes_right(place, siblings.len());
                    let (next, beside) = if right_way { (right, left) } else { (left, right) };
                    siblings.push(self.nodes.get(beside)?.hash);
                    at = next;
                }
                Below::End(end) => {
                    siblings.reverse();
                    let leaf = match end {
                        End::Leaf(leaf) => Some(leaf),
                        End::Nothing => None,
                    };
                    return Some(CompactProof { leaf, siblings });
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
