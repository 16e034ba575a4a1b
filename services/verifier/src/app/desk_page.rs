//! The desk page that verifies by itself: whose packs it believes, and the packs that this service publishes for it.
//!
//! A pack is made when somebody asks for it and kept for a few minutes, so that many desks cost one round of questions to
//! the chain and the issuers. Nor does a pack that cannot be made cost one for each who asks.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::Duration;
use clock::{Clock, Timestamp};
use keys::PublicKey;
use tokio::sync::Mutex;

use super::packs::{PackError, Packs};

/// How long a pack is handed out before a newer one is made.
const KEPT_MINUTES: i64 = 5;
/// How long nobody is asked again after a pack could not be made.
const FAILED_SECONDS: i64 = 30;
/// The age that a pack states as its last; its lists may end it sooner.
const MAXIMUM_AGE_DAYS: i64 = 1;

/// Makes the file of a pack.
#[async_trait]
pub trait PackMaker: Send + Sync {
    async fn file(&self, policy: &str, maximum_age: Duration) -> Result<Vec<u8>, PackError>;
}

#[async_trait]
impl PackMaker for Packs {
    async fn file(&self, policy: &str, maximum_age: Duration) -> Result<Vec<u8>, PackError> {
        Ok(self.make(policy, maximum_age).await?.file)
    }
}

/// Whose packs the page believes: this verifier's own.
#[derive(Clone, Debug)]
pub struct PackSigner {
    pub name: String,
    pub did: String,
    pub key: PublicKey,
}

/// A policy for which a pack is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    pub policy: String,
    pub title: String,
}

/// Why there is no pack.
#[derive(Debug, thiserror::Error)]
pub enum DeskPageError {
    #[error("no pack is published for policy {0}")]
    Unpublished(String),
    #[error("no pack can be made at the moment")]
    Pack(#[from] PackError),
    /// Somebody asked a moment ago, in vain.
    #[error("no pack could be made a moment ago")]
    FailedBefore,
}

/// What the last try came to, and when it ended.
enum Kept {
    Nothing,
    Made { at: Timestamp, file: Bytes },
    Failed { at: Timestamp },
}

/// What the page needs from this service beside its files.
pub struct DeskPage {
    signer: PackSigner,
    published: Vec<Published>,
    maker: Arc<dyn PackMaker>,
    clock: Arc<dyn Clock>,
    /// By policy, each with a lock of its own: while one pack is made, the others are handed out.
    kept: HashMap<String, Mutex<Kept>>,
}

impl DeskPage {
    #[must_use]
    pub fn new(
        signer: PackSigner,
        published: Vec<Published>,
        maker: Arc<dyn PackMaker>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let kept = published.iter().map(|one| (one.policy.clone(), Mutex::new(Kept::Nothing))).collect();
        Self { signer, published, maker, clock, kept }
    }

    #[must_use]
    pub fn signer(&self) -> &PackSigner {
        &self.signer
    }

    #[must_use]
    pub fn published(&self) -> &[Published] {
        &self.published
    }

    /// The newest pack for a policy. Whoever asks while one is being made waits for that one.
    pub async fn pack(&self, policy: &str) -> Result<Bytes, DeskPageError> {
        let kept = self.kept.get(policy).ok_or_else(|| DeskPageError::Unpublished(policy.to_owned()))?;
        let mut kept = kept.lock().await;
        let now = self.clock.now();
        match &*kept {
            Kept::Made { at, file } if now - *at < Duration::minutes(KEPT_MINUTES) => return Ok(file.clone()),
            Kept::Failed { at } if now - *at < Duration::seconds(FAILED_SECONDS) => {
                return Err(DeskPageError::FailedBefore);
            }
            Kept::Nothing | Kept::Made { .. } | Kept::Failed { .. } => {}
        }
        match self.maker.file(policy, Duration::days(MAXIMUM_AGE_DAYS)).await {
            Ok(file) => {
                let file = Bytes::from(file);
                *kept = Kept::Made { at: now, file: file.clone() };
                Ok(file)
            }
            Err(error) => {
                // Making it may have taken its time: what counts is when it failed.
                *kept = Kept::Failed { at: self.clock.now() };
                Err(DeskPageError::Pack(error))
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use clock::{SeededEntropy, TestClock};
    use keys::{Algorithm, Signer as _, SoftwareKey};
    use tokio::sync::Notify;

    use super::*;

    /// Fails for `broken`, and waits for `slow` until it is told to go on.
    #[derive(Default)]
    struct Workshop {
        asked: AtomicUsize,
        go: Notify,
    }

    #[async_trait]
    impl PackMaker for Workshop {
        async fn file(&self, policy: &str, _: Duration) -> Result<Vec<u8>, PackError> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            match policy {
                "broken" => return Err(PackError::UnknownPolicy(policy.to_owned())),
                "slow" => self.go.notified().await,
                _ => {}
            }
            Ok(policy.as_bytes().to_vec())
        }
    }

    fn page() -> (Arc<DeskPage>, Arc<Workshop>, TestClock) {
        let key = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(1));
        let signer = PackSigner { name: "x".into(), did: "did:x:y".into(), key: *key.public_key() };
        let published =
            ["slow", "quick", "broken"].map(|name| Published { policy: name.into(), title: name.into() });
        let clock = TestClock::at("2027-01-15T08:00:00Z".parse().unwrap());
        let workshop = Arc::new(Workshop::default());
        let maker = Arc::clone(&workshop) as Arc<dyn PackMaker>;
        let page = DeskPage::new(signer, published.into(), maker, Arc::new(clock.clone()));
        (Arc::new(page), workshop, clock)
    }

    #[tokio::test]
    async fn a_pack_in_the_making_keeps_no_other_waiting() {
        let (page, workshop, _) = page();
        let slow = tokio::spawn({
            let page = Arc::clone(&page);
            async move { page.pack("slow").await }
        });
        while workshop.asked.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(page.pack("quick").await.unwrap(), "quick");
        workshop.go.notify_one();
        assert_eq!(slow.await.unwrap().unwrap(), "slow");
    }

    #[tokio::test]
    async fn a_failure_is_remembered_for_half_a_minute() {
        let (page, workshop, clock) = page();
        assert!(matches!(page.pack("broken").await, Err(DeskPageError::Pack(_))));
        clock.advance(Duration::seconds(29));
        assert!(matches!(page.pack("broken").await, Err(DeskPageError::FailedBefore)));
        assert_eq!(workshop.asked.load(Ordering::SeqCst), 1);
        clock.advance(Duration::seconds(1));
        assert!(matches!(page.pack("broken").await, Err(DeskPageError::Pack(_))));
        assert_eq!(workshop.asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_pack_is_handed_out_without_a_copy() {
        let (page, _, _) = page();
        let (one, two) = (page.pack("quick").await.unwrap(), page.pack("quick").await.unwrap());
        assert_eq!(one.as_ptr(), two.as_ptr());
    }
}
