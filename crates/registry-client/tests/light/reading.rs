//! The reader on top of the light client: cache, following, memory, sending.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use clock::TestClock;
use registry_client::{LightError, Options, Registry, RegistryError, Submission, Transport, TransportError};
use registry_types::{ProvenRecord, SetChange, SignedTransaction};

use crate::chain::{Chain, at};

/// A node in memory that counts what it is asked.
pub struct Node {
    chain: Mutex<Chain>,
    changes: Mutex<Vec<SetChange>>,
    height: AtomicUsize,
    asked: AtomicUsize,
    submissions: Mutex<Vec<Result<Submission, TransportError>>>,
}

impl Node {
    pub fn new(chain: Chain) -> Arc<Self> {
        Arc::new(Self {
            chain: Mutex::new(chain),
            changes: Mutex::default(),
            height: AtomicUsize::new(10),
            asked: AtomicUsize::new(0),
            submissions: Mutex::default(),
        })
    }

    pub fn registry(self: &Arc<Self>, options: Options) -> (Registry, TestClock) {
        let clock = TestClock::at(chrono::DateTime::from_timestamp_millis(at(10).cast_signed()).unwrap());
        let genesis = self.chain.lock().unwrap().genesis.clone();
        let transport: Arc<dyn Transport> = self.clone();
        (Registry::over(transport, &genesis, Arc::new(clock.clone()), options).unwrap(), clock)
    }

    pub fn go_to(&self, height: usize) {
        self.height.store(height, Ordering::SeqCst);
    }

    /// The same height gets another state: its validators sign a second header.
    pub fn change_state(&self) {
        let more = [("schema/urn:c".to_owned(), vec![1, 2, 3])];
        self.chain.lock().unwrap().state.store(&more.into()).unwrap();
    }
}

#[async_trait]
impl Transport for Node {
    async fn record(&self, key: &str) -> Result<ProvenRecord, TransportError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let height = self.height.load(Ordering::SeqCst) as u64;
        Ok(self.chain.lock().unwrap().answer(key, height))
    }

    async fn changes_after(&self, height: u64) -> Result<Vec<SetChange>, TransportError> {
        let changes = self.changes.lock().unwrap();
        Ok(changes.iter().filter(|change| change.header.height > height).cloned().collect())
    }

    async fn submit(&self, _: &SignedTransaction) -> Result<Submission, TransportError> {
        self.submissions.lock().unwrap().pop().unwrap_or(Err(TransportError::Malformed))
    }
}

#[tokio::test]
async fn many_readers_of_one_record_share_one_question() {
    let node = Node::new(Chain::new(&[1]));
    let (registry, _) = node.registry(Options::default());
    let readers = (0..100).map(|_| {
        let registry = registry.clone();
        tokio::spawn(async move { registry.schema("urn:a").await.unwrap() })
    });
    for reader in readers.collect::<Vec<_>>() {
        assert_eq!(reader.await.unwrap().value.unwrap().digest, [5; 32]);
    }
    assert_eq!(node.asked.load(Ordering::SeqCst), 1);
    assert!(registry.schema("urn:b").await.unwrap().value.is_none());
}

#[tokio::test]
async fn a_cached_answer_grows_stale_like_any_other() {
    let node = Node::new(Chain::new(&[1]));
    let options = Options { cache_ttl: Duration::from_secs(3_600), ..Options::default() };
    let (registry, clock) = node.registry(options);
    registry.schema("urn:a").await.unwrap();
    clock.advance(chrono::Duration::seconds(301));
    let error = registry.schema("urn:a").await.unwrap_err();
    assert!(matches!(error, RegistryError::Unproven(LightError::Stale { .. })));
    assert!(error.is_passing());
    assert_eq!(node.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_node_that_goes_back_is_caught() {
    let node = Node::new(Chain::new(&[1]));
    let options = Options { cache_ttl: Duration::ZERO, ..Options::default() };
    let (registry, _) = node.registry(options);
    registry.schema("urn:a").await.unwrap();
    node.go_to(8);
    let error = registry.schema("urn:a").await.unwrap_err();
    assert!(matches!(error, RegistryError::Unproven(LightError::Rollback { height: 8, known: 10 })));
}

#[tokio::test]
async fn the_reader_follows_the_validators_by_itself() {
    let mut chain = Chain::new(&[1, 2, 3]);
    let mut changes = Vec::new();
    for (height, next) in [(3, vec![2, 3, 4]), (5, vec![7])] {
        chain.next = next.clone();
        changes.push(chain.change(height));
        chain.signers = next;
    }
    let node = Node::new(chain);
    *node.changes.lock().unwrap() = changes;
    let (registry, _) = node.registry(Options::default());
    registry.schema("urn:a").await.unwrap();

    // Without the changes in between there is no way to the new set.
    node.changes.lock().unwrap().remove(0);
    let (registry, _) = node.registry(Options::default());
    assert!(matches!(registry.schema("urn:a").await, Err(RegistryError::Unproven(_))));
}

#[tokio::test]
async fn a_transaction_is_sent_until_it_is_decided() {
    let node = Node::new(Chain::new(&[1]));
    let options = Options { submit_patience: Duration::from_millis(600), ..Options::default() };
    let (registry, _) = node.registry(options);
    let transaction = registry_types::Transaction {
        chain: registry.chain(),
        sequence: 0,
        expires_at_height: 100,
        operation: registry_types::Operation::Vote(registry_types::Vote { proposal: [1; 32], approve: true }),
    };
    let signed = SignedTransaction { transaction, public_key: [0; 32], signature: [0; 64] };
    let place = registry_types::TransactionPlace {
        height: 11,
        index: 0,
        block_time_ms: at(11),
        header_hash: [1; 32],
    };
    *node.submissions.lock().unwrap() = vec![
        Ok(Submission::Committed(place)),
        Ok(Submission::Pending),
        Err(TransportError::Status(503)),
        Err(TransportError::Unreachable("gone".to_owned())),
    ];
    assert_eq!(registry.submit(&signed).await.unwrap().height, 11);

    let rejected = Submission::Rejected { code: "expired".to_owned(), detail: String::new() };
    *node.submissions.lock().unwrap() = vec![Ok(rejected)];
    assert!(
        matches!(registry.submit(&signed).await, Err(RegistryError::Rejected { code, .. }) if code == "expired")
    );

    *node.submissions.lock().unwrap() = (0..100).map(|_| Ok(Submission::Pending)).collect();
    assert!(matches!(registry.submit(&signed).await, Err(RegistryError::Undecided)));
}
