//! What the consensus engine asks of the chain. The engine sees nothing else, and nothing but
//! [`crate::engine`] sees the engine, so another one could take its place.

use std::time::Duration;

use bytes::Bytes;
use registry_types::{Address, Certificate, Hash, ValidatorSet};

use crate::evidence::DoubleSign;
use crate::store::StoreError;

/// Where a block came from, which decides how its time is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Proposed now, for the first time: its time must be near our clock.
    Fresh,
    /// Proposed again after a round that failed: it may have grown old.
    Again,
    /// Decided long ago, or judged before a crash: the clock says nothing about it.
    Past,
}

/// What we think of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub hash: Hash,
    pub proposer: Address,
    pub valid: bool,
}

/// Not the fault of any block: whoever meets one stops, since going on could fork the chain.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    View(#[from] registry_state::ViewError),
    #[error(
        "a block was decided at height {0} that is not in this node's data, which has fallen back behind its consensus \
         log. Move chain.redb away and let the node fetch the chain again, or put back newer data"
    )]
    UnknownDecision(u64),
    #[error(transparent)]
    Restart(#[from] crate::chain::RestartFault),
    #[error("no block can be made: {0}")]
    NoBlock(&'static str),
    #[error("a decision for height {found} arrived, height {expected} is next")]
    OtherHeight { expected: u64, found: u64 },
}

pub trait Ledger: Send {
    fn next_height(&self) -> u64;

    /// Those who decide the next height.
    fn validators(&self) -> &ValidatorSet;

    /// The same in the order in which they propose it: a failed round passes the turn on.
    fn proposers(&self) -> &[Address];

    /// Makes a block for the next height, or returns the one made for this round before. It is on disk when
    /// its hash is known.
    fn build(&mut self, round: u32) -> Result<Hash, LedgerError>;

    /// Judges a block for the next height; nothing when the bytes are no block at all.
    fn check(&mut self, round: u32, bytes: Bytes, origin: Origin) -> Result<Option<Verdict>, LedgerError>;

    /// Blocks of this round that were on disk when the node started.
    fn recovered(&self, round: u32) -> Vec<Verdict>;

    /// The bytes of a block that was built or found valid for the next height.
    fn block(&self, hash: &Hash) -> Option<Bytes>;

    /// Makes a decision part of the chain. Durable when it returns.
    fn commit(&mut self, certificate: &Certificate) -> Result<(), LedgerError>;

    /// Keeps what shows that a validator signed two things where it may sign one.
    fn accuse(&mut self, double: &DoubleSign) -> Result<(), LedgerError>;

    /// The first height whose block this node still has; one above the tip when it has none.
    fn first_height(&self) -> Result<u64, LedgerError>;

    fn decided(&self, height: u64) -> Result<Option<(Bytes, Certificate)>, LedgerError>;

    /// How long the next height may wait; zero when there is something to decide.
    fn rest(&self) -> Duration;
}
