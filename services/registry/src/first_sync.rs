//! The first sync of a node without data: a neighbour's snapshot, believed by the light client and by its root.
//!
//! A neighbour that cannot be believed is passed over, and when none is left the node fetches every block from its
//! peers: no answer leaves it worse off than none. What was fetched before a cut is found again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clock::Clock;
use outbound::{Outbound, OutboundError, OutboundPolicy};
use registry_client::{
    Checkpoint, CheckpointError, HttpNode, LightClient, LightError, Policy, Transport as _, TransportError,
};
use registry_types::{Canonical as _, DecodeError, Genesis, GenesisError, SetChange, ValidatorSet};
use url::Url;

use crate::config::NodeConfig;
use crate::store::export::{Chunk, Manifest};
use crate::store::import::{Import, ImportError};

/// How often a neighbour that does not answer is asked for a chunk again.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);
/// A chunk is about a megabyte; the line may be slow.
const TIMEOUT_SECONDS: u64 = 60;
const ANY_AGE: Duration = Duration::from_secs(u64::MAX / 1_000);

/// What keeps a node from starting at all.
#[derive(Debug, thiserror::Error)]
pub enum FirstSyncError {
    #[error("cannot read the checkpoint {path}")]
    ReadCheckpoint {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{path} is no checkpoint")]
    Checkpoint {
        path: PathBuf,
        #[source]
        source: CheckpointError,
    },
    #[error("the checkpoint {0} belongs to another chain than the genesis")]
    OtherChain(PathBuf),
    #[error(transparent)]
    Outbound(#[from] OutboundError),
}

/// Why a neighbour's snapshot is not taken over.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the neighbour does not answer")]
    Transport(#[from] TransportError),
    #[error("the manifest cannot be read")]
    Manifest(#[from] DecodeError),
    #[error("the neighbour's validators are not those that the genesis or the checkpoint leads to")]
    Light(#[from] LightError),
    #[error("the changes of validators since the genesis lead to another set than the checkpoint")]
    OtherHistory,
    #[error("the neighbour's changes of validators are not in order")]
    Order,
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("the genesis is not sound")]
    Genesis(#[from] GenesisError),
    #[error("the import was interrupted")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// Brings a neighbour's snapshot into the store at `path` when one is high enough.
pub async fn run(
    config: &NodeConfig,
    genesis: &Genesis,
    path: &Path,
    clock: &dyn Clock,
) -> Result<(), FirstSyncError> {
    let checkpoint = config.checkpoint.as_deref().map(|path| read_checkpoint(path, genesis)).transpose()?;
    if config.first_sync_blocks == 0 || config.neighbours.is_empty() {
        return Ok(());
    }
    let outbound = Outbound::new(&policy(&config.outbound))?;
    let sync = Sync { genesis, path, checkpoint, least: config.first_sync_blocks, clock };
    // What was begun first: a cut must not cost what was fetched.
    let begun = Import::pending(path);
    let rounds = begun.into_iter().map(Some).chain([None]);
    for begun in rounds {
        for url in &config.neighbours {
            let node = HttpNode::new(url.clone(), outbound.clone());
            match sync.take_over(&node, begun.as_ref()).await {
                Ok(Some(height)) => {
                    tracing::info!(block.height = height, neighbour = %host(url), "began with a snapshot");
                    return Ok(());
                }
                Ok(None) => {}
                Err(refused) => tracing::warn!(
                    error = &refused as &dyn std::error::Error,
                    neighbour = %host(url),
                    "a neighbour's snapshot is not taken over"
                ),
            }
        }
    }
    tracing::info!("no neighbour has a snapshot to begin with; every block is fetched");
    Ok(())
}

struct Sync<'a> {
    genesis: &'a Genesis,
    path: &'a Path,
    checkpoint: Option<Checkpoint>,
    least: u64,
    clock: &'a dyn Clock,
}

impl Sync<'_> {
    /// The height that was taken over; nothing when there is none to take over.
    async fn take_over(&self, node: &HttpNode, begun: Option<&Manifest>) -> Result<Option<u64>, Refused> {
        let manifest = match begun {
            Some(manifest) => manifest.clone(),
            None => match node.snapshot().await? {
                Some(bytes) => Manifest::from_bytes(&bytes)?,
                None => return Ok(None),
            },
        };
        let height = manifest.header.height;
        if height < self.least {
            return Ok(None);
        }
        let (decided_by, changes) = self.validators(node, &manifest).await?;
        let (path, chain) = (self.path.to_owned(), self.genesis.chain_id());
        let begin = move || Import::begin(&path, &chain, manifest, &decided_by);
        let mut import = tokio::task::spawn_blocking(begin).await??;
        while let Some(number) = import.due() {
            let bytes = chunk(node, height, number).await?;
            let add = move || import.add(number, &bytes).map(|()| import);
            import = tokio::task::spawn_blocking(add).await??;
        }
        tokio::task::spawn_blocking(move || import.finish(&changes)).await??;
        Ok(Some(height))
    }

    /// The validators of the snapshot's height, and the changes that lead to them since the genesis.
    async fn validators(
        &self,
        node: &HttpNode,
        manifest: &Manifest,
    ) -> Result<(ValidatorSet, Vec<SetChange>), Refused> {
        let Manifest { header, certificate, next, .. } = manifest;
        let now_ms = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or(0);
        // Old changes are only repeated to readers, who judge them again; what is believed comes from `trusted`.
        let any = Policy { max_age: ANY_AGE, trust_period: ANY_AGE };
        let mut since_genesis = LightClient::from_genesis(self.genesis, any)?;
        let policy = Policy::with_max_age(ANY_AGE);
        let (mut trusted, floor) = match &self.checkpoint {
            Some(known) => (LightClient::from_checkpoint(known, policy, now_ms)?, known.header().height),
            None => (LightClient::from_genesis(self.genesis, policy)?, 0),
        };
        let mut changes = changes_before(node, header.height).await?;
        for change in &changes {
            since_genesis.follow(change, now_ms)?;
            if trusted.is_news(change) {
                trusted.follow(change, now_ms)?;
            }
        }
        trusted.check_header(header, certificate, floor, now_ms)?;
        if since_genesis.validators_hash() != trusted.validators_hash() {
            return Err(Refused::OtherHistory);
        }
        if header.next_validators_hash != header.validators_hash {
            let (header, certificate, next) = (header.clone(), certificate.clone(), next.clone());
            changes.push(SetChange { header, certificate, next, restart: None });
        }
        Ok((trusted.validators().clone(), changes))
    }
}

async fn changes_before(node: &HttpNode, height: u64) -> Result<Vec<SetChange>, Refused> {
    let mut all: Vec<SetChange> = Vec::new();
    loop {
        let after = all.last().map_or(0, |change| change.header.height);
        let answer = node.changes_after(after).await?;
        let before = all.len();
        for change in answer {
            // A restart is told again to whoever knows its height, since it may have come after another change there.
            if change.restart.is_some() && all.last() == Some(&change) {
                continue;
            }
            if change.header.height <= all.last().map_or(0, |change| change.header.height) {
                return Err(Refused::Order);
            }
            if change.header.height >= height {
                return Ok(all);
            }
            all.push(change);
        }
        if all.len() == before {
            return Ok(all);
        }
    }
}

async fn chunk(node: &HttpNode, height: u64, number: u32) -> Result<Vec<u8>, TransportError> {
    let mut tries = 1;
    loop {
        match node.snapshot_chunk(height, number).await {
            Err(error) if error.is_passing() && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            answer => return answer,
        }
    }
}

fn read_checkpoint(path: &Path, genesis: &Genesis) -> Result<Checkpoint, FirstSyncError> {
    let json = std::fs::read(path)
        .map_err(|source| FirstSyncError::ReadCheckpoint { path: path.to_owned(), source })?;
    let checkpoint = Checkpoint::from_json(&json)
        .map_err(|source| FirstSyncError::Checkpoint { path: path.to_owned(), source })?;
    if checkpoint.header().chain != genesis.chain_id() {
        return Err(FirstSyncError::OtherChain(path.to_owned()));
    }
    Ok(checkpoint)
}

/// The neighbours' policy, with room for a manifest and for a chunk.
fn policy(neighbours: &OutboundPolicy) -> OutboundPolicy {
    let largest = Manifest::MAX_BYTES.max(Chunk::MAX_BYTES);
    OutboundPolicy {
        max_body_bytes: neighbours.max_body_bytes.max(largest),
        timeout_seconds: neighbours.timeout_seconds.max(TIMEOUT_SECONDS),
        ..neighbours.clone()
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}
