//! A chain in memory that keeps the rules of the real one and fails on demand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use clock::Timestamp;
use issuer::app::{Anchored, DocumentKey, Ledger, ListedKey, PublishedStatus};
use keys::Signer;
use registry_client::{RegistryError, TransportError};
use registry_types::Operation;

/// What happens to the next write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The operation never arrives.
    Lost,
    /// The operation takes effect, but the answer is lost.
    AnswerLost,
}

#[derive(Default)]
pub struct TestLedger {
    pub state: Mutex<State>,
}

#[derive(Default)]
pub struct State {
    pub height: u64,
    pub time: Timestamp,
    pub keys: BTreeMap<String, Vec<DocumentKey>>,
    pub statuses: BTreeMap<(String, String), PublishedStatus>,
    pub anchors: BTreeMap<(String, u64), Anchored>,
    /// Issuers with the digests of their public documents.
    pub published: std::collections::BTreeSet<(String, [u8; 32])>,
    pub writes: u64,
    pub faults: VecDeque<Fault>,
}

impl TestLedger {
    pub fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap())
    }

    pub fn fail_next(&self, fault: Fault) {
        self.with(|state| state.faults.push_back(fault));
    }
}

fn unreachable_node() -> RegistryError {
    RegistryError::Transport(TransportError::Unreachable("played".into()))
}

fn rejected(code: &str) -> RegistryError {
    RegistryError::Rejected { code: code.into(), detail: String::new() }
}

impl State {
    fn apply(&mut self, operation: Operation) -> Result<(), RegistryError> {
        self.height += 1;
        self.writes += 1;
        match operation {
            Operation::PublishStatus(publish) => {
                let key = (publish.issuer, publish.list);
                let next =
                    PublishedStatus { digest: publish.digest, version: publish.version, height: self.height };
                if self.statuses.get(&key).is_some_and(|old| old.version >= publish.version) {
                    return Err(rejected("status_version_not_higher"));
                }
                self.statuses.insert(key, next);
            }
            Operation::Anchor(anchor) => {
                let key = (anchor.issuer, anchor.sequence);
                let next = Anchored { root: anchor.root, height: self.height, block_time: self.time };
                if self.anchors.get(&key).is_some_and(|old| old.root != anchor.root) {
                    return Err(rejected("anchor_exists"));
                }
                self.anchors.insert(key, next);
            }
            Operation::PublishDocuments(publish) => {
                let by = publish.issuer;
                self.published.extend(publish.digests.into_iter().map(|digest| (by.clone(), digest)));
            }
            _ => return Err(rejected("unexpected")),
        }
        Ok(())
    }
}

#[async_trait]
impl Ledger for TestLedger {
    async fn assertion_keys(&self, did: &str) -> Result<Vec<DocumentKey>, RegistryError> {
        Ok(self.with(|state| state.keys.get(did).cloned().unwrap_or_default()))
    }

    async fn listed_keys(&self, did: &str) -> Result<Vec<ListedKey>, RegistryError> {
        let listed = |key: &DocumentKey| ListedKey {
            fragment: key.fragment.clone(),
            multikey: key.multikey.clone(),
            relationships: vec!["assertionMethod".into()],
            since: Timestamp::from_timestamp(1_790_000_000, 0).unwrap(),
            until: None,
            compromised_at: None,
        };
        Ok(self.with(|state| state.keys.get(did).into_iter().flatten().map(listed).collect()))
    }

    async fn status(&self, issuer: &str, list: &str) -> Result<Option<PublishedStatus>, RegistryError> {
        Ok(self.with(|state| state.statuses.get(&(issuer.into(), list.into())).copied()))
    }

    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Option<Anchored>, RegistryError> {
        Ok(self.with(|state| state.anchors.get(&(issuer.into(), sequence)).copied()))
    }

    async fn is_published(&self, issuer: &str, digest: &[u8; 32]) -> Result<bool, RegistryError> {
        Ok(self.with(|state| state.published.contains(&(issuer.into(), *digest))))
    }

    async fn write(&self, _: &dyn Signer, operation: Operation) -> Result<(), RegistryError> {
        self.with(|state| match state.faults.pop_front() {
            Some(Fault::Lost) => Err(unreachable_node()),
            Some(Fault::AnswerLost) => state.apply(operation).and(Err(unreachable_node())),
            None => state.apply(operation),
        })
    }
}
