//! What the issuer reads from and writes to the registry chain.

use std::error::Error;

use async_trait::async_trait;
use clock::Timestamp;
use keys::{PublicKey, SignError, Signer};
use registry_client::{Registry, RegistryError};
use registry_types::{Canonical as _, DidRecord, Operation, Relationship, SignedTransaction};

/// A key of the current DID document that may sign credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentKey {
    pub fragment: String,
    pub multikey: String,
}

/// A key of any version of a DID document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    pub fragment: String,
    pub multikey: String,
    /// Verification relationships of DID Core 1.0, as they are spelled there.
    pub relationships: Vec<String>,
    /// Block time of the first version that lists it.
    pub since: Timestamp,
    /// Block time from which no version lists it.
    pub until: Option<Timestamp>,
    pub compromised_at: Option<Timestamp>,
}

/// What the chain says about a status list, proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedStatus {
    pub digest: [u8; 32],
    pub version: u64,
    /// The height at which it was read.
    pub height: u64,
}

/// What the chain says about an anchor, proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchored {
    pub root: [u8; 32],
    pub height: u64,
    pub block_time: Timestamp,
}

/// The chain as this service needs it. Answers are proven; a test double stands in where the network has to fail.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Keys listed for `assertionMethod` and not compromised, in the order of the document.
    async fn assertion_keys(&self, did: &str) -> Result<Vec<DocumentKey>, RegistryError>;
    /// The DID document with its past; nothing where there is no such DID.
    async fn did_record(&self, did: &str) -> Result<Option<DidRecord>, RegistryError>;
    /// Every key that the document lists or has listed, those of the present version first.
    async fn listed_keys(&self, did: &str) -> Result<Vec<ListedKey>, RegistryError> {
        Ok(listed(self.did_record(did).await?.as_ref()))
    }
    async fn status(&self, issuer: &str, list: &str) -> Result<Option<PublishedStatus>, RegistryError>;
    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Option<Anchored>, RegistryError>;
    /// The anchor's record with its proof, as bytes that a reader checks without us.
    async fn anchor_proof(&self, issuer: &str, sequence: u64) -> Result<Option<Vec<u8>>, RegistryError>;
    /// Whether the chain holds that this issuer, or its organisation in another name, published the document.
    async fn is_published(&self, issuer: &str, digest: &[u8; 32]) -> Result<bool, RegistryError>;
    /// Returns once a block holds the operation. Whether it took effect, only reading tells.
    async fn write(&self, signer: &dyn Signer, operation: Operation) -> Result<(), RegistryError>;
}

/// The light client.
pub struct RegistryLedger(pub Registry);

#[async_trait]
impl Ledger for RegistryLedger {
    async fn assertion_keys(&self, did: &str) -> Result<Vec<DocumentKey>, RegistryError> {
        let record = self.0.did(did).await?.value;
        let Some(version) = record.as_ref().and_then(registry_types::DidRecord::current) else {
            return Ok(Vec::new());
        };
        let usable = version.keys.iter().filter(|key| {
            key.relationships.contains(&Relationship::AssertionMethod) && key.compromised_at.is_none()
        });
        Ok(usable
            .map(|key| DocumentKey { fragment: key.fragment.clone(), multikey: key.multikey.clone() })
            .collect())
    }

    async fn did_record(&self, did: &str) -> Result<Option<DidRecord>, RegistryError> {
        Ok(self.0.did(did).await?.value)
    }

    async fn status(&self, issuer: &str, list: &str) -> Result<Option<PublishedStatus>, RegistryError> {
        let proven = self.0.status(issuer, list).await?;
        Ok(proven.value.map(|record| PublishedStatus {
            digest: record.digest,
            version: record.version,
            height: proven.height,
        }))
    }

    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Option<Anchored>, RegistryError> {
        let record = self.0.anchor(issuer, sequence).await?.value;
        Ok(record.map(|record| Anchored {
            root: record.root,
            height: record.height,
            block_time: instant(record.time_ms),
        }))
    }

    async fn anchor_proof(&self, issuer: &str, sequence: u64) -> Result<Option<Vec<u8>>, RegistryError> {
        let proven = self.0.anchor_proof(issuer, sequence).await?;
        Ok(proven.map(|proven| proven.to_bytes()))
    }

    async fn is_published(&self, issuer: &str, digest: &[u8; 32]) -> Result<bool, RegistryError> {
        let Some(record) = self.0.document(digest).await?.value else { return Ok(false) };
        if record.publications.iter().any(|by| by.issuer == issuer) {
            return Ok(true);
        }
        // The record keeps one entry for each organisation, which may have published it in another of its names.
        let controller = self.0.did(issuer).await?.value.map(|did| did.organisation);
        Ok(controller.is_some_and(|id| record.publications.iter().any(|by| by.organisation == id)))
    }

    async fn write(&self, signer: &dyn Signer, operation: Operation) -> Result<(), RegistryError> {
        let PublicKey::Ed25519(public_key) = *signer.public_key() else {
            return Err(RegistryError::UnknownKey(signer.public_key().to_multikey()));
        };
        let transaction = self.0.transaction(&public_key, operation).await?;
        let signature = signer.sign(&transaction.signing_bytes()).await;
        let told =
            |error: &SignError| tracing::warn!(error = error as &dyn Error, "nothing goes to the chain");
        let signature = signature.inspect_err(told).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        // A key that cannot sign is as good as unknown: nothing was sent, and the next run tries again.
        let signature =
            signature.ok_or_else(|| RegistryError::UnknownKey(signer.public_key().to_multikey()))?;
        self.0.submit(&SignedTransaction { transaction, public_key, signature }).await?;
        Ok(())
    }
}

/// A key once for each name it had, as the newest version with it says.
fn listed(record: Option<&DidRecord>) -> Vec<ListedKey> {
    let mut keys: Vec<ListedKey> = Vec::new();
    for version in record.iter().flat_map(|record| &record.versions) {
        let until = version.until_ms.map(instant);
        for key in &version.keys {
            let known = keys.iter_mut().find(|it| it.fragment == key.fragment && it.multikey == key.multikey);
            let relationships = key.relationships.iter().map(relationship).collect();
            let compromised_at = key.compromised_at.map(instant);
            match known {
                Some(known) => {
                    (known.relationships, known.until, known.compromised_at) =
                        (relationships, until, compromised_at);
                }
                None => keys.push(ListedKey {
                    fragment: key.fragment.clone(),
                    multikey: key.multikey.clone(),
                    relationships,
                    since: instant(version.from_ms),
                    until,
                    compromised_at,
                }),
            }
        }
    }
    keys.sort_by_key(|key| key.until.is_some());
    keys
}

/// A block time.
fn instant(ms: u64) -> Timestamp {
    i64::try_from(ms).ok().and_then(Timestamp::from_timestamp_millis).unwrap_or(Timestamp::MAX_UTC)
}

fn relationship(relationship: &Relationship) -> String {
    serde_json::to_value(relationship).ok().and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}
