use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::{Hash, as_hex};

/// The digest of the status list that is served at `list` from now on.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishStatus {
    pub issuer: String,
    pub list: String,
    #[serde(with = "as_hex")]
    pub digest: Hash,
    pub version: u64,
}

/// The root over a padded batch of salted commitments.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Anchor {
    pub issuer: String,
    pub sequence: u64,
    pub kind: AnchorKind,
    #[serde(with = "as_hex")]
    pub root: Hash,
    pub leaf_count: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[borsh(use_discriminant = true)]
pub enum AnchorKind {
    Credentials = 0,
    Evidence = 1,
    Audit = 2,
}
