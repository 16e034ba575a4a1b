//! The real node, over HTTP, with the light client that everybody reads through.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout)]

mod browser;
mod exit;
mod explorer;
mod grow;
mod kill;
mod network;
mod pushes;
mod snapshot;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clock::{SystemClock, SystemEntropy};
use keys::{Algorithm, PublicKey, Signer, SoftwareKey};
use outbound::{Outbound, OutboundPolicy};
use registry::setup::{self, Newcomer, OrganisationKeys};
use registry_client::{Checkpoint, Registry, RegistryError};
use registry_types::{
    Anchor, AnchorKind, Canonical, DidChange, DidRole, DocumentKey, Genesis, Operation, PublishStatus,
    Relationship, Seats, SignedTransaction, UpdateDid,
};
use serde_json::Value;
use url::Url;

const STAFF: &str = "https://schemas.passerelle.example/v1#StaffIdentity";

struct Organisation {
    govern: SoftwareKey,
    did: SoftwareKey,
    operate: SoftwareKey,
    document: SoftwareKey,
}

impl Organisation {
    fn new() -> Self {
        let key = || SoftwareKey::generate(Algorithm::Ed25519, &SystemEntropy);
        Self { govern: key(), did: key(), operate: key(), document: key() }
    }

    fn keys(&self) -> OrganisationKeys {
        OrganisationKeys {
            govern: vec![*self.govern.public_key()],
            did: vec![*self.did.public_key()],
            operate: vec![*self.operate.public_key()],
        }
    }

    fn governs<'a>(
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

    fn joins<'a>(&'a self, id: &'a str, keys: &'a OrganisationKeys) -> Newcomer<'a> {
        let seats = Seats { issuer: true, ..Seats::default() };
        Newcomer { id, name: "Member", seats, keys, govern: &self.govern, validators: Vec::new() }
    }

    fn create_did(&self, id: &str, role: DidRole) -> (String, Operation) {
        let keys = [("key-ed25519-1", self.document.public_key())];
        setup::create_did(id, role, self.did.public_key(), &keys, &[]).unwrap()
    }
}

/// A chain of its own in a temporary folder.
struct Chain {
    folder: tempfile::TempDir,
    genesis: Genesis,
    board: Organisation,
}

impl Chain {
    async fn new() -> Self {
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

    fn write_genesis(&self) {
        let json = serde_json::to_vec_pretty(&self.genesis).unwrap();
        std::fs::write(self.folder.path().join("genesis.json"), json).unwrap();
    }

    async fn start(&self) -> Node {
        let started = Instant::now();
        let running = registry::start(config(self.folder.path())).await.unwrap();
        println!("started in {:?}", started.elapsed());
        let url: Url = format!("http://{}", running.addresses[0]).parse().unwrap();
        Node { running, outbound: outbound(), url }
    }

    fn registry(&self, node: &Node) -> Registry {
        self.registry_at(node.url.clone())
    }

    fn registry_at(&self, url: Url) -> Registry {
        let clock = Arc::new(SystemClock);
        Registry::connect(url, &self.genesis, outbound(), clock, Duration::from_secs(120)).unwrap()
    }

    async fn admit(&self, registry: &Registry, id: &str) -> (Organisation, String) {
        let member = Organisation::new();
        let admit = setup::admit_member(registry, &member.joins(id, &member.keys())).await.unwrap();
        setup::ensure(registry, &self.board.govern, admit).await.unwrap().unwrap();
        let (did, create) = member.create_did(id, DidRole::Organisation);
        setup::ensure(registry, &member.did, create).await.unwrap().unwrap();
        (member, did)
    }
}

struct Node {
    running: web::Running,
    outbound: Outbound,
    url: Url,
}

impl Node {
    async fn get(&self, path: &str, accept: &str) -> (u16, Value) {
        let reply = self.outbound.get(&self.url.join(path).unwrap(), accept, None).await.unwrap();
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
    }

    async fn post(&self, body: Vec<u8>, path: &str) -> (u16, Value) {
        let url = self.url.join(path).unwrap();
        let reply = self.outbound.post_bytes(&url, "application/octet-stream", body, &[]).await.unwrap();
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
    }
}

fn keys_config(folder: &Path) -> registry::KeysConfig {
    registry::KeysConfig {
        directory: folder.join("keys"),
        sealing_key: folder.join("sealing.key"),
        pkcs11: None,
    }
}

fn config(folder: &Path) -> registry::Config {
    config_at(folder, 0)
}

fn config_at(folder: &Path, port: u16) -> registry::Config {
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

fn outbound() -> Outbound {
    let policy = OutboundPolicy { allow_loopback: true, allow_http: true, ..OutboundPolicy::default() };
    Outbound::new(&policy).unwrap()
}

fn raw(key: &PublicKey) -> [u8; 32] {
    match key {
        PublicKey::Ed25519(bytes) => *bytes,
        _ => panic!("an Ed25519 key"),
    }
}

async fn signed(registry: &Registry, key: &SoftwareKey, operation: Operation) -> SignedTransaction {
    let public_key = raw(key.public_key());
    let transaction = registry.transaction(&public_key, operation).await.unwrap();
    let signature = key.sign_now(&transaction.signing_bytes()).unwrap().try_into().unwrap();
    SignedTransaction { transaction, public_key, signature }
}

fn code<T: std::fmt::Debug>(result: Result<T, setup::SetupError>) -> String {
    match result.unwrap_err() {
        setup::SetupError::Registry(RegistryError::Rejected { code, .. }) => code,
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_write_and_anyone_reads_with_proof_across_a_restart() {
    let chain = Chain::new().await;
    let mut node = chain.start().await;
    let registry = chain.registry(&node);
    let (undp, undp_did) = chain.admit(&registry, "undp").await;

    let schema = setup::register_schema("https://schemas.passerelle.example/v1/x.json", [1; 32], "unsscb");
    setup::ensure(&registry, &chain.board.govern, schema.clone()).await.unwrap().unwrap();
    let grant = setup::grant_accreditation(&undp_did, STAFF, &[&undp_did]);
    setup::ensure(&registry, &chain.board.govern, grant.clone()).await.unwrap().unwrap();

    // The second start of a service asks for the same things.
    assert!(setup::ensure(&registry, &chain.board.govern, grant.clone()).await.unwrap().is_none());
    assert!(setup::ensure(&registry, &chain.board.govern, schema).await.unwrap().is_none());
    assert_eq!(code(setup::send(&registry, &chain.board.govern, grant).await), "accreditation_exists");

    let list = "http://localhost:7101/t/undp/status/1".to_owned();
    let publish = |digest: u8, version| {
        let (issuer, list) = (undp_did.clone(), list.clone());
        Operation::PublishStatus(PublishStatus { issuer, list, digest: [digest; 32], version })
    };
    setup::send(&registry, &undp.operate, publish(1, 1)).await.unwrap();
    assert_eq!(code(setup::send(&registry, &undp.operate, publish(2, 1)).await), "status_equivocation");
    setup::send(&registry, &undp.operate, publish(1, 1)).await.unwrap();
    setup::send(&registry, &undp.operate, publish(3, 2)).await.unwrap();
    assert_eq!(code(setup::send(&registry, &undp.operate, publish(1, 1)).await), "status_version_not_higher");
    assert_eq!(code(setup::send(&registry, &undp.did, publish(4, 3)).await), "wrong_role");

    let anchor = Operation::Anchor(Anchor {
        issuer: undp_did.clone(),
        sequence: 0,
        kind: AnchorKind::Credentials,
        root: [9; 32],
        leaf_count: 16,
    });
    let transaction = signed(&registry, &undp.operate, anchor).await;
    let committed = registry.submit(&transaction).await.unwrap();

    // Kill the node; a new one goes on with the same folder.
    node.running.stop().await;
    let mut node = chain.start().await;
    let registry = chain.registry(&node);

    let anchored = registry.anchor(&undp_did, 0).await.unwrap();
    let record = anchored.value.unwrap();
    assert_eq!((record.root, record.height), ([9; 32], committed.height));
    assert!(registry.anchor(&undp_did, 1).await.unwrap().value.is_none());
    assert_eq!(registry.submit(&transaction).await.unwrap(), committed);
    assert_eq!(registry.status(&undp_did, &list).await.unwrap().value.unwrap().version, 2);
    let accreditation = registry.accreditation(&undp_did, STAFF).await.unwrap();
    let now = u64::try_from(accreditation.block_time.timestamp_millis()).unwrap();
    let accreditation = accreditation.value.unwrap();
    assert_eq!(accreditation.at(now).unwrap().speaks_for, std::slice::from_ref(&undp_did));

    // Rotation keeps the past.
    let next = SoftwareKey::generate(Algorithm::P256, &SystemEntropy);
    let change = DidChange::Replace {
        keys: vec![DocumentKey {
            fragment: "key-p256-2".to_owned(),
            multikey: next.public_key().to_multikey(),
            relationships: vec![Relationship::AssertionMethod],
        }],
        services: Vec::new(),
    };
    let update = UpdateDid { did: undp_did.clone(), known_versions: 1, change };
    setup::send(&registry, &undp.did, Operation::UpdateDid(update)).await.unwrap();
    let record = registry.did(&undp_did).await.unwrap().value.unwrap();
    assert_eq!(record.versions.len(), 2);
    assert_eq!(record.current().unwrap().keys[0].fragment, "key-p256-2");
    assert_eq!(record.versions[0].until_ms, Some(record.versions[1].from_ms));
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_answers_what_its_document_says() {
    let chain = Chain::new().await;
    let mut node = chain.start().await;
    let registry = chain.registry(&node);
    let (undp, did) = chain.admit(&registry, "undp").await;

    let (status, head) = node.get("/v1/headers/latest", "").await;
    assert_eq!(status, 200);
    let height = head["header"]["height"].as_u64().unwrap();
    assert_eq!(node.get(&format!("/v1/headers/{height}"), "").await.1["hash"], head["hash"]);
    assert_eq!(node.get("/v1/headers/999999", "").await.0, 404);
    assert_eq!(node.get("/v1/headers/x", "").await.0, 404);
    assert_eq!(node.get(&format!("/v1/blocks/{height}"), "").await.0, 200);
    assert_eq!(node.get("/v1/validators/changes", "").await.1, Value::Array(Vec::new()));
    let (_, checkpoint) = node.get("/v1/checkpoint", "").await;
    let checkpoint = Checkpoint::from_json(&serde_json::to_vec(&checkpoint).unwrap()).unwrap();
    assert!(checkpoint.header().height >= height);
    assert_eq!(checkpoint.validators(), &chain.genesis.validator_set().unwrap());
    let (_, genesis) = node.get("/v1/genesis", "").await;
    assert_eq!(serde_json::from_value::<Genesis>(genesis).unwrap().chain_id(), chain.genesis.chain_id());

    assert_eq!(node.get("/v1/records/org/undp", "").await.1["value"]["name"], "Member");
    assert_eq!(node.get("/v1/records/org/nobody", "").await.0, 404);
    let (status, absent) = node.get("/v1/records/org/nobody?proof=true", "").await;
    assert_eq!((status, &absent["value"]), (200, &Value::Null));
    assert!(absent["proof"]["mapProof"].is_string());
    assert_eq!(node.get("/v1/records/nothing/x", "").await.0, 404);
    assert_eq!(node.get("/v1/records/params/-", "").await.1["value"]["rules"], 1);
    let (status, then) = node.get("/v1/records/org/undp?proof=true&height=1", "").await;
    assert_eq!((status, &then["value"]), (200, &Value::Null), "nobody had joined at the first height");
    assert!(then["proof"]["mapProof"].is_string());
    let (status, problem) = node.get("/v1/records/org/undp?height=999999", "").await;
    assert_eq!((status, problem["newest"].as_u64()), (404, Some(height)));
    assert!(problem["type"].as_str().unwrap().ends_with("height-not-decided"), "{problem}");
    let (status, problem) = node.get("/v1/records/org/undp?height=0", "").await;
    assert_eq!((status, problem["oldest"].as_u64()), (410, Some(1)));
    assert_eq!(node.get("/v1/snapshots/latest", "").await.0, 404);
    assert_eq!(node.get("/v1/snapshots/1/0", "").await.0, 404);
    assert_eq!(
        node.get("/v1/records/org", "").await.1["keys"],
        serde_json::json!(["org/undp", "org/unsscb"])
    );

    // DID resolution.
    let (status, result) = node.get(&format!("/1.0/identifiers/{did}"), "").await;
    assert_eq!((status, &result["didDocument"]["id"]), (200, &Value::String(did.clone())));
    let (_, document) = node.get(&format!("/1.0/identifiers/{did}"), "application/did+ld+json").await;
    assert_eq!(document["id"], did.as_str());
    let unknown = setup::create_did("undp", DidRole::Service, undp.did.public_key(), &[], &[]).unwrap().0;
    let errors = [
        (unknown.as_str(), 404, "notFound"),
        ("did:passerelle:abc", 400, "invalidDid"),
        ("did:key:z1", 400, "invalidDid"),
        ("nonsense", 400, "invalidDid"),
        ("did:example:123", 501, "methodNotSupported"),
    ];
    for (did, status, error) in errors {
        let (found, result) = node.get(&format!("/1.0/identifiers/{did}"), "").await;
        assert_eq!(
            (found, &result["didResolutionMetadata"]["error"]),
            (status, &Value::from(error)),
            "{did}"
        );
    }
    assert_eq!(node.get(&format!("/1.0/identifiers/{did}"), "image/png").await.0, 406);
    let key = undp.document.public_key().did_key();
    assert_eq!(node.get(&format!("/1.0/identifiers/{key}"), "").await.1["didDocument"]["id"], key.as_str());
    let first = format!("/1.0/identifiers/{did}?versionId=1");
    let (status, result) = node.get(&first, "").await;
    let (document, metadata) = (&result["didDocument"], &result["didDocumentMetadata"]);
    assert_eq!((status, &metadata["versionId"]), (200, &Value::from("1")));
    assert_eq!(metadata["nextUpdate"], Value::Null);
    let created = metadata["created"].as_str().unwrap();
    assert_eq!(
        &node.get(&format!("/1.0/identifiers/{did}?versionTime={created}"), "").await.1["didDocument"],
        document
    );
    for (query, status, error) in [
        ("versionId=2", 404, "notFound"),
        ("versionId=0", 400, "invalidOptions"),
        ("versionTime=2000-01-01T00:00:00Z", 404, "notFound"),
        ("versionTime=yesterday", 400, "invalidOptions"),
        ("versionId=1&versionTime=2000-01-01T00:00:00Z", 400, "invalidOptions"),
    ] {
        let (found, result) = node.get(&format!("/1.0/identifiers/{did}?{query}"), "").await;
        assert_eq!(
            (found, &result["didResolutionMetadata"]["error"]),
            (status, &Value::from(error)),
            "{query}"
        );
    }
    let end = UpdateDid { did: did.clone(), known_versions: 1, change: DidChange::Deactivate };
    setup::send(&registry, &undp.did, Operation::UpdateDid(end)).await.unwrap();
    let (status, result) = node.get(&format!("/1.0/identifiers/{did}"), "").await;
    assert_eq!((status, &result["didDocumentMetadata"]["deactivated"]), (410, &Value::Bool(true)));
    assert_eq!(
        result["didDocument"]["verificationMethod"],
        serde_json::json!([]),
        "a deactivated DID has no keys"
    );
    let (status, result) = node.get(&first, "").await;
    assert_eq!((status, &result["didDocument"]["id"]), (410, &Value::String(did.clone())));
    assert!(result["didDocument"]["verificationMethod"].is_array(), "what it was before stays readable");

    // Transactions.
    let wfp = Organisation::new();
    let admit = setup::admit_member(&registry, &wfp.joins("wfp", &wfp.keys())).await.unwrap();
    let good = signed(&registry, &chain.board.govern, admit).await;
    let (status, answer) = node.post(good.to_bytes(), "/v1/transactions?wait=true").await;
    assert_eq!((status, &answer["state"]), (200, &Value::from("committed")));
    assert_eq!(node.post(good.to_bytes(), "/v1/transactions").await, (200, answer.clone()));
    let id = answer["id"].as_str().unwrap();
    assert_eq!(node.get(&format!("/v1/transactions/{id}"), "").await, (200, answer.clone()));
    assert_eq!(node.get(&format!("/v1/transactions/{}", "0".repeat(64)), "").await.0, 404);
    let mut forged = good.clone();
    forged.transaction.sequence += 1;
    let mut elsewhere = good.clone();
    elsewhere.transaction.chain = [0; 32];
    let mut late = good.clone();
    late.transaction.expires_at_height = 0;
    let refusals = [
        (vec![1, 2, 3], 400, "malformed"),
        (forged.to_bytes(), 400, "bad_signature"),
        (elsewhere.to_bytes(), 400, "other_chain"),
        (resign(&chain.board.govern, late).to_bytes(), 409, "expired"),
    ];
    for (body, status, code) in refusals {
        let (found, problem) = node.post(body, "/v1/transactions?wait=true").await;
        assert_eq!((found, &problem["code"]), (status, &Value::from(code)));
    }
    assert_eq!(node.post(vec![0; 70_000], "/v1/transactions").await.0, 413);
    let url = node.url.join("/v1/transactions").unwrap();
    let reply = node.outbound.post_bytes(&url, "application/json", vec![0], &[]).await.unwrap();
    assert_eq!(reply.status, 415);

    // Pages.
    for path in ["/", "/members/undp", &format!("/blocks/{height}")] {
        let reply = node.outbound.get(&node.url.join(path).unwrap(), "text/html", None).await.unwrap();
        assert_eq!((reply.status, reply.content_type.as_str()), (200, "text/html"), "{path}");
    }
    assert_eq!(node.get("/members/nobody", "").await.0, 404);
    assert_eq!(node.get("/readyz", "").await.0, 200);
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_height_is_proven_for_the_time_that_is_set() {
    let chain = Chain::new().await;
    let mut config = config(chain.folder.path());
    config.node.keep_proofs_seconds = 2;
    let mut refused = config.clone();
    refused.node.keep_proofs_seconds = 0;
    assert!(matches!(registry::start(refused).await, Err(registry::StartError::Config(_))));
    let running = registry::start(config).await.unwrap();
    let url: Url = format!("http://{}", running.addresses[0]).parse().unwrap();
    let mut node = Node { running, outbound: outbound(), url };
    let registry = chain.registry(&node);
    let register = async |number: u32| {
        let id = format!("https://schemas.passerelle.example/v1/{number}.json");
        let schema = setup::register_schema(&id, [1; 32], "unsscb");
        setup::send(&registry, &chain.board.govern, schema).await.unwrap().height
    };
    let first = register(0).await;
    let path = |height| format!("/v1/records/params/-?proof=true&height={height}");
    for number in 1..20 {
        register(number).await;
    }
    let (status, old) = node.get(&path(first), "").await;
    assert_eq!((status, &old["proof"]["header"]["height"]), (200, &Value::from(first)));
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    for number in 20..40 {
        register(number).await;
    }
    // Removed between blocks, soon after them.
    let mut answer = node.get(&path(first), "").await;
    for _ in 0..100 {
        if answer.0 == 410 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        answer = node.get(&path(first), "").await;
    }
    let (status, problem) = answer;
    assert_eq!(status, 410, "{problem}");
    assert!(problem["type"].as_str().unwrap().ends_with("height-gone"), "{problem}");
    let oldest = problem["oldest"].as_u64().unwrap();
    assert!(oldest > first);
    assert_eq!(node.get(&path(oldest), "").await.0, 200);
    assert_eq!(node.get(&format!("/v1/headers/{first}"), "").await.0, 200, "headers stay");
    node.running.stop().await;
}

fn resign(key: &SoftwareKey, mut signed: SignedTransaction) -> SignedTransaction {
    signed.signature = key.sign_now(&signed.transaction.signing_bytes()).unwrap().try_into().unwrap();
    signed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_of_one_key_may_arrive_in_any_order() {
    let chain = Chain::new().await;
    let mut node = chain.start().await;
    let registry = chain.registry(&node);
    let (undp, did) = chain.admit(&registry, "undp").await;
    let anchor = |sequence| {
        let issuer = did.clone();
        Operation::Anchor(Anchor {
            issuer,
            sequence,
            kind: AnchorKind::Credentials,
            root: [7; 32],
            leaf_count: 16,
        })
    };
    let mut all = Vec::new();
    for number in 0..20 {
        let mut next = signed(&registry, &undp.operate, anchor(number)).await;
        next.transaction.sequence += number;
        all.push(resign(&undp.operate, next));
    }
    for next in all.iter().skip(1).rev() {
        assert_eq!(node.post(next.to_bytes(), "/v1/transactions").await.0, 202);
    }
    // Nothing can be decided before the first arrives, and waiting for it writes no empty blocks.
    let height = node.get("/v1/headers/latest", "").await.1["header"]["height"].as_u64().unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(node.get("/v1/headers/latest", "").await.1["header"]["height"].as_u64().unwrap(), height);
    assert_eq!(node.post(all[0].to_bytes(), "/v1/transactions?wait=true").await.0, 200);
    for next in &all {
        registry.submit(next).await.unwrap();
    }
    assert_eq!(registry.sequence(&raw(undp.operate.public_key())).await.unwrap(), 20);
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_transaction_is_decided_at_once_and_reads_are_cheap() {
    let chain = Chain::new().await;
    let mut node = chain.start().await;
    let registry = chain.registry(&node);
    let (undp, did) = chain.admit(&registry, "undp").await;
    let mut times = Vec::new();
    for sequence in 0..30 {
        let issuer = did.clone();
        let anchor =
            Anchor { issuer, sequence, kind: AnchorKind::Credentials, root: [7; 32], leaf_count: 16 };
        let transaction = signed(&registry, &undp.operate, Operation::Anchor(anchor)).await;
        let started = Instant::now();
        registry.submit(&transaction).await.unwrap();
        times.push(started.elapsed());
    }
    times.sort();
    println!("submit to commit: median {:?}, slowest {:?}", times[15], times[29]);
    let started = Instant::now();
    for _ in 0..1_000 {
        registry.did(&did).await.unwrap();
    }
    println!("1000 cached reads: {:?}", started.elapsed());
    let started = Instant::now();
    for number in 0..200 {
        registry.anchor(&did, 1_000 + number).await.unwrap();
    }
    println!("200 proven reads over HTTP: {:?}", started.elapsed());
    assert!(times[15] < Duration::from_millis(500));
    println!("memory: {}", memory());
    node.running.stop().await;
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_at_start_are_told_apart() {
    let chain = Chain::new().await;
    let mut node = chain.start().await;
    chain.admit(&chain.registry(&node), "undp").await;
    let error = registry::start(config(chain.folder.path())).await.err().unwrap();
    assert!(error.to_string().contains("another process uses"), "{error}");
    node.running.stop().await;

    // A key is made for a new node, never in the place of one that cannot be read.
    let folder = chain.folder.path();
    let config_now = config(folder);
    let link = config_now.node.data.join("link.key");
    let whole = std::fs::read(&link).unwrap();
    std::fs::write(&link, &whole[..20]).unwrap();
    let error = registry::start(config(folder)).await.err().unwrap();
    assert!(error.to_string().contains("does not hold the 32 bytes"), "{error}");
    assert_eq!(std::fs::read(&link).unwrap(), &whole[..20], "it is left for its owner to look at");
    let mut flipped = whole.clone();
    flipped[7] ^= 1;
    std::fs::write(&link, &flipped).unwrap();
    let error = registry::start(config(folder)).await.err().unwrap();
    assert!(error.to_string().contains("and their checksum"), "{error}");
    std::fs::write(&link, &whole).unwrap();
    let key = config_now.keys.directory.join("validator.key");
    std::fs::rename(&key, folder.join("away")).unwrap();
    let error = registry::start(config(folder)).await.err().unwrap();
    assert!(error.to_string().contains("cannot open the validator key"), "{error}");
    assert!(!key.exists(), "another key would be nobody on this chain");
    std::fs::rename(folder.join("away"), &key).unwrap();

    // Alone with data older than its votes, a node has nobody to wait for.
    let data = config_now.node.data.join("chain.redb");
    std::fs::rename(&data, folder.join("away")).unwrap();
    let error = registry::start(config(folder)).await.err().unwrap();
    assert!(error.to_string().contains("put back the newer data"), "{error}");
    std::fs::rename(folder.join("away"), &data).unwrap();

    let genesis = chain.folder.path().join("genesis.json");
    let mut other = chain.genesis.clone();
    other.time_ms += 1;
    std::fs::write(&genesis, serde_json::to_vec(&other).unwrap()).unwrap();
    let error = registry::start(config(chain.folder.path())).await.err().unwrap();
    assert!(error.to_string().contains("belongs to another chain"), "{error}");

    std::fs::write(&genesis, b"{}").unwrap();
    let error = registry::start(config(chain.folder.path())).await.err().unwrap();
    assert!(error.to_string().contains("not what a genesis looks like"), "{error}");

    let missing = PathBuf::from("/nowhere/genesis.json");
    let mut config = config(chain.folder.path());
    config.node.genesis = missing;
    assert!(registry::start(config).await.err().unwrap().to_string().contains("cannot read the genesis"));
}
