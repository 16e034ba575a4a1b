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
    /// Memory for pages of the store.
    #[serde(default = "cache")]
    pub cache_megabytes: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysConfig {
    /// Where the sealed key files are; the validator's is called `validator`.
    pub directory: PathBuf,
    /// The file with the key that seals them.
    pub sealing_key: PathBuf,
}

fn loopback() -> String {
    "/ip4/127.0.0.1/tcp/0".to_owned()
}

fn cache() -> usize {
    32
}
