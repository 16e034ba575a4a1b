//! What members write to the registry chain and what everybody reads from it, as exact bytes.
//!
//! Every value that is hashed, signed or stored has one canonical encoding: a version byte and borsh
//! ([`Canonical`]). JSON views exist for people; nothing is ever hashed through them. The crate holds no
//! rules about who may do what (`registry-state`) and checks no proofs (`registry-client`).
//! Read [`Transaction`], [`Header`] and [`record`] first.

pub mod as_hex;
mod canonical;
mod delegation;
mod genesis;
mod header;
mod identifier;
pub mod limits;
pub mod operation;
mod params;
mod proof;
pub mod record;
mod restart;
pub mod state_key;
mod statement;
mod transaction;
mod validators;

pub use canonical::{Canonical, DecodeError, sha256};
pub use delegation::{AccreditationLink, Accredited, Ask, NotAccredited, accredited};
pub use genesis::{Genesis, GenesisError, Predecessor};
pub use header::{Block, Certificate, CommitSignature, Header, VoteKind, vote_bytes};
pub use identifier::{
    did_from_inception, is_did, is_fragment, is_iri, is_multikey, is_organisation_id, method_specific_id,
};
pub use operation::{
    Anchor, AnchorKind, CreateDid, DidChange, DidRole, DocumentKey, GrantAccreditation, Inception, NewKey,
    Operation, ProposalKind, Propose, PublishDocuments, PublishStatus, Reason, ReasonCode, RegisterSchema,
    UpdateDid, Vote, proposal_id,
};
pub use params::{GovernanceParams, Params, Quotas};
pub use proof::{ProvenRecord, ProvenValue, RestartProof, SetChange, TransactionPlace};
pub use record::{
    Accreditation, AccreditationInterval, Agenda, AnchorRecord, DidKey, DidRecord, DidVersion,
    DocumentRecord, Governors, KeyRecord, KeyRole, MemberStatus, Organisation, OrganisationKey, Proposal,
    ProposalState, Publication, Relationship, SchemaRecord, Seats, Service, StatusRecord, ValidatorRecord,
};
pub use restart::{GovernorSignature, RestartCertificate, RestartError, RestartPlan};
pub use statement::{
    CharterVersion, Joining, MemberStatement, OwnValidator, SignedStatement, StatementError, is_name,
    is_signed,
};
pub use transaction::{SignedTransaction, Transaction, TransactionId};
pub use validators::{Address, Validator, ValidatorSet, address_of};

/// SHA-256 output.
pub type Hash = [u8; 32];

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests;
