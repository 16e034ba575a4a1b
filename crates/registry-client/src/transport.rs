use async_trait::async_trait;
use registry_types::{ProvenRecord, SetChange, SignedTransaction, TransactionPlace};

/// How to reach a node. Nothing a transport returns is believed before it is checked.
#[async_trait]
pub trait Transport: Send + Sync {
    async fn record(&self, key: &str) -> Result<ProvenRecord, TransportError>;
    /// Changes of the validator set after a height, oldest first; perhaps not all at once.
    async fn changes_after(&self, height: u64) -> Result<Vec<SetChange>, TransportError>;
    /// Hands the transaction over and waits a while for its block.
    async fn submit(&self, transaction: &SignedTransaction) -> Result<Submission, TransportError>;
}

/// What a node says about a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    Committed(TransactionPlace),
    /// Accepted, not decided yet: ask again.
    Pending,
    /// It breaks a rule; `code` is one of the codes in the node's API document.
    Rejected {
        code: String,
        detail: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    #[error("the registry node cannot be reached: {0}")]
    Unreachable(String),
    #[error("the registry node answered with status {0}")]
    Status(u16),
    #[error("the registry node's answer cannot be read")]
    Malformed,
}

impl TransportError {
    /// Whether asking again may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Status(status) => *status == 429 || *status >= 500,
            Self::Malformed => false,
        }
    }
}
