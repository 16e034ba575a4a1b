use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clock::SystemClock;
use keys::Signer;
use registry::setup;
use registry_client::{Committed, Registry};
use registry_types::operation::WithdrawProposal;
use registry_types::{Genesis, Hash, Operation, ProposalState, proposal_id};

use super::checkpoint::outbound;
use super::key_folder::{member_key, raw};
use super::kind::kind;
use super::member_args::{Actor, Propose, Vote, Withdraw};
use super::proof_file;
use super::verify_proof::now_ms;
use super::words::time;
use crate::say;

/// A governor acts on the chain as it is now.
const MAX_AGE: Duration = Duration::from_secs(300);
pub const GOVERN: &str = "govern";
const HOUR_MS: u64 = 60 * 60 * 1_000;
/// How long the proposer's own clock and the block's time may lie apart.
const LEEWAY_MS: u64 = 60 * 1_000;

/// A member in front of a node, with the key that its act needs.
pub struct Acting {
    pub registry: Registry,
    pub key: Arc<dyn Signer>,
}

impl Acting {
    /// `role` is the ending of the key's name: `govern` or `did`.
    pub fn new(by: &Actor, role: &str) -> anyhow::Result<Self> {
        let genesis: Genesis = serde_json::from_slice(&proof_file::read(&by.genesis)?)
            .with_context(|| format!("{} is not a genesis", by.genesis.display()))?;
        let key = member_key(&by.keys, &by.id, role)?;
        let clock = Arc::new(SystemClock);
        let registry = Registry::connect(by.node.clone(), &genesis, outbound()?, clock, MAX_AGE)?;
        Ok(Self { registry, key })
    }

    pub async fn send(&self, operation: Operation) -> anyhow::Result<Committed> {
        Ok(setup::send(&self.registry, self.key.as_ref(), operation).await?)
    }

    /// What has become of a proposal.
    async fn tell(&self, id: &Hash) -> anyhow::Result<()> {
        let read = self.registry.proposal(id).await?;
        let proposal = read.value.context("the chain has no such proposal")?;
        let what = match &proposal.state {
            ProposalState::Open => {
                let voters: Vec<_> = proposal.votes.iter().map(|vote| vote.organisation.as_str()).collect();
                format!(
                    "open, with votes of {}; it takes effect at {} at the earliest and expires at {}",
                    voters.join(", "),
                    time(proposal.earliest_ms),
                    time(proposal.deadline_ms)
                )
            }
            ProposalState::Executed { height, .. } => format!("in effect since block {height}"),
            ProposalState::Failed { height, code, .. } => {
                format!("passed, but could not be carried out at block {height}: {code}")
            }
            ProposalState::Rejected { .. } => "rejected".to_owned(),
            ProposalState::Withdrawn { .. } => "withdrawn".to_owned(),
            ProposalState::Expired { .. } => "expired".to_owned(),
        };
        say::line(format!("Proposal {}\n({}) is {what}.", hex::encode(id), proposal.kind.name()));
        Ok(())
    }
}

pub async fn propose(args: &Propose) -> anyhow::Result<()> {
    let acting = Acting::new(&args.by, GOVERN)?;
    let params = acting.registry.params().await?.value.unwrap_or_default();
    let notice_ms =
        args.notice_hours.map_or(params.governance.min_notice_ms, |hours| u64::from(hours) * HOUR_MS);
    let voting_ms = (u64::from(args.voting_hours) * HOUR_MS).saturating_add(LEEWAY_MS);
    let deadline_ms = now_ms()?.saturating_add(notice_ms).saturating_add(voting_ms);
    let (kind, reason) = (kind(&acting.registry, &args.change).await?, args.reason.reason()?);
    let key = raw(acting.key.public_key())?;
    let id = proposal_id(&key, acting.registry.sequence(&key).await?);
    let propose = registry_types::Propose { kind, reason, notice_ms, deadline_ms };
    acting.send(Operation::Propose(propose)).await?;
    acting.tell(&id).await
}

pub async fn vote(args: &Vote) -> anyhow::Result<()> {
    let acting = Acting::new(&args.by, GOVERN)?;
    let vote = registry_types::Vote { proposal: args.proposal, approve: !args.against };
    acting.send(Operation::Vote(vote)).await?;
    acting.tell(&args.proposal).await
}

pub async fn withdraw(args: &Withdraw) -> anyhow::Result<()> {
    let acting = Acting::new(&args.by, GOVERN)?;
    let withdraw = WithdrawProposal { proposal: args.proposal };
    acting.send(Operation::WithdrawProposal(withdraw)).await?;
    acting.tell(&args.proposal).await
}
