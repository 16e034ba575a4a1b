//! The fuzzer's door: what other nodes send, over the links and in pushes.

pub use crate::engine::fuzzing::{message, seeds};
use crate::gossip::Batch;

/// A pushed batch; its transactions have a target of their own.
pub fn batch(bytes: &[u8]) {
    drop(Batch::from_bytes(bytes));
}
