//! Decides whether a credential or presentation is to be accepted, and says why, check by check.
//!
//! It takes nothing from a server's word: keys, accreditations, schemas and status digests are records of the
//! registry chain with proofs, and the time of issue is the block time of an anchoring receipt. It fails closed: the
//! answer is never valid when a required check could not be made. It owns no socket and no clock; both are passed in.
//! Read [`Verifier`], [`Policy`] and [`Chain`] first.

mod assess;
mod assurance;
pub mod browser;
mod chain;
mod delegation;
mod enforce;
mod faults;
mod finding;
mod issue_time;
mod issuer;
pub mod labels;
mod policy;
mod ports;
mod predicates;
pub mod problems;
mod report;
mod schema;
mod sentences;
mod status;
mod subject;
mod transaction;
mod unbound;
mod verifier;
pub mod vocabulary;

pub use language::Language;
pub use policy::{Policies, Policy, PolicyError, Purposes, Rules, readable};
pub use ports::{Chain, ChainError, Fetch, FetchError};
pub use sentences::{Words, predicate_name};
pub use verifier::{Authorising, HandedOver, Occasion, Receipts, Request, Subject, Verifier};
