//! Checking many credentials at once: each item has its own result, and one that cannot be read spoils no other.

use futures_util::StreamExt as _;
use futures_util::stream;
use verification::Words;
use wire::verifications::{BatchItem, MAX_BATCH, Report, VerifyBatch, VerifyRequest};

use super::policies::StoredPolicyError;
use super::{Agency, Desk, HandOverError, TooMany};

/// Items that are checked at the same time: while one waits for a status list, others go on.
const AT_ONCE: usize = 8;

#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    #[error("a batch has 1 to {MAX_BATCH} items")]
    Size,
    #[error("there is no policy {0}")]
    UnknownPolicy(String),
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Policy(#[from] StoredPolicyError),
}

/// What became of one item.
pub struct Checked {
    pub id: Option<String>,
    pub result: Result<Report, HandOverError>,
}

impl Desk {
    /// Checks each item under the policy of the batch, in the order of the batch. Nothing is stored.
    pub async fn verify_batch(
        &self,
        words: Words,
        agency: &Agency,
        batch: VerifyBatch,
    ) -> Result<Vec<Checked>, BatchError> {
        let count = batch.items.len();
        if count == 0 || count > MAX_BATCH {
            return Err(BatchError::Size);
        }
        if self.policy_named(agency, &batch.policy).await?.is_none() {
            return Err(BatchError::UnknownPolicy(batch.policy));
        }
        // The request itself was counted already.
        self.spend(agency, u32::try_from(count - 1).unwrap_or(u32::MAX))?;
        let policy = &batch.policy;
        let checks = batch.items.into_iter().map(|item| self.verify_item(words, agency, policy, item));
        Ok(stream::iter(checks).buffered(AT_ONCE).collect().await)
    }

    async fn verify_item(&self, words: Words, agency: &Agency, policy: &str, item: BatchItem) -> Checked {
        let request = VerifyRequest {
            policy: policy.to_owned(),
            credential: item.credential,
            presentation: item.presentation,
            receipt: item.receipt,
            challenge: item.challenge,
            domain: item.domain,
        };
        Checked { id: item.id, result: self.verify_in(words, agency, request).await }
    }
}
