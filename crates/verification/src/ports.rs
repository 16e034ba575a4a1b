//! What the rules need from outside: the chain's proven records, and the bytes behind a URL.

use async_trait::async_trait;
use clock::Timestamp;
use registry_client::Proven;
use registry_types::{Accreditation, AnchorRecord, DidRecord, Organisation, SchemaRecord, StatusRecord};
use url::Url;

/// Records of the registry chain, each with the header that proves it.
#[async_trait]
pub trait Chain: Send + Sync {
    async fn did(&self, did: &str) -> Result<Proven<DidRecord>, ChainError>;
    async fn organisation(&self, id: &str) -> Result<Proven<Organisation>, ChainError>;
    async fn accreditation(&self, issuer: &str, type_iri: &str) -> Result<Proven<Accreditation>, ChainError>;
    async fn schema(&self, id: &str) -> Result<Proven<SchemaRecord>, ChainError>;
    async fn status(&self, issuer: &str, list: &str) -> Result<Proven<StatusRecord>, ChainError>;
    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Proven<AnchorRecord>, ChainError>;
}

/// Why the chain gave no answer that can be relied on. Never a reason to believe anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    #[error("no node of the registry chain can be reached")]
    Unreachable,
    #[error("the newest header of the registry chain is too old")]
    Stale,
    #[error("the answer of the registry node does not prove what it says")]
    Unproven,
    #[error("the offline pack does not hold the record")]
    NotInPack,
}

/// Fetches what strangers' URLs name. Implementations bound size and time and refuse private addresses.
#[async_trait]
pub trait Fetch: Send + Sync {
    async fn fetch(&self, url: &Url, accept: &str) -> Result<Vec<u8>, FetchError>;
    /// Waits a moment before asking again.
    async fn pause(&self, milliseconds: u64);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("the address is one that must not be asked")]
    Refused,
    #[error("nobody answered at the address")]
    Unreachable,
    #[error("the answer is too long")]
    TooLong,
    #[error("the answer is the error {0}")]
    Status(u16),
}

/// Which header an answer rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub height: u64,
    pub time: Timestamp,
    pub hash: [u8; 32],
}

impl Header {
    #[must_use]
    pub fn of<T>(proven: &Proven<T>) -> Self {
        Self { height: proven.height, time: proven.block_time, hash: proven.header_hash }
    }
}
