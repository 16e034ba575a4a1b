//! Webhooks out by Standard Webhooks 1.0: how they are signed, sent, and tried again. What is told, and the outbox, are each
//! service's own.

mod health;
mod retry;
mod send;
mod signature;

pub use health::Health;
pub use retry::Next;
pub use send::{Answer, Message, send};
pub use signature::{OVERLAP_HOURS, Signed, WebhookSecret, signed};
