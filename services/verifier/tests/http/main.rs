//! The routes over HTTP: the real service in process, a chain in memory, SQLite in a folder that goes away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod agency;
mod approvals;
mod encrypted;
mod follow;
mod harness;
mod oidc;
mod pages;
mod policies;
mod profiles;
mod problems;
mod receipts;
mod sandbox;
mod trial;
mod vc_api;
mod wallet;
mod webhooks;
#[path = "../../../../crates/verification/tests/world/mod.rs"]
mod world;
