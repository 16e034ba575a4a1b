//! Several validators by the same code: blocks carry a quorum of signatures, one may be away, and it catches up.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clock::SystemClock;
use keys::{PublicKey, Signer as _};
use registry::setup;
use registry_client::Registry;
use registry_types::{Anchor, AnchorKind, Canonical as _, DidRole, Genesis, Operation};
use tempfile::TempDir;
use url::Url;

use crate::chain::{Organisation, config, keys_config, outbound, raw, signed};

pub struct Network {
    pub folders: Vec<TempDir>,
    pub configs: Vec<registry::Config>,
    pub genesis: Genesis,
    pub board: Organisation,
}

impl Network {
    /// `size` nodes that know each other, the first `validators` of them in the genesis.
    pub async fn new(size: usize, validators: usize) -> Self {
        let folders: Vec<_> = (0..size).map(|_| tempfile::tempdir().unwrap()).collect();
        let mut configs: Vec<_> = folders.iter().map(|folder| config(folder.path())).collect();
        let ports = free_ports(2 * size);
        let url = |index: usize| format!("http://127.0.0.1:{}", ports[size + index]);
        let ids: Vec<_> = configs.iter().map(|config| registry::peer_id(&config.node).unwrap()).collect();
        for (own, config) in configs.iter_mut().enumerate() {
            config.node.listen = format!("/ip4/127.0.0.1/tcp/{}", ports[own]);
            config.http.listen = vec![url(own).trim_start_matches("http://").parse().unwrap()];
            let others = (0..size).filter(|other| *other != own);
            config.node.neighbours = others.clone().map(|other| url(other).parse().unwrap()).collect();
            config.node.outbound.allow_http = true;
            config.node.outbound.allow_loopback = true;
            config.node.peers = others
                .map(|other| format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", ports[other], ids[other]))
                .collect();
        }
        let board = Organisation::new();
        let now = clock::Clock::now(&SystemClock).timestamp_millis().unsigned_abs();
        let owned = folders.iter().take(validators).map(validator).collect();
        let genesis = setup::genesis("Network", now, &[board.governs(&board.keys(), owned)]).await.unwrap();
        for folder in &folders {
            let text = serde_json::to_vec(&genesis).unwrap();
            std::fs::write(folder.path().join("genesis.json"), text).unwrap();
        }
        Self { folders, configs, genesis, board }
    }

    pub async fn start(&self, index: usize) -> web::Running {
        registry::start(self.configs[index].clone()).await.unwrap()
    }

    pub fn registry(&self, running: &web::Running) -> Registry {
        let url: Url = format!("http://{}", running.addresses[0]).parse().unwrap();
        let age = Duration::from_secs(120);
        Registry::connect(url, &self.genesis, outbound(), Arc::new(SystemClock), age).unwrap()
    }
}

fn free_ports(count: usize) -> Vec<u16> {
    let listeners: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

/// A member that anchors, one transaction after the other.
pub struct Writer {
    member: Organisation,
    did: String,
    anchored: u64,
    /// Kept here: a node may be a block behind the one that was asked before.
    sequence: u64,
}

impl Writer {
    pub async fn admit(network: &Network, registry: &Registry, id: &str) -> Self {
        let member = Organisation::new();
        let admit = setup::admit_member(registry, &member.joins(id, &member.keys())).await.unwrap();
        setup::ensure(registry, &network.board.govern, admit).await.unwrap().unwrap();
        let (did, create) = member.create_did(id, DidRole::Organisation);
        setup::ensure(registry, &member.did, create).await.unwrap().unwrap();
        Self { member, did, anchored: 0, sequence: 0 }
    }

    fn anchor(&mut self) -> Operation {
        self.anchored += 1;
        Operation::Anchor(Anchor {
            issuer: self.did.clone(),
            sequence: self.anchored - 1,
            kind: AnchorKind::Credentials,
            root: [7; 32],
            leaf_count: 16,
        })
    }

    /// How long each of `count` takes from handing in to its height, sorted.
    pub async fn measure(&mut self, registry: &Registry, count: usize) -> Vec<Duration> {
        let mut times = Vec::new();
        for _ in 0..count {
            let operation = self.anchor();
            let mut transaction = signed(registry, &self.member.operate, operation).await;
            transaction.transaction.sequence = self.sequence;
            self.sequence += 1;
            let bytes = transaction.transaction.signing_bytes();
            transaction.signature = self.member.operate.sign_now(&bytes).unwrap().try_into().unwrap();
            let started = Instant::now();
            registry.submit(&transaction).await.unwrap();
            times.push(started.elapsed());
        }
        times.sort();
        times
    }
}

pub async fn get(running: &web::Running, path: &str) -> serde_json::Value {
    let url: Url = format!("http://{}{path}", running.addresses[0]).parse().unwrap();
    serde_json::from_slice(&outbound().get(&url, "", None).await.unwrap().body).unwrap()
}

async fn height(node: &web::Running) -> u64 {
    get(node, "/v1/headers/latest").await["header"]["height"].as_u64().unwrap()
}

/// How many heights from the first on were not decided in the first round.
async fn failed_rounds(node: &web::Running, first: u64) -> usize {
    let mut failed = 0;
    for at in first..=height(node).await {
        let header = get(node, &format!("/v1/headers/{at}")).await;
        failed += usize::from(header["certificate"]["round"].as_u64().unwrap() > 0);
    }
    failed
}

fn validator(folder: &TempDir) -> (PublicKey, String) {
    (registry::validator_public_key(&keys_config(folder.path())).unwrap(), "host".to_owned())
}

async fn admit(registry: &Registry, id: &str) -> Operation {
    let member = Organisation::new();
    setup::admit_member(registry, &member.joins(id, &member.keys())).await.unwrap()
}

pub async fn until_admitted(registry: &Registry, id: &str) {
    for _ in 0..200 {
        if registry.organisation(id).await.is_ok_and(|found| found.value.is_some()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{id} does not appear");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_validators_decide_together_and_one_may_be_away() {
    let network = Network::new(4, 4).await;
    let mut nodes = Vec::new();
    for index in 0..4 {
        nodes.push(network.start(index).await);
    }
    let first = network.registry(&nodes[0]);
    // There is no header to prove anything with before the validators have found each other.
    while first.params().await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    setup::ensure(&first, &network.board.govern, admit(&first, "undp").await).await.unwrap();
    for node in &nodes {
        until_admitted(&network.registry(node), "undp").await;
    }

    let mut away = nodes.pop().unwrap();
    away.stop().await;
    setup::ensure(&first, &network.board.govern, admit(&first, "wfp").await).await.unwrap();
    for node in &nodes {
        until_admitted(&network.registry(node), "wfp").await;
    }

    let back = network.start(3).await;
    until_admitted(&network.registry(&back), "wfp").await;
    nodes.push(back);
    assert_eq!(
        raw(network.board.govern.public_key()),
        network.genesis.members[0].statement.keys[0].public_key
    );
    for mut node in nodes {
        node.stop().await;
    }
    drop(network.folders);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_transaction_reaches_the_proposer_wherever_it_is_handed_in() {
    // The fifth is in no validator set: it follows, serves proofs, and hands on.
    let network = Network::new(5, 4).await;
    let mut nodes = Vec::new();
    for index in 0..5 {
        nodes.push(network.start(index).await);
    }
    let registries: Vec<_> = nodes.iter().map(|node| network.registry(node)).collect();
    for registry in &registries {
        while registry.params().await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let mut writer = Writer::admit(&network, &registries[0], "undp").await;
    for (index, registry) in registries.iter().enumerate() {
        until_admitted(registry, "undp").await;
        let times = writer.measure(registry, 12).await;
        println!("handed in at node {index}: median {:?}, slowest {:?}", times[6], times[11]);
        assert!(times[6] < Duration::from_secs(1), "{times:?}");
    }

    // A member that floods one node does not slow another member at another.
    let mut flooder = Writer::admit(&network, &registries[1], "wfp").await;
    let first = flooder.anchor();
    let template = signed(&registries[1], &flooder.member.operate, first).await;
    let flood: Vec<_> = (0..250)
        .map(|step| {
            let mut next = template.clone();
            next.transaction.sequence += step;
            next.transaction.operation =
                if step == 0 { next.transaction.operation } else { flooder.anchor() };
            let signature = flooder.member.operate.sign_now(&next.transaction.signing_bytes()).unwrap();
            next.signature = signature.try_into().unwrap();
            next.to_bytes()
        })
        .collect();
    let url: Url = format!("http://{}/v1/transactions", nodes[1].addresses[0]).parse().unwrap();
    let flooding = tokio::spawn(async move {
        let outbound = outbound();
        let mut taken = 0;
        // Over and over: what is committed already costs the node a look each time.
        for round in 0..8 {
            for bytes in &flood {
                let reply = outbound.post_bytes(&url, "application/octet-stream", bytes.clone(), &[]);
                let status = reply.await.unwrap().status;
                taken += usize::from(round == 0 && status == 202);
            }
        }
        taken
    });
    let calm = writer.measure(&registries[2], 20).await;
    println!("beside a flood: median {:?}, slowest {:?}", calm[10], calm[19]);
    assert!(calm[10] < Duration::from_secs(1), "{calm:?}");
    println!("taken of the flood: {}", flooding.await.unwrap());

    // With one away, few blocks wait for its turn.
    nodes.remove(3).stop().await;
    let before = height(&nodes[0]).await;
    let away = writer.measure(&registries[0], 60).await;
    let stalled = failed_rounds(&nodes[0], before + 1).await;
    println!("with one of four away: median {:?}, slowest {:?}, {stalled} stalled", away[30], away[59]);
    assert!(stalled <= 6, "{away:?}");
    for node in &nodes {
        assert_eq!(get(node, "/v1/evidence").await, serde_json::json!([]));
    }
    for mut node in nodes {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_validator_that_lost_its_data_follows_first_and_votes_again_later() {
    let network = Network::new(4, 4).await;
    let mut nodes = Vec::new();
    for index in 0..4 {
        nodes.push(network.start(index).await);
    }
    let registry = network.registry(&nodes[0]);
    while registry.params().await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut writer = Writer::admit(&network, &registry, "undp").await;
    // The last to start may have missed the first heights; from here on it votes with the others.
    until_admitted(&network.registry(&nodes[3]), "undp").await;
    writer.measure(&registry, 20).await;

    nodes.pop().unwrap().stop().await;
    let folder = &network.configs[3].node.data;
    std::fs::remove_file(folder.join("chain.redb")).unwrap();
    // A log without the blocks that it speaks of must not be read again.
    std::fs::write(folder.join("consensus.wal"), b"not a log").unwrap();
    let back = network.start(3).await;
    writer.measure(&registry, 5).await;
    until_admitted(&network.registry(&back), "undp").await;
    assert!(folder.join("consensus.silent.wal").exists(), "it has no vote at first");
    // It votes again once it has seen a block decided that it did not have to fetch.
    writer.measure(&registry, 5).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    writer.measure(&registry, 5).await;
    // With another one away its vote is needed.
    nodes.pop().unwrap().stop().await;
    let times = writer.measure(&registry, 5).await;
    println!("with the returned validator's vote: median {:?}", times[2]);
    for node in [&nodes[0], &nodes[1], &back] {
        assert_eq!(get(node, "/v1/evidence").await, serde_json::json!([]));
    }
    nodes.push(back);
    for mut node in nodes {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_validator_whose_record_of_votes_lost_its_end_sits_out_one_height() {
    let network = Network::new(4, 4).await;
    let mut nodes = Vec::new();
    for index in 0..4 {
        nodes.push(network.start(index).await);
    }
    let registry = network.registry(&nodes[0]);
    while registry.params().await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut writer = Writer::admit(&network, &registry, "undp").await;
    until_admitted(&network.registry(&nodes[3]), "undp").await;
    writer.measure(&registry, 20).await;

    nodes.pop().unwrap().stop().await;
    let config = &network.configs[3];
    // What an empty file says to a node that knows of nothing else: that this key has never voted.
    std::fs::write(config.keys.directory.join("validator.signed"), []).unwrap();
    let back = network.start(3).await;
    writer.measure(&registry, 5).await;
    assert!(config.node.data.join("consensus.silent.wal").exists(), "it has no vote at first");
    tokio::time::sleep(Duration::from_secs(2)).await;
    writer.measure(&registry, 5).await;
    // With another one away its vote is needed.
    nodes.pop().unwrap().stop().await;
    writer.measure(&registry, 5).await;
    for node in [&nodes[0], &nodes[1], &back] {
        assert_eq!(get(node, "/v1/evidence").await, serde_json::json!([]));
    }
    nodes.push(back);
    for mut node in nodes {
        node.stop().await;
    }
}
