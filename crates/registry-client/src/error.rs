use registry_types::RestartError;

use crate::Evidence;

/// Why an answer is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LightError {
    #[error("the header belongs to another chain")]
    OtherChain,
    #[error("the certificate is for another header than the one at height {height}")]
    OtherHeader { height: u64 },
    #[error("the header at height {height} names a validator set that is not known")]
    UnknownValidators { height: u64 },
    #[error("the certificate at height {height} holds a signature of nobody in the validator set")]
    UnknownSigner { height: u64 },
    #[error("the certificate at height {height} holds two signatures of one validator")]
    RepeatedSigner { height: u64 },
    #[error("a signature in the certificate at height {height} is wrong")]
    BadSignature { height: u64 },
    #[error(
        "the certificate at height {height} carries power {power}, which is not more than two thirds of {total}"
    )]
    NoQuorum { height: u64, power: u64, total: u64 },
    #[error("the next validator set is not the one that the header at height {height} names")]
    OtherNextSet { height: u64 },
    #[error("the restart after height {height} cannot be believed: {source}")]
    BadRestart { height: u64, source: RestartError },
    #[error("a record beside the restart after height {height} cannot be read")]
    UnreadableRestart { height: u64 },
    #[error("the change of validators at height {height} is not after height {known}")]
    OldChange { height: u64, known: u64 },
    #[error("the header at height {height} does not join the proven one beside it")]
    OtherPrevious { height: u64 },
    #[error(
        "the header at height {height} is not later than a proven one below it, or not earlier than one above"
    )]
    OtherTime { height: u64 },
    #[error("the proof for {key} does not hold")]
    BadProof { key: String },
    #[error("the newest header is {age_ms} ms old, more than {max_age_ms}")]
    Stale { age_ms: u64, max_age_ms: u64 },
    #[error("the header's time is {ahead_ms} ms ahead of the clock here")]
    FromFuture { ahead_ms: u64 },
    #[error("the node answered at height {height} after height {known} was proven")]
    Rollback { height: u64, known: u64 },
    /// Validators of long ago may have left and sold their keys: their signatures prove nothing now.
    #[error(
        "what is known of the validators is {age_ms} ms old, more than the trust period of {period_ms}: \
         get a new checkpoint from a member"
    )]
    TrustExpired { age_ms: u64, period_ms: u64 },
    /// Final for this client: whoever forked the chain once decides nothing here again.
    #[error("two headers at height {} both carry a quorum: the chain has forked", .0.height())]
    Fork(Box<Evidence>),
}
