//! The routes over HTTP: the real service in process, a chain in memory, SQLite in a folder that goes away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod agency;
mod harness;
mod pages;
mod policies;
mod problems;
mod receipts;
mod trial;
mod vc_api;
mod wallet;
#[path = "../../../../crates/verification/tests/world/mod.rs"]
mod world;
