use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::as_hex;
use crate::operation::Audit;

/// A validator's past: who owned and hosted it, when it decided, when it was audited. Kept for ever.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidatorRecord {
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
    /// Organisation id.
    pub owner: String,
    pub host: String,
    /// Stays of the key in the set. The key decides heights from `from_height` up to `until_height`, both
    /// included.
    pub terms: Vec<Term>,
    /// In the order in which they were stated.
    pub audits: Vec<Audit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    pub from_height: u64,
    pub until_height: Option<u64>,
}

/// How much a member wrote in the window that began at `window_ms`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    pub window_ms: u64,
    pub transactions: u64,
    pub bytes: u64,
}
