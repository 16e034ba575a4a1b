//! Verifiable credentials and presentations: secured, parsed and verified, in three families of securing
//! mechanisms: W3C Data Integrity over VC Data Model 2.0, SD-JWT VC, and the envelopes of JOSE and COSE.
//!
//! It decides whether something is authentic and well formed at a given time. It does not fetch
//! anything, and it does not decide whether an issuer was entitled, a status list says revoked, or a
//! rotated key still counts: those need the registry and a policy. It is the only crate that names `ssi`.
//! Read [`verify_credential`], [`data_integrity`], [`sd_jwt`] and [`enveloped`] first.

mod context;
pub mod data_integrity;
mod datetime;
mod digest;
pub mod enveloped;
mod expand;
mod input;
mod jcs;
pub mod jwe;
pub mod jwt;
pub mod limits;
mod outcome;
mod pool;
mod rdf;
pub mod schemas;
pub mod sd_jwt;
pub mod status_list_cwt;
pub mod vcdm;
mod verify;
pub mod x509;

pub use context::{addresses as known_contexts, embedded as embedded_context};
pub use digest::digest;
pub use input::{Format, Input, InputError};
pub use outcome::{
    CheckName, ControllerPolicy, Expect, Fault, ISSUER_WITHOUT_DID, KeyState, Outcome, PresentationOutcome,
    StatusRef,
};
pub use vcdm::type_iris;
pub use verify::{verify_credential, verify_presentation};

pub(crate) use jcs::canonical_json;
