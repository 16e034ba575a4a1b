use registry_types::Hash;

use super::hash::Node;
use super::{MapError, MapReader, Path, Version};

pub const SLOTS: usize = 16;

/// Four levels of the tree: what hangs beneath each of sixteen nibbles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    slots: [Slot; SLOTS],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slot {
    #[default]
    Empty,
    /// The hash of a single leaf.
    Leaf(Hash),
    /// The hash of a few leaves, which are found among the rows.
    Bucket(Hash),
    /// A further page, and the version it was written in.
    Page { version: Version, hash: Hash },
}

impl Slot {
    pub fn node(self) -> Node {
        match self {
            Self::Empty => Node::Empty,
            Self::Leaf(hash) => Node::Leaf(hash),
            Self::Bucket(hash) | Self::Page { hash, .. } => Node::Inner(hash),
        }
    }

    /// Few leaves, which make this subtree.
    pub fn of_bucket(node: Node) -> Self {
        match node {
            Node::Empty => Self::Empty,
            Node::Leaf(hash) => Self::Leaf(hash),
            Node::Inner(hash) => Self::Bucket(hash),
        }
    }
}

impl Page {
    /// Reads the page of a version.
    pub fn load(reader: &impl MapReader, version: Version, path: &Path) -> Result<Self, MapError> {
        let damaged = MapError::Page { depth: path.depth() };
        let Some(bytes) = reader.page(version, path)? else { return Err(damaged) };
        Self::from_bytes(&bytes).ok_or(damaged)
    }

    pub fn slot(&self, nibble: usize) -> Slot {
        self.slots.get(nibble).copied().unwrap_or_default()
    }

    pub fn set(&mut self, nibble: usize, slot: Slot) {
        if let Some(place) = self.slots.get_mut(nibble) {
            *place = slot;
        }
    }

    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub fn node(&self) -> Node {
        fold(&self.slots)
    }

    /// Two bits for the kind of each slot, then the slots that hold something.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut kinds = 0u32;
        let mut bytes = vec![0; 4];
        for slot in self.slots.iter().rev() {
            kinds = kinds << 2
                | match slot {
                    Slot::Empty => 0,
                    Slot::Leaf(_) => 1,
                    Slot::Bucket(_) => 2,
                    Slot::Page { .. } => 3,
                };
        }
        for slot in &self.slots {
            match slot {
                Slot::Empty => {}
                Slot::Leaf(hash) | Slot::Bucket(hash) => bytes.extend(hash),
                Slot::Page { version, hash } => {
                    bytes.extend(hash);
                    bytes.extend(version.to_be_bytes());
                }
            }
        }
        bytes.splice(..4, kinds.to_be_bytes());
        bytes
    }

    /// Nothing when the bytes are no page.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kinds, mut rest) = bytes.split_first_chunk::<4>()?;
        let mut kinds = u32::from_be_bytes(*kinds);
        let mut page = Self::default();
        for slot in &mut page.slots {
            let kind = kinds & 3;
            kinds >>= 2;
            if kind == 0 {
                continue;
            }
            let (hash, after) = rest.split_first_chunk::<32>()?;
            rest = after;
            *slot = match kind {
                1 => Slot::Leaf(*hash),
                2 => Slot::Bucket(*hash),
                _ => {
                    let (version, after) = rest.split_first_chunk::<8>()?;
                    rest = after;
                    Slot::Page { version: u64::from_be_bytes(*version), hash: *hash }
                }
            };
        }
        rest.is_empty().then_some(page)
    }
}

/// The subtree over a run of slots; their number is a power of two.
pub fn fold(slots: &[Slot]) -> Node {
    match slots {
        [] => Node::Empty,
        [slot] => slot.node(),
        _ => {
            let (left, right) = slots.split_at(slots.len() / 2);
            Node::over(fold(left), fold(right))
        }
    }
}
