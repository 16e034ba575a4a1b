//! Bounds on what strangers send, checked before anything expensive is done with it.

use serde_json::Value;

pub const BYTES: usize = 1024 * 1024;
pub const DEPTH: usize = 32;

pub(crate) fn parse_json(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}
