//! Gathers what a policy needs from a node of the chain and from the issuers.
//!
//! Which issuers there are is the node's word: one that leaves some out makes a pack that decides less, never more. Every
//! record is asked for at one height and comes with its proof.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use clock::Timestamp;
use registry_client::{Checkpoint, CompactProof, TransportError};
use registry_types::{Canonical, DidRecord, ProvenRecord, SchemaRecord, SetChange, StatusRecord, state_key};
use serde_json::Value;
use url::Url;
use verification::{Fetch, Policy};

use crate::content::{Content, Document, Record, sha256};
use crate::manifest::{Manifest, SignedBy};
use crate::tree::{Proven, Tree};

/// The chain may have moved on between a record and its list; then everything is asked for again at a newer height.
const ATTEMPTS: usize = 5;
const PAUSE_MS: u64 = 500;
/// Records of one pack; a node that lists more is not believed.
pub(crate) const MAX_RECORDS: usize = 20_000;

/// What is registered beside schemas and no check reads: contexts are part of the program, type metadata is for wallets.
const NOT_SCHEMAS: [&str; 2] = [".jsonld", ".vct.json"];

/// A node of the chain, which is asked at a height.
#[async_trait]
pub trait Source: Send + Sync {
    /// The newest header with the validators of what follows.
    async fn checkpoint(&self) -> Result<Checkpoint, TransportError>;
    /// All keys of a kind, such as `did`. Not proven.
    async fn keys(&self, kind: &str) -> Result<Vec<String>, TransportError>;
    async fn record_at(&self, key: &str, height: u64) -> Result<ProvenRecord, TransportError>;
    async fn changes_after(&self, height: u64) -> Result<Vec<SetChange>, TransportError>;
}

/// What a pack is made for.
pub struct Wanted<'a> {
    pub policy: &'a Policy,
    /// The DID of whoever will sign.
    pub signer: &'a str,
    pub maximum_age: Duration,
    pub now: Timestamp,
}

/// Ready to be signed.
pub struct Collected {
    pub manifest: Manifest,
    pub content: Content,
}

/// Why nothing was gathered.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    #[error("the registry node did not answer")]
    Node(#[from] TransportError),
    #[error("the registry node lists more than {MAX_RECORDS} records")]
    TooMany,
    #[error("the registry node answered about {key} with another header than it was asked for")]
    OtherHeader { key: String },
    #[error("the record {key} cannot be read")]
    Unreadable { key: String },
    #[error("the status list {list} is another one than the issuer registered, also after {ATTEMPTS} tries")]
    OtherList { list: String },
    #[error("the gathered records take more room than a pack has")]
    TooLarge,
    #[error("the registry node's proof for {key} cannot be read")]
    Proof { key: String },
    #[error("the registry node's proofs do not belong to one state of the chain")]
    OtherState,
}

/// A record with the proof that the node gave for it.
pub(crate) struct Gathered {
    pub(crate) record: Record,
    pub(crate) proof: CompactProof,
}

/// Gathers everything at the newest height, with the lists that belong to it.
pub async fn collect(
    source: &dyn Source,
    fetch: &dyn Fetch,
    wanted: &Wanted<'_>,
) -> Result<Collected, CollectError> {
    let mut attempt = 1;
    loop {
        match Gathering::at_newest(source, fetch).await?.finish(wanted).await {
            Err(CollectError::OtherList { .. }) if attempt < ATTEMPTS => {
                fetch.pause(PAUSE_MS).await;
                attempt += 1;
            }
            finished => return finished,
        }
    }
}

pub(crate) struct Gathering<'a> {
    source: &'a dyn Source,
    fetch: &'a dyn Fetch,
    checkpoint: Checkpoint,
    pub(crate) records: Vec<Gathered>,
    pub(crate) documents: Vec<Document>,
    missing: Vec<String>,
}

impl<'a> Gathering<'a> {
    async fn at_newest(source: &'a dyn Source, fetch: &'a dyn Fetch) -> Result<Self, CollectError> {
        let checkpoint = source.checkpoint().await?;
        let (records, documents, missing) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { source, fetch, checkpoint, records, documents, missing })
    }

    async fn finish(mut self, wanted: &Wanted<'_>) -> Result<Collected, CollectError> {
        let issuers = self.issuers(wanted).await?;
        for did in issuers.iter().map(String::as_str).chain([wanted.signer]) {
            let record = self.take::<DidRecord>(&state_key::did(did)).await?;
            if let Some(record) = record {
                self.record(&state_key::organisation(&record.organisation)).await?;
            }
        }
        self.schemas().await?;
        let ends = self.lists(&issuers).await?;
        if wanted.policy.anchored {
            self.anchors(&issuers).await?;
        }
        self.into_pack(wanted, ends).await
    }

    /// Whoever is accredited for one of the policy's types; all where it names none.
    async fn issuers(&mut self, wanted: &Wanted<'_>) -> Result<Vec<String>, CollectError> {
        let types = wanted.policy.types();
        let mut issuers = Vec::new();
        for key in self.keys("accreditation").await? {
            let parts = key.strip_prefix("accreditation/").and_then(|rest| rest.split_once('/'));
            let Some((issuer, type_iri)) = parts else { continue };
            if types.is_empty() || types.contains(type_iri) {
                self.record(&key).await?;
                issuers.push(issuer.to_owned());
            }
        }
        issuers.sort_unstable();
        issuers.dedup();
        Ok(issuers)
    }

    /// Every schema's record, and its bytes where they are not part of the program.
    async fn schemas(&mut self) -> Result<(), CollectError> {
        let keys = self.keys("schema").await?;
        for key in keys.into_iter().filter(|key| !NOT_SCHEMAS.iter().any(|ending| key.ends_with(ending))) {
            let Some(record) = self.take::<SchemaRecord>(&key).await? else { continue };
            let id = key.strip_prefix("schema/").unwrap_or(&key);
            let embedded = credential::schemas::embedded(id).map(sha256);
            if embedded == Some(record.digest) {
                continue;
            }
            let bytes = self.get(id, "application/schema+json, application/json").await;
            match bytes.filter(|bytes| sha256(bytes) == record.digest) {
                Some(bytes) => self.documents.push(Document { url: id.to_owned(), bytes }),
                None => self.missing.push(id.to_owned()),
            }
        }
        Ok(())
    }

    /// The issuers' lists; the ends of their validity.
    async fn lists(&mut self, issuers: &[String]) -> Result<Vec<Timestamp>, CollectError> {
        let mut ends = Vec::new();
        for key in self.keys("status").await? {
            let parts = key.strip_prefix("status/").and_then(|rest| rest.split_once('/'));
            let Some((issuer, list)) = parts else { continue };
            if issuers.binary_search_by(|one| one.as_str().cmp(issuer)).is_err() {
                continue;
            }
            let Some(record) = self.take::<StatusRecord>(&key).await? else { continue };
            match self.get(list, "application/statuslist+jwt, application/vc, application/json;q=0.5").await {
                None => self.missing.push(list.to_owned()),
                Some(bytes) if sha256(&bytes) == record.digest => {
                    ends.extend(end(&bytes));
                    self.documents.push(Document { url: list.to_owned(), bytes });
                }
                Some(_) => return Err(CollectError::OtherList { list: list.to_owned() }),
            }
        }
        Ok(ends)
    }

    async fn into_pack(self, wanted: &Wanted<'_>, ends: Vec<Timestamp>) -> Result<Collected, CollectError> {
        let changes = self.changes().await?;
        let header = self.checkpoint.header().clone();
        let header_time = time(header.time_ms);
        let by_age = header_time + wanted.maximum_age;
        let manifest = Manifest {
            chain: header.chain,
            height: header.height,
            header_time,
            built_at: wanted.now,
            signed_by: SignedBy { did: wanted.signer.to_owned(), key: String::new() },
            policy: wanted.policy.clone(),
            maximum_age_seconds: u64::try_from(wanted.maximum_age.num_seconds()).unwrap_or_default(),
            usable_until: ends.into_iter().fold(by_age, Timestamp::min),
            missing: self.missing,
            content_digest: [0; 32],
            content_bytes: 0,
        };
        let (records, tree) = in_one_tree(self.records)?;
        let content = Content {
            header,
            certificate: self.checkpoint.certificate().clone(),
            validators: self.checkpoint.validators().clone(),
            changes,
            records,
            tree,
            documents: self.documents,
        };
        let content = content.ordered();
        if content.to_bytes().len() > Content::MAX_BYTES {
            return Err(CollectError::TooLarge);
        }
        Ok(Collected { manifest, content })
    }

    /// The changes of the validators up to the header, for readers that begin at the genesis.
    async fn changes(&self) -> Result<Vec<SetChange>, CollectError> {
        let until = self.checkpoint.header().height;
        let (mut changes, mut after) = (Vec::<SetChange>::new(), 0);
        loop {
            let next = self.source.changes_after(after).await?;
            let Some(last) = next.last().map(|change| change.header.height).filter(|last| *last > after)
            else {
                return Ok(changes);
            };
            changes.extend(next.into_iter().filter(|change| change.header.height <= until));
            if last >= until {
                return Ok(changes);
            }
            after = last;
        }
    }

    async fn keys(&self, kind: &str) -> Result<Vec<String>, CollectError> {
        let keys = self.source.keys(kind).await?;
        if keys.len() + self.records.len() > MAX_RECORDS { Err(CollectError::TooMany) } else { Ok(keys) }
    }

    async fn take<T: Canonical>(&mut self, key: &str) -> Result<Option<T>, CollectError> {
        let value = self.record(key).await?;
        let read = value.map(|value| T::from_bytes(&value)).transpose();
        read.map_err(|_| CollectError::Unreadable { key: key.to_owned() })
    }

    async fn record(&mut self, key: &str) -> Result<Option<Vec<u8>>, CollectError> {
        if let Some(known) = self.records.iter().find(|one| one.record.key == key) {
            return Ok(known.record.value.clone());
        }
        let gathered = self.ask(key).await?;
        let value = gathered.record.value.clone();
        self.records.push(gathered);
        Ok(value)
    }

    /// Asks the node, and keeps nothing.
    pub(crate) async fn ask(&self, key: &str) -> Result<Gathered, CollectError> {
        let answer = self.source.record_at(key, self.checkpoint.header().height).await?;
        if answer.header != *self.checkpoint.header() {
            return Err(CollectError::OtherHeader { key: key.to_owned() });
        }
        let ProvenRecord { value, map_proof, .. } = answer;
        let proof = CompactProof::of_map_proof(&map_proof);
        let proof = proof.ok_or_else(|| CollectError::Proof { key: key.to_owned() })?;
        Ok(Gathered { record: Record { key: key.to_owned(), value }, proof })
    }

    async fn get(&self, url: &str, accept: &str) -> Option<Vec<u8>> {
        let url = Url::parse(url).ok()?;
        self.fetch.fetch(&url, accept).await.ok()
    }
}

/// The records in the order of their places, and one tree in place of their proofs.
fn in_one_tree(gathered: Vec<Gathered>) -> Result<(Vec<Record>, Tree), CollectError> {
    let of = |one: Gathered| {
        let proven = Proven { place: state_key::place(&one.record.key), proof: one.proof };
        (proven, one.record)
    };
    let mut all: Vec<(Proven, Record)> = gathered.into_iter().map(of).collect();
    all.sort_by_key(|(anchor, _)| anchor.place);
    all.dedup_by(|(a, _), (b, _)| a.place == b.place);
    let (proven, records): (Vec<Proven>, Vec<Record>) = all.into_iter().unzip();
    let tree = Tree::of(&proven).ok_or(CollectError::OtherState)?;
    Ok((records, tree))
}

/// When a list says that it ends: `validUntil` of a credential, `exp` of a token. The digest on the chain vouches for the
/// bytes; who signed them is checked when the pack is used.
fn end(bytes: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(bytes).ok()?;
    if let Ok(credential) = serde_json::from_str::<Value>(text) {
        let until = credential.get("validUntil")?.as_str()?;
        return chrono::DateTime::parse_from_rfc3339(until).ok().map(|time| time.to_utc());
    }
    let payload = URL_SAFE_NO_PAD.decode(text.trim().split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    Timestamp::from_timestamp(claims.get("exp")?.as_i64()?, 0)
}

fn time(milliseconds: u64) -> Timestamp {
    i64::try_from(milliseconds).ok().and_then(Timestamp::from_timestamp_millis).unwrap_or(Timestamp::MAX_UTC)
}
