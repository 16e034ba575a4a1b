use borsh::BorshDeserialize as _;
use redb::{ReadOnlyTable, ReadTransaction, ReadableTable as _};
use registry_state::map::{self, Leaf, MapError, MapReader, Path, Row, Version};
use registry_state::{View, ViewError};
use registry_types::{
    Block, Canonical, Certificate, Hash, Header, ProvenRecord, RestartProof, SetChange, TransactionId,
    TransactionPlace, ValidatorSet, state_key,
};

use super::tables::{
    BLOCKS, CERTIFICATES, CHANGES, HASHES, HEADERS, LISTED, META, MapTables, PAGES, RESTARTS, ROWS, STALE,
    TRANSACTIONS, VERSIONS, split_row_key, transaction_key,
};
use super::{StoreError, TIP, Tip};

/// Why a record is not proven as it was at a height.
#[derive(Debug, thiserror::Error)]
pub enum HeightError {
    #[error("height {height} is not decided yet; the newest is {newest}")]
    NotDecided { height: u64, newest: u64 },
    #[error(
        "this node no longer keeps the records of height {height}; the oldest that it can prove is {oldest}"
    )]
    Gone { height: u64, oldest: u64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Pages = ReadOnlyTable<&'static [u8], &'static [u8]>;
type Rows = ReadOnlyTable<[u8; 40], &'static [u8]>;

/// The chain up to one decided height. Later commits and pruning do not show in it.
pub struct Snapshot {
    read: ReadTransaction,
    map: MapTables<Pages, Rows>,
    tip: Tip,
    /// Header and certificate of the tip; nothing before the first block.
    head: Option<(Header, Certificate)>,
}

impl Snapshot {
    pub(super) fn open(read: ReadTransaction) -> Result<Self, StoreError> {
        let map = MapTables { pages: read.open_table(PAGES)?, rows: read.open_table(ROWS)? };
        let tip = {
            let meta = read.open_table(META)?;
            let bytes = meta.get(TIP)?.ok_or(StoreError::Damaged("tip"))?;
            Tip::try_from_slice(bytes.value()).map_err(|_| StoreError::Damaged("tip"))?
        };
        let mut snapshot = Self { read, map, tip, head: None };
        let height = snapshot.tip.height;
        if height > 0 {
            let header = snapshot.header(height)?.ok_or(StoreError::Damaged("header"))?;
            let certificate = snapshot.certificate(height)?.ok_or(StoreError::Damaged("certificate"))?;
            snapshot.head = Some((header, certificate));
        }
        Ok(snapshot)
    }

    pub fn tip(&self) -> &Tip {
        &self.tip
    }

    pub fn head(&self) -> Option<&(Header, Certificate)> {
        self.head.as_ref()
    }

    pub fn header(&self, height: u64) -> Result<Option<Header>, StoreError> {
        let table = self.read.open_table(HEADERS)?;
        let bytes = table.get(height)?;
        bytes.map(|bytes| decode(bytes.value(), "header")).transpose()
    }

    /// The height of the header with this hash.
    pub fn height_of(&self, hash: &Hash) -> Result<Option<u64>, StoreError> {
        Ok(self.read.open_table(HASHES)?.get(hash)?.map(|height| height.value()))
    }

    pub fn certificate(&self, height: u64) -> Result<Option<Certificate>, StoreError> {
        let table = self.read.open_table(CERTIFICATES)?;
        let bytes = table.get(height)?;
        bytes.map(|bytes| decode(bytes.value(), "certificate")).transpose()
    }

    pub fn block(&self, height: u64) -> Result<Option<Block>, StoreError> {
        let table = self.read.open_table(BLOCKS)?;
        let bytes = table.get(height)?;
        bytes.map(|bytes| decode(bytes.value(), "block")).transpose()
    }

    /// Where a transaction was committed, if it was.
    pub fn place(&self, id: TransactionId) -> Result<Option<TransactionPlace>, StoreError> {
        let Some(entry) = self.read.open_table(TRANSACTIONS)?.get(transaction_key(&id.0))? else {
            return Ok(None);
        };
        let (height, index) = entry.value();
        let header = self.header(height)?.ok_or(StoreError::Damaged("header"))?;
        let (block_time_ms, header_hash) = (header.time_ms, header.hash());
        Ok(Some(TransactionPlace { height, index, block_time_ms, header_hash }))
    }

    /// State keys that begin with `prefix`, in order, after `after`.
    pub fn listed(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        let table = self.read.open_table(LISTED)?;
        let from = after.unwrap_or(prefix);
        let mut found = Vec::new();
        for entry in table.range(from..)? {
            let key = entry?.0.value().to_owned();
            if !key.starts_with(prefix) || found.len() == limit {
                break;
            }
            if Some(key.as_str()) != after {
                found.push(key);
            }
        }
        Ok(found)
    }

    /// Those who decide a height; nothing where no change is known before it.
    pub fn validators_at(&self, height: u64) -> Result<Option<ValidatorSet>, StoreError> {
        let table = self.read.open_table(CHANGES)?;
        let change = table.range(..height)?.next_back().transpose()?;
        change.map(|(_, set)| decode(set.value(), "validator set")).transpose()
    }

    /// The first height whose block is still here.
    pub fn first_block(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.read.open_table(BLOCKS)?.first()?.map(|(height, _)| height.value()))
    }

    /// Changes of the validator set after a height, oldest first, at most `limit`. A restart after that very height is
    /// one of them.
    pub fn changes_after(&self, height: u64, limit: usize) -> Result<Vec<SetChange>, StoreError> {
        let table = self.read.open_table(CHANGES)?;
        let restarts = self.read.open_table(RESTARTS)?;
        let first = if restarts.get(height)?.is_some() { height } else { height.saturating_add(1) };
        let mut found = Vec::new();
        for entry in table.range(first..)?.take(limit) {
            let (height, next) = entry?;
            let height = height.value();
            let header = self.header(height)?.ok_or(StoreError::Damaged("header"))?;
            let certificate = self.certificate(height)?.ok_or(StoreError::Damaged("certificate"))?;
            let next: ValidatorSet = decode(next.value(), "validator set")?;
            let restart = restarts.get(height)?;
            let restart =
                restart.map(|bytes| decode::<RestartProof>(bytes.value(), "restart")).transpose()?;
            found.push(SetChange { header, certificate, next, restart });
        }
        Ok(found)
    }

    /// The record under a key with everything a reader needs to believe it; nothing before the first block.
    pub fn prove(&self, key: &str) -> Result<Option<ProvenRecord>, StoreError> {
        let Some((header, certificate)) = self.head.clone() else { return Ok(None) };
        let (value, map_proof) = map::prove(self, self.tip.state_version, key).map_err(StoreError::Map)?;
        Ok(Some(ProvenRecord { value, map_proof, header, certificate }))
    }

    /// The same as it was at a height, while the map of that height is kept.
    pub fn prove_at(&self, height: u64, key: &str) -> Result<ProvenRecord, HeightError> {
        let version = self.version_at(height)?;
        let header = self.header(height)?.ok_or(StoreError::Damaged("header"))?;
        let certificate = self.certificate(height)?.ok_or(StoreError::Damaged("certificate"))?;
        let (value, map_proof) = map::prove(self, version, key).map_err(StoreError::Map)?;
        Ok(ProvenRecord { value, map_proof, header, certificate })
    }

    /// Whether a version up to `last` that came no later than this left something to remove.
    pub(super) fn has_stale(&self, last: Version, time_ms: u64) -> Result<bool, StoreError> {
        let table = self.read.open_table(STALE)?;
        let Some((version, bytes)) = table.first()? else { return Ok(false) };
        // The time comes first.
        let time = bytes.value().first_chunk::<8>().copied().map_or(0, u64::from_le_bytes);
        Ok(version.value() <= last && time <= time_ms)
    }

    /// Every record of the newest state, in the order of their places.
    pub(crate) fn each_record<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(String, Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut newest: Option<(Hash, Vec<u8>)> = None;
        let mut hand = |row: Option<(Hash, Vec<u8>)>| {
            let Some((place, bytes)) = row else { return Ok(()) };
            let row = Row::from_bytes(&place, &bytes).ok_or(StoreError::Damaged("record"))?;
            each(row.key, row.value)
        };
        for entry in self.map.rows.iter().map_err(StoreError::from)? {
            let (key, bytes) = entry.map_err(StoreError::from)?;
            let (place, version) = split_row_key(&key.value());
            if version > self.tip.state_version {
                continue;
            }
            let before = newest.replace((place, bytes.value().to_vec()));
            hand(before.filter(|(before, _)| *before != place))?;
        }
        hand(newest)
    }

    /// The map version at a decided height. What is pruned has no entry any more.
    fn version_at(&self, height: u64) -> Result<Version, HeightError> {
        let newest = self.tip.height;
        if height > newest {
            return Err(HeightError::NotDecided { height, newest });
        }
        let versions = self.read.open_table(VERSIONS).map_err(StoreError::from)?;
        let first = versions.first().map_err(StoreError::from)?.map_or(newest, |(first, _)| first.value());
        // The state of the genesis stands in no header.
        let oldest = first.max(1);
        if height < oldest {
            return Err(HeightError::Gone { height, oldest });
        }
        let mut entries = versions.range(..=height).map_err(StoreError::from)?;
        let entry = entries.next_back().transpose().map_err(StoreError::from)?;
        entry.map(|(_, version)| version.value()).ok_or_else(|| StoreError::Damaged("map version").into())
    }
}

impl View for Snapshot {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, ViewError> {
        match self.map.row(&state_key::place(key), self.tip.state_version) {
            Ok(row) => Ok(row.map(|row| row.value)),
            Err(source) => Err(ViewError::Store { key: key.to_owned(), source }),
        }
    }
}

impl MapReader for Snapshot {
    fn page(&self, version: Version, path: &Path) -> Result<Option<Vec<u8>>, MapError> {
        self.map.page(version, path)
    }

    fn leaves(&self, path: &Path, version: Version, limit: usize) -> Result<Vec<Leaf>, MapError> {
        self.map.leaves(path, version, limit)
    }

    fn row(&self, place: &Hash, version: Version) -> Result<Option<Row>, MapError> {
        self.map.row(place, version)
    }
}

fn decode<T: Canonical>(bytes: &[u8], what: &'static str) -> Result<T, StoreError> {
    T::from_bytes(bytes).map_err(|_| StoreError::Damaged(what))
}
