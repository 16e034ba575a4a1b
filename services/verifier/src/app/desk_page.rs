//! The desk page that verifies by itself: whose packs it believes, and the packs that this service publishes for it.
//!
//! A pack is made when somebody asks for it and kept for a few minutes, so that many desks cost one round of questions to
//! the chain and the issuers.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::Duration;
use clock::{Clock, Timestamp};
use keys::PublicKey;
use tokio::sync::Mutex;

use super::packs::{PackError, Packs};

/// How long a pack is handed out before a newer one is made.
const KEPT_MINUTES: i64 = 5;
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
}

struct Made {
    at: Timestamp,
    file: Arc<[u8]>,
}

/// What the page needs from this service beside its files.
pub struct DeskPage {
    signer: PackSigner,
    published: Vec<Published>,
    maker: Arc<dyn PackMaker>,
    clock: Arc<dyn Clock>,
    made: Mutex<HashMap<String, Made>>,
}

impl DeskPage {
    #[must_use]
    pub fn new(
        signer: PackSigner,
        published: Vec<Published>,
        maker: Arc<dyn PackMaker>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { signer, published, maker, clock, made: Mutex::default() }
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
    pub async fn pack(&self, policy: &str) -> Result<Arc<[u8]>, DeskPageError> {
        if !self.published.iter().any(|one| one.policy == policy) {
            return Err(DeskPageError::Unpublished(policy.to_owned()));
        }
        let mut made = self.made.lock().await;
        let now = self.clock.now();
        let young = |one: &&Made| now - one.at < Duration::minutes(KEPT_MINUTES);
        if let Some(known) = made.get(policy).filter(young) {
            return Ok(Arc::clone(&known.file));
        }
        let file: Arc<[u8]> = self.maker.file(policy, Duration::days(MAXIMUM_AGE_DAYS)).await?.into();
        made.insert(policy.to_owned(), Made { at: now, file: Arc::clone(&file) });
        Ok(file)
    }
}
