use std::path::PathBuf;

use outbound::OutboundPolicy;
use serde::{Deserialize, Serialize};
use url::Url;

/// Everything a node is told. Times and limits that all nodes must share are in the genesis instead.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub http: web::HttpConfig,
    pub node: NodeConfig,
    pub keys: KeysConfig,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// A folder for blocks, state, and the consensus log. One node at a time uses it.
    pub data: PathBuf,
    /// The genesis, a JSON file that is the same for every node.
    pub genesis: PathBuf,
    /// Where other validators reach this one. A port of the loopback by default: nobody.
    #[serde(default = "loopback")]
    pub listen: String,
    /// The other validators, `/ip4/…/tcp/…/p2p/{peer id}` each.
    #[serde(default)]
    pub peers: Vec<String>,
    /// Base URLs of other nodes that this one hands transactions on to.
    #[serde(default)]
    pub neighbours: Vec<Url>,
    /// What requests to neighbours may reach.
    #[serde(default)]
    pub outbound: OutboundPolicy,
    /// For how long, in block time, the records of a height can be proven after a later block has changed them: 1 s
    /// to 31 days. Longer costs disk: a block of a thousand new keys adds up to a megabyte that is kept so long.
    #[serde(default = "keep_proofs")]
    pub keep_proofs_seconds: u64,
    /// How many of the newest blocks to keep: at least 100 and three times `snapshot_blocks`; all when absent.
    /// Headers and certificates always stay.
    #[serde(default)]
    pub keep_blocks: Option<u64>,
    /// How many blocks lie between snapshots for nodes that join; none are written at 0.
    #[serde(default = "snapshot_blocks")]
    pub snapshot_blocks: u64,
    /// A node without data begins with a neighbour's snapshot when that is at least so many blocks high; it fetches
    /// every block instead at 0, or when no neighbour has one.
    #[serde(default = "snapshot_blocks")]
    pub first_sync_blocks: u64,
    /// A checkpoint of a member's, to believe that snapshot by when the genesis is older than half a year.
    #[serde(default)]
    pub checkpoint: Option<PathBuf>,
    /// The exported records of the chain that the genesis carries on; the folder `carried` beside the genesis when
    /// absent. Read once, when a node without data begins from the genesis.
    #[serde(default)]
    pub carried: Option<PathBuf>,
    /// Memory for pages of the store.
    #[serde(default = "cache")]
    pub cache_megabytes: usize,
}

/// A setting that no node can be run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("keep_proofs_seconds is {0}; it must be from 1 to {KEEP_PROOFS_MAX}, which is 31 days")]
    KeepProofs(u64),
    #[error("keep_blocks is {found}; it must be at least {least}, so that nodes that were away can follow")]
    KeepBlocks { found: u64, least: u64 },
}

impl NodeConfig {
    /// Where the records that a genesis carries on are.
    #[must_use]
    pub fn carried(&self) -> PathBuf {
        self.carried.clone().unwrap_or_else(|| self.genesis.with_file_name("carried"))
    }

    /// A node alone, with what is usual for everything else.
    #[must_use]
    pub fn new(data: PathBuf, genesis: PathBuf) -> Self {
        Self {
            data,
            genesis,
            listen: loopback(),
            peers: Vec::new(),
            neighbours: Vec::new(),
            outbound: OutboundPolicy::default(),
            keep_proofs_seconds: keep_proofs(),
            keep_blocks: None,
            snapshot_blocks: snapshot_blocks(),
            first_sync_blocks: snapshot_blocks(),
            checkpoint: None,
            carried: None,
            cache_megabytes: cache(),
        }
    }

    pub fn check(&self) -> Result<(), ConfigError> {
        if !(1..=KEEP_PROOFS_MAX).contains(&self.keep_proofs_seconds) {
            return Err(ConfigError::KeepProofs(self.keep_proofs_seconds));
        }
        // A node that took over the older of two snapshots needs every block after it.
        let least = KEEP_BLOCKS_MIN.max(self.snapshot_blocks.saturating_mul(3));
        match self.keep_blocks {
            Some(found) if found < least => Err(ConfigError::KeepBlocks { found, least }),
            _ => Ok(()),
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysConfig {
    /// Where the sealed key files are; the validator's is called `validator`.
    pub directory: PathBuf,
    /// The file with the key that seals them.
    pub sealing_key: PathBuf,
    /// Makes new keys in a PKCS#11 token instead; older sealed files are used until they are rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkcs11: Option<keys::TokenConfig>,
}

const KEEP_PROOFS_MAX: u64 = 31 * 24 * 3_600;
const KEEP_BLOCKS_MIN: u64 = 100;

fn loopback() -> String {
    "/ip4/127.0.0.1/tcp/0".to_owned()
}

fn cache() -> usize {
    32
}

fn keep_proofs() -> u64 {
    600
}

fn snapshot_blocks() -> u64 {
    1_000
}
