//! Malachite, the only place that names it: the types it wants, its wire codec, its signer, and the loop
//! that answers it from a [`crate::ledger::Ledger`].

mod codec;
mod context;
mod host;
mod signing;
mod streams;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use keys::Signer;
use malachite::app::config::{ConsensusConfig, NodeConfig, PubSubProtocol, ValuePayload, ValueSyncConfig};
use malachite::app::types::Keypair;
use malachite::app::types::codec::Codec as _;
use malachite::{
    ConsensusContext, EngineHandle, NetworkContext, NetworkIdentity, RequestContext, Signer as _,
    SyncContext, WalContext, start_engine,
};
use registry_types::{Hash, address_of};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::ledger::Ledger;
use crate::mempool::Mempool;
use codec::BorshCodec;
use context::{Address, RegistryContext};
use host::Host;
use signing::Signatures;

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
    #[error("the consensus engine did not start: {0}")]
    Start(String),
}

/// The engine while it runs.
pub struct Engine {
    stop: watch::Sender<bool>,
    host: JoinHandle<()>,
    handle: EngineHandle,
}

impl Engine {
    /// Ends the loop, then the engine's actors, so that files and ports are free afterwards.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.host.await;
        self.handle.actor.stop(None);
        if tokio::time::timeout(Duration::from_secs(5), self.handle.handle).await.is_err() {
            tracing::warn!("the consensus engine did not end in time");
        }
    }
}

pub struct Start {
    pub chain: Hash,
    pub signer: Arc<dyn Signer>,
    pub public_key: [u8; 32],
    pub ledger: Box<dyn Ledger>,
    pub mempool: Arc<Mempool>,
    pub wal: PathBuf,
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
    let me = Address(address_of(&start.public_key));
    let signatures = Signatures { chain: start.chain, signer: Some(start.signer) };
    let keypair = Keypair::ed25519_from_bytes(start.links.secret).map_err(|_| EngineError::LinkKey)?;
    let config = Settings::new(&start.links)?;
    let proof = signatures
        .sign_validator_proof(start.public_key.to_vec(), keypair.public().to_peer_id().to_bytes())
        .await
        .map_err(|_| EngineError::Sign)?;
    let proof = BorshCodec.encode(&proof).map_err(|error| EngineError::Start(error.to_string()))?;
    let identity = NetworkIdentity::new_validator(config.moniker.clone(), keypair, me.to_string(), proof);
    let (channels, handle) = start_engine(
        RegistryContext,
        config,
        WalContext::new(start.wal, BorshCodec),
        NetworkContext::new(identity, BorshCodec),
        ConsensusContext::new_validator(me, Box::new(signatures.clone()), Box::new(signatures)),
        SyncContext::new(BorshCodec),
        RequestContext::new(100),
    )
    .await
    .map_err(|error| EngineError::Start(error.to_string()))?;
    let (stop, stopped) = watch::channel(false);
    let host = Host::new(me, start.ledger, start.mempool, channels);
    let health = start.health;
    let host = tokio::spawn(async move {
        if let Err(error) = host.run(stopped).await {
            tracing::error!(error = %chained(&error), "this node has stopped taking part in the chain");
            health.send_replace(Health::Failed);
        }
    });
    Ok(Engine { stop, host, handle })
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
