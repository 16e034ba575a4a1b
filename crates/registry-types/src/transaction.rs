use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::operation::{ProposalKind, Propose, proposal_id};
use crate::{Canonical, Hash, Operation, as_hex, limits, sha256, state_key};

/// An operation for one chain, one place in its signer's sequence, and a limited time: it cannot be
/// replayed, and sending it again is harmless.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// Hash of the genesis.
    #[serde(with = "as_hex")]
    pub chain: Hash,
    /// How many transactions of the signing key are on the chain already.
    pub sequence: u64,
    /// The last height at which it may be included.
    pub expires_at_height: u64,
    pub operation: Operation,
}

impl Canonical for Transaction {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::TRANSACTION_BYTES;
}

impl Transaction {
    /// What the key signs (Ed25519, no prehash).
    #[must_use]
    pub fn signing_bytes(&self) -> Vec<u8> {
        let mut bytes = b"passerelle/transaction\0".to_vec();
        bytes.extend(self.to_bytes());
        bytes
    }
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedTransaction {
    pub transaction: Transaction,
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
    #[serde(with = "as_hex")]
    pub signature: [u8; 64],
}

impl Canonical for SignedTransaction {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::TRANSACTION_BYTES;
}

impl SignedTransaction {
    /// Names what was signed and by whom; the signature is left out, since some signers draw a new one
    /// each time.
    #[must_use]
    pub fn id(&self) -> TransactionId {
        TransactionId(sha256("passerelle/transaction-id", &[&self.public_key, &self.transaction.to_bytes()]))
    }

    /// The id of the proposal that this transaction makes, when it is one.
    #[must_use]
    pub fn proposal_id(&self) -> Option<Hash> {
        matches!(self.transaction.operation, Operation::Propose(_))
            .then(|| proposal_id(&self.public_key, self.transaction.sequence))
    }

    /// The records that the transaction may change besides its signer's, so that a reader can forget what
    /// it cached of them.
    #[must_use]
    pub fn touches(&self) -> Vec<String> {
        let mut keys = self.transaction.operation.touches();
        if let Some(id) = self.proposal_id() {
            keys.extend([state_key::proposal(&id), state_key::agenda()]);
            if matches!(
                &self.transaction.operation,
                Operation::Propose(Propose { kind: ProposalKind::OpenDispute(_), .. })
            ) {
                keys.push(state_key::dispute(&id));
            }
        }
        keys
    }
}

/// Written as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct TransactionId(pub Hash);

impl std::fmt::Display for TransactionId {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(&hex::encode(self.0))
    }
}

impl std::str::FromStr for TransactionId {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0u8; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl Serialize for TransactionId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}
