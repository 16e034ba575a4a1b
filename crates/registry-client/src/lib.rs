//! Reads the registry chain without trusting the node that answers.
//!
//! [`LightClient`] holds the rules and touches neither network nor clock nor disk: it starts from a genesis or a
//! [`Checkpoint`], accepts a header only with a quorum of the validator set it knows, follows changes of that
//! set within its trust period, and accepts a value, or its absence, only with a proof that leads to such a
//! header. Two certified headers at one height end its belief and leave [`Evidence`]. [`Registry`] adds a node
//! to ask, a short-lived cache of what was proven, a file that remembers the newest header, and sending
//! transactions. Neither panics on any input. Read [`LightClient::check`], [`Registry`] and [`Proven`].

mod certificate;
mod checkpoint;
mod compact;
mod error;
mod evidence;
mod http;
mod light;
mod receipt;
mod registry;
mod restart;
mod transport;
mod trust;

pub use certificate::{verify_certificate, verify_map_proof};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use compact::{CompactProof, EMPTY, Leaf, goes_right, join};
pub use error::LightError;
pub use evidence::{DoublePrecommit, Evidence, EvidenceError, Precommit, Verdict};
pub use http::{HttpNode, KeyPage};
pub use light::{LightClient, Policy, ProvenHeader};
pub use receipt::{Receipt, ReceiptError};
pub use registry::{Committed, Options, Proven, Registry, RegistryError};
pub use transport::{Submission, Transport, TransportError};
pub use trust::{TrustConfig, TrustError};
