//! What was deleted is to be in no file any more: the database's log keeps it until it is written over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Wallet;
use super::fault::Fault;

/// Whether something was deleted that the log may still hold. After a start it may: the last one may have ended in between.
#[derive(Clone, Debug)]
pub struct Forgetting(Arc<AtomicBool>);

impl Default for Forgetting {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Wallet {
    /// After the transaction that deleted something. Where somebody reads just then, the background work does it again.
    pub(super) async fn forget_deleted(&self) {
        self.forgetting.0.store(true, Ordering::Relaxed);
        if let Err(error) = self.tend_forgetting().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the log of the database was not emptied; it will be tried again"
            );
        }
    }

    pub(super) async fn tend_forgetting(&self) -> Result<(), Fault> {
        // What is deleted from here on asks for itself.
        if !self.forgetting.0.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let emptied = self.store.empty_log().await;
        if !matches!(emptied, Ok(true)) {
            self.forgetting.0.store(true, Ordering::Relaxed);
        }
        Ok(emptied.map(drop)?)
    }
}
