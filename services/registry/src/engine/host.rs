use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use malachite::app::engine::host::{HeightParams, Next, SyncedValueOutcome};
use malachite::app::types::core::{LinearTimeouts, Round, Validity};
use malachite::app::types::sync::RawDecidedValue;
use malachite::app::types::{LocallyProposedValue, ProposedValue};
use malachite::{AppMsg, Channels, NetworkMsg, Reply};
use registry_types::{Hash, limits};
use tokio::sync::watch;

use super::accuse::double_signs;
use super::codec::{certificate_of, extended};
use super::context::{Address, HeaderHash, Height, Part, RegistryContext, ValidatorSet, round, round_number};
use super::streams::{Received, Streams, cut, wake};
use crate::ledger::{Ledger, LedgerError, Origin, Verdict};
use crate::mempool::Mempool;

/// How far ahead of the chain blocks are kept, and how many of one height.
const EARLY_HEIGHTS: u64 = 4;
const EARLY_BLOCKS: usize = 8;
/// The most decided blocks one answer to a node that catches up holds.
const SYNC_BLOCKS: u64 = 64;

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

type Resume = Reply<Next<RegistryContext>>;

/// Why the loop ended without a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Stopped,
    /// The chain has passed everything that this node's key has signed: it may vote again.
    MayVote,
}

/// Answers the engine, one question after the other.
pub struct Host {
    chain: Hash,
    me: Address,
    /// The height after which a node that sits out may vote again.
    sits_out_until: Option<u64>,
    ledger: Box<dyn Ledger>,
    mempool: Arc<Mempool>,
    channels: Channels<RegistryContext>,
    streams: Streams,
    /// Whole blocks for heights that this node has not reached.
    early: BTreeMap<u64, Vec<Received>>,
    /// The engine waiting for the next height: an idle chain rests here and writes nothing.
    parked: Option<Resume>,
    /// The last block came from a node that is ahead, or stood between that one and the next to be fetched: there
    /// may be more.
    behind: bool,
    /// A block for this height was here before the height began.
    came_early: bool,
    streamed: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the consensus engine ended")]
    EngineEnded,
    #[error("the links to other nodes ended: is another process using their port?")]
    NetworkEnded,
}

impl Host {
    pub fn new(
        (chain, me): (Hash, Address),
        sits_out_until: Option<u64>,
        ledger: Box<dyn Ledger>,
        mempool: Arc<Mempool>,
        channels: Channels<RegistryContext>,
    ) -> Self {
        Self {
            chain,
            me,
            sits_out_until,
            ledger,
            mempool,
            channels,
            streams: Streams::default(),
            early: BTreeMap::new(),
            parked: None,
            behind: false,
            came_early: false,
            streamed: 0,
        }
    }

    /// Runs until it is told to stop, or until a fault after which going on could fork the chain.
    pub async fn run(&mut self, stop: &mut watch::Receiver<bool>) -> Result<Ended, HostError> {
        let mempool = Arc::clone(&self.mempool);
        loop {
            let resting = self.parked.is_some();
            if resting && self.may_vote_again() {
                return Ok(Ended::MayVote);
            }
            let rest = if resting { self.ledger.rest() } else { Duration::MAX };
            tokio::select! {
                biased;
                () = told_to(stop) => return Ok(Ended::Stopped),
                message = self.channels.consensus.recv() => {
                    self.answer(message.ok_or(HostError::EngineEnded)?).await?;
                }
                // An arrival may be one that the last block took already, or one whose turn has not come.
                () = mempool.arrival(), if resting => if self.ledger.rest().is_zero() { self.begin().await?; },
                () = tokio::time::sleep(rest), if resting => self.resume(),
            }
        }
    }

    async fn answer(&mut self, message: AppMsg<RegistryContext>) -> Result<(), HostError> {
        match message {
            AppMsg::ConsensusReady { reply } => {
                let _ = reply.send((self.height(), self.params()));
            }
            AppMsg::StartedRound { height, round, reply_value, .. } => {
                let _ = reply_value.send(self.known_proposals(height, round)?);
            }
            AppMsg::GetValue { height, round, reply, .. } => {
                let number = round_number(round).unwrap_or(0);
                let ledger = &mut self.ledger;
                let hash = tokio::task::block_in_place(|| ledger.build(number))?;
                #[cfg(feature = "misbehave")]
                self.propose_another(height, round, hash).await?;
                let _ = reply.send(LocallyProposedValue::new(height, round, HeaderHash(hash)));
                self.stream(round, Round::Nil, self.me, HeaderHash(hash)).await?;
            }
            AppMsg::RestreamProposal { round, valid_round, address, value_id, .. } => {
                self.stream(round, valid_round, address, value_id).await?;
            }
            AppMsg::ReceivedProposalPart { from, published_by, part, reply } => {
                let proposal = match part.content.as_data() {
                    Some(Part::Wake { height }) => {
                        self.woken(*height);
                        None
                    }
                    _ => match self.streams.take(published_by.unwrap_or(from).to_bytes(), part) {
                        Some(received) => self.receive(received)?,
                        None => None,
                    },
                };
                let _ = reply.send(proposal);
            }
            AppMsg::Decided { certificate, reply, .. } => {
                let certificate = certificate_of(&certificate);
                let ledger = &mut self.ledger;
                tokio::task::block_in_place(|| ledger.commit(&certificate))?;
                self.streams.clear();
                self.early.retain(|height, _| *height > certificate.height);
                let _ = reply.send(());
            }
            AppMsg::Finalized { evidence, reply, .. } => {
                for double in double_signs(&self.chain, &evidence) {
                    self.ledger.accuse(&double)?;
                }
                self.parked = Some(reply);
                let behind = self.take_behind();
                if self.may_vote_again() {
                    // The loop ends before the next height begins.
                } else if behind || !self.early.is_empty() {
                    self.resume();
                } else if self.ledger.rest().is_zero() {
                    self.begin().await?;
                }
            }
            AppMsg::ProcessSyncedValue { height, round, value_bytes, reply, .. } => {
                let number = round_number(round).unwrap_or(0);
                let ledger = &mut self.ledger;
                let verdict =
                    tokio::task::block_in_place(|| ledger.check(number, value_bytes, Origin::Past))?;
                self.behind |= verdict.is_some_and(|verdict| verdict.valid);
                let _ = reply.send(match verdict {
                    Some(verdict) => {
                        SyncedValueOutcome::Verdict(proposed(height, round, Round::Nil, verdict))
                    }
                    None => SyncedValueOutcome::PeerFault,
                });
            }
            AppMsg::GetDecidedValues { range, reply } => {
                let last = range.end().0.min(range.start().0.saturating_add(SYNC_BLOCKS));
                let mut values = Vec::new();
                let mut size = 0;
                for height in range.start().0..=last {
                    let Some((bytes, certificate)) = self.ledger.decided(height)? else { break };
                    size += bytes.len();
                    if size > limits::BLOCK_BYTES && !values.is_empty() {
                        break;
                    }
                    values.push(RawDecidedValue::new(bytes, extended(&certificate)));
                }
                #[cfg(feature = "misbehave")]
                super::misbehave::spoil(&mut values);
                let _ = reply.send(values);
            }
            AppMsg::GetHistoryMinHeight { reply } => {
                let _ = reply.send(Height(self.ledger.first_height()?));
            }
            AppMsg::ExtendVote { reply, .. } => {
                let _ = reply.send(None);
            }
            AppMsg::VerifyVoteExtensions { extensions, reply, .. } => {
                let _ = reply.send(extensions.into_iter().map(|(address, _)| (address, Ok(()))).collect());
            }
        }
        Ok(())
    }

    fn height(&self) -> Height {
        Height(self.ledger.next_height())
    }

    fn params(&self) -> HeightParams<RegistryContext> {
        let validators = self.ledger.validators();
        let set = ValidatorSet::new(validators, self.ledger.proposers());
        HeightParams::new(set, timeouts(validators.validators().len()), None)
    }

    fn resume(&mut self) {
        if let Some(reply) = self.parked.take() {
            let _ = reply.send(Next::Start(self.height(), self.params()));
        }
    }

    /// Begins the next height because there is something to decide, and says so to those who may not know.
    async fn begin(&mut self) -> Result<(), HostError> {
        let height = self.ledger.next_height();
        self.resume();
        if self.ledger.validators().validators().len() > 1
            && self.ledger.validators().find(&self.me.0).is_some()
        {
            let message = NetworkMsg::PublishProposalPart(wake(height, self.me));
            self.channels.network.send(message).await.map_err(|_| HostError::EngineEnded)?;
        }
        Ok(())
    }

    /// Somebody has begun a height that this node rests before, or has fallen behind of.
    fn woken(&mut self, height: u64) {
        if height >= self.ledger.next_height() {
            self.resume();
        }
    }

    /// Whether there may be more blocks to fetch. The engine hands over a fetched block only once its height has
    /// begun, and blocks that came early are decided by votes instead: those say nothing of being level again.
    fn take_behind(&mut self) -> bool {
        let behind = self.behind;
        let early = std::mem::take(&mut self.came_early) || !self.early.is_empty();
        self.behind = behind && early;
        behind
    }

    fn may_vote_again(&self) -> bool {
        self.sits_out_until.is_some_and(|last| self.ledger.next_height() > last)
    }

    pub fn into_ledger(self) -> Box<dyn Ledger> {
        self.ledger
    }

    /// Blocks for this round that were on disk before a crash, or that arrived before this node got here.
    fn known_proposals(
        &mut self,
        height: Height,
        now: Round,
    ) -> Result<Vec<ProposedValue<RegistryContext>>, LedgerError> {
        let number = round_number(now).unwrap_or(0);
        let recovered = self.ledger.recovered(number).into_iter();
        let mut known: Vec<_> = recovered.map(|verdict| proposed(height, now, Round::Nil, verdict)).collect();
        let early = self.early.remove(&height.0).unwrap_or_default();
        self.came_early |= !early.is_empty();
        for received in early {
            known.extend(self.receive(received)?);
        }
        Ok(known)
    }

    fn receive(&mut self, received: Received) -> Result<Option<ProposedValue<RegistryContext>>, LedgerError> {
        let next = self.ledger.next_height();
        self.woken(received.height);
        if received.height > next {
            if received.height <= next + EARLY_HEIGHTS {
                let early = self.early.entry(received.height).or_default();
                if early.len() < EARLY_BLOCKS {
                    early.push(received);
                }
            }
            return Ok(None);
        }
        if received.height < next {
            return Ok(None);
        }
        let Received { height, round: number, valid_round, proposer, bytes } = received;
        let origin = if valid_round.is_some() { Origin::Again } else { Origin::Fresh };
        let ledger = &mut self.ledger;
        let verdict = tokio::task::block_in_place(|| ledger.check(number, bytes, origin))?;
        Ok(verdict.map(|verdict| ProposedValue {
            proposer,
            ..proposed(Height(height), Round::new(number), round(valid_round), verdict)
        }))
    }

    async fn stream(
        &mut self,
        round: Round,
        valid_round: Round,
        proposer: Address,
        value: HeaderHash,
    ) -> Result<(), HostError> {
        let Some(bytes) = self.ledger.block(&value.0) else { return Ok(()) };
        #[cfg(feature = "misbehave")]
        let bytes = super::misbehave::spoilt(bytes);
        self.stream_bytes((round, valid_round), proposer, &bytes).await
    }

    async fn stream_bytes(
        &mut self,
        (round, valid_round): (Round, Round),
        proposer: Address,
        bytes: &Bytes,
    ) -> Result<(), HostError> {
        self.streamed += 1;
        let place = (self.ledger.next_height(), round, valid_round);
        for message in cut(place, proposer, self.streamed, bytes) {
            self.channels
                .network
                .send(NetworkMsg::PublishProposalPart(message))
                .await
                .map_err(|_| HostError::EngineEnded)?;
        }
        Ok(())
    }
}

#[cfg(feature = "misbehave")]
impl Host {
    /// A second block for the same round, streamed and proposed like the first.
    async fn propose_another(&mut self, height: Height, round: Round, first: Hash) -> Result<(), HostError> {
        let before = self.ledger.decided(height.0.saturating_sub(1))?.map(|(bytes, _)| bytes);
        let Some(bytes) = self.ledger.block(&first) else { return Ok(()) };
        if let Some((hash, bytes)) = super::misbehave::another_block(&bytes, before.as_ref()) {
            self.stream_bytes((round, Round::Nil), self.me, &bytes).await?;
            super::misbehave::propose(height, round, HeaderHash(hash)).await;
        }
        Ok(())
    }
}

/// Returns once the sender says so, or is gone.
async fn told_to(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn proposed(
    height: Height,
    round: Round,
    valid_round: Round,
    verdict: Verdict,
) -> ProposedValue<RegistryContext> {
    ProposedValue {
        height,
        round,
        valid_round,
        proposer: Address(verdict.proposer),
        value: HeaderHash(verdict.hash),
        validity: Validity::from_bool(verdict.valid),
    }
}

/// For a wide-area network; the engine's own three seconds to propose would make every absent proposer felt.
///
/// A lone validator has nobody to repeat its votes to, and would otherwise do so as long as the chain rests.
fn timeouts(validators: usize) -> LinearTimeouts {
    let (rebroadcast, max_timeout) =
        if validators > 1 { (Duration::from_secs(2), Duration::from_secs(20)) } else { (A_DAY, A_DAY) };
    LinearTimeouts {
        propose: Duration::from_millis(1_000),
        propose_delta: Duration::from_millis(250),
        prevote: Duration::from_millis(500),
        prevote_delta: Duration::from_millis(250),
        precommit: Duration::from_millis(500),
        precommit_delta: Duration::from_millis(250),
        rebroadcast,
        max_timeout,
    }
}
