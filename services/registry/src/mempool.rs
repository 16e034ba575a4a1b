//! Transactions that wait for a block: bounded, fair between keys, in sequence for each key.
//!
//! Nothing here survives a crash, and nothing here has been acknowledged.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use registry_state::{Checked, TransactionError};
use registry_types::{Canonical, SignedTransaction, TransactionId, TransactionPlace};
use tokio::sync::{Notify, watch};

/// Bounds for everybody, and for one key so that no member takes the others' room.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub transactions: usize,
    pub bytes: usize,
    pub transactions_per_key: usize,
    pub bytes_per_key: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            transactions: 20_000,
            bytes: 32 * 1024 * 1024,
            transactions_per_key: 4_096,
            bytes_per_key: 8 * 1024 * 1024,
        }
    }
}

/// How a waiting transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Committed(TransactionPlace),
    Refused(TransactionError),
}

pub type Awaited = watch::Receiver<Option<Outcome>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MempoolError {
    #[error("too many transactions wait already")]
    Full,
    #[error("too many transactions of this key wait already")]
    KeyFull,
    #[error("another transaction with this sequence waits already")]
    SequenceTaken,
}

#[derive(Default)]
pub struct Mempool {
    bounds: Bounds,
    inner: Mutex<Inner>,
    arrived: Notify,
}

#[derive(Default)]
struct Inner {
    keys: BTreeMap<[u8; 32], Queue>,
    places: HashMap<TransactionId, ([u8; 32], u64)>,
    bytes: usize,
    /// The key whose turn comes first in the next block.
    turn: [u8; 32],
}

#[derive(Default)]
struct Queue {
    waiting: BTreeMap<u64, Waiting>,
    bytes: usize,
    /// The sequence that the chain expects next of the key.
    next: u64,
}

impl Queue {
    /// Those whose turn has come: from the expected sequence on, without a gap.
    fn ready(&self) -> impl Iterator<Item = &Waiting> {
        (self.next..)
            .zip(&self.waiting)
            .take_while(|(expected, (found, _))| expected == *found)
            .map(|(_, (_, w))| w)
    }
}

struct Waiting {
    checked: Checked,
    size: usize,
    tell: watch::Sender<Option<Outcome>>,
}

impl Mempool {
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// Whether a block could take something.
    pub fn is_ready(&self) -> bool {
        self.lock().keys.values().any(|queue| queue.ready().next().is_some())
    }

    pub fn len(&self) -> usize {
        self.lock().places.len()
    }

    /// Returns when a transaction has arrived since the last call.
    pub async fn arrival(&self) {
        self.arrived.notified().await;
    }

    /// The outcome of a transaction that waits already.
    pub fn find(&self, id: TransactionId) -> Option<Awaited> {
        let inner = self.lock();
        let (key, sequence) = inner.places.get(&id)?;
        Some(inner.keys.get(key)?.waiting.get(sequence)?.tell.subscribe())
    }

    /// Whether a transaction waits here.
    pub fn holds(&self, id: TransactionId) -> bool {
        self.lock().places.contains_key(&id)
    }

    /// The same transaction with the same signature, when it waits here.
    pub fn checked(&self, signed: &SignedTransaction) -> Option<Checked> {
        let inner = self.lock();
        let waiting = inner.keys.get(&signed.public_key)?.waiting.get(&signed.transaction.sequence)?;
        (waiting.checked.signed() == signed).then(|| waiting.checked.clone())
    }

    /// Keeps a transaction. `next` is the sequence that the chain expects of its key.
    pub fn insert(&self, checked: Checked, next: u64) -> Result<Awaited, MempoolError> {
        let id = checked.id();
        let key = checked.signed().public_key;
        let sequence = checked.signed().transaction.sequence;
        let size = checked.signed().to_bytes().len();
        let mut guard = self.lock();
        let inner = &mut *guard;
        if inner.places.len() >= self.bounds.transactions || inner.bytes + size > self.bounds.bytes {
            return Err(MempoolError::Full);
        }
        let queue = inner.keys.entry(key).or_default();
        if let Some(waiting) = queue.waiting.get(&sequence) {
            let same = waiting.checked.id() == id;
            return if same { Ok(waiting.tell.subscribe()) } else { Err(MempoolError::SequenceTaken) };
        }
        let full = queue.waiting.len() >= self.bounds.transactions_per_key;
        if full || queue.bytes + size > self.bounds.bytes_per_key {
            return Err(MempoolError::KeyFull);
        }
        let (tell, awaited) = watch::channel(None);
        queue.waiting.insert(sequence, Waiting { checked, size, tell });
        queue.next = queue.next.max(next);
        queue.bytes += size;
        inner.bytes += size;
        inner.places.insert(id, (key, sequence));
        drop(guard);
        self.arrived.notify_one();
        Ok(awaited)
    }

    /// What could go into a block: one of each key in turn, each key's in sequence. They stay here until the
    /// block is decided.
    pub fn candidates(&self, most: usize, most_bytes: usize) -> Vec<Checked> {
        let mut guard = self.lock();
        let inner = &mut *guard;
        let from = inner.turn;
        let mut queues: Vec<_> = inner
            .keys
            .range(from..)
            .chain(inner.keys.range(..from))
            .map(|(key, queue)| (*key, queue.ready()))
            .collect();
        if let Some((second, _)) = queues.get(1) {
            inner.turn = *second;
        }
        let mut chosen = Vec::new();
        let mut bytes = 0;
        while !queues.is_empty() {
            queues.retain_mut(|(_, waiting)| {
                let Some(next) = waiting.next() else { return false };
                if chosen.len() >= most || bytes + next.size > most_bytes {
                    return false;
                }
                bytes += next.size;
                chosen.push(next.checked.clone());
                true
            });
        }
        chosen
    }

    /// Ends the wait for one transaction.
    pub fn settle(&self, id: TransactionId, outcome: Outcome) {
        let mut inner = self.lock();
        if let Some(waiting) = inner.remove(id) {
            waiting.tell.send_replace(Some(outcome));
        }
    }

    /// The chain expects `next` of a key now. Whatever else waited with a sequence before it has lost.
    pub fn advance(&self, key: &[u8; 32], next: u64) {
        let mut inner = self.lock();
        let Some(queue) = inner.keys.get_mut(key) else { return };
        queue.next = queue.next.max(next);
        if queue.ready().next().is_some() {
            self.arrived.notify_one();
        }
        let lost: Vec<_> =
            queue.waiting.range(..next).map(|(at, waiting)| (*at, waiting.checked.id())).collect();
        for (found, id) in lost {
            if let Some(waiting) = inner.remove(id) {
                let error = TransactionError::SequenceUsed { expected: next, found };
                waiting.tell.send_replace(Some(Outcome::Refused(error)));
            }
        }
    }

    /// Ends the wait for those that can never be committed any more.
    pub fn drop_expired(&self, next_height: u64) {
        let mut inner = self.lock();
        let expired: Vec<_> = inner
            .keys
            .values()
            .flat_map(|queue| queue.waiting.values())
            .filter(|waiting| waiting.checked.signed().transaction.expires_at_height < next_height)
            .map(|waiting| waiting.checked.id())
            .collect();
        for id in expired {
            if let Some(waiting) = inner.remove(id) {
                let at = waiting.checked.signed().transaction.expires_at_height;
                waiting.tell.send_replace(Some(Outcome::Refused(TransactionError::Expired(at))));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn remove(&mut self, id: TransactionId) -> Option<Waiting> {
        let (key, sequence) = self.places.remove(&id)?;
        let queue = self.keys.get_mut(&key)?;
        let waiting = queue.waiting.remove(&sequence)?;
        queue.bytes -= waiting.size;
        self.bytes -= waiting.size;
        if queue.waiting.is_empty() {
            self.keys.remove(&key);
        }
        Some(waiting)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests;
