//! Records with their proofs, as any reader asks for them: how many a second of one node's processor time, how large,
//! and what checking one costs the reader.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actors::{MEMBERS, Network, NodeProcess};
use anyhow::{Context as _, Result};
use registry_client::{LightClient, Policy};
use registry_types::{Canonical as _, Genesis, ProvenRecord, state_key};
use testkit::{Agent, unix_now};

use crate::load::document;
use crate::rest::processor_seconds;

const LENGTH: Duration = Duration::from_secs(5);
const AT_ONCE: usize = 8;
const CHECKS: u32 = 500;

/// Asks the first node for documents that the load has published, `published` of them.
pub async fn print(network: &Network, nodes: &[NodeProcess], published: u64) -> Result<()> {
    let pid = nodes.first().context("a node")?.pid();
    let (agent, node) = (Arc::new(Agent::new()), network.node(MEMBERS[0]));
    let done = Arc::new(AtomicU64::new(0));
    let (before, until) = (processor_seconds(pid)?, Instant::now() + LENGTH);
    let mut tasks = Vec::new();
    for start in 0..AT_ONCE {
        let (agent, node, done) = (Arc::clone(&agent), node.clone(), Arc::clone(&done));
        tasks.push(tokio::spawn(async move {
            let mut number = u64::try_from(start)?;
            while Instant::now() < until {
                // Far apart, so that no two have much of their path in common.
                number = (number + 7_919) % published.max(1);
                read(&agent, &node, number + 1).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    let spent = processor_seconds(pid)? - before;
    let reads = f64::from(u32::try_from(done.load(Ordering::Relaxed))?);
    println!("\nreads with proof");
    println!("  a second of one core, over HTTP    {:>9.0}", reads / spent.max(0.01));

    let bytes = read(&agent, &node, 1).await?;
    let answer = ProvenRecord::from_bytes(&bytes)?;
    println!("  record, proof, header, certificate {:>9} bytes", bytes.len());
    let genesis: Genesis = serde_json::from_slice(&std::fs::read(network.path("genesis.json"))?)?;
    let (key, now_ms) = (state_key::document(&document(1)), unix_now() * 1_000);
    let policy = Policy::with_max_age(Duration::from_secs(3_600));
    let begun = Instant::now();
    for _ in 0..CHECKS {
        // A reader that knows nothing yet, so that the signatures are checked each time.
        LightClient::from_genesis(&genesis, policy)?.check(&key, &answer, 0, now_ms)?;
    }
    println!(
        "  checked from the genesis in        {:>9.0} µs",
        begun.elapsed().as_secs_f64() * 1e6 / f64::from(CHECKS)
    );
    Ok(())
}

async fn read(agent: &Agent, node: &str, number: u64) -> Result<Vec<u8>> {
    let url = format!("{node}/v1/records/document/{}?proof=true", hex::encode(document(number)));
    Ok(agent.get_as(url, "application/octet-stream").await?.expect(200)?.body)
}
