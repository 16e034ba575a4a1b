//! Transactions that wait: in any order, decided at once; faults at a start.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use keys::Signer;
use registry_types::{Anchor, AnchorKind, Canonical, Operation};

use super::chain::{Chain, config, raw, resign, signed};

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
