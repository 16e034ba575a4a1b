//! The chain of the world as a node that answers with proofs, and packs made from it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use clock::Clock as _;
use keys::{Signer as _, SoftwareKey};
use pack::{Collected, Pack, Source, Trust, Wanted, collect, seal};
use registry_client::{Checkpoint, TransportError};
use registry_state::Writes;
use registry_types::{Canonical as _, Genesis, ProvenRecord, SetChange, state_key};
use verification::{Policies, Policy};

use crate::chain::{Chain, START};
use crate::world::{Issuer, Ledger, World};

/// The validators' keys of the test chain.
const SEEDS: [u8; 4] = [1, 2, 3, 4];
/// The genesis lies in the past of the world's clock.
pub const TRUSTED: Duration = Duration::from_secs(10 * 365 * 24 * 3_600);

/// A chain whose newest block holds what the world's ledger says, made at the world's time.
pub struct Node {
    chain: Chain,
    keys: Vec<String>,
    height: u64,
}

impl Node {
    pub fn new() -> Self {
        Self { chain: Chain::new(&SEEDS), keys: Vec::new(), height: 0 }
    }

    /// One more block, with everything that the ledger holds now.
    pub fn commit(&mut self, world: &World) {
        let writes = writes(&world.chain.ledger.lock().unwrap());
        self.keys = writes.keys().cloned().collect();
        self.chain.state.store(&writes).unwrap();
        self.height = (world.now_ms() - START) / 1_000;
    }

    pub fn store(&mut self, writes: &Writes) {
        self.chain.state.store(writes).unwrap();
    }

    pub fn genesis(&self) -> Genesis {
        self.chain.genesis.clone()
    }
}

fn writes(ledger: &Ledger) -> Writes {
    let mut writes = Writes::new();
    for (did, record) in &ledger.dids {
        writes.insert(state_key::did(did), record.to_bytes());
    }
    for (id, record) in &ledger.organisations {
        writes.insert(state_key::organisation(id), record.to_bytes());
    }
    for ((issuer, type_iri), record) in &ledger.accreditations {
        writes.insert(state_key::accreditation(issuer, type_iri), record.to_bytes());
    }
    for (id, record) in &ledger.schemas {
        writes.insert(state_key::schema(id), record.to_bytes());
    }
    for ((issuer, list), record) in &ledger.statuses {
        writes.insert(state_key::status(issuer, list), record.to_bytes());
    }
    for ((issuer, sequence), record) in &ledger.anchors {
        writes.insert(state_key::anchor(issuer, *sequence), record.to_bytes());
    }
    writes
}

#[async_trait]
impl Source for Node {
    async fn checkpoint(&self) -> Result<Checkpoint, TransportError> {
        let header = self.chain.header(self.height);
        let certificate = self.chain.certify(&header, &SEEDS);
        Ok(Checkpoint::new(header, certificate, Chain::set(&SEEDS)).unwrap())
    }

    async fn keys(&self, kind: &str) -> Result<Vec<String>, TransportError> {
        let prefix = format!("{kind}/");
        Ok(self.keys.iter().filter(|key| key.starts_with(&prefix)).cloned().collect())
    }

    async fn record_at(&self, key: &str, height: u64) -> Result<ProvenRecord, TransportError> {
        Ok(self.chain.answer(key, height))
    }

    async fn changes_after(&self, _: u64) -> Result<Vec<SetChange>, TransportError> {
        Ok(Vec::new())
    }
}

pub fn policy(name: &str) -> Policy {
    Policies::embedded().unwrap().find(name).unwrap().clone()
}

/// What the node and the world's web hold for the policy, ready to be signed by that organisation.
pub async fn gather(world: &World, node: &Node, signer: &Issuer, policy: &Policy) -> Collected {
    let maximum_age = chrono::Duration::days(1);
    let wanted = Wanted { policy, signer: &signer.did, maximum_age, now: world.clock.now() };
    collect(node, world.web.as_ref(), &wanted).await.unwrap()
}

/// A pack of the state as it is, signed with the organisation's P-256 key.
pub async fn build(world: &World, node: &Node, signer: &Issuer, policy: &Policy) -> Vec<u8> {
    let Collected { manifest, content } = gather(world, node, signer, policy).await;
    seal(manifest, &content, signer.p256.as_ref()).await.unwrap()
}

pub fn by_key(key: &SoftwareKey) -> Trust {
    Trust::Signer(*key.public_key())
}

pub async fn open(world: &World, file: &[u8], trust: &Trust) -> Result<Pack, pack::OpenError> {
    Pack::open(file, trust, TRUSTED, Arc::new(world.clock.clone())).await
}
