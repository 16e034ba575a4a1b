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
    /// Digests of documents of any kind.
    Documents = 3,
}

/// Digests that anybody may look up: the issuer states that it published files with these SHA-256 digests. For
/// documents meant for the public only, since whoever guesses the file can confirm it; everything else is anchored
/// under a salted commitment.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishDocuments {
    pub issuer: String,
    /// Sorted, without repetition.
    #[serde(with = "as_hex::list")]
    pub digests: Vec<Hash>,
}
