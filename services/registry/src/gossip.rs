//! Hands transactions on to other nodes, so that each reaches the proposer wherever it was handed in.
//!
//! Every link has a bounded queue and sends one batch at a time; a link that is slow or away holds up nobody.
//! What was decided meanwhile is not sent. What came by a push is handed on once more and later, for nodes that the
//! first did not reach; what came by the second goes no further.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;
use clock::Clock;
use outbound::Outbound;
use registry_types::{TransactionId, limits};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use url::Url;

use crate::mempool::Mempool;
use crate::peers::{Envelope, Identity};

pub const PEER_HEADER: &str = "passerelle-peer";
pub const NUMBER_HEADER: &str = "passerelle-push";
pub const SIGNATURE_HEADER: &str = "passerelle-signature";
/// The most bytes of a batch; any single transaction fits.
pub const BATCH_BYTES: usize = 512 * 1024;
const BATCH_TRANSACTIONS: usize = 1_024;
/// The most transactions that wait for one link. The oldest make room.
const QUEUE: usize = 16_384;
/// How long what came by a push waits before it is handed on: most is decided by then, under load as well.
const SECOND_HOP: Duration = Duration::from_secs(2);
/// The most that a number learned from a node may be ahead of this node's clock, in microseconds: a day.
const CLOCK_OFF: u64 = 24 * 60 * 60 * 1_000_000;
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(5);

const _: () = assert!(BATCH_BYTES > limits::TRANSACTION_BYTES * 2);

/// What one node pushes to another.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Batch {
    /// Whether these came to the sender by a push themselves.
    pub relayed: bool,
    pub transactions: Vec<Vec<u8>>,
}

impl Batch {
    /// Nothing when the bytes are no batch, or one that is too long.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > BATCH_BYTES {
            return None;
        }
        let batch = Self::try_from_slice(bytes).ok()?;
        (batch.transactions.len() <= BATCH_TRANSACTIONS).then_some(batch)
    }
}

#[derive(Clone)]
struct Item {
    id: TransactionId,
    bytes: Bytes,
    due: Instant,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Gossip {
    links: Arc<[Arc<Link>]>,
}

struct Link {
    url: Url,
    queues: Mutex<Queues>,
    arrived: Notify,
}

/// What waits for a link, each in the order of arrival, which is that of being due.
#[derive(Default)]
struct Queues {
    /// What was handed in here.
    own: VecDeque<Item>,
    /// What came by a push.
    relayed: VecDeque<Item>,
}

impl Queues {
    fn of(&mut self, relayed: bool) -> &mut VecDeque<Item> {
        if relayed { &mut self.relayed } else { &mut self.own }
    }
}

/// The tasks that send.
pub struct Sending {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Sending {
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

impl Gossip {
    pub fn start(
        urls: Vec<Url>,
        identity: Arc<Identity>,
        outbound: &Outbound,
        mempool: &Arc<Mempool>,
        clock: &Arc<dyn Clock>,
    ) -> (Self, Sending) {
        let links: Vec<_> = urls
            .into_iter()
            .map(|url| Arc::new(Link { url, queues: Mutex::default(), arrived: Notify::new() }))
            .collect();
        let (stop, stopped) = watch::channel(false);
        let tasks = links.iter().map(|link| {
            let sender = Sender {
                link: Arc::clone(link),
                identity: Arc::clone(&identity),
                outbound: outbound.clone(),
                mempool: Arc::clone(mempool),
                clock: Arc::clone(clock),
            };
            let mut stopped = stopped.clone();
            tokio::spawn(async move {
                tokio::select! {
                    _ = stopped.wait_for(|stop| *stop) => {}
                    () = sender.run() => {}
                }
            })
        });
        let tasks = tasks.collect();
        (Self { links: links.into() }, Sending { stop, tasks })
    }

    /// Queues a transaction for every link.
    pub fn offer(&self, id: TransactionId, bytes: &Bytes, relayed: bool) {
        let due = Instant::now() + if relayed { SECOND_HOP } else { Duration::ZERO };
        for link in self.links.iter() {
            link.offer(Item { id, bytes: bytes.clone(), due }, relayed);
        }
    }
}

impl Link {
    fn offer(&self, item: Item, relayed: bool) {
        let mut queues = self.lock();
        let queue = queues.of(relayed);
        if queue.len() >= QUEUE {
            queue.pop_front();
            metrics::counter!("registry_gossip_dropped").increment(1);
        }
        queue.push_back(item);
        drop(queues);
        self.arrived.notify_one();
    }

    /// The next batch, of one kind and no longer than allowed; or how long until one is due.
    fn take(&self, mempool: &Mempool) -> Result<Outgoing, Option<Duration>> {
        let mut queues = self.lock();
        let now = Instant::now();
        for relayed in [false, true] {
            let items = take_due(queues.of(relayed), mempool, now);
            if !items.is_empty() {
                return Ok(Outgoing { relayed, items });
            }
        }
        Err(queues.relayed.front().map(|item| item.due.saturating_duration_since(now)))
    }

    /// What could not be sent goes first the next time.
    fn put_back(&self, batch: Outgoing) {
        let mut queues = self.lock();
        let queue = queues.of(batch.relayed);
        for item in batch.items.into_iter().rev() {
            if queue.len() < QUEUE {
                queue.push_front(item);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes what is due and still waits for a block, as far as a batch holds it.
fn take_due(queue: &mut VecDeque<Item>, mempool: &Mempool, now: Instant) -> Vec<Item> {
    let (mut batch, mut bytes) = (Vec::new(), 16);
    while batch.len() < BATCH_TRANSACTIONS
        && let Some(item) = queue.pop_front_if(|item| item.due <= now)
    {
        if !mempool.holds(item.id) {
            continue;
        }
        bytes += item.bytes.len() + 4;
        if bytes > BATCH_BYTES {
            queue.push_front(item);
            break;
        }
        batch.push(item);
    }
    batch
}

/// Transactions on their way to one node.
struct Outgoing {
    relayed: bool,
    items: Vec<Item>,
}

/// What became of a batch.
enum Sent {
    /// Nothing is left to do.
    Done,
    /// The node has seen this number from us.
    Behind(u64),
    Later,
}

struct Sender {
    link: Arc<Link>,
    identity: Arc<Identity>,
    outbound: Outbound,
    mempool: Arc<Mempool>,
    clock: Arc<dyn Clock>,
}

impl Sender {
    async fn run(&self) {
        let mut retry = FIRST_RETRY;
        let mut number = 0_u64;
        loop {
            let batch = match self.link.take(&self.mempool) {
                Ok(batch) => batch,
                Err(Some(wait)) => {
                    let _ = tokio::time::timeout(wait, self.link.arrived.notified()).await;
                    continue;
                }
                Err(None) => {
                    self.link.arrived.notified().await;
                    continue;
                }
            };
            // Numbers grow also across restarts, as long as the clock does.
            let now = u64::try_from(self.clock.now().timestamp_micros()).unwrap_or(0);
            number = now.max(number.saturating_add(1));
            match self.send(number, &batch).await {
                Sent::Done => retry = FIRST_RETRY,
                // This node's clock was ahead before it restarted.
                Sent::Behind(last) if last.saturating_sub(number) <= CLOCK_OFF => {
                    self.link.put_back(batch);
                    number = last;
                    tokio::time::sleep(FIRST_RETRY).await;
                }
                Sent::Behind(_) | Sent::Later => {
                    self.link.put_back(batch);
                    tokio::time::sleep(retry).await;
                    retry = (retry * 2).min(LAST_RETRY);
                }
            }
        }
    }

    async fn send(&self, number: u64, outgoing: &Outgoing) -> Sent {
        let batch = Batch {
            relayed: outgoing.relayed,
            transactions: outgoing.items.iter().map(|item| item.bytes.to_vec()).collect(),
        };
        let Ok(body) = borsh::to_vec(&batch) else { return Sent::Done };
        let Ok(Envelope { peer, number, signature }) = self.identity.seal(number, &body) else {
            return Sent::Done;
        };
        let Ok(url) = self.link.url.join("/v1/peers/transactions") else { return Sent::Done };
        let (number, signature) = (number.to_string(), hex::encode(signature));
        let headers =
            [(PEER_HEADER, peer.as_str()), (NUMBER_HEADER, &number), (SIGNATURE_HEADER, &signature)];
        match self.outbound.post_bytes(&url, "application/octet-stream", body, &headers).await {
            Ok(reply) if (200..300).contains(&reply.status) => Sent::Done,
            Ok(reply) => {
                tracing::warn!(http.status = reply.status, node = %self.link.url, "a node refuses transactions");
                let last =
                    reply.headers.get(NUMBER_HEADER).and_then(|value| value.to_str().ok()?.parse().ok());
                match (reply.status, last) {
                    (409, Some(last)) => Sent::Behind(last),
                    (429 | 500.., _) => Sent::Later,
                    // It will say the same of these bytes again.
                    _ => Sent::Done,
                }
            }
            Err(error) => {
                tracing::debug!(%error, "a node cannot be reached with transactions");
                Sent::Later
            }
        }
    }
}
