//! A chain in memory that keeps the rules of the real one and fails on demand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use clock::Timestamp;
use issuer::app::{Anchored, DocumentKey, Ledger, PublishedStatus};
use keys::Signer;
use registry_client::{RegistryError, TransportError};
use registry_types::{DidChange, DidKey, DidRecord, DidRole, DidVersion, Operation, Relationship, UpdateDid};

/// What happens to the next write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The operation never arrives.
    Lost,
    /// The operation takes effect, but the answer is lost.
    AnswerLost,
    /// None for this write: the next one is for the write after it.
    NotYet,
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
    /// Earlier versions of the documents.
    pub past: BTreeMap<String, Vec<DidVersion>>,
    /// Multikeys, and when they were marked.
    pub compromised: BTreeMap<String, u64>,
    /// Public halves of the keys that control a document.
    pub controllers: BTreeMap<String, String>,
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
    fn apply(&mut self, signer: &str, operation: Operation) -> Result<(), RegistryError> {
        self.height += 1;
        self.writes += 1;
        match operation {
            Operation::UpdateDid(update) => self.update_did(signer, update)?,
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

    /// As `registry-state` does it.
    fn update_did(&mut self, signer: &str, update: UpdateDid) -> Result<(), RegistryError> {
        if self.controllers.get(&update.did).map(String::as_str) != Some(signer) {
            return Err(rejected("not_controller"));
        }
        let record = self.record(&update.did).ok_or_else(|| rejected("unknown_did"))?;
        if usize::try_from(update.known_versions).unwrap() != record.versions.len() {
            return Err(rejected("other_version"));
        }
        match update.change {
            DidChange::Replace { keys, .. } => {
                if keys.iter().any(|key| self.compromised.contains_key(&key.multikey)) {
                    return Err(rejected("compromised_key"));
                }
                let mut old = record.versions.last().unwrap().clone();
                old.until_ms = Some(self.now_ms());
                self.past.entry(update.did.clone()).or_default().push(old);
                let listed = keys.into_iter().map(|it| (it.fragment, it.multikey));
                let listed = listed.map(|(fragment, multikey)| DocumentKey { fragment, multikey });
                self.keys.insert(update.did, listed.collect());
            }
            DidChange::MarkCompromised { multikey } => {
                let at = self.now_ms();
                if self.compromised.insert(multikey, at).is_some() {
                    return Err(rejected("compromised_key"));
                }
            }
            DidChange::Deactivate => return Err(rejected("unexpected")),
        }
        Ok(())
    }

    /// One block a minute, so that versions do not begin at the same time.
    fn now_ms(&self) -> u64 {
        1_790_000_000_000 + self.height * 60_000
    }

    fn record(&self, did: &str) -> Option<DidRecord> {
        let key = |key: &DocumentKey| DidKey {
            fragment: key.fragment.clone(),
            multikey: key.multikey.clone(),
            relationships: vec![Relationship::AssertionMethod],
            compromised_at: None,
        };
        let current = self.keys.get(did)?.iter().map(key).collect();
        let mut versions = self.past.get(did).cloned().unwrap_or_default();
        let from_ms = versions.last().and_then(|it| it.until_ms).unwrap_or(1_790_000_000_000);
        versions.push(DidVersion { from_ms, until_ms: None, keys: current, services: Vec::new() });
        for key in versions.iter_mut().flat_map(|version| &mut version.keys) {
            key.compromised_at = self.compromised.get(&key.multikey).copied();
        }
        Some(DidRecord {
            organisation: "undp".into(),
            role: DidRole::Organisation,
            versions,
            deactivated_ms: None,
            stops: Vec::new(),
            recovered: Vec::new(),
        })
    }
}

#[async_trait]
impl Ledger for TestLedger {
    async fn assertion_keys(&self, did: &str) -> Result<Vec<DocumentKey>, RegistryError> {
        Ok(self.with(|state| {
            let listed = state.keys.get(did).into_iter().flatten();
            listed.filter(|key| !state.compromised.contains_key(&key.multikey)).cloned().collect()
        }))
    }

    async fn did_record(&self, did: &str) -> Result<Option<DidRecord>, RegistryError> {
        Ok(self.with(|state| state.record(did)))
    }

    async fn status(&self, issuer: &str, list: &str) -> Result<Option<PublishedStatus>, RegistryError> {
        Ok(self.with(|state| state.statuses.get(&(issuer.into(), list.into())).copied()))
    }

    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Option<Anchored>, RegistryError> {
        Ok(self.with(|state| state.anchors.get(&(issuer.into(), sequence)).copied()))
    }

    async fn anchor_proof(&self, issuer: &str, sequence: u64) -> Result<Option<Vec<u8>>, RegistryError> {
        // What the issuer passes on and does not read.
        let there = self.anchor(issuer, sequence).await?;
        Ok(there.map(|there| there.root.to_vec()))
    }

    async fn is_published(&self, issuer: &str, digest: &[u8; 32]) -> Result<bool, RegistryError> {
        Ok(self.with(|state| state.published.contains(&(issuer.into(), *digest))))
    }

    async fn write(&self, signer: &dyn Signer, operation: Operation) -> Result<(), RegistryError> {
        let signer = signer.public_key().to_multikey();
        self.with(|state| match state.faults.pop_front() {
            Some(Fault::Lost) => Err(unreachable_node()),
            Some(Fault::AnswerLost) => state.apply(&signer, operation).and(Err(unreachable_node())),
            Some(Fault::NotYet) | None => state.apply(&signer, operation),
        })
    }
}
