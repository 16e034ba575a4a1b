use registry_types::operation::{ProposalKind, ScheduleUpgrade};
use registry_types::{Agenda, Hash, Params, limits, state_key};

use crate::TransactionError as Error;
use crate::execution::{BlockContext, Changes, Refusal};
use crate::rules::{accreditation, charter, keys, member, stop, validator};
use crate::view::{View, find};

/// A passed proposal taking effect: the state before it, the block, who proposed it and its id.
#[derive(Clone, Copy)]
pub struct Enactment<'a> {
    pub view: &'a dyn View,
    pub block: BlockContext,
    pub by: &'a str,
    pub id: Hash,
}

pub fn enact(at: Enactment<'_>, kind: &ProposalKind, agenda: &mut Agenda) -> Result<Changes, Refusal> {
    match kind {
        ProposalKind::AdmitMember(signed) => member::admit(at, &signed.statement),
        ProposalKind::SuspendMember(name) => member::suspend(at, &name.organisation),
        ProposalKind::ReinstateMember(name) => member::reinstate(at, &name.organisation),
        ProposalKind::RemoveMember(name) => member::remove(at, &name.organisation),
        ProposalKind::RecoverMember(recover) => keys::recover_member(at, recover),
        ProposalKind::ChangeSeats(change) => member::change_seats(at, change),
        ProposalKind::AddValidator(add) => validator::add(at, &add.validator),
        ProposalKind::RemoveValidator(remove) => validator::remove(at, &remove.public_key),
        ProposalKind::RotateValidator(rotate) => validator::rotate(at, rotate),
        ProposalKind::GrantAccreditation(grant) => accreditation::grant(at, grant),
        ProposalKind::SuspendAccreditation(name) => accreditation::suspend(at, name),
        ProposalKind::ReinstateAccreditation(name) => accreditation::reinstate(at, name),
        ProposalKind::WithdrawAccreditation(name) => accreditation::withdraw(at, name),
        ProposalKind::RegisterSchema(schema) => accreditation::register_schema(at, schema),
        ProposalKind::ChangeParams(params) => change_params(at, params),
        ProposalKind::ScheduleUpgrade(upgrade) => schedule_upgrade(at, upgrade, agenda),
        ProposalKind::AdoptCharter(adopt) => charter::adopt(at, adopt),
        ProposalKind::OpenDispute(open) => charter::open_dispute(at, open),
        ProposalKind::AdvanceDispute(advance) => charter::advance_dispute(at, advance),
        ProposalKind::CloseDispute(close) => charter::close_dispute(at, close),
        ProposalKind::EmergencyStop(target) => stop::stop(at, target),
        ProposalKind::ConfirmStop(target) => stop::confirm(at, target),
        ProposalKind::LiftStop(target) => stop::lift(at, target),
    }
}

fn change_params(at: Enactment<'_>, params: &Params) -> Result<Changes, Refusal> {
    let current: Params = find(at.view, &state_key::params())?.unwrap_or_default();
    if params.rules != current.rules {
        return Err(Error::RulesNeedUpgrade.into());
    }
    if *params == current {
        return Err(Error::Unchanged.into());
    }
    let mut changes = Changes::default();
    changes.put(state_key::params(), params)?;
    Ok(changes)
}

fn schedule_upgrade(
    at: Enactment<'_>,
    upgrade: &ScheduleUpgrade,
    agenda: &mut Agenda,
) -> Result<Changes, Refusal> {
    let params: Params = find(at.view, &state_key::params())?.unwrap_or_default();
    if upgrade.at_height <= at.block.height {
        return Err(Error::UpgradeInPast.into());
    }
    let (height, rules) =
        agenda.upgrades.last().map_or((0, params.rules), |last| (last.at_height, last.rules));
    if upgrade.rules <= rules || upgrade.at_height <= height {
        return Err(Error::UpgradeNotNewer { rules }.into());
    }
    if agenda.upgrades.len() >= limits::SCHEDULED_UPGRADES {
        return Err(Error::RecordTooLarge(state_key::agenda()).into());
    }
    agenda.upgrades.push(*upgrade);
    Ok(Changes::default())
}
