//! Reads the registry chain without trusting the node that answers.
//!
//! [`LightClient`] holds the rules and touches neither network nor clock: it starts from a genesis, accepts
//! a header only with a quorum of the validator set it knows, follows changes of that set, and accepts a
//! value, or its absence, only with a proof that leads to such a header. [`Registry`] adds a node to ask, a
//! short-lived cache of what was proven, and sending transactions. Neither panics on any input.
//! Read [`LightClient::check`], [`Registry`] and [`Proven`].

mod http;
mod light;
mod receipt;
mod registry;
mod transport;

pub use http::HttpNode;
pub use light::{LightClient, LightError, ProvenHeader, verify_certificate, verify_map_proof};
pub use receipt::{Receipt, ReceiptError};
pub use registry::{Committed, Options, Proven, Registry, RegistryError};
pub use transport::{Submission, Transport, TransportError};

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests;
