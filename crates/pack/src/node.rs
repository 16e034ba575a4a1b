//! A registry node over HTTP as the source of a pack.

use async_trait::async_trait;
use registry_client::{Checkpoint, HttpNode, Transport, TransportError};
use registry_types::{ProvenRecord, SetChange};

use crate::collect::{MAX_RECORDS, Source};

#[async_trait]
impl Source for HttpNode {
    async fn checkpoint(&self) -> Result<Checkpoint, TransportError> {
        HttpNode::checkpoint(self).await
    }

    async fn keys(&self, kind: &str) -> Result<Vec<String>, TransportError> {
        let mut keys: Vec<String> = Vec::new();
        let mut next = Some(None);
        while let Some(after) = next {
            let page = self.keys_after(kind, after.as_deref()).await?;
            // A node that goes round in circles is cut off there; whoever collects refuses so many.
            let goes_on = keys.len() <= MAX_RECORDS && page.next > after;
            keys.extend(page.keys);
            next = goes_on.then_some(page.next).filter(Option::is_some);
        }
        Ok(keys)
    }

    async fn record_at(&self, key: &str, height: u64) -> Result<ProvenRecord, TransportError> {
        HttpNode::record_at(self, key, height).await
    }

    async fn changes_after(&self, height: u64) -> Result<Vec<SetChange>, TransportError> {
        Transport::changes_after(self, height).await
    }
}
