use registry_types::record::{AdoptedCharter, Charter, Standing, Term};
use registry_types::{
    Agenda, Canonical, Genesis, GenesisError, Governors, MemberStatus, Organisation, OrganisationKey,
    SignedStatement, ValidatorRecord, state_key,
};

use crate::Writes;
use crate::rules::member::fresh_key;

/// The state before the first block.
pub fn genesis_writes(genesis: &Genesis) -> Result<Writes, GenesisError> {
    genesis.check()?;
    let mut writes = Writes::new();
    let set = genesis.validator_set()?;
    for validator in set.validators() {
        let record = ValidatorRecord {
            public_key: validator.public_key,
            owner: validator.owner.clone(),
            host: validator.host.clone(),
            terms: vec![Term { from_height: 1, until_height: None }],
            audits: Vec::new(),
        };
        writes.insert(state_key::validator(&validator.public_key), record.to_bytes());
    }
    writes.insert(state_key::params(), genesis.params.to_bytes());
    writes.insert(state_key::validators(), set.to_bytes());
    writes.insert(state_key::agenda(), Agenda::default().to_bytes());
    let charter = AdoptedCharter {
        version: genesis.charter.version,
        digest: genesis.charter.digest,
        adopted_ms: genesis.time_ms,
    };
    writes.insert(state_key::charter(), Charter { versions: vec![charter] }.to_bytes());
    let governing = genesis.members.iter().filter(|member| member.statement.seats.governor);
    let mut organisations: Vec<_> = governing.map(|member| member.statement.id.clone()).collect();
    organisations.sort();
    writes.insert(state_key::governors(), Governors { organisations }.to_bytes());
    for member in &genesis.members {
        put_member(genesis, member, &mut writes);
    }
    Ok(writes)
}

fn put_member(genesis: &Genesis, member: &SignedStatement, writes: &mut Writes) {
    let member = &member.statement;
    for key in &member.keys {
        writes.insert(state_key::key(&key.public_key), fresh_key(&member.id, key.role).to_bytes());
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
        charter: genesis.charter.version,
        standings: vec![Standing { status: MemberStatus::Active, from_ms: genesis.time_ms }],
    };
    writes.insert(state_key::organisation(&member.id), organisation.to_bytes());
}
