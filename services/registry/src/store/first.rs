//! A store that is filled record by record before its chain begins.

use std::path::Path;

use redb::{Database, ReadableDatabase as _};
use registry_state::Writes;
use registry_state::map::{self, MapError, Row};
use registry_types::{Genesis, Hash};

use super::tables::{LISTED, MapTables, PAGES, ROWS, VERSIONS, page_key, row_key};
use super::{StoreError, index, open};

/// The map version of the state before the first block.
const FIRST_VERSION: u64 = 0;

pub fn create(path: &Path) -> Result<Database, StoreError> {
    let database = open::database(path, super::IMPORT_CACHE_BYTES)?;
    let write = database.begin_write()?;
    write.open_table(PAGES)?;
    write.open_table(ROWS)?;
    write.open_table(LISTED)?;
    write.commit()?;
    Ok(database)
}

/// Adds records, or replaces those that were put before.
pub fn put(database: &Database, records: &Writes) -> Result<(), StoreError> {
    let write = database.begin_write()?;
    {
        let mut rows = write.open_table(ROWS)?;
        let mut listed = write.open_table(LISTED)?;
        for (key, value) in records {
            let row = Row { key: key.clone(), value: value.clone() };
            let bytes = row.to_bytes(&row.leaf_hash());
            rows.insert(row_key(&row.place(), FIRST_VERSION), bytes.as_slice())?;
            for entry in index::entries(key, value) {
                listed.insert(entry.as_str(), ())?;
            }
        }
    }
    write.commit()?;
    Ok(())
}

/// Makes the pages over the records, and the chain's beginning.
pub fn seal(database: &Database, genesis: &Genesis) -> Result<(), StoreError> {
    let write = database.begin_write()?;
    let root = build(database, &write)?;
    open::put_beginning(&write, genesis, (root, FIRST_VERSION))?;
    write.open_table(VERSIONS)?.insert(0, FIRST_VERSION)?;
    write.commit()?;
    Ok(())
}

fn build(database: &Database, write: &redb::WriteTransaction) -> Result<Hash, StoreError> {
    let read = database.begin_read()?;
    let tables = MapTables { pages: read.open_table(PAGES)?, rows: read.open_table(ROWS)? };
    let mut pages = write.open_table(PAGES)?;
    map::build(&tables, FIRST_VERSION, &mut |path, page| {
        pages.insert(page_key(FIRST_VERSION, &path).as_slice(), page.as_slice())?;
        Ok(())
    })
}

impl From<MapError> for StoreError {
    fn from(error: MapError) -> Self {
        Self::Map(error)
    }
}
