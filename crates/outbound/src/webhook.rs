//! Webhooks out by Standard Webhooks 1.0: how they are signed, sent, and tried again. What is told, and the outbox, are each
//! service's own.

mod retry;
mod send;
mod signature;

pub use retry::{Longer, PAUSE_AFTER_DAYS, next_try};
pub use send::{Answer, Message, send};
pub use signature::{OVERLAP_HOURS, Signed, WebhookSecret, signed};
