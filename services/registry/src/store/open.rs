//! Opening the file, and refusing it when it is not what was written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::{Database, ReadableTable as _, WriteTransaction};
use registry_client::verify_certificate;
use registry_state::map::{self, Version};
use registry_types::{Genesis, Hash, ValidatorSet};

use super::tables::{
    BLOCKS, CERTIFICATES, CHANGES, EVIDENCE, HASHES, HEADERS, LISTED, META, MapTables, PAGES, RESTARTS, ROWS,
    STALE, TRANSACTIONS, UNDECIDED, VERSIONS,
};
use super::{CHAIN, FORMAT, LAYOUT, Snapshot, StoreError, TIP, Tip, encode, index, put_update};

/// Opens the file and verifies the checksum of every page: a bit that turned on disk is found here, not by a
/// record that reads differently from the one that was written.
pub fn database(path: &Path, cache_bytes: usize) -> Result<Database, StoreError> {
    sound(path, || {
        Database::builder()
            .set_cache_size(cache_bytes)
            .set_check_integrity_on_open(true)
            .create(path)
            .map_err(|error| refused(path, error))
    })
}

pub fn refused(path: &Path, error: redb::DatabaseError) -> StoreError {
    match error {
        redb::DatabaseError::DatabaseAlreadyOpen => StoreError::InUse(path.to_owned()),
        redb::DatabaseError::Storage(redb::StorageError::Corrupted(reason)) => {
            StoreError::Unsound { path: path.to_owned(), reason }
        }
        source => StoreError::Open { path: path.to_owned(), source },
    }
}

/// Damage in a place that the database does not expect makes it panic; it must read like any other damage.
pub fn sound<T>(path: &Path, open: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let opened = catch_unwind(AssertUnwindSafe(open));
    let unsound = |reason: &str| StoreError::Unsound { path: path.to_owned(), reason: reason.to_owned() };
    match opened {
        Ok(Err(StoreError::Damaged(what))) => Err(unsound(what)),
        Ok(Err(StoreError::Map(error))) => Err(unsound(&error.to_string())),
        Ok(Err(StoreError::Database(redb::Error::Corrupted(reason)))) => Err(unsound(&reason)),
        Ok(opened) => opened,
        Err(_) => Err(unsound("it is not a whole database")),
    }
}

/// Makes the tables, with the state of the genesis when there is none yet. A file of another layout or chain is left
/// as it is.
pub fn prepare(path: &Path, database: &Database, genesis: &Genesis) -> Result<(), StoreError> {
    let write = database.begin_write()?;
    let (chain, layout) = {
        let meta = write.open_table(META)?;
        let chain = meta.get(CHAIN)?.map(|chain| chain.value().to_vec());
        (chain, meta.get(FORMAT)?.map(|layout| layout.value().to_vec()))
    };
    if chain.is_some() && layout.as_deref() != Some(&LAYOUT.to_be_bytes()) {
        return Err(StoreError::OtherLayout(path.to_owned()));
    }
    if chain.as_ref().is_some_and(|chain| *chain != genesis.chain_id()) {
        return Err(StoreError::OtherChain(path.to_owned()));
    }
    write.open_table(BLOCKS)?;
    write.open_table(HEADERS)?;
    write.open_table(HASHES)?;
    write.open_table(EVIDENCE)?;
    write.open_table(CERTIFICATES)?;
    write.open_table(CHANGES)?;
    write.open_table(RESTARTS)?;
    write.open_table(UNDECIDED)?;
    write.open_table(STALE)?;
    write.open_table(LISTED)?;
    write.open_table(TRANSACTIONS)?;
    write.open_table(VERSIONS)?;
    write.open_table(PAGES)?;
    write.open_table(ROWS)?;
    if chain.is_none() {
        if let Some(predecessor) = &genesis.continues {
            return Err(StoreError::NotCarried(hex::encode(predecessor.chain)));
        }
        put_genesis(&write, genesis)?;
    }
    write.commit()?;
    Ok(())
}

fn put_genesis(write: &WriteTransaction, genesis: &Genesis) -> Result<(), StoreError> {
    let writes = registry_state::genesis_writes(genesis)?;
    let update = {
        let tables = MapTables { pages: write.open_table(PAGES)?, rows: write.open_table(ROWS)? };
        map::update(&tables, None, &writes).map_err(StoreError::Map)?
    };
    put_update(write, 0, &update)?;
    let mut listed = write.open_table(LISTED)?;
    for entry in writes.iter().flat_map(|(key, value)| index::entries(key, value)) {
        listed.insert(entry.as_str(), ())?;
    }
    put_beginning(write, genesis, (update.root, update.version))
}

/// The chain's name and its tip before the first block.
pub fn put_beginning(
    write: &WriteTransaction,
    genesis: &Genesis,
    (state_root, state_version): (Hash, Version),
) -> Result<(), StoreError> {
    let tip = Tip {
        height: 0,
        hash: genesis.chain_id(),
        time_ms: genesis.time_ms,
        state_root,
        state_version,
        validators: genesis.validator_set()?,
        decided_by: None,
    };
    let mut meta = write.open_table(META)?;
    meta.insert(CHAIN, genesis.chain_id().as_slice())?;
    meta.insert(FORMAT, LAYOUT.to_be_bytes().as_slice())?;
    meta.insert(TIP, encode(&tip).as_slice())?;
    Ok(())
}

/// Whether tip, header, certificate and map belong together: a certificate by those who decided, for the
/// header that the tip names, whose root is the one that the map's first page makes.
pub fn check_tip(snapshot: &Snapshot, genesis: &Genesis) -> Result<(), StoreError> {
    let tip = snapshot.tip();
    if map::root(snapshot, tip.state_version).map_err(StoreError::Map)? != tip.state_root {
        return Err(StoreError::Damaged("map does not have the root of the last block"));
    }
    let Some((header, certificate)) = snapshot.head() else {
        let first = tip.height == 0 && tip.hash == genesis.chain_id();
        return if first { Ok(()) } else { Err(StoreError::Damaged("last header is missing")) };
    };
    let same = header.hash() == tip.hash
        && header.height == tip.height
        && header.state_root == tip.state_root
        && header.next_validators_hash == ValidatorSet::hash(&tip.validators);
    let decided_by = tip.decided_by.as_ref().filter(|_| same);
    let decided_by = decided_by.ok_or(StoreError::Damaged("last header is not the one that was decided"))?;
    verify_certificate(&genesis.chain_id(), decided_by, header, certificate)
        .map_err(|_| StoreError::Damaged("certificate of the last header does not hold"))
}
