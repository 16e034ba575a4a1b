use registry_types::Hash;

use super::hash;
use super::page::{Page, SLOTS, Slot};
use super::{BUCKET, MapError, MapReader, Path, Version};

/// The root as the version's first page makes it.
pub fn root(reader: &impl MapReader, version: Version) -> Result<Hash, MapError> {
    Ok(Page::load(reader, version, &Path::ROOT)?.node().hash())
}

/// Reads every page and every row of a version and hashes all of it again; returns the root and the number
/// of records. An error says that something is not what it was when it was written.
pub fn audit(reader: &impl MapReader, version: Version) -> Result<(Hash, u64), MapError> {
    let page = Page::load(reader, version, &Path::ROOT)?;
    let records = children(reader, version, &Path::ROOT, &page)?;
    Ok((page.node().hash(), records))
}

fn children(reader: &impl MapReader, version: Version, path: &Path, page: &Page) -> Result<u64, MapError> {
    let mut records = 0;
    for nibble in 0..SLOTS {
        let child = path.child(nibble);
        match page.slot(nibble) {
            Slot::Page { version: written, hash } => {
                let page = Page::load(reader, written, &child)?;
                if page.node().hash() != hash {
                    return Err(MapError::Page { depth: child.depth() });
                }
                records += children(reader, version, &child, &page)?;
            }
            slot @ (Slot::Empty | Slot::Leaf(_) | Slot::Bucket(_)) => {
                records += bucket(reader, version, &child, slot)?;
            }
        }
    }
    Ok(records)
}

fn bucket(reader: &impl MapReader, version: Version, path: &Path, slot: Slot) -> Result<u64, MapError> {
    let leaves = reader.leaves(path, version, BUCKET + 1)?;
    let damaged = || MapError::Records { depth: path.depth() };
    if hash::bucket(&leaves, path.depth()) != slot.node() {
        return Err(damaged());
    }
    for leaf in &leaves {
        let row = reader.row(&leaf.place, version)?.ok_or_else(damaged)?;
        if row.leaf_hash() != leaf.hash {
            return Err(damaged());
        }
    }
    Ok(u64::try_from(leaves.len()).unwrap_or(u64::MAX))
}
