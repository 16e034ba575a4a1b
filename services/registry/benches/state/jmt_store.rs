//! The same rows in a store that keeps every node of the tree, as the `jmt` crate gives them.

use std::path::Path;

use borsh::BorshDeserialize as _;
use jmt::storage::{LeafNode, Node, NodeKey, TreeReader, TreeUpdateBatch};
use jmt::{KeyHash, OwnedValue, Sha256Jmt, Version};
use redb::{Database, Durability, ReadOnlyTable, ReadableDatabase as _, TableDefinition};
use registry_state::Writes;
use registry_types::{Hash, state_key};

const NODES: TableDefinition<&[u8], &[u8]> = TableDefinition::new("nodes");
const VALUES: TableDefinition<&[u8], Option<&[u8]>> = TableDefinition::new("values");
const STALE: TableDefinition<u64, &[u8]> = TableDefinition::new("stale");
const BLOCKS: TableDefinition<u64, &[u8]> = TableDefinition::new("blocks");
const TRANSACTIONS: TableDefinition<[u8; 16], (u64, u32)> = TableDefinition::new("transactions");
/// As many versions as `registry::store` keeps under the same load.
const KEPT: u64 = 40;

pub struct JmtStore {
    database: Database,
    next: Version,
}

struct Reader {
    nodes: ReadOnlyTable<&'static [u8], &'static [u8]>,
    values: ReadOnlyTable<&'static [u8], Option<&'static [u8]>>,
}

impl JmtStore {
    pub fn create(path: &Path, cache_bytes: usize) -> Self {
        let database = Database::builder().set_cache_size(cache_bytes).create(path).unwrap();
        let write = database.begin_write().unwrap();
        write.open_table(NODES).unwrap();
        write.open_table(VALUES).unwrap();
        write.open_table(STALE).unwrap();
        write.commit().unwrap();
        Self { database, next: 0 }
    }

    fn reader(&self) -> Reader {
        let read = self.database.begin_read().unwrap();
        Reader { nodes: read.open_table(NODES).unwrap(), values: read.open_table(VALUES).unwrap() }
    }

    pub fn update(&self, writes: &Writes) -> (Hash, TreeUpdateBatch) {
        let reader = self.reader();
        let values = writes.iter().map(|(key, value)| (KeyHash(state_key::place(key)), Some(value.clone())));
        let (root, batch) = Sha256Jmt::new(&reader).put_value_set(values, self.next).unwrap();
        (root.0, batch)
    }

    /// One durable transaction, with the block and its transactions as a node writes them.
    pub fn commit(&mut self, batch: &TreeUpdateBatch, block: &[u8], transactions: &[[u8; 16]]) {
        let mut write = self.database.begin_write().unwrap();
        write.set_durability(Durability::Immediate).unwrap();
        {
            let mut nodes = write.open_table(NODES).unwrap();
            for (key, node) in batch.node_batch.nodes() {
                let bytes = borsh::to_vec(node).unwrap();
                nodes.insert(node_key(key).as_slice(), bytes.as_slice()).unwrap();
            }
            let mut values = write.open_table(VALUES).unwrap();
            for ((version, key), value) in batch.node_batch.values() {
                values.insert(value_key(&key.0, *version).as_slice(), value.as_deref()).unwrap();
            }
            let stale: Vec<Vec<u8>> =
                batch.stale_node_index_batch.iter().map(|stale| node_key(&stale.node_key)).collect();
            let bytes = borsh::to_vec(&stale).unwrap();
            write.open_table(STALE).unwrap().insert(self.next, bytes.as_slice()).unwrap();
            write.open_table(BLOCKS).unwrap().insert(self.next, block).unwrap();
            let mut places = write.open_table(TRANSACTIONS).unwrap();
            for (index, id) in (0u32..).zip(transactions) {
                places.insert(*id, (self.next, index)).unwrap();
            }
        }
        write.commit().unwrap();
        self.next += 1;
    }

    /// Removes the nodes that a version long ago made superfluous.
    pub fn prune(&self) {
        let Some(version) = self.next.checked_sub(KEPT) else { return };
        let mut write = self.database.begin_write().unwrap();
        write.set_durability(Durability::None).unwrap();
        {
            let mut table = write.open_table(STALE).unwrap();
            let stale: Vec<Vec<u8>> = match table.remove(version).unwrap() {
                Some(bytes) => borsh::from_slice(bytes.value()).unwrap(),
                None => Vec::new(),
            };
            let mut nodes = write.open_table(NODES).unwrap();
            for key in stale {
                nodes.remove(key.as_slice()).unwrap();
            }
        }
        write.commit().unwrap();
    }

    /// The bytes of a proof.
    pub fn prove(&self, key: &str) -> usize {
        let reader = self.reader();
        let place = KeyHash(state_key::place(key));
        let (value, proof) = Sha256Jmt::new(&reader).get_with_proof(place, self.next - 1).unwrap();
        assert!(value.is_some());
        borsh::to_vec(&proof).unwrap().len()
    }
}

impl TreeReader for Reader {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        let bytes = self.nodes.get(node_key(key).as_slice())?;
        Ok(bytes.map(|bytes| Node::try_from_slice(bytes.value())).transpose()?)
    }

    fn get_value_option(&self, max: Version, key: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        let (from, to) = (value_key(&key.0, 0), value_key(&key.0, max));
        let newest = self.values.range(from.as_slice()..=to.as_slice())?.next_back();
        Ok(newest.transpose()?.and_then(|(_, value)| value.value().map(<[u8]>::to_vec)))
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        Ok(None)
    }
}

fn node_key(key: &NodeKey) -> Vec<u8> {
    let mut bytes = key.version().to_be_bytes().to_vec();
    borsh::to_writer(&mut bytes, key.nibble_path()).unwrap();
    bytes
}

fn value_key(place: &Hash, version: Version) -> Vec<u8> {
    let mut bytes = place.to_vec();
    bytes.extend(version.to_be_bytes());
    bytes
}
