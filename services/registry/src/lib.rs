//! A registry node: takes part in deciding the chain, serves its records with proofs, and shows people who the
//! members are and what each may issue.
//!
//! A library plus HTTP. The rules are in `registry-state`, what readers check is in `registry-client`; here are
//! the store, the mempool, the consensus engine behind one trait ([`ledger::Ledger`]), and the routes. One
//! validator or many run by the same code. Read [`start`], [`node::Node`] and [`ledger::Ledger`] first.

pub mod audit;
pub mod carry;
mod chain;
mod config;
mod engine;
mod evidence;
mod first_sync;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gossip;
mod http;
mod ledger;
mod mempool;
mod node;
mod peers;
pub mod restart_file;
pub mod setup;
pub mod store;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clock::{Clock, Entropy as _, SystemClock, SystemEntropy};
use keys::{Algorithm, KeyStore, PublicKey, SealingKey, Signer};
use outbound::Outbound;
use registry_types::{Genesis, address_of, sha256};
use tokio::sync::{Notify, watch};

use crate::chain::{Chain, Restarts, Shared};
use crate::engine::{Engine, EngineError, Health, Links};
use crate::gossip::Gossip;
use crate::ledger::LedgerError;
use crate::mempool::{Bounds, Mempool};
use crate::node::{Node, Parts};
use crate::peers::{Identity, Peers};
use crate::store::export::Exports;
use crate::store::{Keep, Store, StoreError};

pub use config::{Config, ConfigError, KeysConfig, NodeConfig};
pub use first_sync::FirstSyncError;
pub use http::openapi;

/// The file of the chain in a node's data folder.
pub const STORE: &str = "chain.redb";
/// The folder of its snapshots for joining nodes.
pub const SNAPSHOTS: &str = "snapshots";
/// The name of the validator's key among the key files.
pub const VALIDATOR_KEY: &str = "validator";
/// How long a start waits for the first block of a chain that this node decides alone.
const FIRST_BLOCK: Duration = Duration::from_secs(10);

/// How long a stop waits for the last reader of the store.
const CLOSING: Duration = Duration::from_secs(5);

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot read the genesis in {path}")]
    ReadGenesis {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the genesis in {path} is not what a genesis looks like")]
    GenesisForm {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("the genesis in {path} is not sound")]
    Genesis {
        path: PathBuf,
        #[source]
        source: registry_types::GenesisError,
    },
    #[error("cannot use the folder {path}")]
    Folder {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot open the sealing key")]
    Seal(#[from] keys::SealError),
    #[error("cannot open the validator key")]
    Keys(#[from] keys::KeyStoreError),
    #[error("the link key is not usable")]
    LinkKey(#[from] keys::InvalidKey),
    #[error(transparent)]
    Outbound(#[from] outbound::OutboundError),
    #[error("the configuration cannot be used")]
    Config(#[from] ConfigError),
    #[error("the first sync cannot begin")]
    FirstSync(#[from] FirstSyncError),
    #[error("the records that the genesis carries on cannot be used")]
    Carried(#[from] Box<carry::CarriedError>),
    #[error("the validator key is not an Ed25519 key")]
    KeyKind,
    #[error(
        "{0} does not hold the 32 bytes of a link key and their checksum; put back a copy, or remove it for a new peer id"
    )]
    LinkKeyFile(PathBuf),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Serve(#[from] web::ServeError),
}

/// Starts the node and its HTTP side. Needs a multi-thread tokio runtime.
pub async fn start(config: Config) -> Result<web::Running, StartError> {
    start_with(config, Arc::new(SystemClock)).await
}

/// The same with a clock of the caller's.
pub async fn start_with(config: Config, clock: Arc<dyn Clock>) -> Result<web::Running, StartError> {
    config.node.check()?;
    let genesis = read_genesis(&config.node.genesis)?;
    let folder = &config.node.data;
    std::fs::create_dir_all(folder).map_err(|source| StartError::Folder { path: folder.clone(), source })?;
    let file = folder.join(STORE);
    let age = if file.exists() { Age::Known } else { Age::New };
    let wal = folder.join("consensus.wal");
    if age == Age::New {
        engine::forget_log(&wal).map_err(|source| StartError::Folder { path: folder.clone(), source })?;
    }
    let (signer, public_key) = validator_key(&config.keys, age)?;
    if age == Age::New {
        first_sync::run(&config.node, &genesis, &file, clock.as_ref()).await?;
        if !file.exists() {
            carry::found(&file, &genesis, &config.node.carried()).map_err(Box::new)?;
        }
    }
    let cache_bytes = config.node.cache_megabytes.saturating_mul(1024 * 1024);
    let store = Arc::new(Store::open(&file, &genesis, cache_bytes)?);
    let mempool = Arc::new(Mempool::new(Bounds::default()));
    let committed = Arc::new(Notify::new());
    let restarts = Restarts::read(&restarts_folder(folder)).map_err(LedgerError::from)?;
    let wal = folder.join(log_name(&restarts, store.snapshot().tip().height));
    let shared = Shared {
        store: Arc::clone(&store),
        mempool: Arc::clone(&mempool),
        clock: Arc::clone(&clock),
        committed: Arc::clone(&committed),
    };
    let chain = Chain::open(&genesis, address_of(&public_key), shared, restarts)?;
    let secret = link_key(&folder.join("link.key"))?;
    let identity = Identity::new(genesis.chain_id(), engine::peer_id(secret)?, &secret)?;
    let (gossip, sending) = Gossip::start(
        config.node.neighbours.clone(),
        Arc::new(identity),
        &Outbound::new(&config.node.outbound)?,
        &mempool,
        &clock,
    );
    let peers = Peers::new(genesis.chain_id(), &config.node.peers);
    let (tell, health) = watch::channel(Health::Running);
    let mut of_genesis = genesis.members.iter().flat_map(|member| &member.statement.validators);
    let alone = of_genesis.all(|validator| validator.public_key == public_key);
    let engine = engine::start(engine::Start {
        chain: genesis.chain_id(),
        signer,
        public_key,
        ledger: Box::new(chain),
        mempool: Arc::clone(&mempool),
        wal,
        signed: config.keys.directory.join("validator.signed"),
        links: Links { listen: config.node.listen.clone(), peers: config.node.peers.clone(), secret },
        health: tell,
    })
    .await?;
    if alone {
        wait_for_first_block(&store, &committed).await;
    }
    let keep = Keep {
        proofs: Duration::from_secs(config.node.keep_proofs_seconds),
        blocks: config.node.keep_blocks,
    };
    let exports = Exports::new(folder.join(SNAPSHOTS));
    let upkeep = Upkeep { keep, exports: exports.clone(), snapshot_blocks: config.node.snapshot_blocks };
    let (stop_upkeep, upkeep) = keep_up(Arc::clone(&store), upkeep, committed);
    let closed = store.closed();
    let node = Node::new(genesis, store, mempool, clock, health, Parts { gossip, peers, exports });
    let mut running = http::serve(&config.http, node).await?;
    // These end in reverse order. Workers let go of the store a moment after they have stopped; whoever opens
    // the folder again right away must find it free.
    running.on_stop(async move {
        if tokio::time::timeout(CLOSING, closed).await.is_err() {
            tracing::warn!("the store is still in use");
        }
    });
    running.on_stop(async move {
        stop_upkeep.send_replace(true);
        let _ = upkeep.await;
    });
    running.on_stop(sending.stop());
    running.on_stop(Engine::stop(engine));
    Ok(running)
}

/// Where an operator puts restarts that the governors have signed.
#[must_use]
pub fn restarts_folder(data: &Path) -> PathBuf {
    data.join("restarts")
}

/// The engine's log. A restart voids the votes for the height that could not be decided, so it begins another one.
fn log_name(restarts: &Restarts, height: u64) -> String {
    match restarts.newest_up_to(height) {
        Some(last) => format!("consensus.after-{last}.wal"),
        None => "consensus.wal".to_owned(),
    }
}

/// The validator's key, made when it is not there yet: its public half belongs into a genesis.
pub fn validator_public_key(keys: &KeysConfig) -> Result<PublicKey, StartError> {
    validator_key(keys, Age::New).map(|(signer, _)| *signer.public_key())
}

/// Whether a node has taken part in the chain before.
#[derive(Clone, Copy, PartialEq)]
enum Age {
    New,
    Known,
}

/// A node that has signed before must find its key: another one in its place would be nobody on the chain.
fn validator_key(keys: &KeysConfig, age: Age) -> Result<(Arc<dyn Signer>, [u8; 32]), StartError> {
    let sealing = SealingKey::load_or_create(&keys.sealing_key)?;
    let store = KeyStore::open(&keys.directory, sealing, keys.pkcs11.as_ref())?;
    let signer = match age {
        Age::Known => store.load(VALIDATOR_KEY)?,
        Age::New => store.load_or_create(VALIDATOR_KEY, Algorithm::Ed25519, &SystemEntropy)?,
    };
    match signer.public_key() {
        PublicKey::Ed25519(bytes) => {
            let bytes = *bytes;
            Ok((signer, bytes))
        }
        _ => Err(StartError::KeyKind),
    }
}

fn read_genesis(path: &Path) -> Result<Genesis, StartError> {
    let path = path.to_owned();
    let text =
        std::fs::read(&path).map_err(|source| StartError::ReadGenesis { path: path.clone(), source })?;
    let genesis: Genesis = serde_json::from_slice(&text)
        .map_err(|source| StartError::GenesisForm { path: path.clone(), source })?;
    genesis.check().map_err(|source| StartError::Genesis { path, source })?;
    Ok(genesis)
}

/// What this node is called in others' `peers`: the last part of its address there.
pub fn peer_id(node: &NodeConfig) -> Result<String, StartError> {
    std::fs::create_dir_all(&node.data)
        .map_err(|source| StartError::Folder { path: node.data.clone(), source })?;
    Ok(engine::peer_id(link_key(&node.data.join("link.key"))?)?)
}

/// The key of the encrypted links, made when there is none. It proves nothing to the chain; losing it means a new
/// peer id, which others' configurations must learn, so one that cannot be read is never replaced.
fn link_key(path: &Path) -> Result<[u8; 32], StartError> {
    let failed = |source| StartError::Folder { path: path.to_owned(), source };
    match std::fs::read(path) {
        Ok(bytes) => return read_link_key(&bytes).ok_or_else(|| StartError::LinkKeyFile(path.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let mut secret = [0u8; 32];
    SystemEntropy.fill(&mut secret);
    let bytes = [secret.as_slice(), &link_checksum(&secret)].concat();
    keys::write_new_private(path, &bytes).map_err(failed)?;
    Ok(secret)
}

/// The 32 bytes alone are a whole file too: it is from before there was a checksum.
fn read_link_key(bytes: &[u8]) -> Option<[u8; 32]> {
    let (secret, sum) = bytes.split_first_chunk::<32>()?;
    (sum.is_empty() || sum == link_checksum(secret)).then_some(*secret)
}

/// A bit that turned on disk would make the node a stranger to its peers, which they answer with silence.
fn link_checksum(secret: &[u8; 32]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = sha256("passerelle/link-key", &[secret]);
    [a, b, c, d, e, f, g, h]
}

/// Nothing can be proven before there is a header.
async fn wait_for_first_block(store: &Store, committed: &Notify) {
    let first = async {
        loop {
            let notified = committed.notified();
            if store.snapshot().tip().height > 0 {
                return;
            }
            notified.await;
        }
    };
    if tokio::time::timeout(FIRST_BLOCK, first).await.is_err() {
        tracing::warn!("no first block yet; reads answer 503 until there is one");
    }
}

/// What a node does beside deciding blocks.
struct Upkeep {
    keep: Keep,
    exports: Exports,
    snapshot_blocks: u64,
}

impl Upkeep {
    /// One step. Returns whether there is more to remove.
    fn step(&self, store: &Store) -> bool {
        let more = store.prune(&self.keep).unwrap_or_else(|error| {
            tracing::warn!(%error, "what is no longer kept cannot be removed");
            false
        });
        let snapshot = store.snapshot();
        let due = |newest: u64| snapshot.tip().height >= newest.saturating_add(self.snapshot_blocks);
        if self.snapshot_blocks > 0 && due(self.exports.heights().last().copied().unwrap_or(0)) {
            match self.exports.write(&snapshot) {
                Ok(written) => tracing::info!(
                    block.height = written.header.height,
                    records = written.records,
                    "a snapshot for joining nodes was written"
                ),
                Err(error) => tracing::warn!(%error, "a snapshot cannot be written"),
            }
        }
        more
    }
}

/// Removes what is no longer kept, in small steps between blocks, and writes snapshots.
fn keep_up(
    store: Arc<Store>,
    upkeep: Upkeep,
    committed: Arc<Notify>,
) -> (watch::Sender<bool>, tokio::task::JoinHandle<()>) {
    let (stop, mut stopped) = watch::channel(false);
    let upkeep = Arc::new(upkeep);
    let task = tokio::spawn(async move {
        loop {
            let stop = async { stopped.wait_for(|stop| *stop).await.map(drop) };
            tokio::select! {
                _ = stop => return,
                () = committed.notified() => {}
            }
            let mut more = true;
            while more && !*stopped.borrow() {
                let (store, upkeep) = (Arc::clone(&store), Arc::clone(&upkeep));
                match tokio::task::spawn_blocking(move || upkeep.step(&store)).await {
                    Ok(left) => more = left,
                    Err(_) => return,
                }
            }
        }
    });
    (stop, task)
}
