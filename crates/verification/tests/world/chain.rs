//! A chain in memory that proves what it holds, and the web beside it.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use clock::{Clock as _, TestClock};
use did::{DidRecords, Evidence, ProvenRecord, ResolveError};
use registry_client::Proven;
use registry_types::{Accreditation, AnchorRecord, DidRecord, Organisation, SchemaRecord, StatusRecord};
use url::Url;
use verification::{Chain, ChainError, Fetch, FetchError};

/// What the chain says, as far as a verifier reads it.
#[derive(Default)]
pub struct Ledger {
    pub dids: HashMap<String, DidRecord>,
    pub organisations: HashMap<String, Organisation>,
    pub accreditations: HashMap<(String, String), Accreditation>,
    pub schemas: HashMap<String, SchemaRecord>,
    pub statuses: HashMap<(String, String), StatusRecord>,
    pub anchors: HashMap<(String, u64), AnchorRecord>,
    pub fault: Option<ChainError>,
    /// How old the newest header is.
    pub lag_seconds: i64,
    pub asked: usize,
}

pub struct MemoryChain {
    pub ledger: Mutex<Ledger>,
    pub(super) clock: TestClock,
}

impl MemoryChain {
    fn prove<T>(&self, find: impl FnOnce(&mut Ledger) -> Option<T>) -> Result<Proven<T>, ChainError> {
        let mut ledger = self.ledger.lock().unwrap();
        ledger.asked += 1;
        match ledger.fault {
            Some(fault) => Err(fault),
            None => {
                let value = find(&mut ledger);
                let block_time = self.clock.now() - chrono::Duration::seconds(ledger.lag_seconds);
                Ok(Proven { value, height: 42, block_time, header_hash: [7; 32] })
            }
        }
    }

    pub fn change(&self, change: impl FnOnce(&mut Ledger)) {
        change(&mut self.ledger.lock().unwrap());
    }
}

#[async_trait]
impl Chain for MemoryChain {
    async fn did(&self, did: &str) -> Result<Proven<DidRecord>, ChainError> {
        self.prove(|ledger| ledger.dids.get(did).cloned())
    }
    async fn organisation(&self, id: &str) -> Result<Proven<Organisation>, ChainError> {
        self.prove(|ledger| ledger.organisations.get(id).cloned())
    }
    async fn accreditation(&self, issuer: &str, type_iri: &str) -> Result<Proven<Accreditation>, ChainError> {
        self.prove(|ledger| ledger.accreditations.get(&(issuer.into(), type_iri.into())).cloned())
    }
    async fn schema(&self, id: &str) -> Result<Proven<SchemaRecord>, ChainError> {
        self.prove(|ledger| ledger.schemas.get(id).cloned())
    }
    async fn status(&self, issuer: &str, list: &str) -> Result<Proven<StatusRecord>, ChainError> {
        self.prove(|ledger| ledger.statuses.get(&(issuer.into(), list.into())).cloned())
    }
    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Proven<AnchorRecord>, ChainError> {
        self.prove(|ledger| ledger.anchors.get(&(issuer.into(), sequence)).cloned())
    }
}

#[async_trait]
impl DidRecords for MemoryChain {
    async fn did_record(&self, did: &str) -> Result<ProvenRecord, ResolveError> {
        let proven =
            Chain::did(self, did).await.map_err(|error| ResolveError::Unavailable(error.to_string()))?;
        let evidence = Evidence {
            height: proven.height,
            block_time: proven.block_time,
            header_hash: proven.header_hash,
        };
        Ok(ProvenRecord { record: proven.value, evidence })
    }
}

/// What URLs answer. `later` replaces an answer after a pause, as a list that catches up does.
#[derive(Default)]
pub struct MemoryWeb {
    pub pages: Mutex<HashMap<String, Vec<u8>>>,
    pub later: Mutex<HashMap<String, Vec<u8>>>,
    pub fetched: Mutex<usize>,
}

#[async_trait]
impl Fetch for MemoryWeb {
    async fn fetch(&self, url: &Url, _: &str) -> Result<Vec<u8>, FetchError> {
        *self.fetched.lock().unwrap() += 1;
        self.pages.lock().unwrap().get(url.as_str()).cloned().ok_or(FetchError::Unreachable)
    }

    async fn pause(&self, _: u64) {
        let later: Vec<_> = self.later.lock().unwrap().drain().collect();
        self.pages.lock().unwrap().extend(later);
    }
}
