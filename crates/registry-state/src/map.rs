//! The authenticated map: a sparse Merkle tree over SHA-256 of the state keys.
//!
//! Its hashes are those of a Jellyfish Merkle tree, so `jmt` verifies its proofs and tests hold its roots
//! against `jmt`'s. Its layout is ours: what lies beneath a few leaves is not stored but hashed again from the
//! rows, which are needed anyway, and what lies above is stored in pages of four levels. A new key costs one
//! row, and pages that a block's keys share. How the tree is cut into pages and buckets does not show in a
//! root. Nothing is ever removed from the map.
//!
//! Versions count the blocks that changed something; an idle chain's blocks carry the root of the version
//! before and touch no page.

mod audit;
mod build;
mod hash;
mod page;
mod path;
mod prove;
mod row;
mod update;

pub use audit::{audit, root};
pub use build::build;
pub use path::Path;
pub use prove::prove;
pub use row::Row;
pub use update::{Update, update};

use registry_types::Hash;

pub type Version = u64;

/// How many leaves stay together without a page of their own. A reader hashes half as many for a proof.
const BUCKET: usize = 32;

/// A place in the map that is taken, and the hash of what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub place: Hash,
    pub hash: Hash,
}

/// What the map is read from. Rows and pages of versions that are still kept never change.
pub trait MapReader {
    /// The page that was written at this path as part of this version.
    fn page(&self, version: Version, path: &Path) -> Result<Option<Vec<u8>>, MapError>;

    /// The first `limit` leaves beneath a path as they were at a version, in order of their places.
    fn leaves(&self, path: &Path, version: Version, limit: usize) -> Result<Vec<Leaf>, MapError>;

    /// The row at a place as it was at a version.
    fn row(&self, place: &Hash, version: Version) -> Result<Option<Row>, MapError>;
}

/// The map cannot be read. Never the fault of a transaction.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    #[error("cannot read the map")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("a page of the map at depth {depth} is missing or cannot be read: the data is damaged")]
    Page { depth: usize },
    #[error("records of the map at depth {depth} do not have the hash they had: the data is damaged")]
    Records { depth: usize },
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests;
