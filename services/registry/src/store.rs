//! Blocks, certificates, map nodes and values in one redb file: one durable write transaction per block.
//!
//! Readers take a [`Snapshot`], which stays whole while later blocks are committed. Nodes and values that a
//! block replaced are removed some blocks later and outside the commit ([`Store::prune`]).

mod evidence;
pub mod index;
mod snapshot;
mod tables;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;
use redb::{Database, Durability, ReadableDatabase as _, ReadableTable as _};
use registry_state::Writes;
use registry_state::map::Update;
use registry_types::{Block, Canonical, Certificate, Genesis, Hash, ValidatorSet};
use tokio::sync::watch;

pub use snapshot::Snapshot;
pub use tables::BROWSED;
use tables::{
    BLOCKS, CERTIFICATES, CHANGES, EVIDENCE, HASHES, HEADERS, LISTED, META, NODES, STALE, TRANSACTIONS,
    UNDECIDED, VALUES, node_key, value_key,
};

/// How many map versions stay complete behind the newest.
const KEPT_VERSIONS: u64 = 16;
/// How many nodes one pruning step removes at most, so that it never holds up a block for long.
const PRUNE_STEP: usize = 2_000;

const TIP: &str = "tip";
const CHAIN: &str = "chain";
const PRUNED: &str = "pruned";

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("another process uses the registry's data in {0}")]
    InUse(PathBuf),
    #[error("the registry's data in {0} belongs to another chain than the genesis")]
    OtherChain(PathBuf),
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
    #[error("cannot read or write the registry's data")]
    Database(#[from] redb::Error),
    #[error("the map cannot be computed")]
    Map(#[source] anyhow::Error),
    #[error("the stored {0} cannot be read: the data is damaged")]
    Damaged(&'static str),
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
    pub tip: Tip,
}

pub struct Store {
    current: RwLock<Arc<Snapshot>>,
    database: Database,
    /// The version up to which nothing is left to remove, as far as this process knows.
    pruned: AtomicU64,
    /// Fields are dropped in order: once this one is gone, the file is free.
    closed: watch::Sender<()>,
}

impl Store {
    /// Opens the file, or makes it with the state of the genesis.
    pub fn open(path: &Path, genesis: &Genesis, cache_bytes: usize) -> Result<Self, StoreError> {
        sound(path, || Self::open_sound(path, genesis, cache_bytes))
    }

    /// Every page's checksum is verified: a bit that turned on disk is found here, not by a record that reads
    /// differently from the one that was written.
    fn open_sound(path: &Path, genesis: &Genesis, cache_bytes: usize) -> Result<Self, StoreError> {
        let mut builder = Database::builder();
        builder.set_cache_size(cache_bytes).set_check_integrity_on_open(true);
        let database = builder.create(path).map_err(|source| match source {
            redb::DatabaseError::DatabaseAlreadyOpen => StoreError::InUse(path.to_owned()),
            redb::DatabaseError::Storage(redb::StorageError::Corrupted(reason)) => {
                StoreError::Unsound { path: path.to_owned(), reason }
            }
            source => StoreError::Open { path: path.to_owned(), source },
        })?;
        let write = database.begin_write()?;
        {
            let mut meta = write.open_table(META)?;
            write.open_table(BLOCKS)?;
            write.open_table(HEADERS)?;
            write.open_table(HASHES)?;
            write.open_table(CERTIFICATES)?;
            write.open_table(CHANGES)?;
            write.open_table(TRANSACTIONS)?;
            write.open_table(UNDECIDED)?;
            write.open_table(EVIDENCE)?;
            let mut nodes = write.open_table(NODES)?;
            let mut values = write.open_table(VALUES)?;
            write.open_table(STALE)?;
            let mut listed = write.open_table(LISTED)?;
            let chain = meta.get(CHAIN)?.map(|chain| chain.value().to_vec());
            match chain {
                Some(chain) if chain == genesis.chain_id() => {}
                Some(_) => return Err(StoreError::OtherChain(path.to_owned())),
                None => {
                    let writes = registry_state::genesis_writes(genesis)?;
                    let update = registry_state::map::update(&tables::Nothing, None, &writes)
                        .map_err(StoreError::Map)?;
                    put_update(&mut nodes, &mut values, &update)?;
                    for entry in writes.iter().flat_map(|(key, value)| index::entries(key, value)) {
                        listed.insert(entry.as_str(), ())?;
                    }
                    let tip = Tip {
                        height: 0,
                        hash: genesis.chain_id(),
                        time_ms: genesis.time_ms,
                        state_root: update.root,
                        state_version: update.version,
                        validators: genesis.validator_set()?,
                        decided_by: None,
                    };
                    meta.insert(CHAIN, genesis.chain_id().as_slice())?;
                    meta.insert(TIP, encode(&tip).as_slice())?;
                }
            }
        }
        write.commit()?;
        let snapshot = Snapshot::open(database.begin_read()?)?;
        let current = RwLock::new(Arc::new(snapshot));
        Ok(Self { current, database, pruned: AtomicU64::new(0), closed: watch::Sender::new(()) })
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
                let mut nodes = write.open_table(NODES)?;
                let mut values = write.open_table(VALUES)?;
                put_update(&mut nodes, &mut values, update)?;
                let stale = Stale::of(update);
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
                transactions.insert(transaction.id().0, (height, index))?;
            }
            if header.next_validators_hash != header.validators_hash {
                let next = decision.tip.validators.to_bytes();
                write.open_table(CHANGES)?.insert(height, next.as_slice())?;
            }
            write.open_table(UNDECIDED)?.retain(|(kept, _, _), _| kept > height)?;
            write.open_table(META)?.insert(TIP, encode(&decision.tip).as_slice())?;
        }
        write.commit()?;
        let snapshot = Arc::new(Snapshot::open(self.database.begin_read()?)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
        Ok(())
    }

    /// Removes one step's worth of what older versions left behind. Returns whether there is more.
    pub fn prune(&self) -> Result<bool, StoreError> {
        let newest = self.snapshot().tip().state_version;
        let last = newest.saturating_sub(KEPT_VERSIONS);
        if self.pruned.load(Ordering::Relaxed) >= last {
            return Ok(false);
        }
        let mut write = self.database.begin_write()?;
        // Losing this work in a crash only means doing it again.
        write.set_durability(Durability::None)?;
        let mut more = false;
        {
            let mut meta = write.open_table(META)?;
            let pruned = meta
                .get(PRUNED)?
                .and_then(|bytes| bytes.value().try_into().ok().map(u64::from_be_bytes))
                .unwrap_or(0);
            let mut stale = write.open_table(STALE)?;
            let mut nodes = write.open_table(NODES)?;
            let mut values = write.open_table(VALUES)?;
            let mut removed = 0;
            let mut done = pruned;
            for version in pruned + 1..=last {
                if removed >= PRUNE_STEP {
                    more = true;
                    break;
                }
                if let Some(bytes) = stale.remove(version)? {
                    let gone = Stale::try_from_slice(bytes.value())
                        .map_err(|_| StoreError::Damaged("prune list"))?;
                    removed += gone.remove(&mut nodes, &mut values, version)?;
                }
                done = version;
            }
            if done > pruned {
                meta.insert(PRUNED, done.to_be_bytes().as_slice())?;
            }
        }
        write.commit()?;
        if !more {
            self.pruned.store(last, Ordering::Relaxed);
        }
        Ok(more)
    }

    /// A decided block's bytes with its certificate.
    pub fn decided(&self, height: u64) -> Result<Option<(Bytes, Certificate)>, StoreError> {
        let read = self.database.begin_read()?;
        let Some(block) = read.open_table(BLOCKS)?.get(height)? else { return Ok(None) };
        let certificate = self.snapshot().certificate(height)?;
        Ok(certificate.map(|certificate| (Bytes::copy_from_slice(block.value()), certificate)))
    }
}

/// Damage in a place that the database does not expect makes it panic; it must read like any other damage.
fn sound<T>(path: &Path, open: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let unsound = |reason: &str| StoreError::Unsound { path: path.to_owned(), reason: reason.to_owned() };
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(Err(StoreError::Damaged(what))) => Err(unsound(what)),
        Ok(Err(StoreError::Database(redb::Error::Corrupted(reason)))) => Err(unsound(&reason)),
        Ok(opened) => opened,
        Err(_) => Err(unsound("it is not a whole database")),
    }
}

/// What a version made superfluous: nodes by key, and older values of the keys it wrote.
#[derive(BorshSerialize, BorshDeserialize)]
struct Stale {
    nodes: Vec<Vec<u8>>,
    written: Vec<Hash>,
}

impl Stale {
    fn of(update: &Update) -> Self {
        let nodes = update.batch.stale_node_index_batch.iter().map(|stale| node_key(&stale.node_key));
        let written = update.batch.node_batch.values().keys().map(|(_, key)| key.0);
        Self { nodes: nodes.collect(), written: written.collect() }
    }

    fn remove(
        &self,
        nodes: &mut redb::Table<'_, &'static [u8], &'static [u8]>,
        values: &mut redb::Table<'_, &'static [u8], Option<&'static [u8]>>,
        version: u64,
    ) -> Result<usize, StoreError> {
        for key in &self.nodes {
            nodes.remove(key.as_slice())?;
        }
        let mut removed = self.nodes.len();
        for place in &self.written {
            let (from, to) = (value_key(place, 0), value_key(place, version));
            let older: Vec<Vec<u8>> = values
                .range(from.as_slice()..to.as_slice())?
                .map(|entry| entry.map(|(key, _)| key.value().to_vec()))
                .collect::<Result<_, _>>()?;
            removed += older.len();
            for key in older {
                values.remove(key.as_slice())?;
            }
        }
        Ok(removed)
    }
}

fn put_update(
    nodes: &mut redb::Table<'_, &'static [u8], &'static [u8]>,
    values: &mut redb::Table<'_, &'static [u8], Option<&'static [u8]>>,
    update: &Update,
) -> Result<(), StoreError> {
    for (key, node) in update.batch.node_batch.nodes() {
        nodes.insert(node_key(key).as_slice(), encode(node).as_slice())?;
    }
    for ((version, key), value) in update.batch.node_batch.values() {
        values.insert(value_key(&key.0, *version).as_slice(), value.as_deref())?;
    }
    Ok(())
}

#[expect(clippy::expect_used, reason = "borsh fails only when the writer does, and a Vec never does")]
fn encode<T: BorshSerialize>(value: &T) -> Vec<u8> {
    borsh::to_vec(value).expect("writing to memory cannot fail")
}
