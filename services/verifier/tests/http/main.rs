//! The routes over HTTP: the real service in process, a chain in memory, SQLite in a folder that goes away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod agency;
mod approvals;
mod browser;
#[path = "../../../../crates/registry-client/tests/light/chain.rs"]
#[allow(dead_code)]
mod chain;
mod desk;
mod desk_modules;
mod desk_page;
mod desk_parity;
mod encrypted;
mod follow;
mod harness;
mod key_clients;
#[path = "../../../../crates/pack/tests/pack/node.rs"]
#[allow(dead_code)]
mod node;
mod oidc;
mod pages;
mod pictures;
mod policies;
mod problems;
mod profiles;
mod receipts;
mod sandbox;
mod trial;
mod vc_api;
mod wallet;
mod webhooks;
#[path = "../../../../crates/verification/tests/world/mod.rs"]
mod world;
