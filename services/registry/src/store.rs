//! Blocks, certificates, map pages and records in one redb file: one durable write transaction per block.
//!
//! Readers take a [`Snapshot`], which stays whole while later blocks are committed. Pages and values that a
//! block replaced are removed some time later and outside the commit ([`Store::prune`]).

mod evidence;
pub mod export;
pub mod first;
pub mod import;
pub mod index;
mod open;
mod prune;
mod read_only;
mod snapshot;
mod tables;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;
use redb::{Database, Durability, ReadableDatabase as _, WriteTransaction};
use registry_state::map::{MapError, Update};
use registry_state::{ViewError, Writes};
use registry_types::{Block, Canonical, Certificate, Genesis, Hash, RestartProof, ValidatorSet};
use tokio::sync::watch;

pub use prune::Keep;
use prune::Stale;
pub use read_only::ReadOnly;
pub use snapshot::{HeightError, Snapshot};
pub use tables::BROWSED;
use tables::{
    BLOCKS, CERTIFICATES, CHANGES, HASHES, HEADERS, LISTED, META, PAGES, RESTARTS, ROWS, STALE, TRANSACTIONS,
    UNDECIDED, VERSIONS, page_key, row_key, transaction_key,
};

const TIP: &str = "tip";
const CHAIN: &str = "chain";
const FORMAT: &str = "format";
/// How the tables are laid out. Another layout is not read by mistake.
const LAYOUT: u64 = 2;
/// An import sorts pages in memory while it makes them; the node's own cache is not open yet.
const IMPORT_CACHE_BYTES: usize = 32 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("another process uses the registry's data in {0}")]
    InUse(PathBuf),
    #[error("the registry's data in {0} belongs to another chain than the genesis")]
    OtherChain(PathBuf),
    #[error(
        "the registry's data in {0} has the layout of another release, and this one does not convert it. Move that \
         file and `consensus.wal` away, leave the keys where they are, and start again: the node fetches the chain from \
         the others. Where no other node has the chain, start the release that wrote it instead"
    )]
    OtherLayout(PathBuf),
    #[error("cannot open the registry's data in {path}")]
    Open {
        path: PathBuf,
        #[source]
        source: redb::DatabaseError,
    },
    #[error(
        "the registry's data in {path} is damaged: {reason}. Put a backup in its place, or move the file away \
         and let the node fetch the chain again"
    )]
    Unsound { path: PathBuf, reason: String },
    #[error("the registry's data in {0} was not closed properly: start the node once and stop it")]
    NotClosed(PathBuf),
    #[error(
        "the genesis carries on the records of the chain {0}: put that chain's exported folder beside the genesis as \
         `carried`, or name it with `carried` in the configuration"
    )]
    NotCarried(String),
    #[error("there is no registry data in {0}")]
    Absent(PathBuf),
    #[error("cannot read or write the registry's data")]
    Database(#[from] redb::Error),
    #[error("the map cannot be computed")]
    Map(#[source] MapError),
    #[error("the stored {0} cannot be read: the data is damaged")]
    Damaged(&'static str),
    #[error(transparent)]
    View(#[from] ViewError),
    #[error("the genesis is not sound")]
    Genesis(#[from] registry_types::GenesisError),
}

macro_rules! from_redb {
    ($($error:ty),*) => {$(
        impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                Self::Database(error.into())
            }
        }
    )*};
}

from_redb!(
    redb::TransactionError,
    redb::TableError,
    redb::StorageError,
    redb::CommitError,
    redb::SetDurabilityError
);

/// The end of the decided chain.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Tip {
    /// Zero before the first block.
    pub height: u64,
    /// The chain id before the first block.
    pub hash: Hash,
    pub time_ms: u64,
    pub state_root: Hash,
    pub state_version: u64,
    /// Those who decide the next height.
    pub validators: ValidatorSet,
    /// Those who decided this one; nobody before the first block.
    pub decided_by: Option<ValidatorSet>,
}

/// A block kept before it is decided, so that a crash never makes two of one.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct Undecided {
    pub round: u32,
    pub hash: Hash,
    pub bytes: Vec<u8>,
}

/// A decided block with everything that follows from it.
pub struct Decision<'a> {
    pub block: &'a Block,
    pub bytes: &'a [u8],
    pub certificate: &'a Certificate,
    pub writes: &'a Writes,
    /// Nothing when the block changed no record.
    pub update: Option<&'a Update>,
    /// The restart that the block carries.
    pub restart: Option<&'a RestartProof>,
    pub tip: Tip,
}

pub struct Store {
    current: RwLock<Arc<Snapshot>>,
    database: Database,
    /// Fields are dropped in order: once this one is gone, the file is free.
    closed: watch::Sender<()>,
}

impl Store {
    /// Opens the file, or makes it with the state of the genesis. Refuses a file that is not what was written.
    pub fn open(path: &Path, genesis: &Genesis, cache_bytes: usize) -> Result<Self, StoreError> {
        let database = open::database(path, cache_bytes)?;
        let (database, snapshot) = open::sound(path, move || {
            open::prepare(path, &database, genesis)?;
            let snapshot = Snapshot::open(database.begin_read()?)?;
            open::check_tip(&snapshot, genesis)?;
            Ok((database, snapshot))
        })?;
        let current = RwLock::new(Arc::new(snapshot));
        Ok(Self { current, database, closed: watch::Sender::new(()) })
    }

    /// Returns once the last owner has let go and the file is free.
    pub fn closed(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut sender = self.closed.subscribe();
        async move { while sender.changed().await.is_ok() {} }
    }

    /// The newest decided state, whole for as long as it is held.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps a block before anybody hears of it. Durable when it returns.
    pub fn put_undecided(&self, height: u64, undecided: &Undecided) -> Result<(), StoreError> {
        let mut write = self.database.begin_write()?;
        write.set_durability(Durability::Immediate)?;
        write
            .open_table(UNDECIDED)?
            .insert((height, undecided.round, undecided.hash), undecided.bytes.as_slice())?;
        write.commit()?;
        Ok(())
    }

    /// What was kept for a height, by round.
    pub fn undecided(&self, height: u64) -> Result<Vec<Undecided>, StoreError> {
        let table = self.database.begin_read()?.open_table(UNDECIDED)?;
        let mut found = Vec::new();
        for entry in table.range((height, 0, [0; 32])..=(height, u32::MAX, [255; 32]))? {
            let (key, bytes) = entry?;
            let (_, round, hash) = key.value();
            found.push(Undecided { round, hash, bytes: bytes.value().to_vec() });
        }
        Ok(found)
    }

    /// Makes a decision part of the chain. Durable when it returns, and what the next snapshot shows.
    pub fn commit(&self, decision: &Decision<'_>) -> Result<(), StoreError> {
        let header = &decision.block.header;
        let height = header.height;
        let mut write = self.database.begin_write()?;
        write.set_durability(Durability::Immediate)?;
        {
            if let Some(update) = decision.update {
                put_update(&write, height, update)?;
                let stale = Stale::of(update, header.time_ms);
                write.open_table(STALE)?.insert(update.version, encode(&stale).as_slice())?;
                let mut listed = write.open_table(LISTED)?;
                for entry in decision.writes.iter().flat_map(|(key, value)| index::entries(key, value)) {
                    listed.insert(entry.as_str(), ())?;
                }
            }
            write.open_table(BLOCKS)?.insert(height, decision.bytes)?;
            write.open_table(HASHES)?.insert(header.hash(), height)?;
            write.open_table(HEADERS)?.insert(height, header.to_bytes().as_slice())?;
            write.open_table(CERTIFICATES)?.insert(height, decision.certificate.to_bytes().as_slice())?;
            let mut transactions = write.open_table(TRANSACTIONS)?;
            for (index, transaction) in (0u32..).zip(&decision.block.transactions) {
                transactions.insert(transaction_key(&transaction.id().0), (height, index))?;
            }
            if let Some(restart) = decision.restart {
                let last = height.saturating_sub(1);
                let set = restart.certificate.plan.validators.to_bytes();
                write.open_table(CHANGES)?.insert(last, set.as_slice())?;
                write.open_table(RESTARTS)?.insert(last, restart.to_bytes().as_slice())?;
            }
            if header.next_validators_hash != header.validators_hash {
                let next = decision.tip.validators.to_bytes();
                write.open_table(CHANGES)?.insert(height, next.as_slice())?;
            }
            write.open_table(UNDECIDED)?.retain(|(kept, _, _), _| kept > height)?;
            write.open_table(META)?.insert(TIP, encode(&decision.tip).as_slice())?;
        }
        write.commit()?;
        self.refresh()
    }

    /// Shows readers what was committed last. Read under the lock, so that a commit and a pruning step that
    /// end together never leave the older of the two.
    fn refresh(&self) -> Result<(), StoreError> {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(Snapshot::open(self.database.begin_read()?)?);
        Ok(())
    }

    /// A decided block's bytes with its certificate.
    pub fn decided(&self, height: u64) -> Result<Option<(Bytes, Certificate)>, StoreError> {
        let read = self.database.begin_read()?;
        let Some(block) = read.open_table(BLOCKS)?.get(height)? else { return Ok(None) };
        let certificate = self.snapshot().certificate(height)?;
        Ok(certificate.map(|certificate| (Bytes::copy_from_slice(block.value()), certificate)))
    }
}

/// Writes what an update brought. Rows are sorted by place, so neighbours share a visit.
fn put_update(write: &WriteTransaction, height: u64, update: &Update) -> Result<(), StoreError> {
    let mut pages = write.open_table(PAGES)?;
    let mut keyed: Vec<_> =
        update.pages.iter().map(|(path, page)| (page_key(update.version, path), page)).collect();
    keyed.sort_unstable();
    for (key, page) in keyed {
        pages.insert(key.as_slice(), page.as_slice())?;
    }
    let mut rows = write.open_table(ROWS)?;
    for (place, row) in &update.rows {
        rows.insert(row_key(place, update.version), row.as_slice())?;
    }
    write.open_table(VERSIONS)?.insert(height, update.version)?;
    Ok(())
}

#[expect(clippy::expect_used, reason = "borsh fails only when the writer does, and a Vec never does")]
fn encode(value: &impl BorshSerialize) -> Vec<u8> {
    borsh::to_vec(value).expect("writing to memory cannot fail")
}
