use registry_types::{
    AdmitMember, Governors, KeyRecord, MemberStatus, Organisation, OrganisationKey, RegisterSchema,
    SchemaRecord, state_key,
};

use crate::TransactionError;
use crate::execution::{BlockContext, Changes, Refusal, Signer};
use crate::view::{View, find};

/// A single governor decides alone; as soon as there are two, only their vote does.
pub fn require_governor(view: &dyn View, signer: &Signer) -> Result<(), Refusal> {
    let governors: Option<Governors> = find(view, &state_key::governors())?;
    let governors = governors.map(|list| list.organisations).unwrap_or_default();
    if !governors.contains(&signer.organisation.id) {
        return Err(TransactionError::NotGovernor.into());
    }
    if governors.len() > 1 {
        return Err(TransactionError::NeedsVote.into());
    }
    Ok(())
}

pub fn admit(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    admit: &AdmitMember,
) -> Result<Changes, Refusal> {
    require_governor(view, signer)?;
    if admit.seats.governor || admit.seats.validator {
        return Err(TransactionError::SeatNeedsVote.into());
    }
    let name = state_key::organisation(&admit.id);
    if view.read(&name)?.is_some() {
        return Err(TransactionError::OrganisationExists(admit.id.clone()).into());
    }
    let mut changes = Changes::default();
    let mut keys = Vec::with_capacity(admit.keys.len());
    for key in &admit.keys {
        let key_name = state_key::key(&key.public_key);
        if view.read(&key_name)?.is_some() {
            return Err(TransactionError::KeyTaken.into());
        }
        let record =
            KeyRecord { organisation: admit.id.clone(), role: key.role, sequence: 0, revoked_ms: None };
        changes.put(key_name, &record)?;
        keys.push(OrganisationKey {
            public_key: key.public_key,
            role: key.role,
            from_ms: block.time_ms,
            until_ms: None,
        });
    }
    let organisation = Organisation {
        id: admit.id.clone(),
        name: admit.name.clone(),
        status: MemberStatus::Active,
        seats: admit.seats,
        keys,
        did: None,
        admitted_ms: block.time_ms,
        admitted_by: signer.organisation.id.clone(),
    };
    changes.put(name, &organisation)?;
    Ok(changes)
}

pub fn register_schema(
    view: &dyn View,
    block: BlockContext,
    signer: &Signer,
    schema: &RegisterSchema,
) -> Result<Changes, Refusal> {
    require_governor(view, signer)?;
    let name = state_key::schema(&schema.id);
    if view.read(&name)?.is_some() {
        return Err(TransactionError::SchemaExists(schema.id.clone()).into());
    }
    if view.read(&state_key::organisation(&schema.owner))?.is_none() {
        return Err(TransactionError::UnknownOrganisation(schema.owner.clone()).into());
    }
    let record =
        SchemaRecord { digest: schema.digest, owner: schema.owner.clone(), registered_ms: block.time_ms };
    let mut changes = Changes::default();
    changes.put(name, &record)?;
    Ok(changes)
}
