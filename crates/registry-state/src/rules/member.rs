use registry_types::operation::ChangeSeats;
use registry_types::record::{Charter, Standing};
use registry_types::{
    Governors, KeyRecord, MemberStatement, MemberStatus, Organisation, OrganisationKey, ValidatorSet,
    state_key,
};

use crate::TransactionError as Error;
use crate::execution::{Changes, Refusal};
use crate::rules::effect::Enactment;
use crate::rules::{proposal, validator};
use crate::view::{View, find};

/// The member's own statement becomes its record. Its signature is checked with the transaction's form.
pub fn admit(at: Enactment<'_>, statement: &MemberStatement) -> Result<Changes, Refusal> {
    let charter: Charter = find(at.view, &state_key::charter())?.unwrap_or_default();
    let accepted = charter
        .versions
        .last()
        .filter(|last| (last.version, last.digest) == (statement.charter.version, statement.charter.digest));
    let charter = accepted.ok_or(Error::OtherCharter)?.version;
    let name = state_key::organisation(&statement.id);
    if at.view.read(&name)?.is_some() {
        return Err(Error::OrganisationExists(statement.id.clone()).into());
    }
    let mut changes = Changes::default();
    let mut keys = Vec::with_capacity(statement.keys.len());
    for key in &statement.keys {
        let key_name = state_key::key(&key.public_key);
        if at.view.read(&key_name)?.is_some() {
            return Err(Error::KeyTaken.into());
        }
        changes.put(key_name, &fresh_key(&statement.id, key.role))?;
        keys.push(OrganisationKey {
            public_key: key.public_key,
            role: key.role,
            from_ms: at.block.time_ms,
            until_ms: None,
        });
    }
    let organisation = Organisation {
        id: statement.id.clone(),
        name: statement.name.clone(),
        status: MemberStatus::Active,
        seats: statement.seats,
        keys,
        did: None,
        admitted_ms: at.block.time_ms,
        admitted_by: at.by.to_owned(),
        charter,
        standings: vec![Standing { status: MemberStatus::Active, from_ms: at.block.time_ms }],
    };
    put_governors(at.view, &organisation, &mut changes)?;
    changes.put(name, &organisation)?;
    Ok(changes)
}

pub fn fresh_key(organisation: &str, role: registry_types::KeyRole) -> KeyRecord {
    KeyRecord {
        organisation: organisation.to_owned(),
        role,
        sequence: 0,
        revoked_ms: None,
        stops: Vec::new(),
    }
}

/// Its keys sign nothing and it does not vote; its validators go on, so that a dispute does not weaken the chain.
pub fn suspend(at: Enactment<'_>, id: &str) -> Result<Changes, Refusal> {
    let mut organisation = load(at.view, id)?;
    match organisation.status {
        MemberStatus::Active => stand(at, &mut organisation, MemberStatus::Suspended),
        MemberStatus::Suspended => Err(Error::MemberSuspended.into()),
        MemberStatus::Removed => Err(Error::MemberRemoved.into()),
    }
}

pub fn reinstate(at: Enactment<'_>, id: &str) -> Result<Changes, Refusal> {
    let mut organisation = load(at.view, id)?;
    match organisation.status {
        MemberStatus::Suspended => stand(at, &mut organisation, MemberStatus::Active),
        MemberStatus::Active => Err(Error::MemberNotSuspended.into()),
        MemberStatus::Removed => Err(Error::MemberRemoved.into()),
    }
}

/// Its record and everything it wrote stay. Its keys and validators end here.
pub fn remove(at: Enactment<'_>, id: &str) -> Result<Changes, Refusal> {
    let mut organisation = load(at.view, id)?;
    if organisation.status == MemberStatus::Removed {
        return Err(Error::MemberRemoved.into());
    }
    let mut changes = Changes::default();
    for key in organisation.keys.iter_mut().filter(|key| key.until_ms.is_none()) {
        key.until_ms = Some(at.block.time_ms);
        let name = state_key::key(&key.public_key);
        if let Some(mut record) = find::<KeyRecord>(at.view, &name)? {
            record.revoked_ms.get_or_insert(at.block.time_ms);
            changes.put(name, &record)?;
        }
    }
    changes.merge(validator::remove_owned(at, id)?);
    organisation.seats = registry_types::Seats::default();
    changes.merge(stand(at, &mut organisation, MemberStatus::Removed)?);
    Ok(changes)
}

pub fn change_seats(at: Enactment<'_>, change: &ChangeSeats) -> Result<Changes, Refusal> {
    let mut organisation = load(at.view, &change.organisation)?;
    if organisation.status == MemberStatus::Removed {
        return Err(Error::MemberRemoved.into());
    }
    if organisation.seats == change.seats {
        return Err(Error::Unchanged.into());
    }
    let set: Option<ValidatorSet> = find(at.view, &state_key::validators())?;
    let owns = set.is_some_and(|set| set.validators().iter().any(|one| one.owner == organisation.id));
    if owns && !change.seats.validator {
        return Err(Error::SeatInUse.into());
    }
    organisation.seats = change.seats;
    let mut changes = Changes::default();
    put_governors(at.view, &organisation, &mut changes)?;
    changes.put(state_key::organisation(&organisation.id), &organisation)?;
    Ok(changes)
}

pub fn load(view: &dyn View, id: &str) -> Result<Organisation, Refusal> {
    let found = find(view, &state_key::organisation(id))?;
    Ok(found.ok_or_else(|| Error::UnknownOrganisation(id.to_owned()))?)
}

pub fn load_active(view: &dyn View, id: &str) -> Result<Organisation, Refusal> {
    let organisation = load(view, id)?;
    if organisation.status == MemberStatus::Active {
        Ok(organisation)
    } else {
        Err(Error::MemberNotActive(id.to_owned()).into())
    }
}

fn stand(
    at: Enactment<'_>,
    organisation: &mut Organisation,
    status: MemberStatus,
) -> Result<Changes, Refusal> {
    let name = state_key::organisation(&organisation.id);
    // The last place is kept for a removal.
    let most = registry_types::limits::STANDINGS_PER_ORGANISATION;
    if status != MemberStatus::Removed && organisation.standings.len() + 1 >= most {
        return Err(Error::RecordTooLarge(name).into());
    }
    organisation.status = status;
    organisation.standings.push(Standing { status, from_ms: at.block.time_ms });
    let mut changes = Changes::default();
    put_governors(at.view, organisation, &mut changes)?;
    changes.put(name, organisation)?;
    Ok(changes)
}

/// Brings the list of those entitled to vote in line with the organisation. Somebody must be left.
fn put_governors(view: &dyn View, organisation: &Organisation, changes: &mut Changes) -> Result<(), Refusal> {
    let mut organisations = proposal::governors(view)?;
    let before = organisations.clone();
    organisations.retain(|id| *id != organisation.id);
    if organisation.seats.governor && organisation.status == MemberStatus::Active {
        organisations.push(organisation.id.clone());
        organisations.sort();
    }
    if organisations.is_empty() {
        return Err(Error::LastGovernor.into());
    }
    if organisations != before {
        changes.put(state_key::governors(), &Governors { organisations })?;
    }
    Ok(())
}
