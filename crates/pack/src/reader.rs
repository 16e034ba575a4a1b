//! A pack as the chain and the web of a verifier that has neither.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use clock::{Clock, Timestamp};
use did::Resolvers;
use keys::PublicKey;
use registry_client::{
    Checkpoint, LightError, Options, Proven, Registry, RegistryError, Submission, Transport, TransportError,
    verify_map_proof,
};
use registry_types::{
    Accreditation, AnchorRecord, Canonical as _, DecodeError, DidRecord, Genesis, GenesisError, Organisation,
    ProvenRecord, SchemaRecord, SetChange, SignedTransaction, StatusRecord, state_key,
};
use url::Url;
use verification::{
    Chain, ChainError, Fetch, FetchError, HandedOver, Occasion, Policy, PolicyError, Verifier,
};
use wire::verifications::Report;

use crate::content::{Content, Record};
use crate::file::{self, PackError};
use crate::manifest::Manifest;
use crate::tree::Grown;

/// What the reader believes before it opens a pack.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The chain's genesis, from the members: whoever signed must have its key in a DID document on that chain.
    Genesis(Box<Genesis>),
    /// The signer's key, got by another way: its word is taken for which chain and which validators.
    Signer(PublicKey),
}

/// Why a pack is not believed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("this is no pack that can be used")]
    File(#[from] PackError),
    #[error("the pack's content cannot be read")]
    Content(#[from] DecodeError),
    #[error("the pack's policy cannot be used")]
    Policy(#[from] PolicyError),
    #[error("the pack is signed by another key than the one that is trusted")]
    OtherSigner,
    #[error("the pack is of another chain than the one that is trusted")]
    OtherChain,
    #[error("the parts of the pack's header do not fit each other")]
    Checkpoint(#[from] registry_client::CheckpointError),
    #[error("the genesis cannot be used")]
    Genesis(#[from] GenesisError),
    #[error("the pack's header is not to be believed")]
    Header(#[from] LightError),
    #[error("the pack does not prove whose its signing key is")]
    Signer(#[source] RegistryError),
    #[error("the pack's signing key is not, or no longer, in the signer's DID document")]
    NotTheSigners,
    #[error(
        "the pack is too old: it knows the state of {header_time}, and was to be used until {usable_until}; get a newer one"
    )]
    TooOld { header_time: Timestamp, usable_until: Timestamp },
}

/// An opened pack. Clones share what was learnt.
#[derive(Clone)]
pub struct Pack {
    manifest: Manifest,
    content: Arc<Content>,
    verifier: Verifier,
}

impl Pack {
    /// Opens a file. What it says is checked record by record when it is used; that it is sound, signed, of this chain,
    /// and young enough is checked here. `trust_period` is how long validators last heard of are believed.
    pub async fn open(
        file: &[u8],
        trust: &Trust,
        trust_period: Duration,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let (signed, bytes) = file::read(file)?;
        let content = Arc::new(Content::from_bytes(&bytes)?);
        let manifest = usable_policy(signed.manifest)?;
        let header = &content.header;
        let told = (manifest.chain, manifest.height, manifest.header_time.timestamp_millis());
        if told != (header.chain, header.height, i64::try_from(header.time_ms).unwrap_or(i64::MAX)) {
            return Err(OpenError::OtherChain);
        }
        let checkpoint = content.checkpoint()?;
        let now = clock.now();
        let registry = registry(&manifest, &content, trust, &checkpoint, trust_period, clock)?;
        let resolver = Resolvers::new(Arc::new(registry.clone()), Duration::ZERO);
        let pages = content.documents.iter().map(|it| (it.url.clone(), it.bytes.clone())).collect();
        if let Trust::Genesis(_) = trust {
            check_signer(&registry, &manifest).await?;
        }
        let verifier =
            Verifier::new(Arc::new(PackChain(registry)), Arc::new(PackPages(pages)), Arc::new(resolver));
        let pack = Self { manifest, content, verifier };
        pack.check_age(now)?;
        Ok(pack)
    }

    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.manifest.policy
    }

    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Checks what was handed over as the online verifier does; past the stated age it refuses to say anything.
    pub async fn verify(&self, given: HandedOver<'_>, occasion: Occasion<'_>) -> Result<Report, OpenError> {
        self.check_age(occasion.now)?;
        Ok(self.verifier.handed_over(self.policy(), given, occasion).await)
    }

    /// Holds every record against the header, for whoever made the pack and wants to know that readers will believe it.
    pub fn prove(&self) -> Result<(), OpenError> {
        let root = &self.content.header.state_root;
        let node = PackNode::new(Arc::clone(&self.content));
        for Record { key, value } in &self.content.records {
            verify_map_proof(root, key, value.as_deref(), &node.proof(key))?;
        }
        Ok(())
    }

    pub fn check_age(&self, now: Timestamp) -> Result<(), OpenError> {
        if self.manifest.is_usable(now) {
            return Ok(());
        }
        let Manifest { header_time, usable_until, .. } = self.manifest;
        Err(OpenError::TooOld { header_time, usable_until })
    }
}

/// A signed policy must keep the rules for policies all the same. Its purpose was held against those of the verifier that
/// made the pack, which are not known here.
fn usable_policy(manifest: Manifest) -> Result<Manifest, PolicyError> {
    manifest.policy.validate()?;
    Ok(manifest)
}

fn registry(
    manifest: &Manifest,
    content: &Arc<Content>,
    trust: &Trust,
    checkpoint: &Checkpoint,
    trust_period: Duration,
    clock: Arc<dyn Clock>,
) -> Result<Registry, OpenError> {
    let max_age = Duration::from_secs(manifest.maximum_age_seconds);
    let policy = registry_client::Policy { max_age, trust_period };
    // Reading a pack is cheap; what was proven is kept all the same, since proofs are not.
    let options = Options { policy, cache_ttl: Duration::from_secs(600), ..Options::default() };
    let transport = Arc::new(PackNode::new(Arc::clone(content)));
    match trust {
        Trust::Genesis(genesis) if genesis.chain_id() != manifest.chain => Err(OpenError::OtherChain),
        Trust::Genesis(genesis) => Ok(Registry::over(transport, genesis, clock, options)?),
        Trust::Signer(key) if key.to_multikey() != manifest.signed_by.key => Err(OpenError::OtherSigner),
        Trust::Signer(_) => Ok(Registry::over_checkpoint(transport, checkpoint, clock, options)?),
    }
}

async fn check_signer(registry: &Registry, manifest: &Manifest) -> Result<(), OpenError> {
    let proven = registry.did(&manifest.signed_by.did).await.map_err(|error| match error {
        RegistryError::Unproven(LightError::Stale { .. }) => {
            OpenError::TooOld { header_time: manifest.header_time, usable_until: manifest.usable_until }
        }
        other => OpenError::Signer(other),
    })?;
    let key = manifest.signed_by.key.as_str();
    let time_ms = u64::try_from(proven.block_time.timestamp_millis()).unwrap_or_default();
    let holds = proven.value.is_some_and(|record| {
        let current = record.current().into_iter().flat_map(|version| &version.keys);
        let listed = current.filter(|it| it.multikey == key).any(|it| it.compromised_at.is_none());
        listed && record.stopped_at(Some(key), time_ms).is_none()
    });
    if holds { Ok(()) } else { Err(OpenError::NotTheSigners) }
}

/// Answers as a node does. What it says is held against the header by the light client, as online.
struct PackNode {
    content: Arc<Content>,
    places: HashMap<String, usize>,
    /// Nothing where the tree is none of these records: then nothing of them is proven.
    grown: Option<Grown>,
}

impl PackNode {
    fn new(content: Arc<Content>) -> Self {
        let places = content.records.iter().enumerate().map(|(at, it)| (it.key.clone(), at)).collect();
        let grown = content.tree.grow(&content.records);
        Self { content, places, grown }
    }

    /// The proof of a record; what the tree does not prove has one that never holds.
    fn proof(&self, key: &str) -> Vec<u8> {
        let proof = self.grown.as_ref().and_then(|grown| grown.proof(&state_key::place(key)));
        proof.map(|proof| proof.to_bytes()).unwrap_or_default()
    }

    fn find(&self, key: &str) -> Option<&Record> {
        self.content.records.get(*self.places.get(key)?)
    }
}

#[async_trait]
impl Transport for PackNode {
    async fn record(&self, key: &str) -> Result<ProvenRecord, TransportError> {
        let absent = || TransportError::Unreachable("the pack does not hold this record".to_owned());
        let record = self.find(key).ok_or_else(absent)?;
        Ok(ProvenRecord {
            value: record.value.clone(),
            map_proof: self.proof(key),
            header: self.content.header.clone(),
            certificate: self.content.certificate.clone(),
        })
    }

    async fn changes_after(&self, height: u64) -> Result<Vec<SetChange>, TransportError> {
        let later = |change: &&SetChange| change.header.height >= height;
        Ok(self.content.changes.iter().filter(later).cloned().collect())
    }

    async fn submit(&self, _: &SignedTransaction) -> Result<Submission, TransportError> {
        Err(TransportError::Unreachable("a pack takes no transactions".to_owned()))
    }
}

/// The light client over a pack: what cannot be reached is what the pack does not hold.
struct PackChain(Registry);

fn held<T>(answer: Result<T, ChainError>) -> Result<T, ChainError> {
    answer.map_err(|error| match error {
        ChainError::Unreachable => ChainError::NotInPack,
        other => other,
    })
}

#[async_trait]
impl Chain for PackChain {
    async fn did(&self, did: &str) -> Result<Proven<DidRecord>, ChainError> {
        held(Chain::did(&self.0, did).await)
    }

    async fn organisation(&self, id: &str) -> Result<Proven<Organisation>, ChainError> {
        held(Chain::organisation(&self.0, id).await)
    }

    async fn accreditation(&self, issuer: &str, type_iri: &str) -> Result<Proven<Accreditation>, ChainError> {
        held(Chain::accreditation(&self.0, issuer, type_iri).await)
    }

    async fn schema(&self, id: &str) -> Result<Proven<SchemaRecord>, ChainError> {
        held(Chain::schema(&self.0, id).await)
    }

    async fn status(&self, issuer: &str, list: &str) -> Result<Proven<StatusRecord>, ChainError> {
        held(Chain::status(&self.0, issuer, list).await)
    }

    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Proven<AnchorRecord>, ChainError> {
        held(Chain::anchor(&self.0, issuer, sequence).await)
    }
}

/// The documents by address. Nothing is ever fetched.
struct PackPages(HashMap<String, Vec<u8>>);

#[async_trait]
impl Fetch for PackPages {
    async fn fetch(&self, url: &Url, _: &str) -> Result<Vec<u8>, FetchError> {
        self.0.get(url.as_str()).cloned().ok_or(FetchError::Unreachable)
    }

    /// What a pack does not hold it will not hold a moment later.
    async fn pause(&self, _: u64) {}
}
