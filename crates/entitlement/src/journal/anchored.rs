//! Links of journals on the chain: that a journal was so at a time, and that no entry was put in before it since.
//!
//! After a night, the last links of the journals that moved are the leaves of a tree, each under a salt of its own, in random
//! order among random padding. The root of the tree is anchored like a document, under one more salt. So the chain learns
//! neither who moved nor how many, and whoever destroys the salts leaves a root that points to nobody.

use serde::{Deserialize, Serialize};

use super::Link;
use super::verify::salt;

/// An export holds the newest of them.
pub const MOST_ANCHORED: usize = 200;
/// 2^20 leaves.
const MOST_PATH: usize = 20;

/// One link of a journal that was bound with those of others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnchoredLink {
    /// The link after this entry.
    pub entry: u64,
    /// 32 bytes in hex.
    pub salt: String,
    /// The place among the leaves.
    pub leaf_index: u32,
    /// The leaves, padding included.
    pub leaf_count: u32,
    /// Sibling hashes from the leaf up, in hex.
    pub path: Vec<String>,
    /// The receipt of the root. Nothing while the root is not on the chain yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ChainReceipt>,
    /// The anchor's record with the chain's proof, as a node answers it in bytes, base64url. A reader who has none in the file
    /// asks a node of their own choice for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
}

/// A receipt of an anchor, in the form that holders of credentials get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChainReceipt {
    /// 1.
    pub version: u8,
    /// DID of the organisation whose anchor it is.
    pub issuer: String,
    /// The number of the anchor in the organisation's own sequence.
    pub sequence: u64,
    /// 32 bytes, base64url.
    pub salt: String,
    /// The place among the leaves.
    pub leaf_index: u64,
    /// The leaves, padding included.
    pub leaf_count: u64,
    /// Sibling hashes from the leaf up, base64url.
    pub path: Vec<String>,
}

impl AnchoredLink {
    /// The root to which the path leads from this link; nothing when it is no path.
    #[must_use]
    pub fn root(&self, link: &Link) -> Option<Link> {
        if self.path.len() > MOST_PATH {
            return None;
        }
        let path: Option<Vec<Link>> = self.path.iter().map(|text| salt(text)).collect();
        let leaf = merkle::leaf(&salt(&self.salt)?, link);
        merkle::root_of(&leaf, self.leaf_index, self.leaf_count, &path?).ok()
    }
}
