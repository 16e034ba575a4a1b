use registry_types::{
    Canonical, Genesis, GenesisError, Governors, KeyRecord, MemberStatus, Organisation, OrganisationKey,
    state_key,
};

use crate::Writes;

/// The state before the first block.
pub fn genesis_writes(genesis: &Genesis) -> Result<Writes, GenesisError> {
    genesis.check()?;
    let mut writes = Writes::new();
    writes.insert(state_key::params(), genesis.params.to_bytes());
    writes.insert(state_key::validators(), genesis.validator_set()?.to_bytes());
    let mut governors = Vec::new();
    for member in &genesis.members {
        if member.seats.governor {
            governors.push(member.id.clone());
        }
        for key in &member.keys {
            let record =
                KeyRecord { organisation: member.id.clone(), role: key.role, sequence: 0, revoked_ms: None };
            writes.insert(state_key::key(&key.public_key), record.to_bytes());
        }
        let keys = member.keys.iter().map(|key| OrganisationKey {
            public_key: key.public_key,
            role: key.role,
            from_ms: genesis.time_ms,
            until_ms: None,
        });
        let organisation = Organisation {
            id: member.id.clone(),
            name: member.name.clone(),
            status: MemberStatus::Active,
            seats: member.seats,
            keys: keys.collect(),
            did: None,
            admitted_ms: genesis.time_ms,
            admitted_by: "genesis".to_owned(),
        };
        writes.insert(state_key::organisation(&member.id), organisation.to_bytes());
    }
    governors.sort();
    writes.insert(state_key::governors(), Governors { organisations: governors }.to_bytes());
    Ok(writes)
}
