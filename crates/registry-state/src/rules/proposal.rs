//! From a proposal to its effect. See `decisions/2-how-a-proposal-takes-effect.md`.

use registry_types::operation::WithdrawProposal;
use registry_types::record::{CastVote, OpenProposal};
use registry_types::{
    Agenda, Canonical as _, GovernanceParams, Governors, Hash, Params, Proposal, ProposalState, Propose,
    Vote, limits, proposal_id, state_key,
};

use crate::TransactionError as Error;
use crate::execution::{BlockContext, Changes, Refusal, Signer};
use crate::map::MapError;
use crate::rules::effect::{self, Enactment};
use crate::view::{View, ViewError, find};

/// Room that a record keeps for the votes of as many governors as there can be.
const VOTES_BYTES: usize = 64 * 1024;

pub fn propose(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    propose: &Propose,
) -> Result<Changes, Refusal> {
    let governors = governors(view)?;
    require_governor(&governors, signer)?;
    let params: Params = find(view, &state_key::params())?.unwrap_or_default();
    let alone = governors.len() == 1;
    if !alone {
        check_times(&params.governance, block, propose)?;
    }
    let mut agenda: Agenda = find(view, &state_key::agenda())?.unwrap_or_default();
    check_room(&params.governance, &agenda, signer, propose.kind.is_emergency())?;
    let id = proposal_id(&signer.public_key, signer.sequence);
    agenda.proposals += 1;
    // In an emergency nobody waits; the smaller group has to be reached all the same.
    let notice_ms = if alone || propose.kind.is_emergency() { 0 } else { propose.notice_ms };
    let proposal = Proposal {
        number: agenda.proposals,
        kind: propose.kind.clone(),
        reason: propose.reason,
        proposer: signer.organisation.id.clone(),
        proposed_ms: block.time_ms,
        earliest_ms: block.time_ms.saturating_add(notice_ms),
        deadline_ms: propose.deadline_ms,
        votes: vec![vote_of(signer, true, block)],
        state: ProposalState::Open,
    };
    if proposal.to_bytes().len() + VOTES_BYTES > limits::RECORD_BYTES {
        return Err(Error::RecordTooLarge(state_key::proposal(&id)).into());
    }
    agenda.open.push(OpenProposal {
        id,
        proposer: proposal.proposer.clone(),
        earliest_ms: proposal.earliest_ms,
        earliest_height: if alone { 0 } else { propose.kind.earliest_height() },
        deadline_ms: proposal.deadline_ms,
    });
    let mut case = Case { id, proposal, agenda, changes: Changes::default() };
    match case.conclude(view, block, &governors, &params.governance)? {
        // Alone, the proposer hears at once why it is not possible, and nothing is kept.
        Some(error) if alone => Err(error.into()),
        _ => Ok(case.finish()?),
    }
}

fn check_times(governance: &GovernanceParams, block: BlockContext, propose: &Propose) -> Result<(), Error> {
    let minimum_ms = governance.min_notice_ms;
    if !propose.kind.is_emergency() && propose.notice_ms < minimum_ms {
        return Err(Error::NoticeTooShort { minimum_ms });
    }
    let notice_ms = if propose.kind.is_emergency() { 0 } else { propose.notice_ms };
    let earliest = block.time_ms.saturating_add(notice_ms);
    let latest = block.time_ms.saturating_add(governance.max_voting_ms);
    if propose.deadline_ms <= earliest || propose.deadline_ms > latest {
        return Err(Error::DeadlineOutOfRange { earliest, latest });
    }
    Ok(())
}

/// An emergency finds room however many proposals the others have open; what bounds it is its own governor's limit.
fn check_room(
    governance: &GovernanceParams,
    agenda: &Agenda,
    signer: &Signer,
    emergency: bool,
) -> Result<(), Error> {
    let room = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
    let own = agenda.open.iter().filter(|open| open.proposer == signer.organisation.id).count();
    let all = if emergency { limits::OPEN_PROPOSALS } else { governance.max_open_proposals };
    if agenda.open.len() >= room(all) || own >= room(governance.max_open_per_governor) {
        return Err(Error::TooManyProposals);
    }
    Ok(())
}

pub fn vote(view: &dyn View, block: BlockContext, signer: &Signer, vote: &Vote) -> Result<Changes, Refusal> {
    let governors = governors(view)?;
    require_governor(&governors, signer)?;
    let mut case = Case::load(view, vote.proposal)?;
    if case.proposal.votes.iter().any(|cast| cast.organisation == signer.organisation.id) {
        return Err(Error::AlreadyVoted.into());
    }
    case.proposal.votes.push(vote_of(signer, vote.approve, block));
    let params: Params = find(view, &state_key::params())?.unwrap_or_default();
    case.conclude(view, block, &governors, &params.governance)?;
    Ok(case.finish()?)
}

pub fn withdraw(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    end: &WithdrawProposal,
) -> Result<Changes, Refusal> {
    let mut case = Case::load(view, end.proposal)?;
    if case.proposal.proposer != signer.organisation.id {
        return Err(Error::NotProposer.into());
    }
    case.close(ProposalState::Withdrawn { at_ms: block.time_ms });
    Ok(case.finish()?)
}

/// What becomes of an open proposal at the beginning of a block; nothing when it stays open.
pub fn settle(
    view: &dyn View,
    block: BlockContext,
    open: &OpenProposal,
) -> Result<Option<Changes>, ViewError> {
    let expired = open.deadline_ms <= block.time_ms;
    if !expired && (open.earliest_ms > block.time_ms || open.earliest_height > block.height) {
        return Ok(None);
    }
    let settled = (|| {
        let mut case = Case::load(view, open.id)?;
        if expired {
            case.close(ProposalState::Expired { at_ms: block.time_ms });
        } else {
            let params: Params = find(view, &state_key::params())?.unwrap_or_default();
            case.conclude(view, block, &governors(view)?, &params.governance)?;
        }
        Ok(if case.proposal.is_open() { None } else { Some(case.finish()?) })
    })();
    match settled {
        Ok(changes) => Ok(changes),
        Err(Refusal::View(error)) => Err(error),
        // Only an agenda and records that disagree bring this about, and then nobody may go on.
        Err(Refusal::Rule(error)) => Err(ViewError::Store {
            key: state_key::proposal(&open.id),
            source: MapError::Read(Box::new(error)),
        }),
    }
}

/// A proposal and what its transaction or block changes.
struct Case {
    id: Hash,
    proposal: Proposal,
    agenda: Agenda,
    changes: Changes,
}

impl Case {
    fn load(view: &dyn View, id: Hash) -> Result<Self, Refusal> {
        let proposal: Proposal = find(view, &state_key::proposal(&id))?.ok_or(Error::UnknownProposal)?;
        if !proposal.is_open() {
            return Err(Error::ProposalClosed.into());
        }
        let agenda = find(view, &state_key::agenda())?.unwrap_or_default();
        Ok(Self { id, proposal, agenda, changes: Changes::default() })
    }

    fn close(&mut self, state: ProposalState) {
        self.proposal.state = state;
        self.agenda.open.retain(|open| open.id != self.id);
    }

    /// Closes the proposal when its votes and the time say so. The quorum is of those who govern now.
    fn conclude(
        &mut self,
        view: &dyn View,
        block: BlockContext,
        governors: &[String],
        params: &GovernanceParams,
    ) -> Result<Option<Error>, Refusal> {
        let count = self.proposal.count(governors);
        let emergency = self.proposal.kind.is_emergency();
        let (numerator, denominator) = (params.emergency_numerator, params.emergency_denominator);
        let (passes, cannot_pass) = if emergency {
            let cannot_pass = count.cannot_pass_emergency(numerator, denominator);
            (count.passes_emergency(numerator, denominator), cannot_pass)
        } else {
            (count.passes(), count.cannot_pass())
        };
        let alone = governors.len() == 1;
        let due = self.proposal.earliest_ms <= block.time_ms
            && (alone || self.proposal.kind.earliest_height() <= block.height);
        if !passes && cannot_pass {
            self.close(ProposalState::Rejected { at_ms: block.time_ms });
        }
        if !passes || !due {
            return Ok(None);
        }
        let (height, at_ms, governors) = (block.height, block.time_ms, governors.to_vec());
        let by = self.proposal.proposer.clone();
        let enactment = Enactment { view, block, by: &by, id: self.id };
        match effect::enact(enactment, &self.proposal.kind, &mut self.agenda) {
            Ok(changes) => {
                self.changes = changes;
                self.close(ProposalState::Executed { height, at_ms, governors });
                Ok(None)
            }
            Err(Refusal::Rule(error)) => {
                let code = error.code().to_owned();
                self.close(ProposalState::Failed { height, at_ms, governors, code });
                Ok(Some(error))
            }
            Err(error) => Err(error),
        }
    }

    fn finish(mut self) -> Result<Changes, Error> {
        self.changes.put(state_key::proposal(&self.id), &self.proposal)?;
        self.changes.put(state_key::agenda(), &self.agenda)?;
        Ok(self.changes)
    }
}

fn vote_of(signer: &Signer, approve: bool, block: BlockContext) -> CastVote {
    CastVote { organisation: signer.organisation.id.clone(), approve, at_ms: block.time_ms }
}

pub fn governors(view: &dyn View) -> Result<Vec<String>, ViewError> {
    let governors: Option<Governors> = find(view, &state_key::governors())?;
    Ok(governors.map(|list| list.organisations).unwrap_or_default())
}

fn require_governor(governors: &[String], signer: &Signer) -> Result<(), Error> {
    if governors.contains(&signer.organisation.id) { Ok(()) } else { Err(Error::NotGovernor) }
}
