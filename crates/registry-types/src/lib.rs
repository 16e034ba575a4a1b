//! What members write to the registry chain and what everybody reads from it, as exact bytes.
//!
//! Every value that is hashed, signed or stored has one canonical encoding: a version byte and borsh
//! ([`Canonical`]). JSON views exist for people; nothing is ever hashed through them. The crate holds no
//! rules about who may do what (`registry-state`) and checks no proofs (`registry-client`).
//! Read [`Transaction`], [`Header`] and [`record`] first.

pub mod as_hex;
mod canonical;
mod genesis;
mod header;
mod identifier;
pub mod limits;
mod operation;
mod proof;
pub mod record;
pub mod state_key;
mod transaction;
mod validators;

pub use canonical::{Canonical, DecodeError, sha256};
pub use genesis::{Genesis, GenesisError, GenesisMember, Params};
pub use header::{Block, Certificate, CommitSignature, Header, VoteKind, vote_bytes};
pub use identifier::{
    did_from_inception, is_did, is_fragment, is_iri, is_multikey, is_organisation_id, method_specific_id,
};
pub use operation::{
    AdmitMember, Anchor, AnchorKind, CreateDid, DidChange, DidRole, DocumentKey, GrantAccreditation,
    Inception, NewKey, Operation, PublishDocuments, PublishStatus, RegisterSchema, UpdateDid,
    WithdrawAccreditation,
};
pub use proof::{ProvenRecord, SetChange, TransactionPlace};
pub use record::{
    Accreditation, AccreditationInterval, AnchorRecord, DidKey, DidRecord, DidVersion, DocumentRecord,
    Governors, KeyRecord, KeyRole, MemberStatus, Organisation, OrganisationKey, Publication, Relationship,
    SchemaRecord, Seats, Service, StatusRecord,
};
pub use transaction::{SignedTransaction, Transaction, TransactionId};
pub use validators::{Address, Validator, ValidatorSet, address_of};

/// SHA-256 output.
pub type Hash = [u8; 32];

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests;
