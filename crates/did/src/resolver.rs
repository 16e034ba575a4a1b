//! Resolution: the document now, what it was before, and why that is to be believed.

use std::sync::Arc;
use std::time::Duration;

use clock::Timestamp;
use moka::future::Cache;

use crate::did_url::is_did;
use crate::document::{Document, VerificationMethod};
use crate::offline::{resolve_jwk, resolve_key};
use crate::passerelle::{DidRecords, resolution_of};

/// What a resolver knows of a DID.
#[derive(Clone, Debug)]
pub struct Resolution {
    /// The document now. It has no methods when the DID is deactivated.
    pub document: Document,
    /// Every version there ever was, the present one last. Empty for methods without history.
    pub history: Vec<Version>,
    pub deactivated: bool,
    /// The block that proves all this, for methods that live on the chain.
    pub evidence: Option<Evidence>,
}

#[derive(Clone, Debug)]
pub struct Version {
    pub document: Document,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
    /// Whether any key of this version is marked compromised; which and when is in `compromises`.
    pub compromised: bool,
    /// DID URL of a key, and from when nothing it signed counts without an earlier anchor.
    pub compromises: Vec<(String, Timestamp)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub height: u64,
    pub block_time: Timestamp,
    pub header_hash: [u8; 32],
}

/// An interval in which a document listed a key: `from` belongs to it, `until` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPeriod {
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

/// The life of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecordState {
    /// Whether the present document lists the key.
    pub current: bool,
    /// Empty for methods without history.
    pub periods: Vec<KeyPeriod>,
    pub compromised_at: Option<Timestamp>,
}

impl Resolution {
    /// A resolution of a method that has neither history nor chain.
    #[must_use]
    pub fn of_document(document: Document) -> Self {
        Self { document, history: Vec::new(), deactivated: false, evidence: None }
    }

    /// Every key that the id has named: the present document's first, then from the latest version back. A
    /// controller may give the fragment of an old key to a new one; what the old one signed is still its own.
    #[must_use]
    pub fn methods(&self, did_url: &str) -> Vec<&VerificationMethod> {
        let versions = self.history.iter().rev().map(|version| &version.document);
        let mut found: Vec<&VerificationMethod> = Vec::new();
        for document in std::iter::once(&self.document).chain(versions) {
            if let Some(method) = document.verification_method(did_url)
                && !found.iter().any(|known| known.public_key == method.public_key)
            {
                found.push(method);
            }
        }
        found
    }

    /// When the key with this id and these bytes was listed. A fragment that was given to another key
    /// later does not lend the new key the old one's time.
    #[must_use]
    pub fn key_state(&self, method: &VerificationMethod) -> KeyRecordState {
        let same = |document: &Document| {
            document.verification_method(&method.id).is_some_and(|it| it.public_key == method.public_key)
        };
        let versions = self.history.iter().filter(|version| same(&version.document));
        let mut periods: Vec<KeyPeriod> = Vec::new();
        let mut compromised_at = None;
        for version in versions {
            match periods.last_mut() {
                Some(last) if last.until == Some(version.from) => last.until = version.until,
                _ => periods.push(KeyPeriod { from: version.from, until: version.until }),
            }
            let found = version.compromises.iter().find(|(id, _)| *id == method.id).map(|(_, at)| *at);
            compromised_at = [compromised_at, found].into_iter().flatten().min();
        }
        KeyRecordState { current: !self.deactivated && same(&self.document), periods, compromised_at }
    }
}

/// Why there is no resolution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    #[error("not a DID that its method allows")]
    InvalidDid,
    #[error("the DID method is not supported here")]
    MethodNotSupported,
    #[error("the DID does not exist")]
    NotFound,
    /// The question could not be answered; nothing is known of the DID.
    #[error("the registry could not be asked: {0}")]
    Unavailable(String),
}

#[async_trait::async_trait]
pub trait Resolver: Send + Sync {
    async fn resolve(&self, did: &str) -> Result<Arc<Resolution>, ResolveError>;
}

/// Resolves did:key and did:jwk by itself and did:passerelle through the chain.
#[derive(Clone)]
pub struct Resolvers {
    records: Option<Arc<dyn DidRecords>>,
    offline: Cache<String, Arc<Resolution>>,
    chain: Cache<String, Arc<Resolution>>,
}

const CACHED_DIDS: u64 = 10_000;

impl Resolvers {
    /// Only the methods that need no chain.
    #[must_use]
    pub fn offline() -> Self {
        Self::build(None, Duration::ZERO)
    }

    /// `keep` is how long an answer of the chain is used again; it adds to the age the registry client
    /// allows its headers, so keep it to a few seconds.
    #[must_use]
    pub fn new(records: Arc<dyn DidRecords>, keep: Duration) -> Self {
        Self::build(Some(records), keep)
    }

    fn build(records: Option<Arc<dyn DidRecords>>, keep: Duration) -> Self {
        Self {
            records,
            offline: Cache::new(CACHED_DIDS),
            chain: Cache::builder().max_capacity(CACHED_DIDS).time_to_live(keep).build(),
        }
    }

    async fn resolve_offline(
        &self,
        did: &str,
        expand: fn(&str) -> Result<Document, ResolveError>,
    ) -> Result<Arc<Resolution>, ResolveError> {
        if let Some(found) = self.offline.get(did).await {
            return Ok(found);
        }
        let resolution = Arc::new(Resolution::of_document(expand(did)?));
        self.offline.insert(did.to_owned(), Arc::clone(&resolution)).await;
        Ok(resolution)
    }
}

#[async_trait::async_trait]
impl Resolver for Resolvers {
    async fn resolve(&self, did: &str) -> Result<Arc<Resolution>, ResolveError> {
        if !is_did(did) {
            return Err(ResolveError::InvalidDid);
        }
        if did.starts_with("did:key:") {
            return self.resolve_offline(did, resolve_key).await;
        }
        if did.starts_with("did:jwk:") {
            return self.resolve_offline(did, resolve_jwk).await;
        }
        let Some(records) = self.records.as_ref().filter(|_| did.starts_with("did:passerelle:")) else {
            return Err(ResolveError::MethodNotSupported);
        };
        if let Some(found) = self.chain.get(did).await {
            return Ok(found);
        }
        let proven = records.did_record(did).await?;
        let resolution = Arc::new(resolution_of(did, proven)?);
        self.chain.insert(did.to_owned(), Arc::clone(&resolution)).await;
        Ok(resolution)
    }
}
