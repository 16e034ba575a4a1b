//! A node that is killed without warning, again and again: what it acknowledged stays, and it goes on.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clock::{Entropy as _, SeededEntropy};
use registry_client::{Committed, HttpNode, Registry, Submission, Transport as _};
use registry_types::{Anchor, AnchorKind, Operation, SignedTransaction};

use crate::chain::{Chain, Organisation, config_at, outbound, raw, resign};

const FOLDER: &str = "REGISTRY_KILL_FOLDER";
const PORT: &str = "REGISTRY_KILL_PORT";

/// Not a test: the node that the test below kills, in a process of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by a_killed_node_loses_nothing_it_acknowledged"]
async fn node_process() {
    let (Ok(folder), Ok(port)) = (std::env::var(FOLDER), std::env::var(PORT)) else { return };
    let config = config_at(folder.as_ref(), port.parse().unwrap());
    let mut running = registry::start(config).await.unwrap();
    running.wait().await;
}

fn spawn(chain: &Chain, port: u16) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["kill::node_process", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, chain.folder.path())
        .env(PORT, port.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn wait_until_up(node: &HttpNode) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while node.genesis().await.is_err() {
        assert!(Instant::now() < deadline, "the node does not come up");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_loses_nothing_it_acknowledged() {
    let rounds: u64 =
        std::env::var("REGISTRY_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let seed: u64 = std::env::var("REGISTRY_KILL_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(7);
    println!("REGISTRY_KILL_SEED={seed}");
    let entropy = SeededEntropy::new(seed);
    let chain = Chain::new().await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let node = HttpNode::new(format!("http://127.0.0.1:{port}").parse().unwrap(), outbound());

    let mut process = spawn(&chain, port);
    wait_until_up(&node).await;
    let registry = chain.registry_at(format!("http://127.0.0.1:{port}").parse().unwrap());
    let (undp, did) = chain.admit(&registry, "undp").await;
    let mut acknowledged: Vec<(SignedTransaction, Committed)> = Vec::new();
    let mut sequence = 0;

    for _ in 0..rounds {
        // Submit without pause until the kill; keep what was in flight, to send it again afterwards.
        let killed = Arc::new(AtomicBool::new(false));
        let mut byte = [0u8; 2];
        entropy.fill(&mut byte);
        let after = Duration::from_millis(u64::from(u16::from_le_bytes(byte) % 250));
        let flag = Arc::clone(&killed);
        let killer = tokio::task::spawn_blocking(move || {
            std::thread::sleep(after);
            process.kill().unwrap();
            process.wait().unwrap();
            flag.store(true, Ordering::SeqCst);
        });
        let mut in_flight = None;
        while !killed.load(Ordering::SeqCst) {
            let transaction = anchor(&chain, &registry, &undp, &did, sequence);
            match node.submit(&transaction).await {
                Ok(Submission::Committed(place)) => {
                    let block_time =
                        chrono::DateTime::from_timestamp_millis(place.block_time_ms.cast_signed()).unwrap();
                    let committed = Committed { height: place.height, block_time, tx_id: transaction.id() };
                    acknowledged.push((transaction, committed));
                    sequence += 1;
                }
                Ok(other) => panic!("{other:?}"),
                Err(_) => {
                    in_flight = Some(transaction);
                    break;
                }
            }
        }
        killer.await.unwrap();
        process = spawn(&chain, port);
        wait_until_up(&node).await;
        let registry = chain.registry_at(format!("http://127.0.0.1:{port}").parse().unwrap());
        if let Some(transaction) = in_flight {
            let committed = registry.submit(&transaction).await.unwrap();
            acknowledged.push((transaction, committed));
            sequence += 1;
        }
        assert_eq!(registry.sequence(&raw(keys::Signer::public_key(&undp.operate))).await.unwrap(), sequence);
    }

    let registry = chain.registry_at(format!("http://127.0.0.1:{port}").parse().unwrap());
    for (number, (transaction, committed)) in (0u64..).zip(&acknowledged) {
        assert_eq!(registry.submit(transaction).await.unwrap(), *committed);
        let record = registry.anchor(&did, number).await.unwrap().value.unwrap();
        assert_eq!(record.height, committed.height);
    }
    println!("{rounds} kills, {} transactions acknowledged, none lost", acknowledged.len());
    process.kill().unwrap();
    process.wait().unwrap();
}

fn anchor(
    chain: &Chain,
    registry: &Registry,
    undp: &Organisation,
    did: &str,
    sequence: u64,
) -> SignedTransaction {
    let operation = Operation::Anchor(Anchor {
        issuer: did.to_owned(),
        sequence,
        kind: AnchorKind::Credentials,
        root: [u8::try_from(sequence % 251).unwrap(); 32],
        leaf_count: 16,
    });
    let transaction = registry_types::Transaction {
        chain: registry.chain(),
        sequence,
        expires_at_height: 90_000,
        operation,
    };
    assert_eq!(registry.chain(), chain.genesis.chain_id());
    let public_key = raw(keys::Signer::public_key(&undp.operate));
    resign(&undp.operate, SignedTransaction { transaction, public_key, signature: [0; 64] })
}
