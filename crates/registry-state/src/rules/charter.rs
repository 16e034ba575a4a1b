//! The charter and the disputes under it: digests here, texts elsewhere.

use registry_types::operation::{AdoptCharter, AdvanceDispute, CloseDispute, OpenDispute};
use registry_types::record::{AdoptedCharter, Charter, Dispute, DisputeOutcome, DisputeStep};
use registry_types::{Hash, limits, state_key};

use crate::TransactionError as Error;
use crate::execution::{Changes, Refusal};
use crate::rules::effect::Enactment;
use crate::rules::member::load;
use crate::view::find;

pub fn adopt(at: Enactment<'_>, adopt: &AdoptCharter) -> Result<Changes, Refusal> {
    let mut charter: Charter = find(at.view, &state_key::charter())?.unwrap_or_default();
    let expected = charter.versions.last().map_or(0, |last| last.version).saturating_add(1);
    if adopt.version != expected {
        return Err(Error::CharterVersion { expected }.into());
    }
    charter.versions.push(AdoptedCharter {
        version: adopt.version,
        digest: adopt.digest,
        adopted_ms: at.block.time_ms,
    });
    let mut changes = Changes::default();
    changes.put(state_key::charter(), &charter)?;
    Ok(changes)
}

pub fn open_dispute(at: Enactment<'_>, open: &OpenDispute) -> Result<Changes, Refusal> {
    for party in &open.parties {
        load(at.view, party)?;
    }
    require_future(at, open.deadline_ms)?;
    let dispute = Dispute {
        parties: open.parties.clone(),
        matter: open.matter,
        stages: vec![DisputeStep {
            stage: registry_types::operation::DisputeStage::Consultation,
            arbiter: open.arbiter.clone(),
            from_ms: at.block.time_ms,
            deadline_ms: open.deadline_ms,
        }],
        closed: None,
    };
    put(&at.id, &dispute)
}

/// A stage may be given more time or another arbiter, but never gone back from.
pub fn advance_dispute(at: Enactment<'_>, advance: &AdvanceDispute) -> Result<Changes, Refusal> {
    let mut dispute = load_open(at, &advance.dispute)?;
    require_future(at, advance.deadline_ms)?;
    if dispute.stages.last().is_some_and(|last| advance.stage < last.stage) {
        return Err(Error::DisputeStageBack.into());
    }
    if dispute.stages.len() >= limits::DISPUTE_STAGES {
        return Err(Error::RecordTooLarge(state_key::dispute(&advance.dispute)).into());
    }
    dispute.stages.push(DisputeStep {
        stage: advance.stage,
        arbiter: advance.arbiter.clone(),
        from_ms: at.block.time_ms,
        deadline_ms: advance.deadline_ms,
    });
    put(&advance.dispute, &dispute)
}

pub fn close_dispute(at: Enactment<'_>, close: &CloseDispute) -> Result<Changes, Refusal> {
    let mut dispute = load_open(at, &close.dispute)?;
    dispute.closed = Some(DisputeOutcome { outcome: close.outcome, at_ms: at.block.time_ms });
    put(&close.dispute, &dispute)
}

fn load_open(at: Enactment<'_>, id: &Hash) -> Result<Dispute, Refusal> {
    let dispute: Dispute = find(at.view, &state_key::dispute(id))?.ok_or(Error::UnknownDispute)?;
    if dispute.closed.is_some() { Err(Error::DisputeClosed.into()) } else { Ok(dispute) }
}

fn require_future(at: Enactment<'_>, deadline_ms: u64) -> Result<(), Error> {
    if deadline_ms > at.block.time_ms { Ok(()) } else { Err(Error::EndsInPast) }
}

fn put(id: &Hash, dispute: &Dispute) -> Result<Changes, Refusal> {
    let mut changes = Changes::default();
    changes.put(state_key::dispute(id), dispute)?;
    Ok(changes)
}
