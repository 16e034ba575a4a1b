//! Organisations with their keys, and a chain that answers from memory.

use std::collections::HashMap;
use std::sync::Arc;

use clock::{Entropy, SeededEntropy, Timestamp};
use credential::data_integrity::SigningKey;
use did::{Document, Relationship, Resolution, ResolveError, Resolver, Resolvers, VerificationMethod};
use keys::{Algorithm, Signer, SoftwareKey};
use wallet::app::trust::{Anchored, Chain, ChainError};

use super::{FUND, Others, UNDP, WFP};
use crate::stub;

/// An organisation's keys, as its DID document lists them.
pub struct Organisation {
    pub did: &'static str,
    pub ed25519: Arc<dyn Signer>,
    pub p256: Arc<dyn Signer>,
    pub bls12381: Arc<dyn Signer>,
}

impl Organisation {
    pub(super) fn new(did: &'static str, entropy: &dyn Entropy) -> Self {
        Self {
            did,
            ed25519: Arc::new(SoftwareKey::generate(Algorithm::Ed25519, entropy)),
            p256: Arc::new(SoftwareKey::generate(Algorithm::P256, entropy)),
            // After the others, so that theirs stay as they were.
            bls12381: Arc::new(SoftwareKey::generate(Algorithm::Bls12381G2, &SeededEntropy::new(381))),
        }
    }

    pub fn ed25519_key(&self) -> SigningKey {
        SigningKey {
            verification_method: format!("{}#key-ed25519-1", self.did),
            signer: Arc::clone(&self.ed25519),
        }
    }

    pub fn p256_key(&self) -> SigningKey {
        SigningKey { verification_method: format!("{}#key-p256-1", self.did), signer: Arc::clone(&self.p256) }
    }

    pub fn bls12381_key(&self) -> SigningKey {
        SigningKey {
            verification_method: format!("{}#key-bls12381-1", self.did),
            signer: Arc::clone(&self.bls12381),
        }
    }

    pub(super) fn document(&self) -> Document {
        let method = |fragment: &str, signer: &dyn Signer| VerificationMethod {
            id: format!("{}#{fragment}", self.did),
            controller: self.did.to_owned(),
            public_key: *signer.public_key(),
            relationships: vec![Relationship::AssertionMethod, Relationship::Authentication],
        };
        let methods = vec![
            method("key-ed25519-1", self.ed25519.as_ref()),
            method("key-p256-1", self.p256.as_ref()),
            method("key-bls12381-1", self.bls12381.as_ref()),
        ];
        Document::new(self.did.to_owned(), methods, Vec::new())
    }
}

pub(super) struct Directory {
    pub documents: HashMap<String, Arc<Resolution>>,
    pub offline: Resolvers,
    pub others: Arc<Others>,
}

#[async_trait::async_trait]
impl Resolver for Directory {
    async fn resolve(&self, did: &str) -> Result<Arc<Resolution>, ResolveError> {
        if !did.starts_with("did:passerelle:") {
            return self.offline.resolve(did).await;
        }
        if self.others.knobs().registry_down {
            return Err(ResolveError::Unavailable("down".to_owned()));
        }
        self.documents.get(did).cloned().ok_or(ResolveError::NotFound)
    }
}

pub(super) struct MemoryChain(pub Arc<Others>);

#[async_trait::async_trait]
impl Chain for MemoryChain {
    async fn organisation(&self, did: &str) -> Result<Option<String>, ChainError> {
        let name = match did {
            UNDP => "United Nations Development Programme",
            FUND => "United Nations Joint Staff Pension Fund",
            WFP => "World Food Programme",
            _ => return Ok(None),
        };
        Ok(Some(name.to_owned()))
    }

    async fn accredited(&self, _: &str, type_iri: &str, _: Timestamp) -> Result<bool, ChainError> {
        Ok(self.0.knobs().accredited && type_iri == "https://schemas.passerelle.example/v1#StaffIdentity")
    }

    async fn status_digest(&self, _: &str, list: &str) -> Result<Option<[u8; 32]>, ChainError> {
        if self.0.knobs().chain_has_other_list {
            return Ok(Some([9; 32]));
        }
        Ok(Some(testkit::sha256(stub::status_list(&self.0, list))))
    }

    async fn anchor(&self, _: &str, _: u64) -> Result<Option<Anchored>, ChainError> {
        let root = stub::tree(&self.0).root();
        Ok(Some(Anchored { root, leaf_count: 16, time: self.0.now() }))
    }
}
