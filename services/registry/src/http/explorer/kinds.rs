//! What proposals ask for, in words.

use registry_types::operation::StopTarget;
use registry_types::{ProposalKind, ReasonCode};
use web::Problem;

use super::operations::validator;
use super::proof_link;
use super::words::{Named, accreditation, did, organisation};
use crate::store::Snapshot;

pub fn title(kind: &ProposalKind) -> &'static str {
    match kind {
        ProposalKind::AdmitMember(_) => "Admit a member",
        ProposalKind::SuspendMember(_) => "Suspend a member",
        ProposalKind::ReinstateMember(_) => "Reinstate a member",
        ProposalKind::RemoveMember(_) => "Remove a member",
        ProposalKind::RecoverMember(_) => "Give a member new keys",
        ProposalKind::ChangeSeats(_) => "Change a member's seats",
        ProposalKind::AddValidator(_) => "Add a validator",
        ProposalKind::RemoveValidator(_) => "Remove a validator",
        ProposalKind::RotateValidator(_) => "Change a validator's key",
        ProposalKind::GrantAccreditation(_) => "Accredit an issuer",
        ProposalKind::SuspendAccreditation(_) => "Suspend an accreditation",
        ProposalKind::ReinstateAccreditation(_) => "Reinstate an accreditation",
        ProposalKind::WithdrawAccreditation(_) => "Withdraw an accreditation",
        ProposalKind::RegisterSchema(_) => "Register a schema",
        ProposalKind::ChangeParams(_) => "Change the parameters",
        ProposalKind::ScheduleUpgrade(_) => "Schedule an upgrade",
        ProposalKind::AdoptCharter(_) => "Adopt a charter",
        ProposalKind::OpenDispute(_) => "Open a dispute",
        ProposalKind::AdvanceDispute(_) => "Move a dispute on",
        ProposalKind::CloseDispute(_) => "Close a dispute",
        ProposalKind::EmergencyStop(_) => "Emergency stop",
        ProposalKind::ConfirmStop(_) => "Confirm a stop",
        ProposalKind::LiftStop(_) => "Lift a stop",
    }
}

/// Whom or what it concerns, with the page that shows it where there is one.
pub fn subject(snapshot: &Snapshot, kind: &ProposalKind) -> Result<Named, Problem> {
    Ok(match kind {
        // Before it is admitted the newcomer has no page.
        ProposalKind::AdmitMember(signed) => {
            let known = organisation(snapshot, &signed.statement.id)?;
            Named { name: signed.statement.name.clone(), href: known.href }
        }
        ProposalKind::SuspendMember(member)
        | ProposalKind::ReinstateMember(member)
        | ProposalKind::RemoveMember(member) => organisation(snapshot, &member.organisation)?,
        ProposalKind::RecoverMember(recover) => organisation(snapshot, &recover.organisation)?,
        ProposalKind::ChangeSeats(change) => organisation(snapshot, &change.organisation)?,
        ProposalKind::AddValidator(add) => {
            let owner = organisation(snapshot, &add.validator.owner)?;
            Named { name: format!("{} at {}", owner.name, add.validator.host), href: owner.href }
        }
        ProposalKind::RemoveValidator(remove) => validator(snapshot, &remove.public_key)?,
        ProposalKind::RotateValidator(rotate) => validator(snapshot, &rotate.from)?,
        ProposalKind::GrantAccreditation(grant) => accreditation(snapshot, &grant.issuer, &grant.type_iri)?,
        ProposalKind::SuspendAccreditation(name)
        | ProposalKind::ReinstateAccreditation(name)
        | ProposalKind::WithdrawAccreditation(name) => accreditation(snapshot, &name.issuer, &name.type_iri)?,
        ProposalKind::RegisterSchema(schema) => Named::link(&schema.id, proof_link("schema", &schema.id)),
        ProposalKind::ChangeParams(_) => Named::link("the limits of the chain", "/parameters"),
        ProposalKind::ScheduleUpgrade(upgrade) => {
            Named::plain(format!("rules {} from block {}", upgrade.rules, upgrade.at_height))
        }
        ProposalKind::AdoptCharter(adopt) => {
            Named::link(format!("version {}", adopt.version), proof_link("charter", "-"))
        }
        ProposalKind::OpenDispute(open) => {
            let parties = open.parties.iter().map(|id| Ok(organisation(snapshot, id)?.name));
            Named::plain(parties.collect::<Result<Vec<_>, Problem>>()?.join(", "))
        }
        ProposalKind::AdvanceDispute(advance) => dispute(&advance.dispute),
        ProposalKind::CloseDispute(close) => dispute(&close.dispute),
        ProposalKind::EmergencyStop(target)
        | ProposalKind::ConfirmStop(target)
        | ProposalKind::LiftStop(target) => stopped(target),
    })
}

fn dispute(id: &[u8; 32]) -> Named {
    let text = hex::encode(id);
    let href = proof_link("dispute", &text);
    Named::link(text, href)
}

fn stopped(target: &StopTarget) -> Named {
    match target {
        StopTarget::Issuer { did: name } => did(name),
        StopTarget::DocumentKey { did: name, multikey } => {
            Named::link(format!("key {multikey} of {name}"), format!("/dids/{name}"))
        }
        StopTarget::RegistryKey { public_key } => {
            let text = hex::encode(public_key);
            Named::link(format!("key {text}"), proof_link("key", &text))
        }
    }
}

pub fn reason(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::Routine => "Routine",
        ReasonCode::AtRequest => "At its own request",
        ReasonCode::Security => "Security",
        ReasonCode::KeyCompromise => "A key is compromised",
        ReasonCode::Breach => "Breach of the charter",
        ReasonCode::Audit => "Finding of an audit",
        ReasonCode::EndOfMandate => "End of a mandate",
        ReasonCode::Error => "Correction of an error",
        ReasonCode::Arbitration => "Outcome of a dispute",
    }
}
