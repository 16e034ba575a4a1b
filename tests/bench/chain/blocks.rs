//! Blocks that are written into a node's data without a network deciding them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clock::SystemEntropy;
use keys::{Algorithm, PublicKey, Signer, SoftwareKey};
use registry::store::{Decision, Keep, Store, Tip, Undecided};
use registry_state::{BlockContext, Writes, map};
use registry_types::{
    Block, Canonical as _, Certificate, CommitSignature, Genesis, Header, SignedTransaction, Validator,
    ValidatorSet, VoteKind, address_of, vote_bytes,
};

/// More than a node looks back over for votes of its own.
const BLOCKS: u64 = 50;
pub const CACHE_BYTES: usize = 64 * 1024 * 1024;

/// Adds so many records to the data at this path, in blocks that hold no transaction. The node does not run meanwhile.
///
/// The validators hand over to a key of this program with the first of these blocks and get the chain back with the last:
/// a node that finds votes of its own which it does not remember would not vote.
pub async fn fill(
    data: &Path,
    genesis: &Genesis,
    validators: &[Arc<dyn Signer>],
    (keys, record): (u64, impl Fn(u64, BlockContext) -> (String, Vec<u8>)),
) -> Result<()> {
    let ours: [Arc<dyn Signer>; 1] = [Arc::new(SoftwareKey::generate(Algorithm::Ed25519, &SystemEntropy))];
    let store = Store::open(data, genesis, CACHE_BYTES)?;
    let deciding = store.snapshot().tip().validators.clone();
    let between = set_of(&ours)?;
    for block in 0..if keys > 0 { BLOCKS } else { 0 } {
        let numbers = keys * block / BLOCKS..keys * (block + 1) / BLOCKS;
        let signers = if block == 0 { validators } else { &ours };
        let next = if block + 1 == BLOCKS { &deciding } else { &between };
        let place = next_place(&store);
        let writes = numbers.map(|number| record(number, place)).collect();
        add(&store, genesis, signers, next, (place, writes, Vec::new())).await?;
        store.prune(&Keep { proofs: Duration::ZERO, blocks: None })?;
    }
    Ok(())
}

pub fn next_place(store: &Store) -> BlockContext {
    let snapshot = store.snapshot();
    let tip = snapshot.tip();
    BlockContext { height: tip.height + 1, time_ms: tip.time_ms + 1 }
}

/// Decides one block. Its transactions are what its writes come from, or there are none.
pub async fn add(
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
