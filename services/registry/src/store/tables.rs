use std::ops::Bound;

use redb::TableDefinition;
use registry_state::map::{Leaf, MapError, MapReader, Path, Row, Version};
use registry_types::Hash;

/// Map pages by version and path, so a block's new pages lie side by side at the end.
pub const PAGES: TableDefinition<&[u8], &[u8]> = TableDefinition::new("pages");
/// Records by place and version: the leaf's hash, key and value.
pub const ROWS: TableDefinition<[u8; 40], &[u8]> = TableDefinition::new("rows");
/// The map version of a height, where the height brought a new one.
pub const VERSIONS: TableDefinition<u64, u64> = TableDefinition::new("versions");
/// What each version made superfluous.
pub const STALE: TableDefinition<u64, &[u8]> = TableDefinition::new("stale");
pub const BLOCKS: TableDefinition<u64, &[u8]> = TableDefinition::new("blocks");
/// The headers again, so that reading one does not load its block.
pub const HEADERS: TableDefinition<u64, &[u8]> = TableDefinition::new("headers");
pub const CERTIFICATES: TableDefinition<u64, &[u8]> = TableDefinition::new("certificates");
/// Validator sets that a height handed over to.
pub const CHANGES: TableDefinition<u64, &[u8]> = TableDefinition::new("changes");
/// Restarts by the last height that stays, with what proves them.
pub const RESTARTS: TableDefinition<u64, &[u8]> = TableDefinition::new("restarts");
/// Where a transaction is, by the first half of its id, which nobody finds twice.
pub const TRANSACTIONS: TableDefinition<[u8; 16], (u64, u32)> = TableDefinition::new("transactions");
/// Blocks by height, round and hash that are kept but not decided.
pub const UNDECIDED: TableDefinition<(u64, u32, Hash), &[u8]> = TableDefinition::new("undecided");
/// State keys of the kinds that people browse; the map itself knows only their hashes.
pub const LISTED: TableDefinition<&str, ()> = TableDefinition::new("listed");
/// Heights by the hash of their header.
pub const HASHES: TableDefinition<Hash, u64> = TableDefinition::new("hashes");
/// Two statements of one validator where it may make one, by validator, height and digest.
pub const EVIDENCE: TableDefinition<&[u8], &[u8]> = TableDefinition::new("evidence");
pub const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");

/// Kinds of records that are few enough to browse.
pub const BROWSED: [&str; 8] =
    ["org", "did", "schema", "accreditation", "status", "proposal", "validator", "dispute"];

pub fn is_listed(key: &str) -> bool {
    key.split_once('/').is_some_and(|(kind, _)| BROWSED.contains(&kind))
}

pub fn page_key(version: Version, path: &Path) -> Vec<u8> {
    let mut key = version.to_be_bytes().to_vec();
    key.extend(path.to_bytes());
    key
}

pub fn row_key(place: &Hash, version: Version) -> [u8; 40] {
    let mut key = [0; 40];
    let (head, tail) = key.split_at_mut(32);
    head.copy_from_slice(place);
    tail.copy_from_slice(&version.to_be_bytes());
    key
}

/// Place and version of a row.
pub fn split_row_key(key: &[u8; 40]) -> (Hash, Version) {
    let (mut place, mut version) = ([0; 32], [0; 8]);
    let (head, tail) = key.split_at(32);
    place.copy_from_slice(head);
    version.copy_from_slice(tail);
    (place, u64::from_be_bytes(version))
}

pub fn transaction_key(id: &Hash) -> [u8; 16] {
    let mut key = [0; 16];
    key.iter_mut().zip(id).for_each(|(to, from)| *to = *from);
    key
}

/// So many rows of one place are read one after the other; of a record that changes with every block there are thousands,
/// and its newest one is looked up.
const ROWS_IN_TURN: u32 = 4;

/// The map in two tables, open for reading or within a write.
pub struct MapTables<P, R> {
    pub pages: P,
    pub rows: R,
}

impl<P, R> MapReader for MapTables<P, R>
where
    P: redb::ReadableTable<&'static [u8], &'static [u8]>,
    R: redb::ReadableTable<[u8; 40], &'static [u8]>,
{
    fn page(&self, version: Version, path: &Path) -> Result<Option<Vec<u8>>, MapError> {
        let bytes = self.pages.get(page_key(version, path).as_slice()).map_err(read)?;
        Ok(bytes.map(|bytes| bytes.value().to_vec()))
    }

    fn leaves(&self, path: &Path, version: Version, limit: usize) -> Result<Vec<Leaf>, MapError> {
        let end = Bound::Included(row_key(&path.last(), Version::MAX));
        let mut begin = Bound::Included(row_key(&path.first(), 0));
        let mut leaves: Vec<Leaf> = Vec::new();
        'places: loop {
            let (mut current, mut rows) = (None, 0);
            for entry in self.rows.range((begin, end)).map_err(read)? {
                let (key, row) = entry.map_err(read)?;
                let (place, written) = split_row_key(&key.value());
                rows = if current == Some(place) { rows + 1 } else { 1 };
                current = Some(place);
                if rows > ROWS_IN_TURN {
                    leaves.pop_if(|last| last.place == place);
                    let newest = self.row_bytes(&place, version)?;
                    let hash = newest.map(|row| leaf_hash(row.value(), path)).transpose()?;
                    if let Some(hash) = hash {
                        if leaves.len() == limit {
                            break 'places;
                        }
                        leaves.push(Leaf { place, hash });
                    }
                    begin = Bound::Excluded(row_key(&place, Version::MAX));
                    continue 'places;
                }
                if written > version {
                    continue;
                }
                let hash = leaf_hash(row.value(), path)?;
                leaves.pop_if(|last| last.place == place);
                if leaves.len() == limit {
                    break 'places;
                }
                leaves.push(Leaf { place, hash });
            }
            break;
        }
        Ok(leaves)
    }

    fn row(&self, place: &Hash, version: Version) -> Result<Option<Row>, MapError> {
        let Some(bytes) = self.row_bytes(place, version)? else { return Ok(None) };
        Row::from_bytes(place, bytes.value()).map(Some).ok_or(MapError::Records { depth: 256 })
    }
}

impl<P, R: redb::ReadableTable<[u8; 40], &'static [u8]>> MapTables<P, R> {
    /// The newest row of a place that is no newer than this version.
    fn row_bytes(
        &self,
        place: &Hash,
        version: Version,
    ) -> Result<Option<redb::AccessGuard<'_, &'static [u8]>>, MapError> {
        let newest = self.rows.range(row_key(place, 0)..=row_key(place, version)).map_err(read)?.next_back();
        newest.map(|entry| entry.map(|(_, bytes)| bytes).map_err(read)).transpose()
    }
}

fn leaf_hash(row: &[u8], path: &Path) -> Result<Hash, MapError> {
    Row::leaf_hash_of(row).ok_or(MapError::Records { depth: path.depth() })
}

fn read(error: redb::StorageError) -> MapError {
    MapError::Read(Box::new(error))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use redb::backends::InMemoryBackend;
    use redb::{Database, ReadableDatabase as _};

    use super::*;

    /// A place by its first byte.
    fn place(first: u8) -> Hash {
        let mut place = [0; 32];
        place[0] = first;
        place
    }

    /// Of a row: told apart by place and version.
    fn hash(first: u8, version: Version) -> Hash {
        let mut hash = [first; 32];
        hash[..8].copy_from_slice(&version.to_be_bytes());
        hash
    }

    fn leaves(rows: &[(u8, Version)], version: Version, limit: usize) -> Vec<Leaf> {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let write = database.begin_write().unwrap();
        {
            let mut table = write.open_table(ROWS).unwrap();
            for (first, written) in rows {
                table.insert(row_key(&place(*first), *written), hash(*first, *written).as_slice()).unwrap();
            }
            write.open_table(PAGES).unwrap();
        }
        write.commit().unwrap();
        let read = database.begin_read().unwrap();
        let tables =
            MapTables { pages: read.open_table(PAGES).unwrap(), rows: read.open_table(ROWS).unwrap() };
        tables.leaves(&Path::ROOT, version, limit).unwrap()
    }

    proptest! {
        #[test]
        fn of_each_place_the_newest_row_that_a_version_knows(
            rows in proptest::collection::vec((0u8..6, 1u64..20), 0..80),
            version in 0u64..21,
            limit in 1usize..8,
        ) {
            let mut newest = BTreeMap::new();
            for (first, written) in rows.iter().filter(|(_, written)| *written <= version) {
                let known = newest.entry(*first).or_insert(*written);
                *known = (*known).max(*written);
            }
            let expected: Vec<Leaf> = newest
                .iter()
                .map(|(first, written)| Leaf { place: place(*first), hash: hash(*first, *written) })
                .take(limit)
                .collect();
            prop_assert_eq!(leaves(&rows, version, limit), expected);
        }
    }
}
