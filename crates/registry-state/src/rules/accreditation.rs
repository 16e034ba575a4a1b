use registry_types::{
    Accreditation, AccreditationInterval, DidRecord, DidRole, GrantAccreditation, Organisation,
    WithdrawAccreditation, limits, state_key,
};

use crate::TransactionError;
use crate::execution::{BlockContext, Changes, Refusal, Signer};
use crate::rules::member::require_governor;
use crate::view::{View, find};

/// Begins an interval at the block's time. A running one with other content ends where the new one begins,
/// so that what held at any time in the past stays readable.
pub fn grant(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    grant: &GrantAccreditation,
) -> Result<Changes, Refusal> {
    require_governor(view, signer)?;
    if grant.until_ms.is_some_and(|until| until <= block.time_ms) {
        return Err(TransactionError::EndsInPast.into());
    }
    require_issuer_seat(view, &grant.issuer)?;
    for spoken_for in &grant.speaks_for {
        require_organisation(view, spoken_for)?;
    }
    let name = state_key::accreditation(&grant.issuer, &grant.type_iri);
    let mut record: Accreditation = find(view, &name)?.unwrap_or_else(|| Accreditation {
        issuer: grant.issuer.clone(),
        type_iri: grant.type_iri.clone(),
        intervals: Vec::new(),
    });
    if let Some(running) = running(&mut record, block.time_ms) {
        if running.speaks_for == grant.speaks_for && running.until_ms == grant.until_ms {
            return Err(TransactionError::AccreditationExists.into());
        }
        running.until_ms = Some(block.time_ms);
    }
    if record.intervals.len() >= limits::INTERVALS_PER_ACCREDITATION {
        return Err(TransactionError::RecordTooLarge(name).into());
    }
    record.intervals.push(AccreditationInterval {
        from_ms: block.time_ms,
        until_ms: grant.until_ms,
        speaks_for: grant.speaks_for.clone(),
        granted_by: signer.organisation.id.clone(),
    });
    let mut changes = Changes::default();
    changes.put(name, &record)?;
    Ok(changes)
}

pub fn withdraw(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    end: &WithdrawAccreditation,
) -> Result<Changes, Refusal> {
    require_governor(view, signer)?;
    let name = state_key::accreditation(&end.issuer, &end.type_iri);
    let mut record: Accreditation = find(view, &name)?.ok_or(TransactionError::NotAccredited)?;
    let running = running(&mut record, block.time_ms).ok_or(TransactionError::NotAccredited)?;
    running.until_ms = Some(block.time_ms);
    let mut changes = Changes::default();
    changes.put(name, &record)?;
    Ok(changes)
}

fn running(record: &mut Accreditation, time_ms: u64) -> Option<&mut AccreditationInterval> {
    record.intervals.last_mut().filter(|last| last.until_ms.is_none_or(|until| time_ms < until))
}

fn require_issuer_seat(view: &dyn View, issuer: &str) -> Result<(), Refusal> {
    let record: DidRecord = find(view, &state_key::did(issuer))?
        .ok_or_else(|| TransactionError::UnknownDid(issuer.to_owned()))?;
    if record.deactivated() {
        return Err(TransactionError::DidDeactivated.into());
    }
    let organisation: Option<Organisation> = find(view, &state_key::organisation(&record.organisation))?;
    if organisation.is_some_and(|organisation| organisation.seats.issuer) {
        Ok(())
    } else {
        Err(TransactionError::NoIssuerSeat.into())
    }
}

fn require_organisation(view: &dyn View, did: &str) -> Result<(), Refusal> {
    let record: Option<DidRecord> = find(view, &state_key::did(did))?;
    match record {
        Some(record) if record.role == DidRole::Organisation && !record.deactivated() => Ok(()),
        _ => Err(TransactionError::NotAnOrganisation(did.to_owned()).into()),
    }
}
