//! Several validators by the same code: blocks carry a quorum of signatures, one may be away, and it catches up.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use clock::SystemClock;
use keys::{PublicKey, Signer as _};
use registry::setup;
use registry_client::Registry;
use registry_types::Genesis;
use tempfile::TempDir;
use url::Url;

use crate::{Organisation, config, keys_config, outbound, raw};

struct Network {
    folders: Vec<TempDir>,
    configs: Vec<registry::Config>,
    genesis: Genesis,
    board: Organisation,
}

impl Network {
    async fn new(size: usize) -> Self {
        let folders: Vec<_> = (0..size).map(|_| tempfile::tempdir().unwrap()).collect();
        let mut configs: Vec<_> = folders.iter().map(|folder| config(folder.path())).collect();
        let ports: Vec<u16> = folders
            .iter()
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect::<Vec<_>>()
            .iter()
            .map(|listener| listener.local_addr().unwrap().port())
            .collect();
        let ids: Vec<_> = configs.iter().map(|config| registry::peer_id(&config.node).unwrap()).collect();
        for (own, config) in configs.iter_mut().enumerate() {
            config.node.listen = format!("/ip4/127.0.0.1/tcp/{}", ports[own]);
            let others = (0..size).filter(|other| *other != own);
            config.node.peers = others
                .map(|other| format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", ports[other], ids[other]))
                .collect();
        }
        let board = Organisation::new();
        let now = clock::Clock::now(&SystemClock).timestamp_millis().unsigned_abs();
        let validators = folders.iter().map(validator).collect();
        let genesis =
            setup::genesis("Network", now, &[board.governs(&board.keys(), validators)]).await.unwrap();
        for folder in &folders {
            let text = serde_json::to_vec(&genesis).unwrap();
            std::fs::write(folder.path().join("genesis.json"), text).unwrap();
        }
        Self { folders, configs, genesis, board }
    }

    async fn start(&self, index: usize) -> web::Running {
        registry::start(self.configs[index].clone()).await.unwrap()
    }

    fn registry(&self, running: &web::Running) -> Registry {
        let url: Url = format!("http://{}", running.addresses[0]).parse().unwrap();
        let age = Duration::from_secs(120);
        Registry::connect(url, &self.genesis, outbound(), Arc::new(SystemClock), age).unwrap()
    }
}

fn validator(folder: &TempDir) -> (PublicKey, String) {
    (registry::validator_public_key(&keys_config(folder.path())).unwrap(), "host".to_owned())
}

async fn admit(registry: &Registry, id: &str) -> registry_types::Operation {
    let member = Organisation::new();
    setup::admit_member(registry, &member.joins(id, &member.keys())).await.unwrap()
}

async fn until_admitted(registry: &Registry, id: &str) {
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
    let network = Network::new(4).await;
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
