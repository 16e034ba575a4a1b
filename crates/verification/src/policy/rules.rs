//! What a policy demands beyond the nine checks themselves.

use serde::{Deserialize, Serialize};
use wire::policies::{HolderAssurance, Predicate, ValidityWindow};
use wire::representative::ByRepresentative;

/// All of it is optional; without it a policy is as strict as its required checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Rules {
    /// DIDs of the only issuers accepted; `None` leaves it to their accreditation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuers: Option<Vec<String>>,
    /// Oldest status list, by the block time of its publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_max_age_seconds: Option<u32>,
    /// Oldest header a passed check may rest on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain_max_age_seconds: Option<u32>,
    pub validity: ValidityWindow,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub predicates: Vec<Predicate>,
    /// How surely the wallet must have known its person, where the answer comes from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder_assurance: Option<HolderAssurance>,
    /// What becomes of an answer that somebody gave for the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub representative: Option<ByRepresentative>,
}
