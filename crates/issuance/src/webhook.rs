//! What machines outside are told by webhooks. How it is signed and sent is in `outbound::webhook`.
//!
//! Payloads are thin: identifiers, kinds, times and codes, never what a record or a credential says. Whoever receives one
//! asks for the rest where their rights are checked.

mod event;

pub use event::{EventKind, Happened};
