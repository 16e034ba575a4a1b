//! A change in words becomes the proposal that the chain knows.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use registry_client::Registry;
use registry_types::operation::{
    AccreditationName, AddValidator, AdoptCharter, AdvanceDispute, ChangeSeats, CloseDispute, DisputeStage,
    GrantAccreditation, Member, NewKey, OpenDispute, RecoverMember, RegisterSchema, RemoveValidator,
    RotateValidator, ScheduleUpgrade, StopTarget,
};
use registry_types::{Hash, KeyRole, Params, ProposalKind, Seats, Validator};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::change::{Accreditation, Change, Grant, Id, NextStage, Target};
use super::reason::salted;
use super::statement;

/// Some changes build on what the chain holds now.
pub async fn kind(registry: &Registry, change: &Change) -> anyhow::Result<ProposalKind> {
    Ok(match change {
        Change::Admit { statement: path } => ProposalKind::AdmitMember(statement::read(path)?),
        Change::SuspendMember(id) => ProposalKind::SuspendMember(member(id)),
        Change::ReinstateMember(id) => ProposalKind::ReinstateMember(member(id)),
        Change::RemoveMember(id) => ProposalKind::RemoveMember(member(id)),
        Change::RecoverMember { id, keys } => {
            let keys = keys.iter().map(|&public_key| NewKey { role: KeyRole::Govern, public_key });
            ProposalKind::RecoverMember(RecoverMember { organisation: id.clone(), keys: keys.collect() })
        }
        Change::SetSeats { id, governor, validator, issuer } => ProposalKind::ChangeSeats(ChangeSeats {
            organisation: id.clone(),
            seats: Seats { governor: *governor, validator: *validator, issuer: *issuer },
        }),
        Change::AddValidator { key, owner, host, at_height } => ProposalKind::AddValidator(AddValidator {
            validator: Validator { public_key: *key, power: 1, owner: owner.clone(), host: host.clone() },
            at_height: *at_height,
        }),
        Change::RemoveValidator { key, at_height } => {
            ProposalKind::RemoveValidator(RemoveValidator { public_key: *key, at_height: *at_height })
        }
        Change::RotateValidator { from, to, at_height } => {
            ProposalKind::RotateValidator(RotateValidator { from: *from, to: *to, at_height: *at_height })
        }
        Change::Accredit(it) => ProposalKind::GrantAccreditation(grant(it)),
        Change::SuspendAccreditation(it) => ProposalKind::SuspendAccreditation(name(it)),
        Change::ReinstateAccreditation(it) => ProposalKind::ReinstateAccreditation(name(it)),
        Change::WithdrawAccreditation(it) => ProposalKind::WithdrawAccreditation(name(it)),
        Change::RegisterSchema { id, file, owner } => ProposalKind::RegisterSchema(RegisterSchema {
            id: id.clone(),
            digest: digest_of(file)?,
            owner: owner.clone(),
        }),
        Change::SetParams { values } => {
            let current = registry.params().await?.value.context("the chain has no parameters")?;
            ProposalKind::ChangeParams(changed(&current, values)?)
        }
        Change::ScheduleUpgrade { binary, rules, at_height } => {
            let (rules, at_height) = (*rules, *at_height);
            ProposalKind::ScheduleUpgrade(ScheduleUpgrade { rules, at_height, binary: digest_of(binary)? })
        }
        Change::AdoptCharter { text } => {
            let charter = registry.charter().await?.value.context("the chain has no charter")?;
            let version = charter.versions.last().map_or(1, |last| last.version.saturating_add(1));
            ProposalKind::AdoptCharter(AdoptCharter { version, digest: digest_of(text)? })
        }
        Change::OpenDispute { parties, stage, matter } => ProposalKind::OpenDispute(OpenDispute {
            parties: parties.clone(),
            arbiter: stage.arbiter.clone(),
            deadline_ms: stage.deadline,
            matter: salted(matter)?,
        }),
        Change::AdvanceDispute { dispute, to, stage } => ProposalKind::AdvanceDispute(AdvanceDispute {
            dispute: *dispute,
            stage: match to {
                NextStage::Mediation => DisputeStage::Mediation,
                NextStage::Arbitration => DisputeStage::Arbitration,
            },
            arbiter: stage.arbiter.clone(),
            deadline_ms: stage.deadline,
        }),
        Change::CloseDispute { dispute, outcome } => {
            ProposalKind::CloseDispute(CloseDispute { dispute: *dispute, outcome: salted(outcome)? })
        }
        Change::EmergencyStop(it) => ProposalKind::EmergencyStop(target(it)),
        Change::ConfirmStop(it) => ProposalKind::ConfirmStop(target(it)),
        Change::LiftStop(it) => ProposalKind::LiftStop(target(it)),
    })
}

fn member(id: &Id) -> Member {
    Member { organisation: id.id.clone() }
}

fn name(it: &Accreditation) -> AccreditationName {
    AccreditationName { issuer: it.issuer.clone(), type_iri: it.type_iri.clone() }
}

/// An issuer speaks for itself unless others are named.
pub fn grant(it: &Grant) -> GrantAccreditation {
    let AccreditationName { issuer, type_iri } = name(&it.name);
    let mut speaks_for = it.speaks_for.clone();
    if speaks_for.is_empty() {
        speaks_for.push(issuer.clone());
    }
    speaks_for.sort_unstable();
    speaks_for.dedup();
    let (from_ms, until_ms, delegation) = (it.from, it.until, it.delegation);
    GrantAccreditation { issuer, type_iri, speaks_for, from_ms, until_ms, delegation }
}

fn target(it: &Target) -> StopTarget {
    match it {
        Target::Issuer { did } => StopTarget::Issuer { did: did.clone() },
        Target::DocumentKey { did, multikey } => {
            StopTarget::DocumentKey { did: did.clone(), multikey: multikey.clone() }
        }
        Target::RegistryKey { key } => StopTarget::RegistryKey { public_key: *key },
    }
}

/// SHA-256 of a file of any length.
pub fn digest_of(path: &Path) -> anyhow::Result<Hash> {
    let unreadable = || format!("cannot read {}", path.display());
    let mut file = File::open(path).with_context(unreadable)?;
    let (mut hasher, mut part) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        let count = file.read(&mut part).with_context(unreadable)?;
        match part.get(..count) {
            Some([]) | None => return Ok(hasher.finalize().into()),
            Some(read) => hasher.update(read),
        }
    }
}

/// The parameters with some of them changed, by their JSON names; a dot leads into a group.
fn changed(current: &Params, values: &[String]) -> anyhow::Result<Params> {
    let mut json = serde_json::to_value(current)?;
    for pair in values {
        let (name, value) =
            pair.split_once('=').with_context(|| format!("{pair}: NAME=VALUE is expected"))?;
        let pointer = format!("/{}", name.replace('.', "/"));
        let place = json.pointer_mut(&pointer).filter(|place| place.is_number());
        let place = place.with_context(|| format!("there is no parameter {name}"))?;
        *place = Value::from(value.parse::<u64>().with_context(|| format!("{name}: not a number"))?);
    }
    let params: Params = serde_json::from_value(json).context("a value is too large")?;
    if let Err(name) = params.check() {
        anyhow::bail!("the chain could not go on with this value of {name}");
    }
    ensure!(params != *current, "the parameters are so already");
    Ok(params)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn refusal(pair: &str) -> String {
        format!("{:#}", changed(&Params::default(), &[pair.to_owned()]).unwrap_err())
    }

    #[test]
    fn parameters_are_changed_by_name_and_stay_sound() {
        let values = ["heartbeatMs=30000".to_owned(), "quotas.windowMs=60000".to_owned()];
        let params = changed(&Params::default(), &values).unwrap();
        let mut expected = Params { heartbeat_ms: 30_000, ..Params::default() };
        expected.quotas.window_ms = 60_000;
        assert_eq!(params, expected);
        assert!(refusal("heartbeat=1").contains("there is no parameter heartbeat"));
        assert!(refusal("quotas=1").contains("there is no parameter quotas"));
        assert!(refusal("heartbeatMs").contains("NAME=VALUE"));
        assert!(refusal("heartbeatMs=fast").contains("not a number"));
        assert!(refusal("heartbeatMs=1").contains("this value of heartbeatMs"));
        assert!(refusal("rules=99999999999").contains("too large"));
        assert!(refusal("heartbeatMs=60000").contains("so already"));
    }

    #[test]
    fn a_digest_is_that_of_sha256sum() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vec![b'a'; 200_000]).unwrap();
        let expected: Hash = Sha256::digest(vec![b'a'; 200_000]).into();
        assert_eq!(digest_of(file.path()).unwrap(), expected);
    }
}
