//! Webhooks out by the conventions of Standard Webhooks 1.0: what is told, how it is signed, when it is tried again.
//!
//! Payloads are thin: identifiers, kinds, times and codes, never what a record or a credential says. Whoever receives one
//! asks for the rest where their rights are checked.

mod event;
mod retry;
mod signature;

pub use event::{EventKind, Happened};
pub use retry::{Longer, PAUSE_AFTER_DAYS, next_try};
pub use signature::{OVERLAP_HOURS, Signed, WebhookSecret, signed};
