//! Malachite, the only place that names it: the types it wants, its wire codec, its signer, and the loop
//! that answers it from a [`crate::ledger::Ledger`].

mod accuse;
mod codec;
mod context;
#[cfg(fuzzing)]
pub mod fuzzing;
mod guard;
mod host;
#[cfg(feature = "misbehave")]
mod misbehave;
mod signing;
mod sit_out;
mod streams;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use keys::Signer;
use malachite::app::config::{ConsensusConfig, NodeConfig, PubSubProtocol, ValuePayload, ValueSyncConfig};
use malachite::app::engine::network::{Msg as LinkMessage, NetworkRef};
use malachite::app::types::Keypair;
use malachite::app::types::codec::Codec as _;
use malachite::{
    Channels, ConsensusContext, EngineHandle, NetworkContext, NetworkIdentity, RequestContext, Signer as _,
    SyncContext, WalContext, start_engine,
};
use registry_types::{Hash, address_of};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::ledger::{Ledger, LedgerError};
use crate::mempool::Mempool;
use codec::BorshCodec;
use context::{Address, RegistryContext};
use guard::{Guard, GuardError};
use host::{Ended, Host, HostError};
use signing::Signatures;
pub use sit_out::forget_log;
use sit_out::sits_out_until;

/// How long an engine may take to end.
const ENDING: Duration = Duration::from_secs(5);
/// How long peers may take to notice that links have closed.
const LINKS_CLOSE: Duration = Duration::from_millis(250);

/// How the node reaches the others. With a single validator there is nobody, and nothing listens but
/// a port of the loopback.
#[derive(Clone, Debug)]
pub struct Links {
    pub listen: String,
    /// Each with `/p2p/{peer id}`: without it, nodes that dial each other at once can refuse each other for ever.
    pub peers: Vec<String>,
    /// The key of the encrypted links, apart from the one that votes.
    pub secret: [u8; 32],
}

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("{0} is not a network address such as /ip4/192.0.2.1/tcp/7000")]
    Address(String),
    #[error("the peer {0} has no /p2p/{{peer id}}")]
    NoPeerId(String),
    #[error("the link key is not usable")]
    LinkKey,
    #[error("the validator key cannot sign")]
    Sign,
    #[error(transparent)]
    Guard(#[from] GuardError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("cannot remove the consensus log in {path}")]
    Log {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "the consensus engine did not start: {reason}. If its log in {wal} is damaged, move that file away: what this \
         node's key has signed is recorded apart"
    )]
    Start { reason: String, wal: PathBuf },
    #[error(
        "the data of this node ends at block {stored}, but its key has voted up to block {signed} and there is no peer to \
         get the blocks from: put back the newer data, or name a peer that has it"
    )]
    Lost { stored: u64, signed: u64 },
}

/// The engine while it runs.
pub struct Engine {
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Engine {
    /// Ends the loop, then the engine's actors, so that files and ports are free afterwards.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.running.await;
    }
}

pub struct Start {
    pub chain: Hash,
    pub signer: Arc<dyn Signer>,
    pub public_key: [u8; 32],
    pub ledger: Box<dyn Ledger>,
    pub mempool: Arc<Mempool>,
    pub wal: PathBuf,
    /// Where it is written down what the key has signed; beside the key.
    pub signed: PathBuf,
    pub links: Links,
    pub health: watch::Sender<Health>,
}

/// What readiness looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Running,
    /// The loop ended on a fault that needs an operator; the log says which.
    Failed,
}

pub async fn start(start: Start) -> Result<Engine, EngineError> {
    let guard = Arc::new(Guard::open(&start.signed)?);
    let alone = start.links.peers.is_empty();
    let parts = Parts {
        me: Address(address_of(&start.public_key)),
        signatures: Signatures { chain: start.chain, signer: Some(start.signer), guard: Arc::clone(&guard) },
        public_key: start.public_key,
        mempool: start.mempool,
        wal: start.wal,
        settings: Settings::new(&start.links)?,
        secret: start.links.secret,
    };
    let ledger = start.ledger;
    let sits_out_until = sits_out_until(guard.height().await, ledger.as_ref(), &parts.me.0, alone)?;
    if sits_out_until.is_some() {
        forget_log(&parts.wal).map_err(|source| EngineError::Log { path: parts.wal.clone(), source })?;
    }
    let (channels, actors) = parts.launch(sits_out_until.is_some()).await?;
    let first = Run { host: parts.host(sits_out_until, ledger, channels), actors };
    let (stop, stopped) = watch::channel(false);
    let health = start.health;
    let running = tokio::spawn(async move {
        if let Err(error) = supervise(parts, first, stopped).await {
            tracing::error!(error = %chained(&error), "this node has stopped taking part in the chain");
            health.send_replace(Health::Failed);
        }
    });
    Ok(Engine { stop, running })
}

/// An engine with the loop that answers it.
struct Run {
    host: Host,
    actors: Actors,
}

/// The engine's actors. It kills those that it supervises when it ends, and a killed network lives on for some
/// events: with a port and links under this node's name on which nobody answers, while peers take the next links
/// for further ones of the same node and never tell it what they listen to. So the network is stopped apart.
struct Actors {
    engine: EngineHandle,
    network: NetworkRef<RegistryContext>,
}

impl Actors {
    fn new(engine: EngineHandle) -> Option<Self> {
        let supervisor = engine.actor.get_cell();
        let network = supervisor
            .get_children()
            .into_iter()
            .find(|child| child.is_message_type_of::<LinkMessage<RegistryContext>>().unwrap_or(false))?;
        network.unlink(supervisor);
        Some(Self { engine, network: network.into() })
    }

    /// Returns when files and ports are free and every link is closed.
    async fn end(self) {
        self.engine.actor.stop(None);
        let ended = async {
            let _ = self.engine.handle.await;
            let _ = self.network.stop_and_wait(None, None).await;
        };
        if tokio::time::timeout(ENDING, ended).await.is_err() {
            tracing::warn!("the consensus engine did not end in time");
        }
    }
}

/// Runs the engine, once more whenever this node must sit out some heights or may vote again after that.
async fn supervise(
    parts: Parts,
    mut run: Run,
    mut stop: watch::Receiver<bool>,
) -> Result<(), SuperviseError> {
    // The height whose decision was forgotten; a second time it would not help.
    let mut forgotten = None;
    loop {
        let ended = tokio::select! {
            ended = run.host.run(&mut stop) => ended,
            _ = run.actors.network.wait(None) => Err(HostError::NetworkEnded),
        };
        run.actors.end().await;
        let ledger = run.host.into_ledger();
        let signed = parts.signatures.guard.height().await;
        let sits_out_until = match ended {
            Ok(Ended::Stopped) => return Ok(()),
            Ok(Ended::MayVote) => {
                tracing::info!("this node votes again");
                None
            }
            // The engine ends when a vote is refused to it; nothing else makes the guard say so.
            Err(HostError::EngineEnded) if parts.signatures.guard.take_refusal().await => {
                tracing::warn!(
                    block.height = signed,
                    "this node's key has signed something else at this height, which its consensus log does not \
                     know; it follows the others without a vote until they have decided the height"
                );
                Some(signed)
            }
            // The data has fallen back to before a block that the log decides. Peers have it.
            Err(HostError::Ledger(LedgerError::UnknownDecision(height)))
                if parts.settings.has_peers() && forgotten != Some(height) =>
            {
                tracing::warn!(
                    block.height = height,
                    "the consensus log decides a block that this node's data does not hold; the log is forgotten, and this \
                     node follows the others without a vote until they are past that height"
                );
                forget_log(&parts.wal)
                    .map_err(|source| EngineError::Log { path: parts.wal.clone(), source })?;
                forgotten = Some(height);
                Some(height.max(signed))
            }
            Err(HostError::EngineEnded) => return Err(SuperviseError::Ended(parts.wal)),
            Err(error) => return Err(error.into()),
        };
        // Peers must have seen the old links close before there are new ones under the same name.
        tokio::time::sleep(LINKS_CLOSE).await;
        let (channels, actors) = parts.launch(sits_out_until.is_some()).await?;
        run = Run { host: parts.host(sits_out_until, ledger, channels), actors };
    }
}

#[derive(Debug, thiserror::Error)]
enum SuperviseError {
    #[error(
        "the consensus engine ended; the lines before this one say why. If its log in {0} is damaged, move that file \
         away: what this node's key has signed is recorded apart"
    )]
    Ended(PathBuf),
    #[error(transparent)]
    Host(#[from] HostError),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What every start of the engine needs.
struct Parts {
    me: Address,
    signatures: Signatures,
    public_key: [u8; 32],
    mempool: Arc<Mempool>,
    wal: PathBuf,
    settings: Settings,
    secret: [u8; 32],
}

impl Parts {
    /// Without a voice, the engine goes by an address that is in no set, and keeps a log of its own.
    async fn launch(&self, sits_out: bool) -> Result<(Channels<RegistryContext>, Actors), EngineError> {
        let failed = |error: &dyn std::fmt::Display| EngineError::Start {
            reason: error.to_string(),
            wal: self.wal.clone(),
        };
        let keypair = Keypair::ed25519_from_bytes(self.secret).map_err(|_| EngineError::LinkKey)?;
        let proof = self
            .signatures
            .sign_validator_proof(self.public_key.to_vec(), keypair.public().to_peer_id().to_bytes())
            .await
            .map_err(|_| EngineError::Sign)?;
        let proof = BorshCodec.encode(&proof).map_err(|error| failed(&error))?;
        let moniker = self.settings.moniker.clone();
        let identity = NetworkIdentity::new_validator(moniker, keypair, self.me.to_string(), proof);
        let verifier = Box::new(self.signatures.clone());
        let (consensus, wal) = if sits_out {
            let nobody = Address([0; 20]);
            (ConsensusContext::new_full_node(nobody, verifier), self.wal.with_extension("silent.wal"))
        } else {
            let signer = Box::new(self.signatures.clone());
            (ConsensusContext::new_validator(self.me, verifier, signer), self.wal.clone())
        };
        let (channels, engine) = start_engine(
            RegistryContext,
            self.settings.clone(),
            WalContext::new(wal, BorshCodec),
            NetworkContext::new(identity, BorshCodec),
            consensus,
            SyncContext::new(BorshCodec),
            RequestContext::new(100),
        )
        .await
        .map_err(|error| failed(&error))?;
        let actors = Actors::new(engine).ok_or_else(|| failed(&"it has no network"))?;
        #[cfg(feature = "misbehave")]
        misbehave::begin(self.signatures.clone(), self.me, actors.network.clone());
        Ok((channels, actors))
    }

    fn host(
        &self,
        sits_out_until: Option<u64>,
        ledger: Box<dyn Ledger>,
        channels: Channels<RegistryContext>,
    ) -> Host {
        let names = (self.signatures.chain, self.me);
        Host::new(names, sits_out_until, ledger, Arc::clone(&self.mempool), channels)
    }
}

/// The public name of a link key.
pub fn peer_id(secret: [u8; 32]) -> Result<String, EngineError> {
    let keypair = Keypair::ed25519_from_bytes(secret).map_err(|_| EngineError::LinkKey)?;
    Ok(keypair.public().to_peer_id().to_string())
}

/// An error with its sources on one line.
fn chained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

/// What the engine reads of our configuration.
#[derive(Clone)]
struct Settings {
    moniker: String,
    consensus: ConsensusConfig,
    sync: ValueSyncConfig,
}

impl Settings {
    fn new(links: &Links) -> Result<Self, EngineError> {
        let mut consensus = ConsensusConfig {
            // `ProposalOnly` never asks whether a proposal is valid. Here the value is the header's hash, and
            // the block travels in parts.
            value_payload: ValuePayload::ProposalAndParts,
            ..ConsensusConfig::default()
        };
        let bad = |address: &String| EngineError::Address(address.clone());
        consensus.p2p.listen_addr = links.listen.parse().map_err(|_| bad(&links.listen))?;
        for peer in &links.peers {
            if !peer.contains("/p2p/") {
                return Err(EngineError::NoPeerId(peer.clone()));
            }
            consensus.p2p.persistent_peers.push(peer.parse().map_err(|_| bad(peer))?);
        }
        consensus.p2p.persistent_peers_only = true;
        if links.peers.is_empty() {
            // Gossip without peers reports each message as an error, and keeps a mesh of nobody.
            consensus.p2p.protocol = PubSubProtocol::Broadcast;
        }
        let sync = ValueSyncConfig {
            status_update_interval: Duration::from_secs(5),
            batch_size: 20,
            max_response_size: bytesize::ByteSize::mib(9),
            ..ValueSyncConfig::default()
        };
        Ok(Self { moniker: "passerelle".to_owned(), consensus, sync })
    }
}

impl Settings {
    fn has_peers(&self) -> bool {
        !self.consensus.p2p.persistent_peers.is_empty()
    }
}

impl NodeConfig for Settings {
    fn moniker(&self) -> &str {
        &self.moniker
    }

    fn consensus(&self) -> &ConsensusConfig {
        &self.consensus
    }

    fn consensus_mut(&mut self) -> &mut ConsensusConfig {
        &mut self.consensus
    }

    fn value_sync(&self) -> &ValueSyncConfig {
        &self.sync
    }

    fn value_sync_mut(&mut self) -> &mut ValueSyncConfig {
        &mut self.sync
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests;
