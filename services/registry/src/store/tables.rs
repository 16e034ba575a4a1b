use jmt::storage::{LeafNode, Node, NodeKey, TreeReader};
use jmt::{KeyHash, OwnedValue, Version};
use redb::TableDefinition;
use registry_types::Hash;

/// Map nodes. The key begins with the version, so a block's new nodes lie side by side at the end.
pub const NODES: TableDefinition<&[u8], &[u8]> = TableDefinition::new("nodes");
/// Map values by place and version.
pub const VALUES: TableDefinition<&[u8], Option<&[u8]>> = TableDefinition::new("values");
/// What each version made superfluous.
pub const STALE: TableDefinition<u64, &[u8]> = TableDefinition::new("stale");
pub const BLOCKS: TableDefinition<u64, &[u8]> = TableDefinition::new("blocks");
/// The headers again, so that reading one does not load its block.
pub const HEADERS: TableDefinition<u64, &[u8]> = TableDefinition::new("headers");
pub const CERTIFICATES: TableDefinition<u64, &[u8]> = TableDefinition::new("certificates");
/// Validator sets that a height handed over to.
pub const CHANGES: TableDefinition<u64, &[u8]> = TableDefinition::new("changes");
/// Restarts by the last height that stays, with what proves them.
pub const RESTARTS: TableDefinition<u64, &[u8]> = TableDefinition::new("restarts");
pub const TRANSACTIONS: TableDefinition<Hash, (u64, u32)> = TableDefinition::new("transactions");
/// Blocks by height, round and hash that are kept but not decided.
pub const UNDECIDED: TableDefinition<(u64, u32, Hash), &[u8]> = TableDefinition::new("undecided");
/// State keys of the kinds that people browse; the map itself knows only their hashes.
pub const LISTED: TableDefinition<&str, ()> = TableDefinition::new("listed");
/// Heights by the hash of their header.
pub const HASHES: TableDefinition<Hash, u64> = TableDefinition::new("hashes");
/// Two statements of one validator where it may make one, by validator, height and digest.
pub const EVIDENCE: TableDefinition<&[u8], &[u8]> = TableDefinition::new("evidence");
pub const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");

/// Kinds of records that are few enough to browse.
pub const BROWSED: [&str; 8] =
    ["org", "did", "schema", "accreditation", "status", "proposal", "validator", "dispute"];

pub fn is_listed(key: &str) -> bool {
    key.split_once('/').is_some_and(|(kind, _)| BROWSED.contains(&kind))
}

#[expect(clippy::expect_used, reason = "borsh fails only when the writer does, and a Vec never does")]
pub fn node_key(key: &NodeKey) -> Vec<u8> {
    let mut bytes = key.version().to_be_bytes().to_vec();
    borsh::to_writer(&mut bytes, key.nibble_path()).expect("writing to memory cannot fail");
    bytes
}

pub fn value_key(place: &Hash, version: Version) -> Vec<u8> {
    let mut bytes = place.to_vec();
    bytes.extend(version.to_be_bytes());
    bytes
}

/// The map before the genesis.
pub struct Nothing;

impl TreeReader for Nothing {
    fn get_node_option(&self, _: &NodeKey) -> Result<Option<Node>, anyhow::Error> {
        Ok(None)
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> Result<Option<OwnedValue>, anyhow::Error> {
        Ok(None)
    }

    fn get_rightmost_leaf(&self) -> Result<Option<(NodeKey, LeafNode)>, anyhow::Error> {
        Ok(None)
    }
}
