//! The form of what is put to the vote.

use std::collections::BTreeSet;

use registry_types::operation::{AccreditationName, OpenDispute, ProposalKind, RecoverMember, StopTarget};
use registry_types::{
    Hash, Joining, KeyRole, RegisterSchema, SignedStatement, Validator, is_multikey, is_name, limits,
};

use super::{did, grant_accreditation, iri, organisation_id, public_key, require};
use crate::TransactionError;
use crate::TransactionError::{
    BadCount, BadHost, BadMultikey, BadName, BadParams, BadStatement, NoPower, OnlyGovernKeys, OtherJoining,
    Repeated,
};

pub fn check(kind: &ProposalKind, chain: &Hash) -> Result<(), TransactionError> {
    match kind {
        ProposalKind::AdmitMember(signed) => admission(signed, chain),
        ProposalKind::SuspendMember(member)
        | ProposalKind::ReinstateMember(member)
        | ProposalKind::RemoveMember(member) => organisation_id(&member.organisation),
        ProposalKind::RecoverMember(recover) => recovery(recover),
        ProposalKind::ChangeSeats(change) => organisation_id(&change.organisation),
        ProposalKind::AddValidator(add) => validator(&add.validator),
        ProposalKind::RotateValidator(rotate) => public_key(&rotate.to),
        ProposalKind::RemoveValidator(_)
        | ProposalKind::ScheduleUpgrade(_)
        | ProposalKind::AdoptCharter(_)
        | ProposalKind::CloseDispute(_) => Ok(()),
        ProposalKind::GrantAccreditation(grant) => grant_accreditation(grant),
        ProposalKind::SuspendAccreditation(name)
        | ProposalKind::ReinstateAccreditation(name)
        | ProposalKind::WithdrawAccreditation(name) => accreditation(name),
        ProposalKind::RegisterSchema(schema) => register_schema(schema),
        ProposalKind::ChangeParams(params) => params.check().map_err(BadParams),
        ProposalKind::OpenDispute(open) => dispute(open),
        ProposalKind::AdvanceDispute(advance) => require(is_name(&advance.arbiter), BadName),
        ProposalKind::EmergencyStop(target)
        | ProposalKind::ConfirmStop(target)
        | ProposalKind::LiftStop(target) => stop_target(target),
    }
}

/// The statement is the member's own and made for this chain. A validator comes by a proposal of its own.
fn admission(signed: &SignedStatement, chain: &Hash) -> Result<(), TransactionError> {
    signed.check().map_err(BadStatement)?;
    let statement = &signed.statement;
    let here = statement.joining == Joining::Chain { id: *chain };
    require(here && statement.validators.is_empty(), OtherJoining)
}

fn recovery(recover: &RecoverMember) -> Result<(), TransactionError> {
    organisation_id(&recover.organisation)?;
    require((1..=limits::KEYS_FOR_RECOVERY).contains(&recover.keys.len()), BadCount("keys"))?;
    require(recover.keys.iter().all(|key| key.role == KeyRole::Govern), OnlyGovernKeys)?;
    let distinct: BTreeSet<_> = recover.keys.iter().map(|key| key.public_key).collect();
    require(distinct.len() == recover.keys.len(), Repeated("a key"))?;
    recover.keys.iter().try_for_each(|key| public_key(&key.public_key))
}

fn validator(validator: &Validator) -> Result<(), TransactionError> {
    public_key(&validator.public_key)?;
    organisation_id(&validator.owner)?;
    require(is_name(&validator.host), BadHost)?;
    require(validator.power == 1, NoPower)
}

fn accreditation(name: &AccreditationName) -> Result<(), TransactionError> {
    did("the issuer", &name.issuer)?;
    iri("the type", &name.type_iri)
}

fn register_schema(schema: &RegisterSchema) -> Result<(), TransactionError> {
    iri("the schema", &schema.id)?;
    organisation_id(&schema.owner)
}

fn dispute(open: &OpenDispute) -> Result<(), TransactionError> {
    require((2..=limits::DISPUTE_PARTIES).contains(&open.parties.len()), BadCount("parties"))?;
    open.parties.iter().try_for_each(|party| organisation_id(party))?;
    let distinct: BTreeSet<_> = open.parties.iter().collect();
    require(distinct.len() == open.parties.len(), Repeated("a party"))?;
    require(is_name(&open.arbiter), BadName)
}

fn stop_target(target: &StopTarget) -> Result<(), TransactionError> {
    match target {
        StopTarget::Issuer { did: name } => did("the issuer", name),
        StopTarget::DocumentKey { did: name, multikey } => {
            did("the issuer", name)?;
            require(is_multikey(multikey), BadMultikey)
        }
        StopTarget::RegistryKey { .. } => Ok(()),
    }
}
