use std::path::Path;

use redb::Database;
use registry_state::{Carry, Writes};
use registry_types::{Genesis, Predecessor};

use super::{CarriedError, Exported};
use crate::store::{ReadOnly, Snapshot, StoreError, first};

/// How many records one write brings.
const BATCH: usize = 5_000;

/// Makes the store at `path` with the first state of a genesis that carries on another chain, from the exported
/// folder. Nothing stands at `path` before it is whole.
pub fn found(path: &Path, genesis: &Genesis, folder: &Path) -> Result<(), CarriedError> {
    let Some(predecessor) = &genesis.continues else { return Ok(()) };
    if !folder.exists() {
        return Err(StoreError::NotCarried(hex::encode(predecessor.chain)).into());
    }
    let exported = Exported::open(folder)?;
    if exported.predecessor() != *predecessor {
        let Predecessor { chain, height, .. } = predecessor;
        return Err(CarriedError::Other {
            chain: hex::encode(chain),
            height: *height,
            path: folder.to_owned(),
        });
    }
    let restored = path.with_file_name("carried.redb");
    let part = path.with_file_name("founding.redb");
    remove(&restored)?;
    remove(&part)?;
    exported.restore(&restored)?;
    let file = ReadOnly::open(&restored)?.ok_or_else(|| StoreError::NotClosed(restored.clone()))?;
    let old = file.snapshot(&restored, &predecessor.chain)?;
    let database = first::create(&part)?;
    put_records(&database, &Carry::new(genesis), &old)?;
    first::seal(&database, genesis)?;
    drop((database, old, file));
    let failed = |source| CarriedError::File { path: path.to_owned(), source };
    std::fs::rename(&part, path).map_err(failed)?;
    remove(&restored)
}

fn put_records(database: &Database, carry: &Carry<'_>, old: &Snapshot) -> Result<(), CarriedError> {
    let mut batch = Writes::new();
    old.each_record(|key, value| {
        if let Some(kept) = carry.record(&key, value)? {
            batch.insert(key, kept);
        }
        if batch.len() >= BATCH {
            first::put(database, &batch)?;
            batch.clear();
        }
        Ok::<_, CarriedError>(())
    })?;
    first::put(database, &batch)?;
    // Last, over what was carried.
    Ok(first::put(database, &carry.founding_writes(old)?)?)
}

fn remove(path: &Path) -> Result<(), CarriedError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(CarriedError::File { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}
