//! Compares what all nodes hold, block by block, with each other and with what the writers were told.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context as _, Result, ensure};
use registry_types::{Block, Canonical as _, Hash, TransactionId};

use super::load::Acknowledged;
use super::network::{Network, SIZE};

/// What must stay at zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    pub forks: u64,
    pub lost: u64,
    pub doubled: u64,
}

/// The one history, as far as it has been compared. Grows with each round.
#[derive(Default)]
pub struct History {
    /// By height, from 1.
    headers: Vec<Hash>,
    places: HashMap<TransactionId, (u64, Hash)>,
    /// The next sequence of each key.
    sequences: HashMap<[u8; 32], u64>,
    acknowledged: usize,
    pub faults: Faults,
    /// The first contradictions, in words.
    pub said: Vec<String>,
}

impl History {
    pub fn height(&self) -> u64 {
        self.headers.len() as u64
    }

    /// Reads on from where the last comparison ended, up to what every node named has decided.
    pub async fn compare(
        &mut self,
        network: &Network,
        nodes: &[usize],
        acknowledged: &[Acknowledged],
    ) -> Result<()> {
        let mut tip = u64::MAX;
        for &node in nodes {
            tip = tip.min(network.height(node).await?);
        }
        let mut shown = BTreeSet::new();
        for height in self.height() + 1..=tip {
            self.compare_height(network, nodes, height, &mut shown).await?;
        }
        self.compare_acknowledged(acknowledged, tip);
        Ok(())
    }

    /// Reads everything again: what was compared before a fault must still be there after it.
    pub async fn compare_again(&self, network: &Network, acknowledged: &[Acknowledged]) -> Result<Self> {
        let mut fresh = Self::default();
        fresh.compare(network, &[0, 1, 2, 3][..SIZE], acknowledged).await?;
        let changed: Vec<u64> = (1u64..)
            .zip(self.headers.iter().zip(&fresh.headers))
            .filter_map(|(height, (before, now))| (before != now).then_some(height))
            .collect();
        for height in changed {
            fresh.fork(height, "the history changed after it was compared");
        }
        ensure!(fresh.height() >= self.height(), "the history became shorter");
        fresh.faults.forks += self.faults.forks;
        Ok(fresh)
    }

    /// A node that lost its data may have begun with a snapshot of another: it has no block before that height, and
    /// every one after it. `shown` holds the nodes that have had one.
    async fn compare_height(
        &mut self,
        network: &Network,
        nodes: &[usize],
        height: u64,
        shown: &mut BTreeSet<usize>,
    ) -> Result<()> {
        let mut first: Option<Block> = None;
        for &node in nodes {
            let answer = network.get(node, &format!("/v1/blocks/{height}")).await?;
            if answer.status == 404 && !shown.contains(&node) {
                continue;
            }
            shown.insert(node);
            let answer = answer.expect(200).with_context(|| format!("block {height} of node {node}"))?;
            let block = Block::from_bytes(&answer.body)
                .with_context(|| format!("node {node} has no readable block {height}"))?;
            let sound = block.header.height == height
                && block.header.previous == self.previous(network)
                && block.header.data_hash == Block::data_hash(block.restart.as_ref(), &block.transactions);
            if !sound {
                self.fork(height, &format!("node {node}'s block does not follow from the one before"));
            }
            match &first {
                Some(first) if first.header.hash() != block.header.hash() => {
                    self.fork(height, &format!("node {node} decided another block"));
                }
                Some(_) => {}
                None => first = Some(block),
            }
        }
        self.take(first.with_context(|| format!("no node has block {height}"))?);
        Ok(())
    }

    fn previous(&self, network: &Network) -> Hash {
        self.headers.last().copied().unwrap_or_else(|| network.genesis.chain_id())
    }

    /// In order, and once.
    fn take(&mut self, block: Block) {
        let (height, hash) = (block.header.height, block.header.hash());
        self.headers.push(hash);
        for signed in &block.transactions {
            if self.places.insert(signed.id(), (height, hash)).is_some() {
                self.faults.doubled += 1;
                self.said.push(format!("transaction {} is in two blocks, last in {height}", signed.id()));
            }
            let next = self.sequences.entry(signed.public_key).or_default();
            if signed.transaction.sequence != *next {
                self.faults.doubled += 1;
                self.said
                    .push(format!("block {height} has sequence {} for {next}", signed.transaction.sequence));
            }
            *next = signed.transaction.sequence + 1;
        }
    }

    fn compare_acknowledged(&mut self, acknowledged: &[Acknowledged], tip: u64) {
        for one in acknowledged.iter().skip(self.acknowledged) {
            // Acknowledged after the heights were read; the next comparison sees it.
            if one.height > tip {
                break;
            }
            self.acknowledged += 1;
            if self.places.get(&one.id) != Some(&(one.height, one.header_hash)) {
                self.faults.lost += 1;
                self.said.push(format!(
                    "transaction {} (sequence {} of its key) was acknowledged at {} and is at {:?}",
                    one.id,
                    one.sequence,
                    one.height,
                    self.places.get(&one.id).map(|place| place.0)
                ));
            }
        }
    }

    fn fork(&mut self, height: u64, what: &str) {
        self.faults.forks += 1;
        self.said.push(format!("height {height}: {what}"));
    }

    /// Fails when there is any contradiction, with the first of them.
    pub fn verdict(&self) -> Result<()> {
        let shown: Vec<_> = self.said.iter().take(10).cloned().collect();
        ensure!(
            self.faults == Faults::default() && shown.is_empty(),
            "{:?}\n{}",
            self.faults,
            shown.join("\n")
        );
        Ok(())
    }
}
