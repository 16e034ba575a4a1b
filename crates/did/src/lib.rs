//! DID documents and how to come by them: did:key and did:jwk from the identifier itself,
//! did:passerelle from records of the registry chain that have been proven.
//!
//! It does no networking of its own; the chain is behind [`DidRecords`]. did:web is not resolved yet.
//! Read [`Document`], [`Resolution`] and [`Resolvers`] first.

mod did_url;
mod document;
mod offline;
mod passerelle;
mod resolver;

pub use did_url::{did_of, is_did};
pub use document::{Document, KeyAgreement, Relationship, Service, VerificationMethod};
pub use offline::{resolve_jwk, resolve_key};
pub use passerelle::{DidRecords, ProvenRecord, resolution_of};
pub use resolver::{
    Evidence, KeyPeriod, KeyRecordState, Resolution, ResolveError, Resolver, Resolvers, Version,
};
