use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::{Hash, as_hex};

/// The digest of a JSON-LD context or a JSON Schema under its URL. A registered schema never changes.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisterSchema {
    pub id: String,
    #[serde(with = "as_hex")]
    pub digest: Hash,
    /// The organisation that answers for it.
    pub owner: String,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantAccreditation {
    pub issuer: String,
    pub type_iri: String,
    /// The DIDs of the organisations whose people the issuer may speak of.
    pub speaks_for: Vec<String>,
    /// When it begins; at once when absent.
    pub from_ms: Option<u64>,
    /// When it ends by itself; open when absent.
    pub until_ms: Option<u64>,
    /// How many further levels the issuer may accredit below itself for the same type.
    pub delegation: u8,
}

/// An accreditation by an accredited issuer, for the same type and no more organisations. Signed by the
/// govern key of the organisation that controls `parent`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DelegateAccreditation {
    /// The DID of the accredited issuer that grants.
    pub parent: String,
    pub grant: GrantAccreditation,
}

/// A change of an accreditation by the issuer that granted it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeDelegation {
    pub issuer: String,
    pub type_iri: String,
    pub change: DelegationChange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[borsh(use_discriminant = true)]
pub enum DelegationChange {
    Suspend = 0,
    Reinstate = 1,
    Withdraw = 2,
}
