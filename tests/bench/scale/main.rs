//! Whether reports take longer when the chain is large: the rows of reports before and after many anchors, and after many
//! revoked entries.
//!
//! `ANCHORS` (100,000; the issue has ten million) is how many anchors are put into the registry's data, `REVOKED` (1,000,000) how
//! many revoked entries into the issuer's lists, `SECONDS` (8) how long each row runs. Nothing is asserted; the issue allows 10 %.
#![allow(clippy::print_stdout, reason = "a table is what this program is for")]

#[path = "../chain/blocks.rs"]
#[allow(dead_code)]
mod blocks;
#[path = "../measure.rs"]
#[allow(dead_code)]
mod measure;
mod revoked;
#[path = "../rows.rs"]
#[allow(dead_code)]
mod rows;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use actors::text;
use anyhow::Result;
use keys::{KeyFiles, SealingKey, Signer};
use registry_state::BlockContext;
use registry_types::{AnchorKind, AnchorRecord, Canonical as _, Genesis, state_key};
use testkit::{Service, Stack};

/// Above every sequence that the issuer uses meanwhile.
const FIRST: u64 = 1 << 32;
const ANCHORS: u64 = 100_000;
const REVOKED: u64 = 1_000_000;

fn main() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?.block_on(run())
}

async fn run() -> Result<()> {
    let (anchors, entries) = (number("ANCHORS", ANCHORS), number("REVOKED", REVOKED));
    let stack = measure::without_limits().await?;
    let held = rows::issue_to_people(&stack).await?;
    println!("\nreports while the chain is small");
    rows::reports(&stack, &held).await?;
    fill(&stack, anchors).await?;
    println!("\nreports with {anchors} anchors more");
    rows::reports(&stack, &held).await?;
    let [rows::Report { body, .. }, ..] = rows::reports_of(&held)?;
    let put = revoked::publish(&stack, entries, &body).await?;
    println!("\nreports with {put} revoked entries more");
    rows::reports(&stack, &held).await?;
    stack.finish().await
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Puts anchors of the issuer into the registry's data and starts registry and verifier anew.
async fn fill(stack: &Stack, anchors: u64) -> Result<()> {
    let began = Instant::now();
    let did = text(&stack.welcome()?, "/dids/undp")?;
    stack.terminate(Service::Verifier.name()).await?;
    stack.terminate(Service::Issuer.name()).await?;
    stack.terminate(Service::Registry.name()).await?;
    let genesis: Genesis = serde_json::from_slice(&std::fs::read(stack.data().join("genesis.json"))?)?;
    let record = |number: u64, place: BlockContext| anchor(&did, number, place);
    blocks::fill(&data(stack), &genesis, &[validator(stack)?], (anchors, record)).await?;
    for service in [Service::Registry, Service::Issuer, Service::Verifier] {
        stack.restart(service).await?;
    }
    println!("  {anchors} anchors put into the map in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// As `anchor` would leave it.
fn anchor(did: &str, number: u64, BlockContext { height, time_ms }: BlockContext) -> (String, Vec<u8>) {
    let root = registry_types::sha256("filled", &[&number.to_be_bytes()]);
    let record = AnchorRecord { root, leaf_count: 16, kind: AnchorKind::Credentials, height, time_ms };
    (state_key::anchor(did, FIRST + number), record.to_bytes())
}

fn data(stack: &Stack) -> PathBuf {
    stack.data().join("registry").join(registry::STORE)
}

fn validator(stack: &Stack) -> Result<Arc<dyn Signer>> {
    let folder = stack.data().join("keys");
    let files = KeyFiles::open(&folder, SealingKey::load_or_create(folder.join("sealing.key"))?)?;
    Ok(files.load(registry::VALIDATOR_KEY)?)
}
