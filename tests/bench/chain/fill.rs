//! Many records in the state of every node before the load begins, without deciding each.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::{MEMBERS, Network};
use anyhow::Result;
use keys::{KeyFiles, SealingKey, Signer};
use registry::store::Store;
use registry_state::{BlockContext, Execution, check_stateless};
use registry_types::{Canonical as _, DocumentRecord, Genesis, Publication, state_key};

use crate::blocks;
use crate::load::Load;

/// Adds `keys` records to the first node's data and gives the others a copy. No node runs meanwhile.
pub async fn fill(network: &Network, keys: u64) -> Result<Duration> {
    let begun = Instant::now();
    let genesis: Genesis = serde_json::from_slice(&std::fs::read(network.path("genesis.json"))?)?;
    let members = MEMBERS.iter().map(|member| validator(network, member)).collect::<Result<Vec<_>>>()?;
    let first = data(network, MEMBERS[0]);
    blocks::fill(&first, &genesis, &members, (keys, document)).await?;
    for member in &MEMBERS[1..] {
        std::fs::copy(&first, data(network, member))?;
    }
    Ok(begun.elapsed())
}

/// Adds blocks of one transaction each to the data of the first three nodes, decided by their members' keys, and says how
/// large the data is then.
pub async fn add_blocks(network: &Network, load: &mut Load, blocks: u64) -> Result<u64> {
    let genesis: Genesis = serde_json::from_slice(&std::fs::read(network.path("genesis.json"))?)?;
    let (deciders, first) = (&MEMBERS[..3], data(network, MEMBERS[0]));
    let signers = deciders.iter().map(|member| validator(network, member)).collect::<Result<Vec<_>>>()?;
    let store = Store::open(&first, &genesis, blocks::CACHE_BYTES)?;
    let validators = store.snapshot().tip().validators.clone();
    for _ in 0..blocks {
        let snapshot = store.snapshot();
        let place = blocks::next_place(&store);
        let signed = load.publish(place.height).await?;
        let checked = check_stateless(signed, &genesis.chain_id())?;
        let mut execution = Execution::begin(&*snapshot, place)?;
        execution.apply(&checked)?;
        let content = (place, execution.into_writes(), vec![checked.into_signed()]);
        blocks::add(&store, &genesis, &signers, &validators, content).await?;
    }
    drop(store);
    for member in &MEMBERS[1..3] {
        std::fs::copy(&first, data(network, member))?;
    }
    Ok(std::fs::metadata(&first)?.len())
}

/// As `publishDocuments` would leave it.
fn document(number: u64, BlockContext { height, time_ms }: BlockContext) -> (String, Vec<u8>) {
    let digest = registry_types::sha256("filled", &[&number.to_be_bytes()]);
    let (organisation, issuer) = (MEMBERS[0].to_owned(), format!("did:passerelle:{}", "1".repeat(44)));
    let publications = vec![Publication { organisation, issuer, height, time_ms }];
    (state_key::document(&digest), DocumentRecord { publications }.to_bytes())
}

fn validator(network: &Network, member: &str) -> Result<Arc<dyn Signer>> {
    let folder = network.path(&format!("{member}/keys"));
    let files = KeyFiles::open(&folder, SealingKey::load_or_create(folder.join("sealing.key"))?)?;
    Ok(files.load(registry::VALIDATOR_KEY)?)
}

fn data(network: &Network, member: &str) -> PathBuf {
    network.path(&format!("{member}/chain/{}", registry::STORE))
}
