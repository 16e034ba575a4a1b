//! The chain as this node knows it: builds, judges and commits blocks on the state rules and the store.

mod pace;
mod remembered;
pub mod restarts;
pub mod turns;
mod verify;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use clock::Clock;
use registry_state::map::{self, Update};
use registry_state::{
    BlockContext, Checked, Execution, Refusal, RestartRefusal, TransactionError, View as _, Writes,
};
use registry_types::{
    Address, Block, Canonical, Certificate, Genesis, Hash, Header, Params, RestartCertificate,
    TransactionPlace, ValidatorSet, state_key,
};
use tokio::sync::Notify;

use crate::evidence::DoubleSign;
use crate::ledger::{Ledger, LedgerError, Origin, Verdict};
use crate::mempool::{Mempool, Outcome};
use crate::store::{Decision, Snapshot, Store, StoreError, Tip, Undecided};
use pace::Pace;
use remembered::Remembered;
pub use restarts::{RestartFault, Restarts};
use turns::Turns;
use verify::is_whole;

/// Room for transactions in a block, well below what a block's bytes may be.
const BLOCK_TRANSACTION_BYTES: usize = 4 * 1024 * 1024;

pub struct Chain {
    id: Hash,
    me: Address,
    store: Arc<Store>,
    mempool: Arc<Mempool>,
    clock: Arc<dyn Clock>,
    committed: Arc<Notify>,
    /// Its validators are those of a restart where one is due.
    tip: Tip,
    restarts: Restarts,
    turns: Turns,
    params: Params,
    pace: Pace,
    /// Blocks for the next height that are executed and on disk.
    candidates: HashMap<Hash, Candidate>,
    /// What this node built, by round.
    built: BTreeMap<u32, Hash>,
    /// What was on disk at the start, by round.
    recovered: BTreeMap<u32, Vec<Verdict>>,
}

/// What the rest of the node has a hand in as well.
pub struct Shared {
    pub store: Arc<Store>,
    pub mempool: Arc<Mempool>,
    pub clock: Arc<dyn Clock>,
    /// Told of every block.
    pub committed: Arc<Notify>,
}

struct Candidate {
    block: Block,
    bytes: Bytes,
    effect: Effect,
}

/// What a block does to the state.
struct Effect {
    writes: Writes,
    update: Option<Update>,
    root: Hash,
    next_validators: ValidatorSet,
}

/// A block that breaks a rule, or a fault of ours.
enum Fault {
    Invalid(&'static str),
    Ledger(LedgerError),
}

impl<E: Into<LedgerError>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Ledger(error.into())
    }
}

impl Chain {
    pub fn open(
        genesis: &Genesis,
        me: Address,
        shared: Shared,
        restarts: Restarts,
    ) -> Result<Self, LedgerError> {
        let Shared { store, mempool, clock, committed } = shared;
        let snapshot = store.snapshot();
        restarts.check(&snapshot)?;
        let tip = restarts.decide(snapshot.tip().clone())?;
        let params = snapshot.find(&state_key::params())?.unwrap_or_default();
        let turns = turns_at(genesis, &snapshot, &tip)?;
        let mut chain = Self {
            id: genesis.chain_id(),
            me,
            store,
            mempool,
            clock,
            committed,
            tip,
            restarts,
            turns,
            params,
            pace: Pace::default(),
            candidates: HashMap::new(),
            built: BTreeMap::new(),
            recovered: BTreeMap::new(),
        };
        chain.recover()?;
        Ok(chain)
    }

    /// Takes up what was kept for the next height before a crash. The engine's log may hold a vote for it.
    fn recover(&mut self) -> Result<(), LedgerError> {
        for Undecided { round, bytes, .. } in self.store.undecided(self.next_height())? {
            let verdict = self.judge(bytes.into(), Origin::Past)?;
            // A restart has made blocks of the validators before it void.
            let Some(verdict) = verdict.filter(|verdict| verdict.valid) else { continue };
            if verdict.proposer == self.me {
                self.built.insert(round, verdict.hash);
            }
            self.recovered.entry(round).or_default().push(verdict);
        }
        Ok(())
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.clock.now().timestamp_millis()).unwrap_or(0)
    }

    fn judge(&mut self, bytes: Bytes, origin: Origin) -> Result<Option<Verdict>, LedgerError> {
        let Ok(block) = Block::from_bytes(&bytes) else { return Ok(None) };
        if !is_whole(&block) {
            return Ok(None);
        }
        let hash = block.header.hash();
        let proposer = block.header.proposer;
        if self.candidates.contains_key(&hash) {
            return Ok(Some(Verdict { hash, proposer, valid: true }));
        }
        let begun = Instant::now();
        let valid = match self.verify(&block, origin) {
            Ok(effect) => {
                self.pace.took(block.transactions.len(), begun.elapsed());
                self.candidates.insert(hash, Candidate { block, bytes, effect });
                true
            }
            Err(Fault::Invalid(reason)) => {
                tracing::warn!(block.height = block.header.height, reason, "a proposed block is not valid");
                false
            }
            Err(Fault::Ledger(error)) => return Err(error),
        };
        Ok(Some(Verdict { hash, proposer, valid }))
    }

    /// The execution of the next height, with the restart where one is due there and only there.
    fn begin<'a>(
        &self,
        state: &'a Remembered<'_>,
        context: BlockContext,
        restart: Option<&RestartCertificate>,
    ) -> Result<Execution<'a>, Fault> {
        let due = self.restarts.due_after(self.tip.height);
        let Some(restart) = restart else {
            return match due {
                Some(_) => Err(Fault::Invalid("the restart is missing")),
                None => Ok(Execution::begin(state, context)?),
            };
        };
        if due.is_none_or(|due| due.plan != restart.plan) {
            return Err(Fault::Invalid("a restart that this node was not given"));
        }
        let (last, _) = state.snapshot().head().ok_or(Fault::Invalid("a restart before the first block"))?;
        Execution::begin_restarted(state, context, last, restart).map_err(|refusal| match refusal {
            RestartRefusal::View(error) => error.into(),
            refusal => {
                tracing::error!(%refusal, "the restart breaks a rule");
                Fault::Invalid("restart rule")
            }
        })
    }

    fn effect(&self, writes: Writes) -> Result<Effect, LedgerError> {
        let snapshot = self.store.snapshot();
        let next_validators = match writes.get(&state_key::validators()) {
            Some(bytes) => {
                ValidatorSet::from_bytes(bytes).map_err(|_| StoreError::Damaged("validator set"))?
            }
            None => self.tip.validators.clone(),
        };
        if writes.is_empty() {
            return Ok(Effect { writes, update: None, root: self.tip.state_root, next_validators });
        }
        let update =
            map::update(snapshot.as_ref(), Some(self.tip.state_version), &writes).map_err(StoreError::Map)?;
        Ok(Effect { writes, root: update.root, update: Some(update), next_validators })
    }

    /// Whoever lacks the rules of the next height says so before it: to find out at one's turn to propose would cost the
    /// others a round.
    fn require_rules(&self) -> Result<(), LedgerError> {
        let context =
            BlockContext { height: self.next_height(), time_ms: self.tip.time_ms.saturating_add(1) };
        Execution::begin(self.store.snapshot().as_ref(), context)?;
        Ok(())
    }

    fn max_transactions(&self) -> usize {
        usize::try_from(self.params.max_block_transactions).unwrap_or(usize::MAX)
    }

    /// Applies what waits, in turn. What breaks a rule at its turn is told so and leaves; what comes too early
    /// in its key's sequence goes on waiting.
    fn select(&self, context: BlockContext) -> Result<(Vec<Checked>, Writes), LedgerError> {
        let snapshot = self.store.snapshot();
        let state = Remembered::new(&snapshot);
        let begun = self.begin(&state, context, self.restarts.due_after(self.tip.height));
        let mut execution = begun.map_err(|fault| match fault {
            Fault::Invalid(reason) => LedgerError::NoBlock(reason),
            Fault::Ledger(error) => error,
        })?;
        let mut chosen = Vec::new();
        let most = self.pace.most(self.max_transactions());
        for checked in self.mempool.candidates(most, BLOCK_TRANSACTION_BYTES) {
            match execution.apply(&checked) {
                Ok(()) => chosen.push(checked),
                // What comes too early, or after its member's share of the block, waits for another.
                Err(Refusal::Rule(
                    TransactionError::SequenceAhead { .. } | TransactionError::OverBlockQuota,
                )) => {}
                Err(Refusal::Rule(error)) => self.mempool.settle(checked.id(), Outcome::Refused(error)),
                Err(Refusal::View(error)) => return Err(error.into()),
            }
        }
        Ok((chosen, execution.into_writes()))
    }
}

impl Ledger for Chain {
    fn next_height(&self) -> u64 {
        self.tip.height + 1
    }

    fn validators(&self) -> &ValidatorSet {
        &self.tip.validators
    }

    fn proposers(&self) -> &[Address] {
        self.turns.now()
    }

    fn build(&mut self, round: u32) -> Result<Hash, LedgerError> {
        if let Some(hash) = self.built.get(&round) {
            return Ok(*hash);
        }
        let height = self.next_height();
        let context = BlockContext { height, time_ms: self.now_ms().max(self.tip.time_ms + 1) };
        let begun = Instant::now();
        let (chosen, writes) = self.select(context)?;
        let effect = self.effect(writes)?;
        self.pace.took(chosen.len(), begun.elapsed());
        let transactions: Vec<_> = chosen.into_iter().map(Checked::into_signed).collect();
        let restart = self.restarts.due_after(self.tip.height).cloned();
        let last_commit = self.store.snapshot().head().map(|(_, certificate)| certificate.clone());
        let header = Header {
            chain: self.id,
            height,
            time_ms: context.time_ms,
            proposer: self.me,
            previous: self.tip.hash,
            data_hash: Block::data_hash(restart.as_ref(), &transactions),
            state_root: effect.root,
            validators_hash: self.tip.validators.hash(),
            next_validators_hash: effect.next_validators.hash(),
            last_commit_hash: last_commit.as_ref().map_or([0; 32], Certificate::hash),
            last_commit_round: last_commit.as_ref().map_or(0, |last| last.round),
        };
        let hash = header.hash();
        let block = Block { header, last_commit, restart, transactions };
        let bytes = Bytes::from(block.to_bytes());
        self.store.put_undecided(height, &Undecided { round, hash, bytes: bytes.to_vec() })?;
        self.candidates.insert(hash, Candidate { block, bytes, effect });
        self.built.insert(round, hash);
        Ok(hash)
    }

    fn check(&mut self, round: u32, bytes: Bytes, origin: Origin) -> Result<Option<Verdict>, LedgerError> {
        let known = self.candidates.len();
        let verdict = self.judge(bytes.clone(), origin)?;
        if let Some(Verdict { hash, valid: true, .. }) = verdict {
            // On disk before we vote for it: after a crash, the vote in the log must find its block.
            if self.candidates.len() > known {
                let undecided = Undecided { round, hash, bytes: bytes.to_vec() };
                self.store.put_undecided(self.next_height(), &undecided)?;
            }
        }
        Ok(verdict)
    }

    fn recovered(&self, round: u32) -> Vec<Verdict> {
        self.recovered.get(&round).cloned().unwrap_or_default()
    }

    fn block(&self, hash: &Hash) -> Option<Bytes> {
        self.candidates.get(hash).map(|candidate| candidate.bytes.clone())
    }

    fn commit(&mut self, certificate: &Certificate) -> Result<(), LedgerError> {
        let expected = self.next_height();
        if certificate.height != expected {
            return Err(LedgerError::OtherHeight { expected, found: certificate.height });
        }
        let hash = certificate.header_hash;
        let candidate = self.candidates.get(&hash).ok_or(LedgerError::UnknownDecision(expected))?;
        let header = &candidate.block.header;
        let effect = &candidate.effect;
        let tip = Tip {
            height: header.height,
            hash,
            time_ms: header.time_ms,
            state_root: effect.root,
            state_version: effect.update.as_ref().map_or(self.tip.state_version, |update| update.version),
            validators: effect.next_validators.clone(),
            decided_by: Some(self.tip.validators.clone()),
        };
        self.store.commit(&Decision {
            block: &candidate.block,
            bytes: &candidate.bytes,
            certificate,
            writes: &effect.writes,
            update: effect.update.as_ref(),
            restart: restarts::prove(&self.store.snapshot(), candidate.block.restart.as_ref())?.as_ref(),
            tip: tip.clone(),
        })?;
        self.tip = self.restarts.decide(tip)?;
        self.turns.pass(self.tip.height, header.last_commit_round, &self.tip.validators);
        if let Some(params) = self.store.snapshot().find(&state_key::params())? {
            self.params = params;
        }
        for (index, signed) in (0u32..).zip(&candidate.block.transactions) {
            let (height, block_time_ms) = (self.tip.height, self.tip.time_ms);
            let place = TransactionPlace { height, index, block_time_ms, header_hash: hash };
            self.mempool.settle(signed.id(), Outcome::Committed(place));
            self.mempool.advance(&signed.public_key, signed.transaction.sequence + 1);
        }
        let count = candidate.block.transactions.len();
        self.mempool.drop_expired(self.next_height());
        self.candidates.clear();
        self.built.clear();
        self.recovered.clear();
        metrics::gauge!("registry_height").set(to_gauge(self.tip.height));
        metrics::gauge!("registry_waiting_transactions").set(to_gauge(self.mempool.len()));
        metrics::counter!("registry_transactions").increment(u64::try_from(count).unwrap_or(0));
        self.committed.notify_waiters();
        self.require_rules()
    }

    fn accuse(&mut self, double: &DoubleSign) -> Result<(), LedgerError> {
        let validator: String = double.validator.iter().map(|byte| format!("{byte:02x}")).collect();
        tracing::error!(validator, block.height = double.height, "a validator signed two different things");
        metrics::counter!("registry_double_signs").increment(1);
        Ok(self.store.put_evidence(double)?)
    }

    fn first_height(&self) -> Result<u64, LedgerError> {
        Ok(self.store.snapshot().first_block()?.unwrap_or(self.next_height()))
    }

    fn decided(&self, height: u64) -> Result<Option<(Bytes, Certificate)>, LedgerError> {
        Ok(self.store.decided(height)?)
    }

    fn rest(&self) -> Duration {
        let restarts = self.restarts.due_after(self.tip.height).is_some();
        if self.tip.height == 0 || restarts || self.mempool.is_ready() {
            return Duration::ZERO;
        }
        let due = self.tip.time_ms.saturating_add(self.params.heartbeat_ms);
        Duration::from_millis(due.saturating_sub(self.now_ms()))
    }
}

/// Whose turn it is, worked out again from the headers of this era.
fn turns_at(genesis: &Genesis, snapshot: &Snapshot, tip: &Tip) -> Result<Turns, LedgerError> {
    let of_genesis = genesis.validator_set().map_err(StoreError::Genesis)?;
    let set_at = |height| {
        if height > tip.height {
            return Ok(tip.validators.clone());
        }
        Ok::<_, StoreError>(snapshot.validators_at(height)?.unwrap_or(of_genesis.clone()))
    };
    let mut first = Turns::era(tip.height.saturating_add(1)).max(1);
    // A node that began with a snapshot may lack the first headers; it agrees with the others from the next era on.
    while first <= tip.height && snapshot.header(first)?.is_none() {
        first += 1;
    }
    let mut turns = Turns::new(&set_at(first)?, first);
    for height in first..=tip.height {
        let Some(header) = snapshot.header(height)? else { break };
        turns.pass(height, header.last_commit_round, &set_at(height.saturating_add(1))?);
    }
    Ok(turns)
}

/// Exact up to 2^53, far beyond any height.
fn to_gauge<T: TryInto<u64>>(value: T) -> f64 {
    value.try_into().unwrap_or(0) as f64
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests;
