//! A running node as its HTTP side sees it: hand in transactions, read the decided state.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clock::Clock;
use registry_state::{
    BlockContext, Checked, Execution, Refusal, TransactionError, View as _, ViewError, check_against,
    check_stateless,
};
use registry_types::{
    Canonical, DecodeError, Genesis, Hash, KeyRecord, SignedTransaction, TransactionId, TransactionPlace,
    state_key,
};
use tokio::sync::watch;

use crate::engine::Health;
use crate::evidence::DoubleSign;
use crate::gossip::{Batch, Gossip};
use crate::mempool::{Awaited, Mempool, MempoolError, Outcome};
use crate::peers::{Envelope, Peers, PushError};
use crate::store::export::Exports;
use crate::store::{Snapshot, Store, StoreError};

/// How long a request that waits for its block is held at most.
const WAIT: Duration = Duration::from_secs(20);

/// Cheap to clone.
#[derive(Clone)]
pub struct Node {
    inner: Arc<Inner>,
}

struct Inner {
    genesis: Genesis,
    chain: Hash,
    store: Arc<Store>,
    mempool: Arc<Mempool>,
    clock: Arc<dyn Clock>,
    health: watch::Receiver<Health>,
    parts: Parts,
}

/// What a node has beside the chain.
pub struct Parts {
    pub gossip: Gossip,
    pub peers: Peers,
    pub exports: Exports,
}

/// Where a transaction is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Committed(TransactionPlace),
    Pending,
}

#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    #[error("the bytes are no transaction")]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Refused(#[from] TransactionError),
    #[error(transparent)]
    Mempool(#[from] MempoolError),
    #[error(transparent)]
    View(#[from] ViewError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("this node has stopped taking part in the chain")]
    Stopped,
}

impl From<Refusal> for SubmitError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Rule(error) => Self::Refused(error),
            Refusal::View(error) => Self::View(error),
        }
    }
}

impl Node {
    pub fn new(
        genesis: Genesis,
        store: Arc<Store>,
        mempool: Arc<Mempool>,
        clock: Arc<dyn Clock>,
        health: watch::Receiver<Health>,
        parts: Parts,
    ) -> Self {
        let chain = genesis.chain_id();
        Self { inner: Arc::new(Inner { genesis, chain, store, mempool, clock, health, parts }) }
    }

    pub fn genesis(&self) -> &Genesis {
        &self.inner.genesis
    }

    pub fn chain(&self) -> Hash {
        self.inner.chain
    }

    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.store.snapshot()
    }

    /// What joining nodes may fetch.
    pub fn exports(&self) -> &Exports {
        &self.inner.parts.exports
    }

    pub fn health(&self) -> Health {
        *self.inner.health.borrow()
    }

    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.inner.clock.now().timestamp_millis()).unwrap_or(0)
    }

    /// Takes a transaction in, or finds it where it is already: the same bytes always get the same answer.
    pub async fn submit(&self, bytes: &[u8], wait: bool) -> Result<(TransactionId, Standing), SubmitError> {
        if self.health() == Health::Failed {
            return Err(SubmitError::Stopped);
        }
        let signed = SignedTransaction::from_bytes(bytes)?;
        let id = signed.id();
        if let Some(standing) = self.committed(id)? {
            return Ok((id, standing));
        }
        // A wrong signature must not learn the fate of the right one.
        let checked = check_stateless(signed, &self.inner.chain)?;
        let awaited = match self.inner.mempool.find(id) {
            Some(awaited) => awaited,
            None => match self.admit(checked) {
                Ok(awaited) => {
                    self.inner.parts.gossip.offer(id, &Bytes::copy_from_slice(bytes), false);
                    awaited
                }
                // Its block may have been decided between the two looks.
                Err(error) => match self.committed(id)? {
                    Some(standing) => return Ok((id, standing)),
                    None => return Err(error),
                },
            },
        };
        if !wait {
            return Ok((id, Standing::Pending));
        }
        Ok((id, self.outcome(id, awaited).await?))
    }

    pub fn require_known(&self, envelope: &Envelope) -> Result<(), PushError> {
        if self.inner.parts.peers.knows(&envelope.peer) { Ok(()) } else { Err(PushError::UnknownPeer) }
    }

    /// Takes in what another node hands on. What breaks a rule was taken in by nobody honest, and is passed over.
    pub async fn take_push(&self, envelope: Envelope, body: Bytes) -> Result<(), PushError> {
        let batch = Batch::from_bytes(&body).ok_or(PushError::Malformed)?;
        let count = u64::try_from(batch.transactions.len()).unwrap_or(u64::MAX);
        self.inner.parts.peers.admit(&envelope, &body, count, self.now_ms())?;
        if self.health() == Health::Failed {
            return Ok(());
        }
        let node = self.clone();
        // Checking a full batch takes tens of milliseconds: not on a thread that answers requests.
        let taken = tokio::task::spawn_blocking(move || {
            for bytes in batch.transactions {
                if let Err(error) = node.take_relayed(bytes, batch.relayed) {
                    tracing::debug!(%error, "a transaction that was handed on is passed over");
                }
            }
        });
        let _ = taken.await;
        Ok(())
    }

    fn take_relayed(&self, bytes: Vec<u8>, relayed_before: bool) -> Result<(), SubmitError> {
        let signed = SignedTransaction::from_bytes(&bytes)?;
        let id = signed.id();
        if self.inner.mempool.holds(id) || self.committed(id)?.is_some() {
            return Ok(());
        }
        self.admit(check_stateless(signed, &self.inner.chain)?)?;
        if !relayed_before {
            self.inner.parts.gossip.offer(id, &bytes.into(), true);
        }
        Ok(())
    }

    pub fn evidence(&self, limit: usize) -> Result<Vec<DoubleSign>, StoreError> {
        self.inner.store.evidence(limit)
    }

    /// Where a transaction is, if this node knows it.
    pub fn find(&self, id: TransactionId) -> Result<Option<Standing>, StoreError> {
        if let Some(standing) = self.committed(id)? {
            return Ok(Some(standing));
        }
        Ok(self.inner.mempool.find(id).map(|_| Standing::Pending))
    }

    fn committed(&self, id: TransactionId) -> Result<Option<Standing>, StoreError> {
        Ok(self.snapshot().place(id)?.map(Standing::Committed))
    }

    fn admit(&self, checked: Checked) -> Result<Awaited, SubmitError> {
        let snapshot = self.snapshot();
        let tip = snapshot.tip();
        let next_height = tip.height + 1;
        check_against(snapshot.as_ref(), &checked, next_height)?;
        let public_key = checked.signed().public_key;
        let key_name = state_key::key(&public_key);
        let key: KeyRecord = snapshot.find(&key_name)?.ok_or(TransactionError::UnknownKey)?;
        // With nothing before it in the queue, what the rules say now is what they will say in its block: a
        // transaction that cannot succeed costs no block.
        if !self.inner.mempool.is_ready() && checked.signed().transaction.sequence == key.sequence {
            let time_ms = self.now_ms().max(tip.time_ms + 1);
            Execution::begin(snapshot.as_ref(), BlockContext { height: next_height, time_ms })?
                .apply(&checked)?;
        }
        let awaited = self.inner.mempool.insert(checked, key.sequence)?;
        // A block may have been decided since the first look, before the transaction was there to be told of it.
        if let Some(key) = self.snapshot().find::<KeyRecord>(&key_name)? {
            self.inner.mempool.advance(&public_key, key.sequence);
        }
        Ok(awaited)
    }

    async fn outcome(&self, id: TransactionId, mut awaited: Awaited) -> Result<Standing, SubmitError> {
        let ended = tokio::time::timeout(WAIT, awaited.wait_for(Option::is_some)).await;
        let outcome = match ended {
            Ok(Ok(outcome)) => outcome.clone(),
            Ok(Err(_)) | Err(_) => None,
        };
        match outcome {
            Some(Outcome::Committed(place)) => Ok(Standing::Committed(place)),
            Some(Outcome::Refused(error)) => match self.committed(id)? {
                // Another copy of it was decided.
                Some(standing) => Ok(standing),
                None => Err(error.into()),
            },
            None => Ok(Standing::Pending),
        }
    }
}
