use async_trait::async_trait;
use outbound::Outbound;
use registry_types::{Canonical, Genesis, ProvenRecord, SetChange, SignedTransaction, TransactionPlace};
use serde::Deserialize;
use url::Url;

use crate::Checkpoint;
use crate::transport::{Submission, Transport, TransportError};

const BORSH: &str = "application/octet-stream";

/// Some keys of the state map, and what to continue after.
#[derive(Debug, Deserialize)]
pub struct KeyPage {
    pub keys: Vec<String>,
    #[serde(default)]
    pub next: Option<String>,
}

/// A node's REST interface.
#[derive(Clone)]
pub struct HttpNode {
    base: Url,
    outbound: Outbound,
}

impl HttpNode {
    #[must_use]
    pub fn new(base: Url, outbound: Outbound) -> Self {
        Self { base, outbound }
    }

    /// The genesis as the node tells it: for trying out. Whoever must be certain gets the file from the members.
    pub async fn genesis(&self) -> Result<Genesis, TransportError> {
        let reply = self.get(&self.url(&["v1", "genesis"], None)?, "application/json").await?;
        serde_json::from_slice(&reply).map_err(|_| TransportError::Malformed)
    }

    /// The node's newest header with the validators of what follows; not proven yet.
    pub async fn checkpoint(&self) -> Result<Checkpoint, TransportError> {
        let reply = self.get(&self.url(&["v1", "checkpoint"], None)?, "application/json").await?;
        Checkpoint::from_json(&reply).map_err(|_| TransportError::Malformed)
    }

    /// The manifest of the node's newest snapshot, which the importer decodes and checks; nothing when it has none.
    pub async fn snapshot(&self) -> Result<Option<Vec<u8>>, TransportError> {
        match self.get(&self.url(&["v1", "snapshots", "latest"], None)?, BORSH).await {
            Err(TransportError::Status(404)) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// A chunk of the snapshot of a height, as it comes.
    pub async fn snapshot_chunk(&self, height: u64, number: u32) -> Result<Vec<u8>, TransportError> {
        let (height, number) = (height.to_string(), number.to_string());
        self.get(&self.url(&["v1", "snapshots", &height, &number], None)?, BORSH).await
    }

    /// The record of a key as it was at a height, while the node keeps its proofs.
    pub async fn record_at(&self, key: &str, height: u64) -> Result<ProvenRecord, TransportError> {
        self.ask(key, &format!("proof=true&height={height}")).await
    }

    /// A page of the keys of a kind, such as `did`, after one of them. Which there are is the node's word.
    pub async fn keys_after(&self, kind: &str, after: Option<&str>) -> Result<KeyPage, TransportError> {
        let mut url = self.url(&["v1", "records", kind], None)?;
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        let reply = self.get(&url, "application/json").await?;
        serde_json::from_slice(&reply).map_err(|_| TransportError::Malformed)
    }

    async fn ask(&self, key: &str, query: &str) -> Result<ProvenRecord, TransportError> {
        let (kind, rest) = key.split_once('/').unwrap_or((key, "-"));
        let body = self.get(&self.url(&["v1", "records", kind, rest], Some(query))?, BORSH).await?;
        ProvenRecord::from_bytes(&body).map_err(|_| TransportError::Malformed)
    }

    fn url(&self, segments: &[&str], query: Option<&str>) -> Result<Url, TransportError> {
        let mut url = self.base.clone();
        // `push` encodes `/`, so a key with slashes stays one segment on the wire.
        url.path_segments_mut().map_err(|()| TransportError::Malformed)?.pop_if_empty().extend(segments);
        url.set_query(query);
        Ok(url)
    }

    async fn get(&self, url: &Url, accept: &str) -> Result<Vec<u8>, TransportError> {
        let reply = self.outbound.get(url, accept, None).await.map_err(unreachable)?;
        if reply.status != 200 {
            return Err(TransportError::Status(reply.status));
        }
        Ok(reply.body.to_vec())
    }
}

#[async_trait]
impl Transport for HttpNode {
    async fn record(&self, key: &str) -> Result<ProvenRecord, TransportError> {
        self.ask(key, "proof=true").await
    }

    async fn changes_after(&self, height: u64) -> Result<Vec<SetChange>, TransportError> {
        let url = self.url(&["v1", "validators", "changes"], Some(&format!("after={height}")))?;
        let body = self.get(&url, BORSH).await?;
        Vec::<SetChange>::from_bytes(&body).map_err(|_| TransportError::Malformed)
    }

    async fn submit(&self, transaction: &SignedTransaction) -> Result<Submission, TransportError> {
        let url = self.url(&["v1", "transactions"], Some("wait=true"))?;
        let reply = self
            .outbound
            .post_bytes(&url, BORSH, transaction.to_bytes(), &[("accept", "application/json")])
            .await
            .map_err(unreachable)?;
        match reply.status {
            200 => {
                let place: Place =
                    serde_json::from_slice(&reply.body).map_err(|_| TransportError::Malformed)?;
                place.try_into().map(Submission::Committed)
            }
            202 => Ok(Submission::Pending),
            // Nothing is said about the transaction: the node is busy or stopping.
            429 | 500.. => Err(TransportError::Status(reply.status)),
            status => {
                let refusal: Refusal =
                    serde_json::from_slice(&reply.body).map_err(|_| TransportError::Status(status))?;
                Ok(Submission::Rejected { code: refusal.code, detail: refusal.detail })
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    height: u64,
    index: u32,
    block_time_ms: u64,
    header_hash: String,
}

impl TryFrom<Place> for TransactionPlace {
    type Error = TransportError;

    fn try_from(place: Place) -> Result<Self, Self::Error> {
        let mut header_hash = [0u8; 32];
        hex::decode_to_slice(&place.header_hash, &mut header_hash).map_err(|_| TransportError::Malformed)?;
        Ok(Self { height: place.height, index: place.index, block_time_ms: place.block_time_ms, header_hash })
    }
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    #[serde(default)]
    detail: String,
}

fn unreachable(error: outbound::OutboundError) -> TransportError {
    TransportError::Unreachable(error.to_string())
}
