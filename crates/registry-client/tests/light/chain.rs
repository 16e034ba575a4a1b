//! A chain whose validators sign whatever the test wants.

use std::time::Duration;

use ed25519_dalek::{Signer as _, SigningKey};
use registry_client::{LightClient, Policy};
use registry_state::memory::MemoryMap;
use registry_types::{
    Canonical as _, Certificate, CharterVersion, CommitSignature, Genesis, Header, Joining, KeyRole,
    MemberStatement, NewKey, OwnValidator, Params, ProvenRecord, SchemaRecord, Seats, SetChange,
    SignedStatement, Validator, ValidatorSet, VoteKind, vote_bytes,
};

pub const START: u64 = 1_700_000_000_000;
pub const DAY_MS: u64 = 24 * 3_600 * 1_000;
pub const POLICY: Policy =
    Policy { max_age: Duration::from_secs(120), trust_period: Duration::from_secs(30 * 24 * 3_600) };
pub const KEY: &str = "schema/urn:a";

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub fn validators(seeds: &[u8]) -> Vec<Validator> {
    let one = |&seed: &u8| Validator {
        public_key: key(seed).verifying_key().to_bytes(),
        power: 1,
        owner: format!("org-{seed}"),
        host: "host".to_owned(),
    };
    seeds.iter().map(one).collect()
}

/// Every validator is an organisation's of its own; all govern.
pub fn genesis(name: &str, seeds: &[u8]) -> Genesis {
    Genesis {
        name: name.to_owned(),
        time_ms: START,
        params: Params::default(),
        charter: CharterVersion::default(),
        continues: None,
        members: validators(seeds)
            .into_iter()
            .zip(seeds)
            .map(|(one, seed)| member(name, one, *seed))
            .collect(),
    }
}

fn member(network: &str, validator: Validator, seed: u8) -> SignedStatement {
    let govern = key(seed + 100);
    let public_key = govern.verifying_key().to_bytes();
    let statement = MemberStatement {
        joining: Joining::Genesis { network: network.to_owned() },
        id: validator.owner.clone(),
        name: validator.owner,
        keys: vec![NewKey { role: KeyRole::Govern, public_key }],
        seats: Seats { governor: true, validator: true, issuer: false },
        charter: CharterVersion::default(),
        validators: vec![OwnValidator { public_key: validator.public_key, host: validator.host }],
    };
    let signature = govern.sign(&statement.signing_bytes()).to_bytes();
    SignedStatement { statement, public_key, signature }
}

/// A chain with a record under [`KEY`], whose validators sign whatever the test wants.
pub struct Chain {
    pub genesis: Genesis,
    pub state: MemoryMap,
    pub signers: Vec<u8>,
    pub next: Vec<u8>,
}

impl Chain {
    pub fn new(seeds: &[u8]) -> Self {
        let genesis = genesis("Test", seeds);
        let mut state = MemoryMap::from_genesis(&genesis).unwrap();
        let record = SchemaRecord { digest: [5; 32], owner: "board".to_owned(), registered_ms: START };
        state.store(&[(KEY.to_owned(), record.to_bytes())].into()).unwrap();
        Self { genesis, state, signers: seeds.to_vec(), next: seeds.to_vec() }
    }

    pub fn set(seeds: &[u8]) -> ValidatorSet {
        ValidatorSet::new(validators(seeds)).unwrap()
    }

    pub fn header(&self, height: u64) -> Header {
        Header {
            chain: self.genesis.chain_id(),
            height,
            time_ms: START + height * 1_000,
            proposer: [0; 20],
            previous: [0; 32],
            data_hash: [0; 32],
            state_root: self.state.root(),
            validators_hash: Self::set(&self.signers).hash(),
            next_validators_hash: Self::set(&self.next).hash(),
            last_commit_hash: [0; 32],
            last_commit_round: 0,
        }
    }

    pub fn certify(&self, header: &Header, seeds: &[u8]) -> Certificate {
        self.certify_in(0, header, seeds)
    }

    pub fn certify_in(&self, round: u32, header: &Header, seeds: &[u8]) -> Certificate {
        let header_hash = header.hash();
        let signatures = seeds.iter().map(|&seed| {
            let validator = registry_types::address_of(&key(seed).verifying_key().to_bytes());
            let bytes = vote_bytes(
                &header.chain,
                VoteKind::Precommit,
                header.height,
                Some(round),
                Some(&header_hash),
                &validator,
            );
            CommitSignature { validator, signature: key(seed).sign(&bytes).to_bytes() }
        });
        Certificate { height: header.height, round, header_hash, signatures: signatures.collect() }
    }

    pub fn precommit(&self, seed: u8, height: u64, round: u32, value: Option<[u8; 32]>) -> [u8; 64] {
        let validator = registry_types::address_of(&key(seed).verifying_key().to_bytes());
        let chain = self.genesis.chain_id();
        let bytes = vote_bytes(&chain, VoteKind::Precommit, height, Some(round), value.as_ref(), &validator);
        key(seed).sign(&bytes).to_bytes()
    }

    pub fn answer(&self, key: &str, height: u64) -> ProvenRecord {
        let (value, map_proof) = self.state.prove(key).unwrap();
        let header = self.header(height);
        let certificate = self.certify(&header, &self.signers);
        ProvenRecord { value, map_proof, header, certificate }
    }

    pub fn client(&self) -> LightClient {
        LightClient::from_genesis(&self.genesis, POLICY).unwrap()
    }

    pub fn change(&self, height: u64) -> SetChange {
        let header = self.header(height);
        let certificate = self.certify(&header, &self.signers);
        SetChange { header, certificate, next: Self::set(&self.next), restart: None }
    }
}

pub fn at(height: u64) -> u64 {
    START + height * 1_000
}
