use super::hash::{self, Node};
use super::page::{Page, SLOTS, Slot};
use super::{BUCKET, MapError, MapReader, Path, Version};

/// Makes the pages of a version from its rows alone and hands each to `put`; returns the root. The pages
/// need not be there, and are never all in memory.
pub fn build<E: From<MapError>>(
    reader: &impl MapReader,
    version: Version,
    put: &mut impl FnMut(Path, Vec<u8>) -> Result<(), E>,
) -> Result<registry_types::Hash, E> {
    Ok(page(reader, version, &Path::ROOT, put)?.hash())
}

fn page<E: From<MapError>>(
    reader: &impl MapReader,
    version: Version,
    path: &Path,
    put: &mut impl FnMut(Path, Vec<u8>) -> Result<(), E>,
) -> Result<Node, E> {
    let mut page = Page::default();
    for nibble in 0..SLOTS {
        let child = path.child(nibble);
        let leaves = reader.leaves(&child, version, BUCKET + 1)?;
        let slot = if leaves.len() <= BUCKET {
            Slot::of_bucket(hash::bucket(&leaves, child.depth()))
        } else {
            Slot::Page { version, hash: self::page(reader, version, &child, put)?.hash() }
        };
        page.set(nibble, slot);
    }
    put(*path, page.to_bytes())?;
    Ok(page.node())
}
