//! Services of all members that write without pause: each key signs its next anchor only when the last is
//! acknowledged, and sends the same bytes again, to any node, until somebody acknowledges them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use keys::{Signer as _, SoftwareKey};
use outbound::{Outbound, OutboundPolicy};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use registry_client::{HttpNode, Submission, Transport as _};
use registry_types::{
    Anchor, AnchorKind, DidRole, Hash, Operation, SignedTransaction, Transaction, TransactionId,
};
use tokio::task::JoinHandle;

use super::network::{Network, raw};

/// A key waits this long for one node before it asks another.
const TRY: Duration = Duration::from_secs(4);

/// The longest that a key rests between two transactions; two cores carry the nodes and this load.
const MOST_REST_MS: u64 = 200;

/// A transaction that a node said is decided.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    pub id: TransactionId,
    pub sequence: u64,
    pub height: u64,
    pub header_hash: Hash,
}

pub struct Load {
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<Result<()>>>,
}

struct Writer {
    nodes: Vec<HttpNode>,
    chain: Hash,
    key: Arc<SoftwareKey>,
    random: ChaCha20Rng,
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
    stop: Arc<AtomicBool>,
}

impl Load {
    pub async fn start(network: &Network, seed: u64) -> Result<Self> {
        let policy = OutboundPolicy { allow_loopback: true, allow_http: true, ..OutboundPolicy::default() };
        let outbound = Outbound::new(&policy)?;
        let nodes: Vec<_> = network
            .nodes
            .iter()
            .map(|node| Ok(HttpNode::new(node.url.parse()?, outbound.clone())))
            .collect::<Result<_>>()?;
        let (acknowledged, stop) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let mut tasks = Vec::new();
        for (number, organisation) in (0u64..).zip(&network.organisations) {
            let did_key = &organisation.did;
            let mut dids = writer(&nodes, network, did_key, seed ^ number, &acknowledged, &stop);
            for (sequence, operate) in (0u64..).zip(&organisation.operate) {
                let keys = [("key-ed25519-1", operate.public_key())];
                let (did, operation) = registry::setup::create_did(
                    &organisation.id,
                    if sequence == 0 { DidRole::Organisation } else { DidRole::Service },
                    did_key.public_key(),
                    &keys,
                    &[],
                )?;
                dids.write(sequence, operation).await?;
                let mut writer = writer(
                    &nodes,
                    network,
                    operate,
                    seed ^ ((number << 8) | (sequence + 1)),
                    &acknowledged,
                    &stop,
                );
                tasks.push(tokio::spawn(async move { writer.anchor_until_stopped(did).await }));
            }
        }
        Ok(Self { acknowledged, stop, tasks })
    }

    pub fn acknowledged(&self) -> Vec<Acknowledged> {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets each key finish what it has begun.
    pub async fn finish(self) -> Result<Vec<Acknowledged>> {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.context("a writer")??;
        }
        Ok(self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

fn writer(
    nodes: &[HttpNode],
    network: &Network,
    key: &Arc<SoftwareKey>,
    seed: u64,
    acknowledged: &Arc<Mutex<Vec<Acknowledged>>>,
    stop: &Arc<AtomicBool>,
) -> Writer {
    Writer {
        nodes: nodes.to_vec(),
        chain: network.genesis.chain_id(),
        key: Arc::clone(key),
        random: ChaCha20Rng::seed_from_u64(seed),
        acknowledged: Arc::clone(acknowledged),
        stop: Arc::clone(stop),
    }
}

impl Writer {
    async fn anchor_until_stopped(&mut self, issuer: String) -> Result<()> {
        let mut sequence = 0;
        while !self.stop.load(Ordering::Relaxed) {
            let mut root = [0u8; 32];
            self.random.fill_bytes(&mut root);
            let anchor = Anchor {
                issuer: issuer.clone(),
                sequence,
                kind: AnchorKind::Credentials,
                root,
                leaf_count: 16,
            };
            self.write(sequence, Operation::Anchor(anchor)).await?;
            sequence += 1;
            tokio::time::sleep(Duration::from_millis(u64::from(self.random.next_u32()) % MOST_REST_MS)).await;
        }
        Ok(())
    }

    /// Signs once, sends until it is acknowledged, and remembers what was said.
    async fn write(&mut self, sequence: u64, operation: Operation) -> Result<()> {
        let transaction = Transaction { chain: self.chain, sequence, expires_at_height: 90_000, operation };
        let public_key = raw(self.key.public_key())?;
        let signature = self.key.sign_now(&transaction.signing_bytes())?;
        let signature = signature.try_into().map_err(|_| anyhow::anyhow!("a signature of another length"))?;
        let signed = SignedTransaction { transaction, public_key, signature };
        loop {
            let node = usize::try_from(self.random.next_u32())? % self.nodes.len();
            match tokio::time::timeout(TRY, self.nodes[node].submit(&signed)).await {
                Ok(Ok(Submission::Committed(place))) => {
                    self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).push(Acknowledged {
                        id: signed.id(),
                        sequence,
                        height: place.height,
                        header_hash: place.header_hash,
                    });
                    return Ok(());
                }
                // A node that is behind has not seen what its key wrote before; another one has.
                Ok(Ok(Submission::Rejected { code, detail })) if !behind(&code) => {
                    bail!("node {node} refused a sound transaction: {code}: {detail}")
                }
                Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

fn behind(code: &str) -> bool {
    ["sequence_ahead", "sequence_too_far", "unknown_key", "unknown_did"].contains(&code)
}
