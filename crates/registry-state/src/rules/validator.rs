//! Changes of the validator set. What a block writes here decides from the next height on.

use registry_types::operation::{DescribeValidator, RevokeValidator, RotateValidator};
use registry_types::record::Term;
use registry_types::{Validator, ValidatorRecord, ValidatorSet, limits, state_key};

use crate::TransactionError as Error;
use crate::execution::{BlockContext, Changes, Refusal, Signer};
use crate::rules::effect::Enactment;
use crate::rules::member::load_active;
use crate::view::{View, find};

pub fn add(at: Enactment<'_>, validator: &Validator) -> Result<Changes, Refusal> {
    let mut changes = Changes::default();
    let mut owner = load_active(at.view, &validator.owner)?;
    if !owner.seats.validator {
        owner.seats.validator = true;
        changes.put(state_key::organisation(&owner.id), &owner)?;
    }
    let mut validators = members(at.view)?;
    if validators.iter().any(|one| one.public_key == validator.public_key) {
        return Err(Error::ValidatorExists.into());
    }
    validators.push(validator.clone());
    put_set(validators, &mut changes)?;
    begin(at.view, at.block.height, validator, &mut changes)?;
    Ok(changes)
}

pub fn remove(at: Enactment<'_>, public_key: &[u8; 32]) -> Result<Changes, Refusal> {
    without(at.view, at.block, |validator| validator.public_key == *public_key)
}

/// All that a member owns; none is no error.
pub fn remove_owned(at: Enactment<'_>, owner: &str) -> Result<Changes, Refusal> {
    if members(at.view)?.iter().any(|validator| validator.owner == owner) {
        without(at.view, at.block, |validator| validator.owner == owner)
    } else {
        Ok(Changes::default())
    }
}

pub fn rotate(at: Enactment<'_>, rotate: &RotateValidator) -> Result<Changes, Refusal> {
    let mut validators = members(at.view)?;
    if validators.iter().any(|one| one.public_key == rotate.to) {
        return Err(Error::ValidatorExists.into());
    }
    let found = validators.iter_mut().find(|one| one.public_key == rotate.from);
    let validator = found.ok_or(Error::UnknownValidator)?;
    validator.public_key = rotate.to;
    let rotated = validator.clone();
    let mut changes = Changes::default();
    put_set(validators, &mut changes)?;
    end(at.view, at.block.height, &rotate.from, &mut changes)?;
    begin(at.view, at.block.height, &rotated, &mut changes)?;
    Ok(changes)
}

/// By the owner alone: it need not ask anyone to stop a machine that signs in its name.
pub fn revoke(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    revoke: &RevokeValidator,
) -> Result<Changes, Refusal> {
    require_owner(view, signer, &revoke.public_key)?;
    without(view, block, |validator| validator.public_key == revoke.public_key)
}

pub fn describe(view: &dyn View, signer: &Signer, change: &DescribeValidator) -> Result<Changes, Refusal> {
    require_owner(view, signer, &change.public_key)?;
    let name = state_key::validator(&change.public_key);
    let mut record: ValidatorRecord = find(view, &name)?.ok_or(Error::UnknownValidator)?;
    let moved = record.host != change.host;
    let news = change.audit.as_ref().filter(|audit| !record.audits.contains(audit));
    if !moved && news.is_none() {
        return Err(Error::Unchanged.into());
    }
    if let Some(audit) = news {
        if record.audits.len() >= limits::AUDITS_PER_VALIDATOR {
            return Err(Error::RecordTooLarge(name).into());
        }
        record.audits.push(audit.clone());
    }
    let mut changes = Changes::default();
    if moved {
        record.host.clone_from(&change.host);
        let mut validators = members(view)?;
        for validator in validators.iter_mut().filter(|one| one.public_key == change.public_key) {
            validator.host.clone_from(&change.host);
        }
        put_set(validators, &mut changes)?;
    }
    changes.put(name, &record)?;
    Ok(changes)
}

/// The whole set at once: these decide from the height after `last` on, in place of all who decided until then.
pub fn replace(view: &dyn View, last: u64, set: &ValidatorSet) -> Result<Changes, Refusal> {
    let before = members(view)?;
    let mut changes = Changes::default();
    put_set(set.validators().to_vec(), &mut changes)?;
    for validator in &before {
        end(view, last, &validator.public_key, &mut changes)?;
    }
    for validator in set.validators() {
        if before.iter().any(|one| one.public_key == validator.public_key) {
            return Err(Error::ValidatorExists.into());
        }
        load_active(view, &validator.owner)?;
        begin(view, last, validator, &mut changes)?;
    }
    Ok(changes)
}

fn require_owner(view: &dyn View, signer: &Signer, public_key: &[u8; 32]) -> Result<(), Refusal> {
    let validators = members(view)?;
    let found = validators.iter().find(|validator| validator.public_key == *public_key);
    if found.ok_or(Error::UnknownValidator)?.owner == signer.organisation.id {
        Ok(())
    } else {
        Err(Error::NotOwner.into())
    }
}

fn members(view: &dyn View) -> Result<Vec<Validator>, Refusal> {
    let set: Option<ValidatorSet> = find(view, &state_key::validators())?;
    Ok(set.map(|set| set.validators().to_vec()).unwrap_or_default())
}

fn without(
    view: &dyn View,
    block: BlockContext,
    goes: impl Fn(&Validator) -> bool,
) -> Result<Changes, Refusal> {
    let (going, staying): (Vec<_>, Vec<_>) = members(view)?.into_iter().partition(goes);
    if going.is_empty() {
        return Err(Error::UnknownValidator.into());
    }
    if staying.is_empty() {
        return Err(Error::LastValidator.into());
    }
    let mut changes = Changes::default();
    put_set(staying, &mut changes)?;
    for validator in going {
        end(view, block.height, &validator.public_key, &mut changes)?;
    }
    Ok(changes)
}

fn put_set(validators: Vec<Validator>, changes: &mut Changes) -> Result<(), Error> {
    let set = ValidatorSet::new(validators).ok_or(Error::BadValidatorSet)?;
    changes.put(state_key::validators(), &set)
}

/// The key decides from the height after `height` on.
fn begin(view: &dyn View, height: u64, validator: &Validator, changes: &mut Changes) -> Result<(), Refusal> {
    let name = state_key::validator(&validator.public_key);
    let mut record: ValidatorRecord = find(view, &name)?.unwrap_or_else(|| ValidatorRecord {
        public_key: validator.public_key,
        owner: validator.owner.clone(),
        host: validator.host.clone(),
        terms: Vec::new(),
        audits: Vec::new(),
    });
    // A key that decided for one organisation never decides for another.
    if record.owner != validator.owner {
        return Err(Error::ValidatorExists.into());
    }
    record.host.clone_from(&validator.host);
    record.terms.push(Term { from_height: height.saturating_add(1), until_height: None });
    changes.put(name, &record)?;
    Ok(())
}

/// The key decides `height` for the last time.
fn end(view: &dyn View, height: u64, public_key: &[u8; 32], changes: &mut Changes) -> Result<(), Refusal> {
    let name = state_key::validator(public_key);
    let mut record: ValidatorRecord = find(view, &name)?.ok_or(Error::UnknownValidator)?;
    if let Some(term) = record.terms.last_mut() {
        term.until_height.get_or_insert(height);
    }
    changes.put(name, &record)?;
    Ok(())
}
