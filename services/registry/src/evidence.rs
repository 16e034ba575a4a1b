//! Proof that a validator broke its word: two statements of one key where an honest one makes a single one.

use borsh::{BorshDeserialize, BorshSerialize};
use registry_types::{Address, Hash, sha256};

/// Anybody who has the validator's public key checks both signatures over both bytes, which name chain, height,
/// round and step.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DoubleSign {
    pub validator: Address,
    pub height: u64,
    pub round: Option<u32>,
    pub kind: SignedKind,
    pub statements: [Statement; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum SignedKind {
    Proposal,
    Prevote,
    Precommit,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Statement {
    pub bytes: Vec<u8>,
    pub signature: [u8; 64],
}

impl DoubleSign {
    /// The same for both orders of the statements.
    #[must_use]
    pub fn digest(&self) -> Hash {
        let [first, second] = &self.statements;
        let (low, high) = if first.bytes <= second.bytes { (first, second) } else { (second, first) };
        sha256("passerelle/double-sign", &[&low.bytes, &high.bytes])
    }
}
