use borsh::{BorshDeserialize, BorshSerialize};

use crate::{Canonical, Certificate, Hash, Header, RestartCertificate, ValidatorSet, limits};

/// What a node answers for one key: presence or absence, provable to whoever knows the validator set.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProvenRecord {
    pub value: Option<Vec<u8>>,
    /// Borsh of the map's proof.
    pub map_proof: Vec<u8>,
    pub header: Header,
    pub certificate: Certificate,
}

impl Canonical for ProvenRecord {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::PROOF_BYTES;
}

/// A header that hands over to another validator set, with that set.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SetChange {
    pub header: Header,
    pub certificate: Certificate,
    pub next: ValidatorSet,
    /// Where the governors restarted the chain after this header: it names other validators than `next`.
    pub restart: Option<RestartProof>,
}

impl Canonical for Vec<SetChange> {
    const VERSION: u8 = 2;
    const MAX_BYTES: usize = 4 * 1024 * 1024;
}

/// A restart with what shows, under the state root of the last header that stays, who may sign one.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RestartProof {
    pub certificate: RestartCertificate,
    /// The record of the governors.
    pub governors: ProvenValue,
    /// The records of the organisations that signed.
    pub organisations: Vec<ProvenValue>,
}

impl Canonical for RestartProof {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = 2 * 1024 * 1024;
}

/// A record of one state.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProvenValue {
    pub value: Vec<u8>,
    /// Borsh of the map's proof.
    pub map_proof: Vec<u8>,
}

/// Where a transaction was committed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TransactionPlace {
    pub height: u64,
    pub index: u32,
    pub block_time_ms: u64,
    pub header_hash: Hash,
}

impl Canonical for TransactionPlace {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = 64;
}
