use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::record::KeyRole;
use crate::{Hash, as_hex, sha256};

/// An organisation's Ed25519 key with the role it is admitted for. One key has one role.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewKey {
    pub role: KeyRole,
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
}

/// A further key of the signer's organisation. The new key signs [`possession_bytes`], so that nobody can
/// occupy a stranger's key.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddKey {
    pub key: NewKey,
    /// By the new key.
    #[serde(with = "as_hex")]
    pub possession: [u8; 64],
}

/// What a new key signs to join an organisation on a chain.
#[must_use]
pub fn possession_bytes(chain: &Hash, organisation: &str, key: &NewKey) -> Vec<u8> {
    let role = [key.role as u8];
    let digest = sha256("passerelle/possession", &[chain, &role, &key.public_key, organisation.as_bytes()]);
    [b"passerelle/possession\0".as_slice(), &digest].concat()
}

/// Ends a key of the signer's organisation at once. The last govern key stays.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RevokeKey {
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
}

/// The owner ends its validator, for instance when the host that runs it is not trusted any more. The key
/// decides no height after this block's.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RevokeValidator {
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
}

/// The owner states who runs its validator, and the last independent audit when there was one.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeValidator {
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
    pub host: String,
    pub audit: Option<Audit>,
}

/// An independent audit of a node. Its report stays off the chain.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Audit {
    /// When it was finished, in milliseconds since 1970.
    pub date_ms: u64,
    pub auditor: String,
    /// Of the report.
    #[serde(with = "as_hex")]
    pub digest: Hash,
}
