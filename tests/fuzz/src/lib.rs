//! What the targets share: a small chain of their own, the law of canonical bytes, a world with credentials, and what an input
//! may cost.

pub mod authority;
pub mod bounds;
#[path = "../../../crates/registry-client/tests/light/chain.rs"]
#[allow(dead_code, clippy::unwrap_used)]
pub mod chain;
#[path = "../../../crates/pack/tests/pack/node.rs"]
#[allow(dead_code, clippy::unwrap_used)]
pub mod node;
pub mod packs;
pub mod scene;
#[path = "../../../crates/verification/tests/world/mod.rs"]
pub mod world;

use ed25519_dalek::{Signer as _, SigningKey};
use registry_types::{
    Canonical, Certificate, CharterVersion, CommitSignature, Genesis, Header, Joining, KeyRole,
    MemberStatement, NewKey, OwnValidator, Params, Seats, SignedStatement, VoteKind, address_of, vote_bytes,
};

pub const START_MS: u64 = 1_700_000_000_000;

#[must_use]
pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

#[must_use]
pub fn public(seed: u8) -> [u8; 32] {
    key(seed).verifying_key().to_bytes()
}

/// Bytes that are read are the bytes that would be written: otherwise one value would have two hashes.
pub fn read<T: Canonical>(bytes: &[u8]) -> Option<T> {
    let value = T::from_bytes(bytes).ok()?;
    assert_eq!(value.to_bytes(), bytes, "two spellings of one value");
    Some(value)
}

/// One governor with one validator.
#[must_use]
pub fn genesis() -> Genesis {
    let statement = MemberStatement {
        joining: Joining::Genesis { network: "Fuzz".to_owned() },
        id: "board".to_owned(),
        name: "Board".to_owned(),
        keys: vec![NewKey { role: KeyRole::Govern, public_key: public(1) }],
        seats: Seats { governor: true, validator: true, issuer: true },
        charter: CharterVersion::default(),
        validators: vec![OwnValidator { public_key: public(2), host: "host".to_owned() }],
    };
    let signature = key(1).sign(&statement.signing_bytes()).to_bytes();
    Genesis {
        name: "Fuzz".to_owned(),
        time_ms: START_MS,
        params: Params::default(),
        charter: CharterVersion::default(),
        members: vec![SignedStatement { statement, public_key: public(1), signature }],
        continues: None,
    }
}

#[must_use]
pub fn header(genesis: &Genesis, state_root: [u8; 32]) -> Header {
    let validators = genesis.validator_set().expect("one validator").hash();
    Header {
        chain: genesis.chain_id(),
        height: 1,
        time_ms: START_MS + 1_000,
        proposer: address_of(&public(2)),
        previous: [0; 32],
        data_hash: [0; 32],
        state_root,
        validators_hash: validators,
        next_validators_hash: validators,
        last_commit_hash: [0; 32],
        last_commit_round: 0,
    }
}

#[must_use]
pub fn certify(header: &Header) -> Certificate {
    let validator = address_of(&public(2));
    let header_hash = header.hash();
    let vote = vote_bytes(
        &header.chain,
        VoteKind::Precommit,
        header.height,
        Some(0),
        Some(&header_hash),
        &validator,
    );
    let signature = key(2).sign(&vote).to_bytes();
    Certificate {
        height: header.height,
        round: 0,
        header_hash,
        signatures: vec![CommitSignature { validator, signature }],
    }
}
