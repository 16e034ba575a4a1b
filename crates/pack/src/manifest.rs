//! The part of a pack that is signed: who made it, when, for which policy, and until when it may be used.

use chrono::Duration;
use clock::Timestamp;
use registry_types::{Hash, as_hex};
use serde::{Deserialize, Serialize};
use verification::Policy;

/// Says what the content is and binds it by its digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// Hash of the chain's genesis.
    #[serde(with = "as_hex")]
    pub chain: Hash,
    pub height: u64,
    /// Block time of the header: what the age is counted from.
    pub header_time: Timestamp,
    pub built_at: Timestamp,
    pub signed_by: SignedBy,
    pub policy: Policy,
    /// Past this age of the header nothing is decided with the pack.
    pub maximum_age_seconds: u64,
    /// The end of the maximum age, or of the status list that ends first.
    pub usable_until: Timestamp,
    /// Status lists and schemas that nobody handed out when the pack was made; credentials that name one stay undecided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// SHA-256 of the content before compression.
    #[serde(with = "as_hex")]
    pub content_digest: Hash,
    /// Length of the content before compression.
    pub content_bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedBy {
    /// The DID of whoever made the pack; its record is in the content.
    pub did: String,
    /// The public key as a Multikey.
    pub key: String,
}

impl Manifest {
    /// How old the header is; never negative.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Duration {
        (now - self.header_time).max(Duration::zero())
    }

    /// Whether the pack may decide anything at this time.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        let limit = i64::try_from(self.maximum_age_seconds).unwrap_or(i64::MAX);
        self.age(now).num_seconds() <= limit && now < self.usable_until
    }
}
