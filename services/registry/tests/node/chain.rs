//! A chain of one node, its members, and what they send.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clock::{SystemClock, SystemEntropy};
use keys::{Algorithm, PublicKey, Signer, SoftwareKey};
use outbound::{Outbound, OutboundPolicy};
use registry::setup::{self, Newcomer, OrganisationKeys};
use registry_client::{Registry, RegistryError};
use registry_types::{DidRole, Genesis, Operation, Seats, SignedTransaction};
use serde_json::Value;
use url::Url;

pub struct Organisation {
    pub govern: SoftwareKey,
    pub did: SoftwareKey,
    pub operate: SoftwareKey,
    pub document: SoftwareKey,
}

impl Organisation {
    pub fn new() -> Self {
        let key = || SoftwareKey::generate(Algorithm::Ed25519, &SystemEntropy);
        Self { govern: key(), did: key(), operate: key(), document: key() }
    }

    pub fn keys(&self) -> OrganisationKeys {
        OrganisationKeys {
            govern: vec![*self.govern.public_key()],
            did: vec![*self.did.public_key()],
            operate: vec![*self.operate.public_key()],
        }
    }

    pub fn governs<'a>(
        &'a self,
        keys: &'a OrganisationKeys,
        validators: Vec<(PublicKey, String)>,
    ) -> Newcomer<'a> {
        Newcomer {
            id: "unsscb",
            name: "UN System Registry Board",
            seats: Seats { governor: true, validator: true, issuer: false },
            keys,
            govern: &self.govern,
            validators,
        }
    }

    pub fn joins<'a>(&'a self, id: &'a str, keys: &'a OrganisationKeys) -> Newcomer<'a> {
        let seats = Seats { issuer: true, ..Seats::default() };
        Newcomer { id, name: "Member", seats, keys, govern: &self.govern, validators: Vec::new() }
    }

    pub fn create_did(&self, id: &str, role: DidRole) -> (String, Operation) {
        let keys = [("key-ed25519-1", self.document.public_key())];
        setup::create_did(id, role, self.did.public_key(), &keys, &[]).unwrap()
    }
}

/// A chain of its own in a temporary folder.
pub struct Chain {
    pub folder: tempfile::TempDir,
    pub genesis: Genesis,
    pub board: Organisation,
}

impl Chain {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let board = Organisation::new();
        let validator = registry::validator_public_key(&keys_config(folder.path())).unwrap();
        let now = clock::Clock::now(&SystemClock).timestamp_millis().unsigned_abs();
        let keys = board.keys();
        let governor = board.governs(&keys, vec![(validator, "localhost".to_owned())]);
        let genesis = setup::genesis("Test chain", now, &[governor]).await.unwrap();
        let chain = Self { folder, genesis, board };
        chain.write_genesis();
        chain
    }

    pub fn write_genesis(&self) {
        let json = serde_json::to_vec_pretty(&self.genesis).unwrap();
        std::fs::write(self.folder.path().join("genesis.json"), json).unwrap();
    }

    pub async fn start(&self) -> Node {
        let started = Instant::now();
        let running = registry::start(config(self.folder.path())).await.unwrap();
        println!("started in {:?}", started.elapsed());
        let url: Url = format!("http://{}", running.addresses[0]).parse().unwrap();
        Node { running, outbound: outbound(), url }
    }

    pub fn registry(&self, node: &Node) -> Registry {
        self.registry_at(node.url.clone())
    }

    pub fn registry_at(&self, url: Url) -> Registry {
        let clock = Arc::new(SystemClock);
        Registry::connect(url, &self.genesis, outbound(), clock, Duration::from_secs(120)).unwrap()
    }

    pub async fn admit(&self, registry: &Registry, id: &str) -> (Organisation, String) {
        let member = Organisation::new();
        let admit = setup::admit_member(registry, &member.joins(id, &member.keys())).await.unwrap();
        setup::ensure(registry, &self.board.govern, admit).await.unwrap().unwrap();
        let (did, create) = member.create_did(id, DidRole::Organisation);
        setup::ensure(registry, &member.did, create).await.unwrap().unwrap();
        (member, did)
    }
}

pub struct Node {
    pub running: web::Running,
    pub outbound: Outbound,
    pub url: Url,
}

impl Node {
    pub async fn get(&self, path: &str, accept: &str) -> (u16, Value) {
        let reply = self.outbound.get(&self.url.join(path).unwrap(), accept, None).await.unwrap();
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
    }

    pub async fn post(&self, body: Vec<u8>, path: &str) -> (u16, Value) {
        let url = self.url.join(path).unwrap();
        let reply = self.outbound.post_bytes(&url, "application/octet-stream", body, &[]).await.unwrap();
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
    }
}

pub fn keys_config(folder: &Path) -> registry::KeysConfig {
    registry::KeysConfig {
        directory: folder.join("keys"),
        sealing_key: folder.join("sealing.key"),
        pkcs11: None,
    }
}

pub fn config(folder: &Path) -> registry::Config {
    config_at(folder, 0)
}

pub fn config_at(folder: &Path, port: u16) -> registry::Config {
    let text = format!(
        "[http]\nlisten = [\"127.0.0.1:{port}\"]\npublic_url = \"http://localhost:7100\"\n\
         [node]\ndata = {:?}\ngenesis = {:?}\n[keys]\ndirectory = {:?}\nsealing_key = {:?}\n",
        folder.join("chain"),
        folder.join("genesis.json"),
        folder.join("keys"),
        folder.join("sealing.key"),
    );
    toml::from_str(&text).unwrap()
}

pub fn outbound() -> Outbound {
    let policy = OutboundPolicy { allow_loopback: true, allow_http: true, ..OutboundPolicy::default() };
    Outbound::new(&policy).unwrap()
}

pub fn raw(key: &PublicKey) -> [u8; 32] {
    match key {
        PublicKey::Ed25519(bytes) => *bytes,
        _ => panic!("an Ed25519 key"),
    }
}

pub async fn signed(registry: &Registry, key: &SoftwareKey, operation: Operation) -> SignedTransaction {
    let public_key = raw(key.public_key());
    let transaction = registry.transaction(&public_key, operation).await.unwrap();
    let signature = key.sign_now(&transaction.signing_bytes()).unwrap().try_into().unwrap();
    SignedTransaction { transaction, public_key, signature }
}

pub fn code<T: std::fmt::Debug>(result: Result<T, setup::SetupError>) -> String {
    match result.unwrap_err() {
        setup::SetupError::Registry(RegistryError::Rejected { code, .. }) => code,
        other => panic!("{other}"),
    }
}

pub fn resign(key: &SoftwareKey, mut signed: SignedTransaction) -> SignedTransaction {
    signed.signature = key.sign_now(&signed.transaction.signing_bytes()).unwrap().try_into().unwrap();
    signed
}
