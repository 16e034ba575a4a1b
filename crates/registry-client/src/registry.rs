use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use clock::{Clock, Timestamp};
use moka::future::Cache;
use outbound::Outbound;
use registry_types::record::Charter;
use registry_types::{
    Accreditation, Agenda, AnchorRecord, Canonical, DecodeError, DidRecord, DocumentRecord, Genesis,
    GenesisError, Hash, KeyRecord, Operation, Organisation, Params, Proposal, ProvenRecord, SchemaRecord,
    SignedTransaction, StatusRecord, Transaction, TransactionId, ValidatorRecord, state_key,
};
use url::Url;

use crate::http::HttpNode;
use crate::light::{LightClient, Policy, ProvenHeader};
use crate::transport::{Submission, Transport, TransportError};
use crate::trust::{Memory, TrustConfig, TrustError, read_checkpoint};
use crate::{Checkpoint, LightError};

/// How many heights a transaction made by [`Registry::transaction`] stays valid.
const EXPIRY_HEIGHTS: u64 = 10_000;

/// A value of the state map, or its absence, with the header that proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven<T> {
    pub value: Option<T>,
    pub height: u64,
    pub block_time: Timestamp,
    pub header_hash: Hash,
}

/// Where a transaction stands, as the node says. Whoever must be certain reads the record afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    pub height: u64,
    pub block_time: Timestamp,
    pub tx_id: TransactionId,
}

/// Cheap to clone; clones share what is known and cached.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    light: Mutex<LightClient>,
    memory: OnceLock<Arc<Memory>>,
    cache: Cache<String, Arc<Read>>,
    submit_patience: Duration,
}

struct Read {
    value: Option<Vec<u8>>,
    height: u64,
    time_ms: u64,
    header_hash: Hash,
}

#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How old headers, and what is known of the validators, may be.
    pub policy: Policy,
    /// How long a proven value is used again without asking. Zero asks every time.
    pub cache_ttl: Duration,
    /// How many values are kept.
    pub cache_capacity: u64,
    /// How long [`Registry::submit`] keeps trying before it gives up.
    pub submit_patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            policy: Policy::with_max_age(Duration::from_secs(300)),
            cache_ttl: Duration::from_millis(1_000),
            cache_capacity: 10_000,
            submit_patience: Duration::from_secs(30),
        }
    }
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum RegistryError {
    #[error("the registry did not answer")]
    Transport(#[from] TransportError),
    #[error("the registry's answer is not proven")]
    Unproven(#[from] LightError),
    #[error("the proven record {key} cannot be read")]
    Unreadable {
        key: String,
        #[source]
        source: DecodeError,
    },
    #[error("the registry has no key {0}")]
    UnknownKey(String),
    #[error("the registry refused the transaction ({code}): {detail}")]
    Rejected { code: String, detail: String },
    #[error("the transaction was not committed in time")]
    Undecided,
}

impl RegistryError {
    /// Whether the same call may succeed later without anything else changing.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Transport(error) => error.is_passing(),
            Self::Unproven(LightError::Stale { .. }) | Self::Undecided => true,
            Self::Unproven(_) | Self::Unreadable { .. } | Self::UnknownKey(_) | Self::Rejected { .. } => {
                false
            }
        }
    }
}

impl Registry {
    /// Reads through the node at `node`. No request is made yet.
    pub fn connect(
        node: Url,
        genesis: &Genesis,
        outbound: Outbound,
        clock: Arc<dyn Clock>,
        max_age: Duration,
    ) -> Result<Self, GenesisError> {
        let transport = Arc::new(HttpNode::new(node, outbound));
        Self::over(
            transport,
            genesis,
            clock,
            Options { policy: Policy::with_max_age(max_age), ..Options::default() },
        )
    }

    pub fn over(
        transport: Arc<dyn Transport>,
        genesis: &Genesis,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Result<Self, GenesisError> {
        let light = LightClient::from_genesis(genesis, options.policy)?;
        Ok(Self::reading(transport, light, clock, options))
    }

    /// Begins at a checkpoint that somebody vouches for, where there is no genesis to begin from.
    pub fn over_checkpoint(
        transport: Arc<dyn Transport>,
        checkpoint: &Checkpoint,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Result<Self, LightError> {
        let now_ms = now_ms(clock.as_ref());
        let light = LightClient::from_checkpoint(checkpoint, options.policy, now_ms)?;
        Ok(Self::reading(transport, light, clock, options))
    }

    fn reading(
        transport: Arc<dyn Transport>,
        light: LightClient,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Self {
        let cache =
            Cache::builder().max_capacity(options.cache_capacity).time_to_live(options.cache_ttl).build();
        let (light, memory, submit_patience) = (Mutex::new(light), OnceLock::new(), options.submit_patience);
        Self { inner: Arc::new(Inner { transport, clock, light, memory, cache, submit_patience }) }
    }

    /// Trusts as configured: how long, from which checkpoint, and what an earlier run remembered. Of checkpoint
    /// and memory the newer one counts. To be called once, before the first question.
    pub fn trust(&self, config: &TrustConfig) -> Result<(), TrustError> {
        let policy = config.policy(self.light().policy().max_age);
        self.light().set_policy(policy);
        let mut starts = Vec::new();
        if let Some(path) = &config.checkpoint {
            starts.push((path, read_checkpoint(path, &self.chain())?));
        }
        if let Some(path) = &config.memory {
            let (memory, remembered) = Memory::open(path, &self.chain())?;
            starts.extend(remembered.map(|checkpoint| (path, checkpoint)));
            let _ = self.inner.memory.set(Arc::new(memory));
        }
        // An old checkpoint in the configuration must not keep a reader from starting that has seen newer blocks.
        let newest = starts.into_iter().max_by_key(|(_, checkpoint)| checkpoint.header().height);
        newest.map_or(Ok(()), |(path, newest)| self.start_from(path, &newest))
    }

    fn start_from(&self, path: &Path, checkpoint: &Checkpoint) -> Result<(), TrustError> {
        let mut light = self.light();
        if light.newest().is_some_and(|newest| newest.height >= checkpoint.header().height) {
            return Ok(());
        }
        let now_ms = now_ms(self.inner.clock.as_ref());
        *light = LightClient::from_checkpoint(checkpoint, light.policy(), now_ms)
            .map_err(|source| TrustError::Untrusted { path: path.to_owned(), source })?;
        Ok(())
    }

    /// Hash of the genesis.
    #[must_use]
    pub fn chain(&self) -> Hash {
        self.light().chain()
    }

    pub async fn did(&self, did: &str) -> Result<Proven<DidRecord>, RegistryError> {
        self.find(state_key::did(did)).await
    }

    pub async fn organisation(&self, id: &str) -> Result<Proven<Organisation>, RegistryError> {
        self.find(state_key::organisation(id)).await
    }

    pub async fn accreditation(
        &self,
        issuer: &str,
        type_iri: &str,
    ) -> Result<Proven<Accreditation>, RegistryError> {
        self.find(state_key::accreditation(issuer, type_iri)).await
    }

    pub async fn schema(&self, id: &str) -> Result<Proven<SchemaRecord>, RegistryError> {
        self.find(state_key::schema(id)).await
    }

    pub async fn status(&self, issuer: &str, list: &str) -> Result<Proven<StatusRecord>, RegistryError> {
        self.find(state_key::status(issuer, list)).await
    }

    pub async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Proven<AnchorRecord>, RegistryError> {
        self.find(state_key::anchor(issuer, sequence)).await
    }

    /// The record of an anchor as the node answered it, for somebody who checks the proof again; nothing where there is none.
    /// It is checked here as well.
    pub async fn anchor_proof(
        &self,
        issuer: &str,
        sequence: u64,
    ) -> Result<Option<ProvenRecord>, RegistryError> {
        let key = state_key::anchor(issuer, sequence);
        let floor = self.light().newest().map_or(0, |newest| newest.height);
        let answer = self.inner.transport.record(&key).await?;
        self.inner.believe(&key, &answer, floor).await?;
        Ok(answer.value.is_some().then_some(answer))
    }

    /// Who published the document with this SHA-256 digest.
    pub async fn document(&self, digest: &Hash) -> Result<Proven<DocumentRecord>, RegistryError> {
        self.find(state_key::document(digest)).await
    }

    pub async fn params(&self) -> Result<Proven<Params>, RegistryError> {
        self.find(state_key::params()).await
    }

    /// What was put to the vote, with its votes and outcome.
    pub async fn proposal(&self, id: &Hash) -> Result<Proven<Proposal>, RegistryError> {
        self.find(state_key::proposal(id)).await
    }

    /// The open proposals and scheduled upgrades.
    pub async fn agenda(&self) -> Result<Proven<Agenda>, RegistryError> {
        self.find(state_key::agenda()).await
    }

    pub async fn charter(&self) -> Result<Proven<Charter>, RegistryError> {
        self.find(state_key::charter()).await
    }

    pub async fn validator(&self, public_key: &[u8; 32]) -> Result<Proven<ValidatorRecord>, RegistryError> {
        self.find(state_key::validator(public_key)).await
    }

    /// Whose a signing key is. Never answered from the cache, since its sequence changes with every use.
    pub async fn key(&self, public_key: &[u8; 32]) -> Result<Proven<KeyRecord>, RegistryError> {
        let key = state_key::key(public_key);
        let read = self.inner.ask(&key).await?;
        decode(&key, &read)
    }

    /// The sequence that the key's next transaction must carry.
    pub async fn sequence(&self, public_key: &[u8; 32]) -> Result<u64, RegistryError> {
        let record = self.key(public_key).await?;
        record.value.map(|key| key.sequence).ok_or_else(|| RegistryError::UnknownKey(hex::encode(public_key)))
    }

    /// A transaction for the caller to sign with that key, next in its sequence. Transactions of one key must
    /// be made one after the other.
    pub async fn transaction(
        &self,
        public_key: &[u8; 32],
        operation: Operation,
    ) -> Result<Transaction, RegistryError> {
        let record = self.key(public_key).await?;
        let unknown = || RegistryError::UnknownKey(hex::encode(public_key));
        let sequence = record.value.ok_or_else(unknown)?.sequence;
        let expires_at_height = record.height.saturating_add(EXPIRY_HEIGHTS);
        Ok(Transaction { chain: self.chain(), sequence, expires_at_height, operation })
    }

    /// Sends the transaction until its block is decided. Safe to repeat, also after a crash: the same bytes
    /// are committed once.
    pub async fn submit(&self, transaction: &SignedTransaction) -> Result<Committed, RegistryError> {
        let deadline = tokio::time::Instant::now() + self.inner.submit_patience;
        let mut pause = Duration::from_millis(50);
        loop {
            let failure = match self.inner.transport.submit(transaction).await {
                Ok(Submission::Committed(place)) => {
                    for key in transaction.touches() {
                        self.inner.cache.invalidate(&key).await;
                    }
                    let block_time = time(place.block_time_ms);
                    return Ok(Committed { height: place.height, block_time, tx_id: transaction.id() });
                }
                Ok(Submission::Rejected { code, detail }) => {
                    return Err(RegistryError::Rejected { code, detail });
                }
                Ok(Submission::Pending) => RegistryError::Undecided,
                Err(error) if error.is_passing() => error.into(),
                Err(error) => return Err(error.into()),
            };
            if tokio::time::Instant::now() + pause >= deadline {
                return Err(failure);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    async fn find<T: Canonical>(&self, key: String) -> Result<Proven<T>, RegistryError> {
        let inner = &self.inner;
        // Callers that ask for the same key at the same time share one request.
        let read = inner
            .cache
            .try_get_with_by_ref(&key, async { inner.ask(&key).await.map(Arc::new) })
            .await
            .map_err(|error| RegistryError::clone(&error))?;
        // A cached header ages as well.
        self.light().check_age(read.time_ms, now_ms(inner.clock.as_ref()))?;
        decode(&key, &read)
    }

    fn light(&self) -> std::sync::MutexGuard<'_, LightClient> {
        self.inner.light()
    }
}

impl Inner {
    fn light(&self) -> std::sync::MutexGuard<'_, LightClient> {
        self.light.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, key: &str) -> Result<Read, RegistryError> {
        let floor = self.light().newest().map_or(0, |newest| newest.height);
        let answer = self.transport.record(key).await?;
        let believed = self.believe(key, &answer, floor).await;
        self.remember(&believed);
        let header = believed?;
        Ok(Read {
            value: answer.value,
            height: header.height,
            time_ms: header.time_ms,
            header_hash: header.hash,
        })
    }

    async fn believe(
        &self,
        key: &str,
        answer: &ProvenRecord,
        floor: u64,
    ) -> Result<ProvenHeader, RegistryError> {
        self.follow_validators(answer).await?;
        Ok(self.light().check(key, answer, floor, now_ms(self.clock.as_ref()))?)
    }

    /// Writes down what must survive a restart, away from the threads that answer.
    fn remember(&self, believed: &Result<ProvenHeader, RegistryError>) {
        let Some(memory) = self.memory.get().map(Arc::clone) else { return };
        if let Err(RegistryError::Unproven(LightError::Fork(evidence))) = believed {
            let evidence = evidence.clone();
            tokio::task::spawn_blocking(move || memory.keep_evidence(&evidence));
            return;
        }
        let now_ms = now_ms(self.clock.as_ref());
        let light = self.light();
        let wanted = light
            .newest()
            .is_some_and(|newest| memory.wants(newest.height, &light.validators_hash(), now_ms));
        if !wanted {
            return;
        }
        if let Some(checkpoint) = light.checkpoint() {
            tokio::task::spawn_blocking(move || memory.keep(&checkpoint, now_ms));
        }
    }

    /// Fetches changes of the validator set when the answer is signed by another one than is known.
    async fn follow_validators(&self, answer: &ProvenRecord) -> Result<(), RegistryError> {
        loop {
            let (since, known) = {
                let light = self.light();
                if light.knows_validators_of(&answer.header)
                    || answer.header.height <= light.validators_since()
                {
                    return Ok(());
                }
                (light.validators_since(), light.validators_hash())
            };
            let changes = self.transport.changes_after(since).await?;
            let mut light = self.light();
            for change in &changes {
                if light.is_news(change) {
                    light.follow(change, now_ms(self.clock.as_ref()))?;
                }
            }
            // Without progress, `check` names the set that is not known.
            if light.validators_since() == since && light.validators_hash() == known {
                return Ok(());
            }
        }
    }
}

fn decode<T: Canonical>(key: &str, read: &Read) -> Result<Proven<T>, RegistryError> {
    let value = read
        .value
        .as_deref()
        .map(T::from_bytes)
        .transpose()
        .map_err(|source| RegistryError::Unreadable { key: key.to_owned(), source })?;
    Ok(Proven { value, height: read.height, block_time: time(read.time_ms), header_hash: read.header_hash })
}

fn now_ms(clock: &dyn Clock) -> u64 {
    u64::try_from(clock.now().timestamp_millis()).unwrap_or(0)
}

/// Block times are far from the ends of what a timestamp can hold; the far ends become the nearest one.
fn time(time_ms: u64) -> Timestamp {
    i64::try_from(time_ms)
        .ok()
        .and_then(chrono::DateTime::from_timestamp_millis)
        .unwrap_or(Timestamp::MAX_UTC)
}
