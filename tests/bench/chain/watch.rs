//! When each transaction became final, as a reader of one node sees it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use registry_types::{Block, Canonical as _, TransactionId};
use serde_json::Value;
use testkit::Agent;

pub struct Watch {
    node: String,
    agent: Agent,
    height: u64,
    waiting: HashMap<TransactionId, Instant>,
    times: Vec<(Instant, Duration)>,
    blocks: u64,
    /// Blocks whose first proposer was passed over.
    passed: u64,
}

impl Watch {
    pub fn new(node: String) -> Self {
        Self {
            node,
            agent: Agent::new(),
            height: 0,
            waiting: HashMap::new(),
            times: Vec::new(),
            blocks: 0,
            passed: 0,
        }
    }

    pub fn sent(&mut self, id: TransactionId) {
        self.waiting.insert(id, Instant::now());
    }

    pub fn height(&self) -> u64 {
        self.height
    }

    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Leaves out what was decided before.
    pub async fn catch_up(&mut self) -> Result<()> {
        self.height = self.newest().await?;
        Ok(())
    }

    /// Reads the blocks since the last look; whose transactions they hold.
    pub async fn look(&mut self) -> Result<Vec<[u8; 32]>> {
        let newest = self.newest().await?;
        let mut writers = Vec::new();
        while self.height < newest {
            let url = format!("{}/v1/blocks/{}", self.node, self.height + 1);
            // A connection that rested may have been closed: the next look asks again.
            let Ok(answer) = self.agent.get_as(url, "application/octet-stream").await else { break };
            let answer = answer.expect(200)?;
            let block = Block::from_bytes(&answer.body)?;
            let now = Instant::now();
            self.height += 1;
            self.blocks += 1;
            self.passed += u64::from(block.header.last_commit_round > 0);
            for transaction in &block.transactions {
                if let Some(sent) = self.waiting.remove(&transaction.id()) {
                    self.times.push((now, now - sent));
                    writers.push(transaction.public_key);
                }
            }
        }
        Ok(writers)
    }

    async fn newest(&self) -> Result<u64> {
        let url = format!("{}/v1/headers/latest", self.node);
        let Ok(head) = self.agent.get(url).await else { return Ok(self.height) };
        let head = head.expect(200)?;
        let head: Value = head.json()?;
        head.pointer("/header/height").and_then(Value::as_u64).context("no height")
    }

    pub fn end_phase(&mut self, begun: Instant) -> Phase {
        let lost = self.waiting.len();
        self.waiting.clear();
        let times = std::mem::take(&mut self.times);
        let last = times.last().map_or(begun, |(when, _)| *when);
        let mut latencies: Vec<_> = times.into_iter().map(|(_, time)| time).collect();
        latencies.sort_unstable();
        let (blocks, passed) = (std::mem::take(&mut self.blocks), std::mem::take(&mut self.passed));
        Phase { latencies, length: last - begun, blocks, passed, lost }
    }
}

/// What a phase came to.
pub struct Phase {
    latencies: Vec<Duration>,
    length: Duration,
    blocks: u64,
    passed: u64,
    lost: usize,
}

impl Phase {
    pub fn print(&self, what: &str) {
        let count = self.latencies.len();
        let at = |share: usize| {
            let index = (count * share / 1_000).min(count.saturating_sub(1));
            self.latencies.get(index).copied().unwrap_or_default().as_secs_f64()
        };
        let a_second = f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / self.length.as_secs_f64();
        println!(
            "  {what:<34} {a_second:>7.0} keys a second   median {:>5.2} s   99% {:>5.2} s   slowest {:>5.2} s   {} \
             blocks, {} of a later round   {} not final",
            at(500),
            at(990),
            at(1_000),
            self.blocks,
            self.passed,
            self.lost
        );
    }
}
