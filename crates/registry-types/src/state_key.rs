//! Every key of the state map is built here. Its SHA-256 is the place in the authenticated map.
//!
//! The last part of a key may hold any character; the parts before it hold no `/`, so no two records share
//! a key.

use crate::Hash;

#[must_use]
pub fn organisation(id: &str) -> String {
    format!("org/{id}")
}

#[must_use]
pub fn did(did: &str) -> String {
    format!("did/{did}")
}

#[must_use]
pub fn accreditation(issuer: &str, type_iri: &str) -> String {
    format!("accreditation/{issuer}/{type_iri}")
}

#[must_use]
pub fn schema(id: &str) -> String {
    format!("schema/{id}")
}

#[must_use]
pub fn status(issuer: &str, list: &str) -> String {
    format!("status/{issuer}/{list}")
}

#[must_use]
pub fn anchor(issuer: &str, sequence: u64) -> String {
    format!("anchor/{issuer}/{sequence}")
}

/// Who published the document with this digest.
#[must_use]
pub fn document(digest: &[u8; 32]) -> String {
    format!("document/{}", hex::encode(digest))
}

/// Whose key it is, for which role, and its next sequence.
#[must_use]
pub fn key(public_key: &[u8; 32]) -> String {
    format!("key/{}", hex::encode(public_key))
}

/// The validator set that decides the next height.
#[must_use]
pub fn validators() -> String {
    "validators".to_owned()
}

/// Who may decide about members, schemas and accreditations.
#[must_use]
pub fn governors() -> String {
    "governors".to_owned()
}

#[must_use]
pub fn params() -> String {
    "params".to_owned()
}

/// Governance: what is put to the vote, by its id.
#[must_use]
pub fn proposal(id: &Hash) -> String {
    format!("proposal/{}", hex::encode(id))
}

/// The open proposals and scheduled upgrades.
#[must_use]
pub fn agenda() -> String {
    "agenda".to_owned()
}

/// A validator's past and audits, by its public key.
#[must_use]
pub fn validator(public_key: &[u8; 32]) -> String {
    format!("validator/{}", hex::encode(public_key))
}

/// Every version of the charter.
#[must_use]
pub fn charter() -> String {
    "charter".to_owned()
}

#[must_use]
pub fn dispute(id: &Hash) -> String {
    format!("dispute/{}", hex::encode(id))
}

/// What a member wrote in the running window.
#[must_use]
pub fn usage(organisation: &str) -> String {
    format!("usage/{organisation}")
}

/// The place of a key in the authenticated map.
#[must_use]
pub fn place(key: &str) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(key.as_bytes()).into()
}
