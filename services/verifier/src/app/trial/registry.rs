//! A pretended registry for the samples: records in memory, answered like proven ones, and known to nobody else.
//!
//! No key that counts may sign a wrong credential, not even to show what happens. So the samples have issuers, keys and
//! lists of their own, and the page says that the registry behind them is pretended.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use clock::Clock;
use did::{DidRecords, Evidence, ProvenRecord, ResolveError};
use registry_client::Proven;
use registry_types::{Accreditation, AnchorRecord, DidRecord, Organisation, SchemaRecord, StatusRecord};
use url::Url;
use verification::{Chain, ChainError, Fetch, FetchError};

/// What every header of the pretended registry is called.
const HEADER: [u8; 32] = [0; 32];
const HEIGHT: u64 = 1;

/// Records by what they are asked for. Nothing changes once it is made.
#[derive(Default)]
pub(super) struct Records {
    pub dids: HashMap<String, DidRecord>,
    pub organisations: HashMap<String, Organisation>,
    pub accreditations: HashMap<(String, String), Accreditation>,
    pub schemas: HashMap<String, SchemaRecord>,
    pub statuses: HashMap<(String, String), StatusRecord>,
    pub anchors: HashMap<(String, u64), AnchorRecord>,
    /// Bodies by URL.
    pub pages: HashMap<String, Vec<u8>>,
}

pub(super) struct Pretended {
    pub records: Records,
    pub clock: Arc<dyn Clock>,
}

impl Pretended {
    fn proven<T: Clone>(&self, value: Option<&T>) -> Proven<T> {
        let block_time = self.clock.now();
        Proven { value: value.cloned(), height: HEIGHT, block_time, header_hash: HEADER }
    }
}

#[async_trait]
impl Chain for Pretended {
    async fn did(&self, did: &str) -> Result<Proven<DidRecord>, ChainError> {
        Ok(self.proven(self.records.dids.get(did)))
    }
    async fn organisation(&self, id: &str) -> Result<Proven<Organisation>, ChainError> {
        Ok(self.proven(self.records.organisations.get(id)))
    }
    async fn accreditation(&self, issuer: &str, type_iri: &str) -> Result<Proven<Accreditation>, ChainError> {
        let key = (issuer.to_owned(), type_iri.to_owned());
        Ok(self.proven(self.records.accreditations.get(&key)))
    }
    async fn schema(&self, id: &str) -> Result<Proven<SchemaRecord>, ChainError> {
        Ok(self.proven(self.records.schemas.get(id)))
    }
    async fn status(&self, issuer: &str, list: &str) -> Result<Proven<StatusRecord>, ChainError> {
        Ok(self.proven(self.records.statuses.get(&(issuer.to_owned(), list.to_owned()))))
    }
    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Proven<AnchorRecord>, ChainError> {
        Ok(self.proven(self.records.anchors.get(&(issuer.to_owned(), sequence))))
    }
}

#[async_trait]
impl Fetch for Pretended {
    async fn fetch(&self, url: &Url, _: &str) -> Result<Vec<u8>, FetchError> {
        self.records.pages.get(url.as_str()).cloned().ok_or(FetchError::Unreachable)
    }

    /// Nothing will have changed.
    async fn pause(&self, _: u64) {}
}

#[async_trait]
impl DidRecords for Pretended {
    async fn did_record(&self, did: &str) -> Result<ProvenRecord, ResolveError> {
        let proven = self.proven(self.records.dids.get(did));
        let evidence = Evidence {
            height: proven.height,
            block_time: proven.block_time,
            header_hash: proven.header_hash,
        };
        Ok(ProvenRecord { record: proven.value, evidence })
    }
}
