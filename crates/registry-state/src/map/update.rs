use registry_types::{Hash, state_key};

use super::hash::{self, Node};
use super::page::{Page, SLOTS, Slot};
use super::path::nibble;
use super::{BUCKET, Leaf, MapError, MapReader, Path, Row, Version};
use crate::Writes;

/// A map version that is computed and not yet stored.
#[derive(Debug)]
pub struct Update {
    pub root: Hash,
    pub version: Version,
    /// The rows written, by place.
    pub rows: Vec<(Hash, Vec<u8>)>,
    /// The pages written, in the order of the tree, bottom up.
    pub pages: Vec<(Path, Vec<u8>)>,
    /// Pages that this version no longer uses.
    pub stale_pages: Vec<(Version, Path)>,
    /// Places that held an older value.
    pub rewritten: Vec<Hash>,
}

/// Computes the version that follows `current` (nothing before the genesis).
pub fn update(
    reader: &impl MapReader,
    current: Option<Version>,
    writes: &Writes,
) -> Result<Update, MapError> {
    let version = current.map_or(0, |current| current + 1);
    let mut rows = Vec::with_capacity(writes.len());
    let mut leaves = Vec::with_capacity(writes.len());
    for (key, value) in writes {
        let place = state_key::place(key);
        let leaf_hash = hash::leaf(&place, &hash::value(value));
        let row = Row { key: key.clone(), value: value.clone() };
        rows.push((place, row.to_bytes(&leaf_hash)));
        leaves.push(Leaf { place, hash: leaf_hash });
    }
    rows.sort_unstable_by_key(|(place, _)| *place);
    leaves.sort_unstable_by_key(|leaf| leaf.place);
    let mut change = Change {
        reader,
        current,
        version,
        pages: Vec::new(),
        stale_pages: Vec::new(),
        rewritten: Vec::new(),
    };
    let root = change.page(&Path::ROOT, current, &leaves)?.hash();
    let Change { pages, stale_pages, rewritten, .. } = change;
    Ok(Update { root, version, rows, pages, stale_pages, rewritten })
}

struct Change<'a, R> {
    reader: &'a R,
    current: Option<Version>,
    version: Version,
    pages: Vec<(Path, Vec<u8>)>,
    stale_pages: Vec<(Version, Path)>,
    rewritten: Vec<Hash>,
}

impl<R: MapReader> Change<'_, R> {
    /// Writes the page at a path with these leaves in it, each group of them beneath its nibble.
    fn page(&mut self, path: &Path, old: Option<Version>, leaves: &[Leaf]) -> Result<Node, MapError> {
        let mut page = match old {
            Some(version) => {
                self.stale_pages.push((version, *path));
                Page::load(self.reader, version, path)?
            }
            None => Page::default(),
        };
        for (nibble, group) in groups(leaves, path) {
            let child = path.child(nibble);
            let slot = match page.slot(nibble) {
                Slot::Page { version, .. } => {
                    let node = self.page(&child, Some(version), group)?;
                    Slot::Page { version: self.version, hash: node.hash() }
                }
                slot @ (Slot::Empty | Slot::Leaf(_) | Slot::Bucket(_)) => self.bucket(&child, slot, group)?,
            };
            page.set(nibble, slot);
        }
        self.pages.push((*path, page.to_bytes()));
        Ok(page.node())
    }

    /// Adds leaves to the few that hang beneath a slot.
    fn bucket(&mut self, path: &Path, slot: Slot, leaves: &[Leaf]) -> Result<Slot, MapError> {
        let old = match (slot, self.current) {
            (Slot::Empty, _) | (_, None) => Vec::new(),
            (_, Some(current)) => self.reader.leaves(path, current, BUCKET + 1)?,
        };
        // What the root was made of must still be there: a lost or foreign row would give another root.
        if hash::bucket(&old, path.depth()) != slot.node() {
            return Err(MapError::Records { depth: path.depth() });
        }
        let merged = self.merge(&old, leaves);
        self.slot(path, &merged)
    }

    fn merge(&mut self, old: &[Leaf], new: &[Leaf]) -> Vec<Leaf> {
        let mut merged = Vec::with_capacity(old.len() + new.len());
        let mut old = old.iter().copied().peekable();
        for leaf in new {
            while let Some(before) = old.next_if(|old| old.place < leaf.place) {
                merged.push(before);
            }
            if old.next_if(|old| old.place == leaf.place).is_some() {
                self.rewritten.push(leaf.place);
            }
            merged.push(*leaf);
        }
        merged.extend(old);
        merged
    }

    /// What holds these leaves at a path that no page is at yet.
    fn slot(&mut self, path: &Path, leaves: &[Leaf]) -> Result<Slot, MapError> {
        if leaves.len() <= BUCKET {
            return Ok(Slot::of_bucket(hash::bucket(leaves, path.depth())));
        }
        let mut page = Page::default();
        for (nibble, group) in groups(leaves, path) {
            let slot = self.slot(&path.child(nibble), group)?;
            page.set(nibble, slot);
        }
        self.pages.push((*path, page.to_bytes()));
        Ok(Slot::Page { version: self.version, hash: page.node().hash() })
    }
}

/// The leaves in order, cut by the nibble that follows the path.
fn groups<'l>(leaves: &'l [Leaf], path: &Path) -> impl Iterator<Item = (usize, &'l [Leaf])> {
    let depth = path.length();
    let mut rest = leaves;
    (0..SLOTS).filter_map(move |wanted| {
        let (group, after) = rest.split_at(rest.partition_point(|leaf| nibble(&leaf.place, depth) <= wanted));
        rest = after;
        (!group.is_empty()).then_some((wanted, group))
    })
}
