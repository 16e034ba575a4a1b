//! Emergency stops. See `decisions/4-emergency-stop.md`.

use registry_types::operation::StopTarget;
use registry_types::record::Stop;
use registry_types::{DidRecord, KeyRecord, Params, limits, state_key};

use crate::TransactionError as Error;
use crate::execution::{Changes, Refusal};
use crate::rules::effect::Enactment;
use crate::view::find;

pub fn stop(at: Enactment<'_>, target: &StopTarget) -> Result<Changes, Refusal> {
    let params: Params = find(at.view, &state_key::params())?.unwrap_or_default();
    let governance = params.governance;
    let now = at.block.time_ms;
    change(at, target, |stops, multikey| {
        for earlier in of(stops, multikey) {
            if earlier.holds_at(now) {
                return Err(Error::StoppedAlready);
            }
            // Otherwise a small group could stop for ever what the governors never wanted stopped.
            let rested_ms = earlier.until_ms.unwrap_or(u64::MAX).saturating_add(governance.emergency_rest_ms);
            if now < rested_ms {
                return Err(Error::StoppedRecently { rested_ms });
            }
        }
        if stops.len() >= limits::STOPS_PER_RECORD {
            return Err(Error::RecordTooLarge("stops".to_owned()));
        }
        stops.push(Stop {
            multikey: multikey.map(str::to_owned),
            from_ms: now,
            until_ms: Some(now.saturating_add(governance.emergency_ms)),
            confirmed_ms: None,
        });
        Ok(())
    })
}

pub fn confirm(at: Enactment<'_>, target: &StopTarget) -> Result<Changes, Refusal> {
    let now = at.block.time_ms;
    change(at, target, |stops, multikey| {
        let running = running(stops, multikey, now).ok_or(Error::NotStopped)?;
        if running.confirmed_ms.is_some() {
            return Err(Error::StoppedAlready);
        }
        (running.confirmed_ms, running.until_ms) = (Some(now), None);
        Ok(())
    })
}

pub fn lift(at: Enactment<'_>, target: &StopTarget) -> Result<Changes, Refusal> {
    let now = at.block.time_ms;
    change(at, target, |stops, multikey| {
        running(stops, multikey, now).ok_or(Error::NotStopped)?.until_ms = Some(now);
        Ok(())
    })
}

fn of<'a>(stops: &'a [Stop], multikey: Option<&'a str>) -> impl Iterator<Item = &'a Stop> {
    stops.iter().filter(move |stop| stop.multikey.as_deref() == multikey)
}

fn running<'a>(stops: &'a mut [Stop], multikey: Option<&str>, now: u64) -> Option<&'a mut Stop> {
    stops.iter_mut().find(|stop| stop.multikey.as_deref() == multikey && stop.holds_at(now))
}

fn change(
    at: Enactment<'_>,
    target: &StopTarget,
    edit: impl FnOnce(&mut Vec<Stop>, Option<&str>) -> Result<(), Error>,
) -> Result<Changes, Refusal> {
    let mut changes = Changes::default();
    match target {
        StopTarget::Issuer { did } => {
            let mut record = load_did(at, did)?;
            edit(&mut record.stops, None)?;
            changes.put(state_key::did(did), &record)?;
        }
        StopTarget::DocumentKey { did, multikey } => {
            let mut record = load_did(at, did)?;
            let mut listed = record.versions.iter().flat_map(|version| &version.keys);
            if !listed.any(|key| key.multikey == *multikey) {
                return Err(Error::UnknownMethod.into());
            }
            edit(&mut record.stops, Some(multikey))?;
            changes.put(state_key::did(did), &record)?;
        }
        StopTarget::RegistryKey { public_key } => {
            let name = state_key::key(public_key);
            let mut record: KeyRecord = find(at.view, &name)?.ok_or(Error::UnknownRegistryKey)?;
            edit(&mut record.stops, None)?;
            changes.put(name, &record)?;
        }
    }
    Ok(changes)
}

fn load_did(at: Enactment<'_>, did: &str) -> Result<DidRecord, Refusal> {
    let found = find(at.view, &state_key::did(did))?;
    Ok(found.ok_or_else(|| Error::UnknownDid(did.to_owned()))?)
}
