//! Verifiable credentials and presentations: secured, parsed and verified, in two securing mechanisms:
//! W3C Data Integrity over VC Data Model 2.0, and SD-JWT VC.
//!
//! It decides whether something is authentic and well formed at a given time. It does not fetch
//! anything, and it does not decide whether an issuer was entitled, a status list says revoked, or a
//! rotated key still counts: those need the registry and a policy. It is the only crate that names `ssi`.
//! Read [`verify_credential`], [`data_integrity`] and [`sd_jwt`] first.

mod context;
pub mod data_integrity;
mod datetime;
mod digest;
mod expand;
mod input;
pub mod jwt;
pub mod limits;
mod outcome;
mod pool;
mod rdf;
pub mod schemas;
pub mod sd_jwt;
pub mod vcdm;
mod verify;

pub use context::embedded as embedded_context;
pub use digest::digest;
pub use input::{Format, Input, InputError};
pub use outcome::{
    CheckName, ControllerPolicy, Expect, Fault, KeyState, Outcome, PresentationOutcome, StatusRef,
};
pub use vcdm::type_iris;
pub use verify::{verify_credential, verify_presentation};

/// JCS (RFC 8785). Values come out of a JSON parser, so the only failure left is a number that is no
/// IEEE double; such a value has no canonical form and is given an impossible one.
pub(crate) fn canonical_json(value: &serde_json::Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}
