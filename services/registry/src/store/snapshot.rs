use anyhow::Context as _;
use borsh::BorshDeserialize as _;
use jmt::storage::{LeafNode, Node, NodeKey, TreeReader};
use jmt::{KeyHash, OwnedValue, Version};
use redb::{ReadOnlyTable, ReadTransaction, ReadableTable as _};
use registry_state::{View, ViewError, map};
use registry_types::{
    Block, Canonical, Certificate, Hash, Header, ProvenRecord, RestartProof, SetChange, TransactionId,
    TransactionPlace, ValidatorSet, state_key,
};

use super::tables::{
    BLOCKS, CERTIFICATES, CHANGES, HASHES, HEADERS, LISTED, META, NODES, RESTARTS, TRANSACTIONS, VALUES,
    node_key, value_key,
};
use super::{StoreError, TIP, Tip};

/// The chain up to one decided height. Later commits and pruning do not show in it.
pub struct Snapshot {
    read: ReadTransaction,
    nodes: ReadOnlyTable<&'static [u8], &'static [u8]>,
    values: ReadOnlyTable<&'static [u8], Option<&'static [u8]>>,
    tip: Tip,
    /// Header and certificate of the tip; nothing before the first block.
    head: Option<(Header, Certificate)>,
}

impl Snapshot {
    pub(super) fn open(read: ReadTransaction) -> Result<Self, StoreError> {
        let nodes = read.open_table(NODES)?;
        let values = read.open_table(VALUES)?;
        let tip = {
            let meta = read.open_table(META)?;
            let bytes = meta.get(TIP)?.ok_or(StoreError::Damaged("tip"))?;
            Tip::try_from_slice(bytes.value()).map_err(|_| StoreError::Damaged("tip"))?
        };
        let mut snapshot = Self { read, nodes, values, tip, head: None };
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
        let Some(entry) = self.read.open_table(TRANSACTIONS)?.get(id.0)? else { return Ok(None) };
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
}

impl View for Snapshot {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, ViewError> {
        self.get_value_option(self.tip.state_version, KeyHash(state_key::place(key)))
            .map_err(|source| ViewError::Store { key: key.to_owned(), source })
    }
}

impl TreeReader for Snapshot {
    fn get_node_option(&self, key: &NodeKey) -> Result<Option<Node>, anyhow::Error> {
        let bytes = self.nodes.get(node_key(key).as_slice())?;
        bytes.map(|bytes| Node::try_from_slice(bytes.value())).transpose().context("map node")
    }

    fn get_value_option(&self, max: Version, key: KeyHash) -> Result<Option<OwnedValue>, anyhow::Error> {
        let (from, to) = (value_key(&key.0, 0), value_key(&key.0, max));
        let newest = self.values.range(from.as_slice()..=to.as_slice())?.next_back();
        Ok(newest.transpose()?.and_then(|(_, value)| value.value().map(<[u8]>::to_vec)))
    }

    fn get_rightmost_leaf(&self) -> Result<Option<(NodeKey, LeafNode)>, anyhow::Error> {
        // Only restoring from a snapshot asks.
        Ok(None)
    }
}

fn decode<T: Canonical>(bytes: &[u8], what: &'static str) -> Result<T, StoreError> {
    T::from_bytes(bytes).map_err(|_| StoreError::Damaged(what))
}
