//! An organisation's own keys.

use std::collections::BTreeSet;

use registry_types::operation::{AddKey, RecoverMember, RevokeKey, possession_bytes};
use registry_types::{
    Hash, KeyRecord, KeyRole, MemberStatus, Organisation, OrganisationKey, is_signed, limits, state_key,
};

use crate::TransactionError as Error;
use crate::execution::{BlockContext, Changes, Refusal, Signer};
use crate::rules::effect::Enactment;
use crate::rules::member::{fresh_key, load};
use crate::view::{View, find};

pub fn add(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    chain: &Hash,
    add: &AddKey,
) -> Result<Changes, Refusal> {
    let mut organisation = signer.organisation.clone();
    let bytes = possession_bytes(chain, &organisation.id, &add.key);
    if !is_signed(&add.key.public_key, &bytes, &add.possession) {
        return Err(Error::NotPossessed.into());
    }
    let name = state_key::key(&add.key.public_key);
    if view.read(&name)?.is_some() {
        return Err(Error::KeyTaken.into());
    }
    require_room(&organisation, 1 + limits::KEYS_FOR_RECOVERY)?;
    organisation.keys.push(OrganisationKey {
        public_key: add.key.public_key,
        role: add.key.role,
        from_ms: block.time_ms,
        until_ms: None,
    });
    let mut changes = Changes::default();
    changes.put(name, &fresh_key(&organisation.id, add.key.role))?;
    changes.put(state_key::organisation(&organisation.id), &organisation)?;
    Ok(changes)
}

pub fn revoke(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    revoke: &RevokeKey,
) -> Result<Changes, Refusal> {
    let mut organisation = signer.organisation.clone();
    let governing = organisation.keys.iter().filter(|key| is_running(key, KeyRole::Govern)).count();
    let found = organisation.keys.iter_mut().find(|key| key.public_key == revoke.public_key);
    let key = found.ok_or(Error::NotOwnKey)?;
    if key.until_ms.is_some() {
        return Err(Error::KeyRevokedAlready.into());
    }
    if key.role == KeyRole::Govern && governing == 1 {
        return Err(Error::LastGovernKey.into());
    }
    key.until_ms = Some(block.time_ms);
    let mut changes = Changes::default();
    end(view, block, &revoke.public_key, &mut changes)?;
    changes.put(state_key::organisation(&organisation.id), &organisation)?;
    Ok(changes)
}

/// The governors vouch for new govern keys, with which the member adds the others anew. Every key it had ends: whoever
/// found a govern key may have added further ones.
pub fn recover_member(at: Enactment<'_>, recover: &RecoverMember) -> Result<Changes, Refusal> {
    let mut organisation = load(at.view, &recover.organisation)?;
    if organisation.status == MemberStatus::Removed {
        return Err(Error::MemberRemoved.into());
    }
    let mut changes = Changes::default();
    for key in organisation.keys.iter_mut().filter(|key| key.until_ms.is_none()) {
        key.until_ms = Some(at.block.time_ms);
        end(at.view, at.block, &key.public_key, &mut changes)?;
    }
    require_room(&organisation, recover.keys.len())?;
    let mut seen = BTreeSet::new();
    for key in &recover.keys {
        let name = state_key::key(&key.public_key);
        if at.view.read(&name)?.is_some() || !seen.insert(key.public_key) {
            return Err(Error::KeyTaken.into());
        }
        organisation.keys.push(OrganisationKey {
            public_key: key.public_key,
            role: key.role,
            from_ms: at.block.time_ms,
            until_ms: None,
        });
        changes.put(name, &fresh_key(&organisation.id, key.role))?;
    }
    changes.put(state_key::organisation(&organisation.id), &organisation)?;
    Ok(changes)
}

fn require_room(organisation: &Organisation, more: usize) -> Result<(), Error> {
    if organisation.keys.len() + more > limits::KEYS_PER_ORGANISATION {
        return Err(Error::RecordTooLarge(state_key::organisation(&organisation.id)));
    }
    Ok(())
}

fn is_running(key: &OrganisationKey, role: KeyRole) -> bool {
    key.role == role && key.until_ms.is_none()
}

fn end(
    view: &dyn View,
    block: BlockContext,
    public_key: &[u8; 32],
    changes: &mut Changes,
) -> Result<(), Refusal> {
    let name = state_key::key(public_key);
    let mut record: KeyRecord = find(view, &name)?.ok_or(Error::NotOwnKey)?;
    record.revoked_ms.get_or_insert(block.time_ms);
    changes.put(name, &record)?;
    Ok(())
}
