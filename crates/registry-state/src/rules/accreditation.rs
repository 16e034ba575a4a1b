//! Accreditations by the governors and, below them, by accredited issuers. See `decisions/3-delegation.md`.

use registry_types::operation::{
    AccreditationName, ChangeDelegation, DelegateAccreditation, DelegationChange,
};
use registry_types::record::Suspension;
use registry_types::{
    Accreditation, AccreditationInterval, DidRecord, DidRole, GrantAccreditation, Organisation, Params,
    RegisterSchema, SchemaRecord, limits, state_key,
};

use crate::TransactionError as Error;
use crate::execution::{BlockContext, Changes, Refusal, Signer};
use crate::rules::effect::Enactment;
use crate::rules::issuing::require_controller;
use crate::view::{View, find};

/// Begins an interval. A running one with other content ends where the new one begins, so that what held at any
/// time in the past stays readable.
pub fn grant(at: Enactment<'_>, grant: &GrantAccreditation) -> Result<Changes, Refusal> {
    let params: Params = find(at.view, &state_key::params())?.unwrap_or_default();
    if grant.delegation > params.governance.max_delegation {
        return Err(Error::DelegationTooDeep.into());
    }
    let interval = prepare(at.view, at.block, grant, at.by, None)?;
    begin(at.view, at.block, grant, interval)
}

/// Under an accreditation of the signer's own, for no more organisations and with fewer levels left.
pub fn delegate(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    delegate: &DelegateAccreditation,
) -> Result<Changes, Refusal> {
    let grant = &delegate.grant;
    require_controller(view, block, signer, &delegate.parent)?;
    let parent: Accreditation = find(view, &state_key::accreditation(&delegate.parent, &grant.type_iri))?
        .ok_or(Error::NotAccredited)?;
    let parent = parent.at(block.time_ms).ok_or(Error::NotAccredited)?;
    if delegate.parent == grant.issuer {
        return Err(Error::DelegatesToItself.into());
    }
    if grant.delegation >= parent.delegation {
        return Err(Error::DelegationTooDeep.into());
    }
    if !grant.speaks_for.iter().all(|one| parent.speaks_for.contains(one)) {
        return Err(Error::SpeaksForMore.into());
    }
    let interval = prepare(view, block, grant, &signer.organisation.id, Some(&delegate.parent))?;
    let record = load(view, &grant.issuer, &grant.type_iri)?;
    let running = record.iter().flat_map(|record| &record.intervals).rfind(|last| runs(last, block.time_ms));
    if running.is_some_and(|running| running.parent != interval.parent) {
        return Err(Error::OtherGrantor.into());
    }
    begin(view, block, grant, interval)
}

/// By whoever controls the issuer that the accreditation hangs on.
pub fn change_delegation(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    change: &ChangeDelegation,
) -> Result<Changes, Refusal> {
    let mut record = load(view, &change.issuer, &change.type_iri)?.ok_or(Error::NotAccredited)?;
    let running = running(&mut record, block.time_ms).ok_or(Error::NotAccredited)?;
    let parent = running.parent.clone().ok_or(Error::OtherGrantor)?;
    let granted_by: DidRecord = find(view, &state_key::did(&parent))?.ok_or(Error::UnknownDid(parent))?;
    if granted_by.organisation != signer.organisation.id {
        return Err(Error::OtherGrantor.into());
    }
    match change.change {
        DelegationChange::Suspend => suspend_record(&mut record, block.time_ms, false)?,
        DelegationChange::Reinstate => reinstate_record(&mut record, block.time_ms, false)?,
        DelegationChange::Withdraw => withdraw_record(&mut record, block.time_ms, false)?,
    }
    put(&record)
}

pub fn suspend(at: Enactment<'_>, name: &AccreditationName) -> Result<Changes, Refusal> {
    edit(at, name, suspend_record)
}

pub fn reinstate(at: Enactment<'_>, name: &AccreditationName) -> Result<Changes, Refusal> {
    edit(at, name, reinstate_record)
}

pub fn withdraw(at: Enactment<'_>, name: &AccreditationName) -> Result<Changes, Refusal> {
    edit(at, name, withdraw_record)
}

pub fn register_schema(at: Enactment<'_>, schema: &RegisterSchema) -> Result<Changes, Refusal> {
    let name = state_key::schema(&schema.id);
    if at.view.read(&name)?.is_some() {
        return Err(Error::SchemaExists(schema.id.clone()).into());
    }
    if at.view.read(&state_key::organisation(&schema.owner))?.is_none() {
        return Err(Error::UnknownOrganisation(schema.owner.clone()).into());
    }
    let record =
        SchemaRecord { digest: schema.digest, owner: schema.owner.clone(), registered_ms: at.block.time_ms };
    let mut changes = Changes::default();
    changes.put(name, &record)?;
    Ok(changes)
}

fn prepare(
    view: &dyn View,
    block: BlockContext,
    grant: &GrantAccreditation,
    granted_by: &str,
    parent: Option<&str>,
) -> Result<AccreditationInterval, Refusal> {
    let from_ms = grant.from_ms.unwrap_or(block.time_ms);
    if from_ms < block.time_ms {
        return Err(Error::BeginsInPast.into());
    }
    if grant.until_ms.is_some_and(|until| until <= from_ms) {
        return Err(Error::EndsInPast.into());
    }
    require_issuer_seat(view, &grant.issuer)?;
    for spoken_for in &grant.speaks_for {
        require_organisation(view, spoken_for)?;
    }
    Ok(AccreditationInterval {
        from_ms,
        until_ms: grant.until_ms,
        speaks_for: grant.speaks_for.clone(),
        granted_by: granted_by.to_owned(),
        parent: parent.map(str::to_owned),
        delegation: grant.delegation,
    })
}

fn begin(
    view: &dyn View,
    block: BlockContext,
    grant: &GrantAccreditation,
    interval: AccreditationInterval,
) -> Result<Changes, Refusal> {
    let mut record = load(view, &grant.issuer, &grant.type_iri)?.unwrap_or_else(|| Accreditation {
        issuer: grant.issuer.clone(),
        type_iri: grant.type_iri.clone(),
        intervals: Vec::new(),
        suspensions: Vec::new(),
    });
    let same = |last: &AccreditationInterval| {
        let begun = last.from_ms <= interval.from_ms;
        begun && *last == AccreditationInterval { from_ms: last.from_ms, ..interval.clone() }
    };
    if record.intervals.last().filter(|last| runs(last, block.time_ms)).is_some_and(same) {
        return Err(Error::AccreditationExists.into());
    }
    // What was to begin later and is replaced before has never held.
    record.intervals.retain(|earlier| earlier.from_ms <= block.time_ms || earlier.from_ms < interval.from_ms);
    if let Some(last) = record.intervals.last_mut() {
        let until = last.until_ms.unwrap_or(u64::MAX);
        last.until_ms = Some(until.min(interval.from_ms)).filter(|until| *until < u64::MAX);
    }
    if record.intervals.len() >= limits::INTERVALS_PER_ACCREDITATION {
        let name = state_key::accreditation(&grant.issuer, &grant.type_iri);
        return Err(Error::RecordTooLarge(name).into());
    }
    record.intervals.push(interval);
    put(&record)
}

fn edit(
    at: Enactment<'_>,
    name: &AccreditationName,
    change: impl FnOnce(&mut Accreditation, u64, bool) -> Result<(), Error>,
) -> Result<Changes, Refusal> {
    let mut record = load(at.view, &name.issuer, &name.type_iri)?.ok_or(Error::NotAccredited)?;
    change(&mut record, at.block.time_ms, true)?;
    put(&record)
}

fn suspend_record(record: &mut Accreditation, now: u64, by_governors: bool) -> Result<(), Error> {
    running(record, now).ok_or(Error::NotAccredited)?;
    match record.suspensions.last_mut().filter(|last| last.until_ms.is_none()) {
        // The governors' suspension takes the place of a grantor's own, which the grantor could lift.
        Some(open) if by_governors && !open.by_governors => open.until_ms = Some(now),
        Some(_) => return Err(Error::AccreditationSuspended),
        None => {}
    }
    if record.suspensions.len() >= limits::SUSPENSIONS_PER_ACCREDITATION {
        return Err(Error::RecordTooLarge(state_key::accreditation(&record.issuer, &record.type_iri)));
    }
    record.suspensions.push(Suspension { from_ms: now, until_ms: None, by_governors });
    Ok(())
}

fn reinstate_record(record: &mut Accreditation, now: u64, by_governors: bool) -> Result<(), Error> {
    match record.suspensions.last_mut() {
        Some(last) if last.until_ms.is_none() && last.by_governors && !by_governors => {
            Err(Error::OtherGrantor)
        }
        Some(last) if last.until_ms.is_none() => {
            last.until_ms = Some(now);
            Ok(())
        }
        _ => Err(Error::AccreditationNotSuspended),
    }
}

/// Ends the interval and what was to begin later. A suspension ends with it, since a new grant is a new decision,
/// unless the governors suspended and somebody else withdraws: that must not undo their vote.
fn withdraw_record(record: &mut Accreditation, now: u64, by_governors: bool) -> Result<(), Error> {
    let running = running(record, now).ok_or(Error::NotAccredited)?;
    if running.from_ms <= now {
        running.until_ms = Some(now);
    }
    record.intervals.retain(|interval| interval.from_ms <= now);
    if let Some(current) = record.intervals.last_mut() {
        current.until_ms = Some(current.until_ms.map_or(now, |until| until.min(now)));
    }
    if let Some(last) = record.suspensions.last_mut().filter(|last| by_governors || !last.by_governors) {
        last.until_ms.get_or_insert(now);
    }
    Ok(())
}

/// Begun or to begin, and not over.
fn runs(interval: &AccreditationInterval, time_ms: u64) -> bool {
    interval.until_ms.is_none_or(|until| time_ms < until)
}

fn running(record: &mut Accreditation, time_ms: u64) -> Option<&mut AccreditationInterval> {
    record.intervals.last_mut().filter(|last| runs(last, time_ms))
}

fn load(view: &dyn View, issuer: &str, type_iri: &str) -> Result<Option<Accreditation>, Refusal> {
    Ok(find(view, &state_key::accreditation(issuer, type_iri))?)
}

fn put(record: &Accreditation) -> Result<Changes, Refusal> {
    let mut changes = Changes::default();
    changes.put(state_key::accreditation(&record.issuer, &record.type_iri), record)?;
    Ok(changes)
}

fn require_issuer_seat(view: &dyn View, issuer: &str) -> Result<(), Refusal> {
    let record: DidRecord =
        find(view, &state_key::did(issuer))?.ok_or_else(|| Error::UnknownDid(issuer.to_owned()))?;
    if record.deactivated() {
        return Err(Error::DidDeactivated.into());
    }
    let organisation: Option<Organisation> = find(view, &state_key::organisation(&record.organisation))?;
    if organisation.is_some_and(|organisation| organisation.seats.issuer) {
        Ok(())
    } else {
        Err(Error::NoIssuerSeat.into())
    }
}

fn require_organisation(view: &dyn View, did: &str) -> Result<(), Refusal> {
    let record: Option<DidRecord> = find(view, &state_key::did(did))?;
    match record {
        Some(record) if record.role == DidRole::Organisation && !record.deactivated() => Ok(()),
        _ => Err(Error::NotAnOrganisation(did.to_owned()).into()),
    }
}
