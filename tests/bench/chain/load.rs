//! Signed transactions of many keys at a steady rate, or as many as the nodes take.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::{MEMBERS, Network};
use anyhow::{Context as _, Result, bail};
use keys::{KeyFiles, PublicKey, SealingKey, Signer};
use registry_types::{
    Canonical as _, Genesis, Hash, Operation, PublishDocuments, SignedTransaction, Transaction,
};
use testkit::{Agent, Method};
use tokio::task::JoinSet;

use crate::watch::{Phase, Watch};

/// Each key has its own sequence and may be this far ahead of the chain.
const WINDOW: u64 = 200;
const KEYS_PER_MEMBER: usize = 10;
/// Heights after which a transaction that was not taken is void.
const EXPIRY: u64 = 500;
const TICK: Duration = Duration::from_millis(20);
/// How long after a phase the last transactions may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A key of a member, and the node it hands its transactions to.
struct Account {
    member: &'static str,
    key: Arc<dyn Signer>,
    public_key: [u8; 32],
    issuer: String,
    /// Of its next transaction.
    sequence: u64,
    /// What the chain expects, as far as blocks have told.
    expected: u64,
}

pub struct Load {
    chain: Hash,
    accounts: Vec<Account>,
    nodes: HashMap<&'static str, String>,
    away: Option<&'static str>,
    agent: Arc<Agent>,
    number: u64,
    turn: usize,
    watch: Watch,
}

impl Load {
    /// Every member gets a DID and keys to write with.
    pub async fn prepare(network: &Network) -> Result<Self> {
        let genesis: Genesis = serde_json::from_slice(&std::fs::read(network.path("genesis.json"))?)?;
        let mut accounts = Vec::new();
        for member in MEMBERS {
            let issuer = network.create_did(member, &network.node(member), &[])?;
            let folder = network.path(&format!("{member}-keys"));
            let names: Vec<_> =
                (1..=KEYS_PER_MEMBER).map(|number| format!("{member}.load-{number}")).collect();
            for name in &names {
                network.act(member, "add-key", &["operate", name])?;
            }
            let files = KeyFiles::open(&folder, SealingKey::load_or_create(folder.join("sealing.key"))?)?;
            for name in &names {
                let key = files.load(name)?;
                let PublicKey::Ed25519(public_key) = *key.public_key() else { continue };
                let issuer = issuer.clone();
                accounts.push(Account { member, key, public_key, issuer, sequence: 0, expected: 0 });
            }
        }
        Ok(Self {
            chain: genesis.chain_id(),
            accounts,
            nodes: MEMBERS.into_iter().map(|member| (member, network.node(member))).collect(),
            away: None,
            agent: Arc::new(Agent::new()),
            number: 0,
            turn: 0,
            watch: Watch::new(network.node(MEMBERS[0])),
        })
    }

    /// How many documents have been published so far.
    pub fn published(&self) -> u64 {
        self.number
    }

    /// Another node takes its keys' transactions.
    pub fn leave(&mut self, member: &'static str) {
        self.away = Some(member);
    }

    /// `rate` transactions a second, whatever becomes of them.
    pub async fn steady(&mut self, rate: u64, length: Duration) -> Result<Phase> {
        self.watch.catch_up().await?;
        let begun = Instant::now();
        let mut sent = 0;
        let mut sending = JoinSet::new();
        while begun.elapsed() < length {
            let due = u64::try_from(begun.elapsed().as_millis())? * rate / 1_000;
            while sent < due && self.send(&mut sending).await? {
                sent += 1;
            }
            self.look(&mut sending).await?;
            tokio::time::sleep(TICK).await;
        }
        self.settle(begun, &mut sending).await
    }

    /// The next transaction of the first key, for a block after `height`.
    pub async fn publish(&mut self, height: u64) -> Result<SignedTransaction> {
        self.sign(0, height).await
    }

    /// As many as the windows of all keys allow.
    pub async fn saturate(&mut self, length: Duration) -> Result<Phase> {
        self.watch.catch_up().await?;
        let begun = Instant::now();
        let mut sending = JoinSet::new();
        while begun.elapsed() < length {
            for _ in 0..200 {
                if !self.send(&mut sending).await? {
                    break;
                }
            }
            self.look(&mut sending).await?;
            // The looking takes processor time from the nodes.
            tokio::time::sleep(TICK).await;
        }
        self.settle(begun, &mut sending).await
    }

    async fn settle(&mut self, begun: Instant, sending: &mut JoinSet<Result<()>>) -> Result<Phase> {
        let until = Instant::now() + PATIENCE;
        while self.watch.is_waiting() && Instant::now() < until {
            self.look(sending).await?;
            tokio::time::sleep(TICK).await;
        }
        Ok(self.watch.end_phase(begun))
    }

    /// What has been decided since the last look.
    async fn look(&mut self, sending: &mut JoinSet<Result<()>>) -> Result<()> {
        while let Some(ended) = sending.try_join_next() {
            ended??;
        }
        for public_key in self.watch.look().await? {
            if let Some(account) = self.accounts.iter_mut().find(|it| it.public_key == public_key) {
                account.expected += 1;
            }
        }
        Ok(())
    }

    async fn sign(&mut self, index: usize, height: u64) -> Result<SignedTransaction> {
        let account = self.accounts.get_mut(index).context("an account")?;
        let sequence = account.sequence;
        account.sequence += 1;
        self.number += 1;
        let digests = vec![document(self.number)];
        let issuer = account.issuer.clone();
        let operation = Operation::PublishDocuments(PublishDocuments { issuer, digests });
        let transaction =
            Transaction { chain: self.chain, sequence, expires_at_height: height + EXPIRY, operation };
        let signature = account.key.sign(&transaction.signing_bytes()).await?;
        let signature = signature.try_into().ok().context("an Ed25519 signature")?;
        Ok(SignedTransaction { transaction, public_key: account.public_key, signature })
    }

    /// Hands one transaction to a node; false when every key's window is full.
    async fn send(&mut self, sending: &mut JoinSet<Result<()>>) -> Result<bool> {
        let count = self.accounts.len();
        let free = (0..count).map(|step| (self.turn + step) % count).find(|index| {
            self.accounts.get(*index).is_some_and(|account| account.sequence < account.expected + WINDOW)
        });
        let Some(index) = free else { return Ok(false) };
        self.turn = index + 1;
        let member = self.accounts.get(index).context("an account")?.member;
        let signed = self.sign(index, self.watch.height()).await?;
        self.watch.sent(signed.id());
        let node = if self.away == Some(member) { MEMBERS[0] } else { member };
        let url = format!("{}/v1/transactions", self.nodes.get(node).context("a node")?);
        let (agent, body) = (Arc::clone(&self.agent), signed.to_bytes());
        let begun = Instant::now();
        sending.spawn(async move {
            let octets = [("content-type", "application/octet-stream")];
            loop {
                let answer = agent.send(Method::POST, &url, &octets, body.clone()).await;
                let in_time = begun.elapsed() < PATIENCE;
                match answer {
                    Ok(answer) if matches!(answer.status, 200 | 202) => return Ok(()),
                    // This node is a block behind the one that is watched, or has its hands full.
                    Ok(answer) if in_time && matches!(answer.status, 409 | 429 | 503) => {}
                    Ok(answer) => bail!("{}: {}", answer.status, answer.text()),
                    // A connection that rested was closed. The same bytes sent again are the same transaction.
                    Err(_) if in_time => {}
                    Err(error) => return Err(error),
                }
                tokio::time::sleep(TICK).await;
            }
        });
        Ok(true)
    }
}

/// The digest of the document that the load publishes as its `number`th, from one on.
pub fn document(number: u64) -> Hash {
    registry_types::sha256("load", &[&number.to_be_bytes()])
}
