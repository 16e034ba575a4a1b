//! The map in memory, for tests and simulations of the rules.

use std::collections::BTreeMap;

use jmt::storage::{LeafNode, Node, NodeKey, TreeReader};
use jmt::{KeyHash, OwnedValue, Version};
use registry_types::{Genesis, Hash, state_key};

use crate::map::{self, Update};
use crate::{View, ViewError, Writes, genesis_writes};

#[derive(Clone, Debug, Default)]
pub struct MemoryMap {
    nodes: BTreeMap<NodeKey, Node>,
    values: BTreeMap<(KeyHash, Version), Option<Vec<u8>>>,
    version: Option<Version>,
    root: Hash,
}

impl MemoryMap {
    pub fn from_genesis(genesis: &Genesis) -> Result<Self, anyhow::Error> {
        let mut map = Self::default();
        map.store(&genesis_writes(genesis)?)?;
        Ok(map)
    }

    /// Stores the writes as a new version, unless there are none.
    pub fn store(&mut self, writes: &Writes) -> Result<Hash, anyhow::Error> {
        if writes.is_empty() {
            return Ok(self.root);
        }
        let Update { root, version, batch } = map::update(self, self.version, writes)?;
        self.nodes.extend(batch.node_batch.nodes().iter().map(|(key, node)| (key.clone(), node.clone())));
        let values = batch.node_batch.values().iter();
        self.values.extend(values.map(|((version, key), value)| ((*key, *version), value.clone())));
        (self.version, self.root) = (Some(version), root);
        Ok(root)
    }

    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }

    pub fn prove(&self, key: &str) -> Result<(Option<Vec<u8>>, Vec<u8>), anyhow::Error> {
        map::prove(self, self.version.unwrap_or(0), key)
    }
}

impl View for MemoryMap {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, ViewError> {
        let place = KeyHash(state_key::place(key));
        self.get_value_option(Version::MAX, place)
            .map_err(|source| ViewError::Store { key: key.to_owned(), source })
    }
}

impl TreeReader for MemoryMap {
    fn get_node_option(&self, key: &NodeKey) -> Result<Option<Node>, anyhow::Error> {
        Ok(self.nodes.get(key).cloned())
    }

    fn get_value_option(&self, max: Version, key: KeyHash) -> Result<Option<OwnedValue>, anyhow::Error> {
        Ok(self.values.range((key, 0)..=(key, max)).next_back().and_then(|(_, value)| value.clone()))
    }

    fn get_rightmost_leaf(&self) -> Result<Option<(NodeKey, LeafNode)>, anyhow::Error> {
        // Only restoring from a snapshot asks.
        Ok(None)
    }
}
