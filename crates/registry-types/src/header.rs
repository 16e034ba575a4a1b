use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::{Address, Canonical, Hash, RestartCertificate, SignedTransaction, as_hex, limits, sha256};

/// What validators sign. Everything a reader needs to believe hangs from it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    #[serde(with = "as_hex")]
    pub chain: Hash,
    pub height: u64,
    /// Block time: above the previous block's, and near every honest validator's clock.
    pub time_ms: u64,
    #[serde(with = "as_hex")]
    pub proposer: Address,
    /// Hash of the previous header; the chain id at height 1.
    #[serde(with = "as_hex")]
    pub previous: Hash,
    #[serde(with = "as_hex")]
    pub data_hash: Hash,
    /// Root of the state map after this block.
    #[serde(with = "as_hex")]
    pub state_root: Hash,
    #[serde(with = "as_hex")]
    pub validators_hash: Hash,
    #[serde(with = "as_hex")]
    pub next_validators_hash: Hash,
    /// Hash and round of the previous height's certificate as this block carries it; zero at height 1.
    #[serde(with = "as_hex")]
    pub last_commit_hash: Hash,
    pub last_commit_round: u32,
}

impl Canonical for Header {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = 512;
}

impl Header {
    #[must_use]
    pub fn hash(&self) -> Hash {
        sha256("passerelle/header", &[&self.to_bytes()])
    }
}

/// A header with what it commits to.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    pub header: Header,
    /// Certificate of the previous height, so that everybody counts the same signatures.
    pub last_commit: Option<Certificate>,
    /// Why this height is decided by other validators than the last header names.
    pub restart: Option<RestartCertificate>,
    pub transactions: Vec<SignedTransaction>,
}

impl Canonical for Block {
    const VERSION: u8 = 2;
    const MAX_BYTES: usize = limits::BLOCK_BYTES;
}

impl Block {
    #[must_use]
    #[expect(clippy::expect_used, reason = "borsh fails only when the writer does, and a Vec never does")]
    pub fn data_hash(restart: Option<&RestartCertificate>, transactions: &[SignedTransaction]) -> Hash {
        let data = borsh::to_vec(&(restart, transactions)).expect("writing to memory cannot fail");
        sha256("passerelle/data", &[&data])
    }
}

/// Precommits for one header.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    pub height: u64,
    pub round: u32,
    #[serde(with = "as_hex")]
    pub header_hash: Hash,
    pub signatures: Vec<CommitSignature>,
}

impl Canonical for Certificate {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = 128 + limits::VALIDATORS * 84;
}

impl Certificate {
    #[must_use]
    pub fn hash(&self) -> Hash {
        sha256("passerelle/certificate", &[&self.to_bytes()])
    }
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitSignature {
    #[serde(with = "as_hex")]
    pub validator: Address,
    #[serde(with = "as_hex")]
    pub signature: [u8; 64],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
pub enum VoteKind {
    Prevote = 1,
    Precommit = 2,
}

/// What a validator signs when it votes. The chain is part of it, so a certificate proves one header of
/// one chain; `value` is the header's hash, or nothing for a nil vote.
#[must_use]
#[expect(clippy::expect_used, reason = "borsh fails only when the writer does, and a Vec never does")]
pub fn vote_bytes(
    chain: &Hash,
    kind: VoteKind,
    height: u64,
    round: Option<u32>,
    value: Option<&Hash>,
    validator: &Address,
) -> Vec<u8> {
    let mut bytes = b"passerelle/vote\0\x01".to_vec();
    (chain, kind, height, round, value, validator)
        .serialize(&mut bytes)
        .expect("writing to memory cannot fail");
    bytes
}
