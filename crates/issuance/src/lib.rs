//! What an issuer may do: offers and their codes, key proofs, building credentials, status, anchoring.
//!
//! Rules only: no database, no network, no clock of its own. The use cases of `services/issuer` own transactions, and
//! `store-issuer` owns SQL. Words that no specification defines: a *subject* is the record an organisation keeps of one
//! person; a *copy* is one issued credential in one format, bound to one key, with its own status list index; a *leaf* is
//! the salted commitment of a copy that is anchored on the chain in a *batch*.
//! Read [`Offer`], [`CredentialCopy`] and [`KeyProof`] first.

pub mod anchoring;
mod approval;
pub mod assurance;
pub mod attestation;
pub mod audit;
pub mod authorization;
pub mod build;
pub mod card;
mod configuration;
mod copy;
mod deferral;
pub mod device_word;
pub mod dpop;
mod guessing;
pub mod import;
mod key_act;
mod key_proof;
pub mod message;
mod nonce;
mod offer;
pub mod oidc;
mod role;
pub mod schemas;
pub mod scim;
mod secrets;
mod service;
mod service_client;
mod status;
mod status_act;
mod status_message;
mod subject;
pub mod webhook;

pub use approval::{
    Approval, ApprovalError, ApprovalState, Decision, FourEyes, PROPOSAL_DAYS, Proposal, SecondPersons,
};
pub use configuration::{
    Claim, ClaimKind, Configuration, CredentialType, Format, UnknownConfiguration, VOCABULARY,
};
pub use copy::{CredentialCopy, Delivery};
pub use deferral::Deferral;
pub use guessing::{Guess, Guesses};
pub use key_act::{KeyAct, KeyActState, KeyChange};
pub use key_proof::{HolderKey, KeyProof, KeyProofError};
pub use nonce::{CheckedNonce, NONCE_LIFETIME_SECONDS, NonceError};
pub use offer::{
    CODE_LIFETIME_SECONDS, CodeRefusal, Offer, OfferState, REMIND_AFTER_DAYS, TOKEN_LIFETIME_SECONDS,
    TRANSACTION_CODE_DIGITS, TRANSACTION_CODE_TRIES, TransactionCode,
};
pub use role::{Permission, Role, Roles};
pub use secrets::{Secrets, fingerprint};
pub use service::{Reissue, ServiceEnd};
pub use service_client::{Scope, client_of};
pub use status::{
    LIST_LENGTH, ListKind, Reason, ReasonCode, Standing, Status, StatusError, StatusIndex, StatusListId,
    StatusMove, token_value,
};
pub use status_act::StatusAct;
pub use status_message::{MESSAGE_BITS, StatusMessage};
pub use subject::{Actor, Subject, search_text};

/// An instant in UTC, as everywhere in this workspace.
pub type Timestamp = clock::Timestamp;
