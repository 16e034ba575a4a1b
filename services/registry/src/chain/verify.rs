//! Judging a block that somebody proposed: whether it follows the newest one, keeps to the rules, and does what it says.

use registry_client::verify_certificate;
use registry_state::{BlockContext, Checked, Refusal, check_stateless};
use registry_types::{Block, Certificate, Header, Params, SignedTransaction};

use super::remembered::Remembered;
use super::{Chain, Effect, Fault};
use crate::ledger::{Ledger as _, Origin};

impl Chain {
    pub(super) fn verify(&self, block: &Block, origin: Origin) -> Result<Effect, Fault> {
        let header = &block.header;
        self.verify_links(header)?;
        self.verify_time(header, origin)?;
        self.verify_last_commit(block)?;
        if block.transactions.len() > self.max_transactions() {
            return Err(Fault::Invalid("too many transactions"));
        }
        let snapshot = self.store.snapshot();
        let state = Remembered::new(&snapshot);
        let context = BlockContext { height: header.height, time_ms: header.time_ms };
        let mut execution = self.begin(&state, context, block.restart.as_ref())?;
        for signed in &block.transactions {
            match execution.apply(&self.checked(signed)?) {
                Ok(()) => {}
                Err(Refusal::Rule(_)) => return Err(Fault::Invalid("transaction rule")),
                Err(Refusal::View(error)) => return Err(error.into()),
            }
        }
        let effect = self.effect(execution.into_writes())?;
        if effect.root != header.state_root {
            return Err(Fault::Invalid("state root"));
        }
        if effect.next_validators.hash() != header.next_validators_hash {
            return Err(Fault::Invalid("next validators"));
        }
        Ok(effect)
    }

    /// The signature of what waits here has been checked already, and is not checked again.
    fn checked(&self, signed: &SignedTransaction) -> Result<Checked, Fault> {
        if let Some(checked) = self.mempool.checked(signed) {
            return Ok(checked);
        }
        check_stateless(signed.clone(), &self.id).map_err(|_| Fault::Invalid("transaction form"))
    }

    fn verify_links(&self, header: &Header) -> Result<(), Fault> {
        let expected = [
            (header.chain == self.id, "chain"),
            (header.height == self.next_height(), "height"),
            (header.previous == self.tip.hash, "previous header"),
            (header.validators_hash == self.tip.validators.hash(), "validators"),
            (self.tip.validators.find(&header.proposer).is_some(), "proposer"),
        ];
        match expected.into_iter().find(|(holds, _)| !holds) {
            Some((_, reason)) => Err(Fault::Invalid(reason)),
            None => Ok(()),
        }
    }

    /// Block time only moves forward and follows honest clocks: a proposer can neither date a block ahead
    /// nor, when it proposes for the first time, far back.
    fn verify_time(&self, header: &Header, origin: Origin) -> Result<(), Fault> {
        if header.time_ms <= self.tip.time_ms {
            return Err(Fault::Invalid("time does not increase"));
        }
        let now = self.now_ms();
        let Params { max_drift_ms, heartbeat_ms, .. } = self.params;
        let ahead = origin != Origin::Past && header.time_ms > now.saturating_add(max_drift_ms);
        let tolerated_ms = max_drift_ms.saturating_add(heartbeat_ms);
        let behind = origin == Origin::Fresh && header.time_ms.saturating_add(tolerated_ms) < now;
        if ahead || behind { Err(Fault::Invalid("time is not near ours")) } else { Ok(()) }
    }

    fn verify_last_commit(&self, block: &Block) -> Result<(), Fault> {
        let header = &block.header;
        let Some(last) = &block.last_commit else {
            let first = self.tip.height == 0 && header.last_commit_round == 0;
            return if first { Ok(()) } else { Err(Fault::Invalid("last commit is missing")) };
        };
        if last.round != header.last_commit_round {
            return Err(Fault::Invalid("last commit round"));
        }
        let snapshot = self.store.snapshot();
        let (Some((previous, _)), Some(decided_by)) = (snapshot.head(), &self.tip.decided_by) else {
            return Err(Fault::Invalid("last commit before the first block"));
        };
        verify_certificate(&self.id, decided_by, previous, last).map_err(|_| Fault::Invalid("last commit"))
    }
}

/// Whether the body is the one that the header commits to. The hash that is voted on covers the header alone, so another
/// body under it says nothing of the block: whoever spoils a copy must not make the block itself invalid here.
pub fn is_whole(block: &Block) -> bool {
    let commit = block.last_commit.as_ref().map_or([0; 32], Certificate::hash);
    let data = Block::data_hash(block.restart.as_ref(), &block.transactions);
    block.header.data_hash == data && block.header.last_commit_hash == commit
}
