//! What was erased is to be in no file any more: the database's log keeps it until it is written over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::app::Issuer;

/// Whether the log may still hold something that was erased. After a start it may: the last one may have ended in between.
#[derive(Clone, Debug)]
pub(crate) struct Log(Arc<AtomicBool>);

impl Default for Log {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Issuer {
    /// After the transaction that erased somebody. Where somebody reads just then, the background work does it again.
    pub(in crate::app) async fn empty_log_of_erased(&self) {
        self.erased.0.store(true, Ordering::Relaxed);
        if let Err(error) = self.tend_log().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the log of the database was not emptied; it will be tried again"
            );
        }
    }

    pub(in crate::app) async fn tend_log(&self) -> Result<(), store_issuer::Error> {
        // What is erased from here on asks for itself.
        if !self.erased.0.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let emptied = self.store.empty_log().await;
        if !matches!(emptied, Ok(true)) {
            self.erased.0.store(true, Ordering::Relaxed);
        }
        emptied.map(drop)
    }
}
