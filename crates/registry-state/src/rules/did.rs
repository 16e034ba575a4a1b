use registry_types::operation::RecoverDid;
use registry_types::record::Service;
use registry_types::{
    Canonical as _, CreateDid, DidChange, DidKey, DidRecord, DidRole, DidVersion, DocumentKey, UpdateDid,
    did_from_inception, limits, state_key,
};

use crate::TransactionError;
use crate::execution::{BlockContext, Changes, Refusal, Signer};
use crate::view::{View, find};

pub fn create(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    create: &CreateDid,
) -> Result<Changes, Refusal> {
    let inception = &create.inception;
    // Anyone could copy a foreign inception from another ledger; only its controller may bring it here.
    if inception.controller != signer.public_key || inception.organisation != signer.organisation.id {
        return Err(TransactionError::OtherController.into());
    }
    let did = did_from_inception(inception);
    let name = state_key::did(&did);
    if view.read(&name)?.is_some() {
        return Err(TransactionError::DidExists.into());
    }
    let mut changes = Changes::default();
    if inception.role == DidRole::Organisation {
        if signer.organisation.did.is_some() {
            return Err(TransactionError::OrganisationHasDid.into());
        }
        let mut organisation = signer.organisation.clone();
        organisation.did = Some(did);
        changes.put(state_key::organisation(&organisation.id), &organisation)?;
    }
    let record = DidRecord {
        organisation: inception.organisation.clone(),
        role: inception.role,
        versions: vec![version(block, &inception.keys, inception.services.clone())],
        deactivated_ms: None,
        stops: Vec::new(),
        recovered: Vec::new(),
    };
    changes.put(name, &record)?;
    Ok(changes)
}

pub fn update(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    update: &UpdateDid,
) -> Result<Changes, Refusal> {
    let mut record = load_own(view, signer, &update.did, update.known_versions)?;
    match &update.change {
        DidChange::Replace { keys, services } => {
            replace(&mut record, block, keys, services)?;
            leave_room(&update.did, &record)?;
        }
        DidChange::MarkCompromised { multikey } => mark_compromised(&mut record, block, multikey)?,
        DidChange::Deactivate => {
            close_current(&mut record, block);
            record.deactivated_ms = Some(block.time_ms);
        }
    }
    let mut changes = Changes::default();
    changes.put(state_key::did(&update.did), &record)?;
    Ok(changes)
}

/// By the organisation's govern key, whoever has its did keys now. The version stays marked.
pub fn recover(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    recover: &RecoverDid,
) -> Result<Changes, Refusal> {
    let mut record = load_own(view, signer, &recover.did, recover.known_versions)?;
    replace(&mut record, block, &recover.keys, &recover.services)?;
    record.recovered.push(versions(&record));
    let mut changes = Changes::default();
    changes.put(state_key::did(&recover.did), &record)?;
    Ok(changes)
}

fn load_own(view: &dyn View, signer: &Signer, did: &str, known: u32) -> Result<DidRecord, Refusal> {
    let record: DidRecord =
        find(view, &state_key::did(did))?.ok_or_else(|| TransactionError::UnknownDid(did.to_owned()))?;
    if record.organisation != signer.organisation.id {
        return Err(TransactionError::NotController.into());
    }
    if record.deactivated() {
        return Err(TransactionError::DidDeactivated.into());
    }
    let actual = versions(&record);
    if known != actual {
        return Err(TransactionError::OtherVersion { known, actual }.into());
    }
    Ok(record)
}

/// A stolen did key must not fill the record up: recovery, marks of compromise and stops need room in it.
fn leave_room(did: &str, record: &DidRecord) -> Result<(), TransactionError> {
    let versions = record.versions.len() + limits::VERSIONS_FOR_RECOVERY;
    let bytes = record.to_bytes().len() + limits::DID_BYTES_FOR_RECOVERY;
    if versions > limits::VERSIONS_PER_DID || bytes > limits::RECORD_BYTES {
        return Err(TransactionError::RecordTooLarge(state_key::did(did)));
    }
    Ok(())
}

fn versions(record: &DidRecord) -> u32 {
    u32::try_from(record.versions.len()).unwrap_or(u32::MAX)
}

fn replace(
    record: &mut DidRecord,
    block: BlockContext,
    keys: &[DocumentKey],
    services: &[Service],
) -> Result<(), TransactionError> {
    if record.versions.len() >= limits::VERSIONS_PER_DID {
        return Err(TransactionError::RecordTooLarge("did".to_owned()));
    }
    let compromised = |key: &DocumentKey| {
        let mut past = record.versions.iter().flat_map(|version| &version.keys);
        past.any(|old| old.multikey == key.multikey && old.compromised_at.is_some())
    };
    if keys.iter().any(compromised) {
        return Err(TransactionError::CompromisedKey);
    }
    let next = version(block, keys, services.to_vec());
    let same = |current: &DidVersion| current.keys == next.keys && current.services == next.services;
    if record.versions.last().is_some_and(same) {
        return Err(TransactionError::Unchanged);
    }
    close_current(record, block);
    record.versions.push(next);
    Ok(())
}

/// The key counts as lost wherever it was listed, under whatever name: it is the same secret.
fn mark_compromised(
    record: &mut DidRecord,
    block: BlockContext,
    multikey: &str,
) -> Result<(), TransactionError> {
    let everywhere = record.versions.iter_mut().flat_map(|version| &mut version.keys);
    let mut found = false;
    for key in everywhere.filter(|key| key.multikey == multikey) {
        if key.compromised_at.is_some() {
            return Err(TransactionError::CompromisedKey);
        }
        key.compromised_at = Some(block.time_ms);
        found = true;
    }
    if found { Ok(()) } else { Err(TransactionError::UnknownMethod) }
}

fn close_current(record: &mut DidRecord, block: BlockContext) {
    if let Some(current) = record.versions.last_mut() {
        current.until_ms.get_or_insert(block.time_ms);
    }
}

fn version(block: BlockContext, keys: &[DocumentKey], services: Vec<Service>) -> DidVersion {
    let keys = keys
        .iter()
        .map(|key| DidKey {
            fragment: key.fragment.clone(),
            multikey: key.multikey.clone(),
            relationships: key.relationships.clone(),
            compromised_at: None,
        })
        .collect();
    DidVersion { from_ms: block.time_ms, until_ms: None, keys, services }
}
