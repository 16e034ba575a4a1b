//! Replays a node's blocks on a state of one's own and says where they first differ.
//!
//! Nothing of the node's state is used: only its blocks and certificates. The state to begin with is the
//! genesis, or a snapshot that was imported into the scratch store and so is certified itself. When the replay
//! reaches the newest block, the node's own records are hashed again and held against its root.

mod begin;

pub use begin::{Audit, AuditError};

use registry_client::verify_certificate;
use registry_state::{BlockContext, Execution, Refusal, RestartRefusal, Writes, check_stateless, map};
use registry_types::{Block, Canonical as _, Certificate, Genesis, Hash, Header, ValidatorSet, state_key};

use crate::chain::restarts;
use crate::store::{Decision, Keep, Snapshot, Store, StoreError, Tip};

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The height of the state that the replay began with: 0 for the genesis, otherwise a snapshot's.
    pub began: u64,
    /// The first height that was asked about, and the last one that holds.
    pub from: u64,
    pub to: u64,
    /// In all blocks that were replayed.
    pub transactions: u64,
    /// The state root after the last block that holds.
    pub root: Hash,
    /// How many of the node's own records were hashed again; nothing unless the replay reached its newest block.
    pub records: Option<u64>,
    /// The first height at which something does not follow from what was before.
    pub difference: Option<Difference>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub height: u64,
    pub reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("the block or its certificate is missing")]
    Missing,
    #[error("the block does not follow the one before: {0}")]
    Link(&'static str),
    #[error("the certificate does not carry a quorum of the validators of this height")]
    Certificate,
    #[error("the restart that the block carries does not hold: {0}")]
    Restart(String),
    #[error("transaction {index} is not well formed or not signed by its key")]
    Form { index: usize },
    #[error("transaction {index} breaks a rule: {code}")]
    Rule { index: usize, code: String },
    #[error("the state root is {found}, replaying gives {computed}")]
    Root { found: String, computed: String },
    #[error("the next validators are not those that replaying gives")]
    NextValidators,
    #[error("the node's own records do not make the state root of this height: {0}")]
    Records(String),
}

/// Why a block is not replayed: it is wrong, or nobody can say, because a store failed.
enum Halt {
    Differs(Reason),
    Store(StoreError),
}

impl<E: Into<StoreError>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

/// Replays the blocks after the scratch store's height up to `to` and stops at the first that differs.
fn replay_all(
    node: &Snapshot,
    scratch: &Store,
    genesis: &Genesis,
    (from, to): (u64, u64),
) -> Result<Report, StoreError> {
    let tip = scratch.snapshot().tip().clone();
    let began = tip.height;
    let mut report = Report {
        began,
        from,
        to: began,
        transactions: 0,
        root: tip.state_root,
        records: None,
        difference: None,
    };
    // The scratch state is read at its newest height only.
    let keep = Keep { proofs: std::time::Duration::ZERO, blocks: Some(1) };
    for height in began.saturating_add(1)..=to {
        match replay(node, scratch, genesis, height) {
            Ok(transactions) => report.transactions += transactions,
            Err(Halt::Store(error)) => return Err(error),
            Err(Halt::Differs(reason)) => {
                report.difference = Some(Difference { height, reason });
                return Ok(report);
            }
        }
        report.to = height;
        report.root = scratch.snapshot().tip().state_root;
        scratch.prune(&keep)?;
    }
    if to == node.tip().height {
        match records(node, &report.root)? {
            Ok(records) => report.records = Some(records),
            Err(reason) => report.difference = Some(Difference { height: to, reason }),
        }
    }
    Ok(report)
}

/// Hashes everything in the node's map again. How many records there are, or why they are not those of the root.
fn records(node: &Snapshot, root: &Hash) -> Result<Result<u64, Reason>, StoreError> {
    match map::audit(node, node.tip().state_version) {
        Ok((found, records)) if found == *root => Ok(Ok(records)),
        Ok((found, _)) => Ok(Err(Reason::Records(format!("they make {}", hex::encode(found))))),
        Err(map::MapError::Read(source)) => Err(StoreError::Map(map::MapError::Read(source))),
        Err(damaged) => Ok(Err(Reason::Records(damaged.to_string()))),
    }
}

fn replay(node: &Snapshot, scratch: &Store, genesis: &Genesis, height: u64) -> Result<u64, Halt> {
    let missing = || Halt::Differs(Reason::Missing);
    let block = node.block(height)?.ok_or_else(missing)?;
    let certificate = node.certificate(height)?.ok_or_else(missing)?;
    let state = scratch.snapshot();
    let tip = state.tip();
    // Where the governors restarted the chain, their validators decide; whether they may is for `execute` to say.
    let deciders = block.restart.as_ref().map_or(&tip.validators, |restart| &restart.plan.validators);
    links(&block, tip, deciders)?;
    verify_certificate(&genesis.chain_id(), deciders, &block.header, &certificate)
        .map_err(|_| Halt::Differs(Reason::Certificate))?;
    let writes = execute(&state, &block, genesis)?;
    let update = match writes.is_empty() {
        true => None,
        false => Some(map::update(&*state, Some(tip.state_version), &writes).map_err(StoreError::Map)?),
    };
    let root = update.as_ref().map_or(tip.state_root, |update| update.root);
    if root != block.header.state_root {
        let (found, computed) = (hex::encode(block.header.state_root), hex::encode(root));
        return Err(Halt::Differs(Reason::Root { found, computed }));
    }
    let validators = next_validators(&writes, tip, &block.header)?;
    let decided_by = deciders.clone();
    let restart = restarts::prove(&state, block.restart.as_ref())?;
    let tip = Tip {
        height,
        hash: block.header.hash(),
        time_ms: block.header.time_ms,
        state_root: root,
        state_version: update.as_ref().map_or(tip.state_version, |update| update.version),
        validators,
        decided_by: Some(decided_by),
    };
    let bytes = block.to_bytes();
    let (block, certificate, writes, update) = (&block, &certificate, &writes, update.as_ref());
    let restart = restart.as_ref();
    scratch.commit(&Decision { block, bytes: &bytes, certificate, writes, update, restart, tip })?;
    Ok(u64::try_from(block.transactions.len()).unwrap_or(u64::MAX))
}

fn links(block: &Block, tip: &Tip, deciders: &ValidatorSet) -> Result<(), Halt> {
    let header = &block.header;
    let last_commit_hash = block.last_commit.as_ref().map_or([0; 32], Certificate::hash);
    let expected = [
        (tip.height.checked_add(1) == Some(header.height), "height"),
        (header.previous == tip.hash, "previous header"),
        (header.time_ms > tip.time_ms, "time"),
        (header.data_hash == Block::data_hash(block.restart.as_ref(), &block.transactions), "transactions"),
        (header.validators_hash == deciders.hash(), "validators"),
        (header.last_commit_hash == last_commit_hash, "last commit"),
    ];
    match expected.into_iter().find(|(holds, _)| !holds) {
        Some((_, what)) => Err(Halt::Differs(Reason::Link(what))),
        None => Ok(()),
    }
}

fn execute(state: &Snapshot, block: &Block, genesis: &Genesis) -> Result<Writes, Halt> {
    let chain: Hash = genesis.chain_id();
    let context = BlockContext { height: block.header.height, time_ms: block.header.time_ms };
    let mut execution = begin(state, block, context)?;
    for (index, signed) in block.transactions.iter().enumerate() {
        let checked =
            check_stateless(signed.clone(), &chain).map_err(|_| Halt::Differs(Reason::Form { index }))?;
        match execution.apply(&checked) {
            Ok(()) => {}
            Err(Refusal::Rule(error)) => {
                return Err(Halt::Differs(Reason::Rule { index, code: error.to_string() }));
            }
            Err(Refusal::View(error)) => return Err(Halt::Store(error.into())),
        }
    }
    Ok(execution.into_writes())
}

fn begin<'a>(state: &'a Snapshot, block: &Block, context: BlockContext) -> Result<Execution<'a>, Halt> {
    let Some(restart) = &block.restart else { return Ok(Execution::begin(state, context)?) };
    let refused = |why: String| Halt::Differs(Reason::Restart(why));
    let (last, _) = state.head().ok_or_else(|| refused("there is no block before it".to_owned()))?;
    Execution::begin_restarted(state, context, last, restart).map_err(|refusal| match refusal {
        RestartRefusal::View(error) => Halt::Store(error.into()),
        refusal => refused(refusal.to_string()),
    })
}

fn next_validators(writes: &Writes, tip: &Tip, header: &Header) -> Result<ValidatorSet, Halt> {
    let next = match writes.get(&state_key::validators()) {
        Some(bytes) => ValidatorSet::from_bytes(bytes).map_err(|_| StoreError::Damaged("validator set"))?,
        None => tip.validators.clone(),
    };
    if next.hash() == header.next_validators_hash {
        Ok(next)
    } else {
        Err(Halt::Differs(Reason::NextValidators))
    }
}
