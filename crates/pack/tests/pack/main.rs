//! Packs made from a small world and a chain in memory, and read by a verifier that has neither.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod anchors;
#[path = "../../../registry-client/tests/light/chain.rs"]
#[allow(dead_code)]
mod chain;
mod differences;
mod hostile;
mod node;
mod reports;
mod size;
mod trust;
#[path = "../../../verification/tests/world/mod.rs"]
mod world;
