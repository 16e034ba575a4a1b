//! The real node, over HTTP, with the light client that everybody reads through.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout)]

mod browser;
mod chain;
mod exit;
mod explorer;
mod grow;
mod kill;
mod network;
mod order;
mod pushes;
mod reads;
mod snapshot;

const STAFF: &str = "https://schemas.passerelle.example/v1#StaffIdentity";
