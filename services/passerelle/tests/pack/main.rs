//! Packs, checking with them, and paper, with the real program: its exit codes and what it says.
//!
//! All but one test run without a network: a small world and a chain in memory stand for what `pack build` asks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod audit;
mod build;
#[path = "../../../../crates/registry-client/tests/light/chain.rs"]
#[allow(dead_code)]
mod chain;
mod files;
#[path = "../../../../crates/pack/tests/pack/node.rs"]
#[allow(dead_code)]
mod node;
mod paper;
mod scene;
mod verify;
#[path = "../../../../crates/verification/tests/world/mod.rs"]
mod world;
