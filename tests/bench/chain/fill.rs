//! Many records in the state of every node before the load begins, without deciding each.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::{MEMBERS, Network};
use anyhow::{Context as _, Result};
use clock::SystemEntropy;
use keys::{Algorithm, KeyFiles, PublicKey, SealingKey, Signer, SoftwareKey};
use registry::store::{Decision, Keep, Store, Tip, Undecided};
use registry_state::{BlockContext, Execution, Writes, check_stateless, map};
use registry_types::{
    Block, Canonical as _, Certificate, CommitSignature, DocumentRecord, Genesis, Header, Publication,
    SignedTransaction, Validator, ValidatorSet, VoteKind, address_of, state_key, vote_bytes,
};

use crate::load::Load;

/// More than a node looks back over for votes of its own.
const BLOCKS: u64 = 50;
const CACHE_BYTES: usize = 64 * 1024 * 1024;

/// Adds `keys` records to the first node's data, in blocks that hold no transaction, and gives the others a copy. No node
/// runs meanwhile.
///
/// The validators hand over to a key of this program with the first of these blocks and get the chain back with the last:
/// a node that finds votes of its own which it does not remember would not vote.
pub async fn fill(network: &Network, keys: u64) -> Result<Duration> {
    let begun = Instant::now();
    let genesis: Genesis = serde_json::from_slice(&std::fs::read(network.path("genesis.json"))?)?;
    let members = MEMBERS.iter().map(|member| validator(network, member)).collect::<Result<Vec<_>>>()?;
    let ours: Vec<Arc<dyn Signer>> =
        vec![Arc::new(SoftwareKey::generate(Algorithm::Ed25519, &SystemEntropy))];
    let first = data(network, MEMBERS[0]);
    let store = Store::open(&first, &genesis, CACHE_BYTES)?;
    let deciding = store.snapshot().tip().validators.clone();
    let between = set_of(&ours)?;
    for block in 0..if keys > 0 { BLOCKS } else { 0 } {
        let numbers = keys * block / BLOCKS..keys * (block + 1) / BLOCKS;
        let signers = if block == 0 { &members } else { &ours };
        let next = if block + 1 == BLOCKS { &deciding } else { &between };
        let place = next_place(&store);
        let writes = numbers.map(|number| document(number, place)).collect();
        add(&store, &genesis, signers, next, (place, writes, Vec::new())).await?;
        store.prune(&Keep { proofs: Duration::ZERO, blocks: None })?;
    }
    drop(store);
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
    let store = Store::open(&first, &genesis, CACHE_BYTES)?;
    let validators = store.snapshot().tip().validators.clone();
    for _ in 0..blocks {
        let snapshot = store.snapshot();
        let place = next_place(&store);
        let signed = load.publish(place.height).await?;
        let checked = check_stateless(signed, &genesis.chain_id())?;
        let mut execution = Execution::begin(&*snapshot, place)?;
        execution.apply(&checked)?;
        let content = (place, execution.into_writes(), vec![checked.into_signed()]);
        add(&store, &genesis, &signers, &validators, content).await?;
    }
    drop(store);
    for member in &MEMBERS[1..3] {
        std::fs::copy(&first, data(network, member))?;
    }
    Ok(std::fs::metadata(&first)?.len())
}

fn next_place(store: &Store) -> BlockContext {
    let snapshot = store.snapshot();
    let tip = snapshot.tip();
    BlockContext { height: tip.height + 1, time_ms: tip.time_ms + 1 }
}

/// Decides one block. Its transactions are what its writes come from, or there are none.
async fn add(
    store: &Store,
    genesis: &Genesis,
    signers: &[Arc<dyn Signer>],
    next: &ValidatorSet,
    (BlockContext { height, time_ms }, writes, transactions): (BlockContext, Writes, Vec<SignedTransaction>),
) -> Result<()> {
    let snapshot = store.snapshot();
    let tip = snapshot.tip().clone();
    let (previous, last) = snapshot.head().cloned().context("no block yet")?;
    let update = map::update(&*snapshot, Some(tip.state_version), &writes)?;
    let header = Header {
        chain: genesis.chain_id(),
        height,
        time_ms,
        proposer: previous.proposer,
        previous: tip.hash,
        data_hash: Block::data_hash(None, &transactions),
        state_root: update.root,
        validators_hash: tip.validators.hash(),
        next_validators_hash: next.hash(),
        last_commit_hash: last.hash(),
        last_commit_round: last.round,
    };
    let certificate = certify(&header, signers).await?;
    let hash = header.hash();
    let block = Block { header, last_commit: Some(last), restart: None, transactions };
    let bytes = block.to_bytes();
    let tip = Tip {
        height,
        hash,
        time_ms,
        state_root: update.root,
        state_version: update.version,
        decided_by: Some(tip.validators),
        validators: next.clone(),
    };
    drop(snapshot);
    store.put_undecided(height, &Undecided { round: 0, hash, bytes: bytes.clone() })?;
    store.commit(&Decision {
        block: &block,
        bytes: &bytes,
        certificate: &certificate,
        writes: &writes,
        update: Some(&update),
        restart: None,
        tip,
    })?;
    Ok(())
}

/// As `publishDocuments` would leave it.
fn document(number: u64, BlockContext { height, time_ms }: BlockContext) -> (String, Vec<u8>) {
    let digest = registry_types::sha256("filled", &[&number.to_be_bytes()]);
    let (organisation, issuer) = (MEMBERS[0].to_owned(), format!("did:passerelle:{}", "1".repeat(44)));
    let publications = vec![Publication { organisation, issuer, height, time_ms }];
    (state_key::document(&digest), DocumentRecord { publications }.to_bytes())
}

async fn certify(header: &Header, signers: &[Arc<dyn Signer>]) -> Result<Certificate> {
    let header_hash = header.hash();
    let mut signatures = Vec::new();
    for signer in signers {
        let PublicKey::Ed25519(public_key) = *signer.public_key() else { continue };
        let validator = address_of(&public_key);
        let vote = vote_bytes(
            &header.chain,
            VoteKind::Precommit,
            header.height,
            Some(0),
            Some(&header_hash),
            &validator,
        );
        let signature = signer.sign(&vote).await?.try_into().ok().context("an Ed25519 signature")?;
        signatures.push(CommitSignature { validator, signature });
    }
    Ok(Certificate { height: header.height, round: 0, header_hash, signatures })
}

fn set_of(signers: &[Arc<dyn Signer>]) -> Result<ValidatorSet> {
    let one = |signer: &Arc<dyn Signer>| match *signer.public_key() {
        PublicKey::Ed25519(public_key) => {
            Some(Validator { public_key, power: 1, owner: "load".to_owned(), host: "load".to_owned() })
        }
        _ => None,
    };
    ValidatorSet::new(signers.iter().filter_map(one).collect()).context("a set of validators")
}

fn validator(network: &Network, member: &str) -> Result<Arc<dyn Signer>> {
    let folder = network.path(&format!("{member}/keys"));
    let files = KeyFiles::open(&folder, SealingKey::load_or_create(folder.join("sealing.key"))?)?;
    Ok(files.load(registry::VALIDATOR_KEY)?)
}

fn data(network: &Network, member: &str) -> PathBuf {
    network.path(&format!("{member}/chain/{}", registry::STORE))
}
