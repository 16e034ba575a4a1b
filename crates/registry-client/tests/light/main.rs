//! The light client against honest and lying servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout)]

mod chain;
mod compact;
mod evidence;
mod reading;
mod restart;
mod rules;
mod simulation;
mod trusting;
