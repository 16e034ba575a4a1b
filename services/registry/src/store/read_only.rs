use std::path::Path;

use redb::{Builder, Database, ReadOnlyDatabase, ReadableDatabase as _};
use registry_types::Hash;

use super::tables::META;
use super::{CHAIN, FORMAT, LAYOUT, Snapshot, StoreError, open};

/// A store that is only read, whoever wrote it.
pub enum ReadOnly {
    AsIs(ReadOnlyDatabase),
    /// A copy, which was repaired.
    Repaired(Database),
}

impl ReadOnly {
    /// Nothing when the file was not closed properly: only a copy of it can be opened then.
    pub fn open(path: &Path) -> Result<Option<Self>, StoreError> {
        if !path.exists() {
            return Err(StoreError::Absent(path.to_owned()));
        }
        open::sound(path, || match Builder::new().open_read_only(path) {
            Ok(database) => Ok(Some(Self::AsIs(database))),
            Err(redb::DatabaseError::RepairAborted) => Ok(None),
            Err(error) => Err(open::refused(path, error)),
        })
    }

    /// Opens a copy that is the caller's to change.
    pub fn repair(copy: &Path) -> Result<Self, StoreError> {
        open::database(copy, super::IMPORT_CACHE_BYTES).map(Self::Repaired)
    }

    /// The newest decided state, which is not checked here. `path` is named in errors.
    pub fn snapshot(&self, path: &Path, chain_id: &Hash) -> Result<Snapshot, StoreError> {
        open::sound(path, || {
            let read = match self {
                Self::AsIs(database) => database.begin_read()?,
                Self::Repaired(database) => database.begin_read()?,
            };
            {
                let meta = read.open_table(META)?;
                if meta.get(FORMAT)?.is_none_or(|layout| layout.value() != LAYOUT.to_be_bytes()) {
                    return Err(StoreError::OtherLayout(path.to_owned()));
                }
                if meta.get(CHAIN)?.is_none_or(|chain| chain.value() != chain_id) {
                    return Err(StoreError::OtherChain(path.to_owned()));
                }
            }
            Snapshot::open(read)
        })
    }
}
