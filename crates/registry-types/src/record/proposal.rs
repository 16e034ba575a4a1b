use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::operation::{DisputeStage, ProposalKind, Reason, ScheduleUpgrade};
use crate::{Hash, as_hex};

/// What was put to the vote, with every vote and the outcome. Kept for ever.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// Counts the chain's proposals from 1.
    pub number: u64,
    pub kind: ProposalKind,
    pub reason: Reason,
    /// Organisation id.
    pub proposer: String,
    pub proposed_ms: u64,
    /// The block time before which it does not take effect.
    pub earliest_ms: u64,
    /// The block time at which it expires.
    pub deadline_ms: u64,
    /// At most one of each organisation, in the order of the blocks.
    pub votes: Vec<CastVote>,
    pub state: ProposalState,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CastVote {
    pub organisation: String,
    pub approve: bool,
    pub at_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum ProposalState {
    Open,
    /// It passed and took effect in this block, with these governors entitled to vote.
    Executed {
        height: u64,
        at_ms: u64,
        governors: Vec<String>,
    },
    /// It passed, but what it asks for was not possible any more. `code` is the rule's.
    Failed {
        height: u64,
        at_ms: u64,
        governors: Vec<String>,
        code: String,
    },
    /// So many governors voted against it that it could not pass any more.
    Rejected {
        at_ms: u64,
    },
    Withdrawn {
        at_ms: u64,
    },
    Expired {
        at_ms: u64,
    },
}

impl Proposal {
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == ProposalState::Open
    }

    /// How many of these organisations voted for it and against it.
    #[must_use]
    pub fn count(&self, governors: &[String]) -> Count {
        let of = |approve| {
            let votes = self.votes.iter().filter(|vote| vote.approve == approve);
            votes.filter(|vote| governors.contains(&vote.organisation)).count()
        };
        Count { approve: of(true), refuse: of(false), governors: governors.len() }
    }
}

/// A count among those entitled to vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub approve: usize,
    pub refuse: usize,
    pub governors: usize,
}

impl Count {
    /// More than two thirds of all governors, not of those who voted.
    #[must_use]
    pub fn passes(self) -> bool {
        self.approve * 3 > self.governors * 2
    }

    /// Not even all the remaining votes could carry it.
    #[must_use]
    pub fn cannot_pass(self) -> bool {
        !Self { approve: self.governors.saturating_sub(self.refuse), ..self }.passes()
    }

    /// At least the share of governors that suffices in an emergency.
    #[must_use]
    pub fn passes_emergency(self, numerator: u32, denominator: u32) -> bool {
        let wide = |count: usize| u128::try_from(count).unwrap_or(u128::MAX);
        self.approve > 0
            && wide(self.approve).saturating_mul(u128::from(denominator))
                >= wide(self.governors).saturating_mul(u128::from(numerator))
    }

    /// Not even all the remaining votes could make it the share of an emergency.
    #[must_use]
    pub fn cannot_pass_emergency(self, numerator: u32, denominator: u32) -> bool {
        let approve = self.governors.saturating_sub(self.refuse);
        !Self { approve, ..self }.passes_emergency(numerator, denominator)
    }
}

/// What every block looks at: bounded by the parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Agenda {
    /// How many proposals there ever were.
    pub proposals: u64,
    pub open: Vec<OpenProposal>,
    /// Upgrades whose height is still to come.
    pub upgrades: Vec<ScheduleUpgrade>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenProposal {
    #[serde(with = "as_hex")]
    pub id: Hash,
    pub proposer: String,
    pub earliest_ms: u64,
    pub earliest_height: u64,
    pub deadline_ms: u64,
}

/// Every version of the charter; the last one is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Charter {
    pub versions: Vec<AdoptedCharter>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdoptedCharter {
    pub version: u32,
    #[serde(with = "as_hex")]
    pub digest: Hash,
    pub adopted_ms: u64,
}

/// A dispute by its digests: the files stay with the parties and the arbiter.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dispute {
    pub parties: Vec<String>,
    #[serde(with = "as_hex")]
    pub matter: Hash,
    /// In order; the last one is the present.
    pub stages: Vec<DisputeStep>,
    pub closed: Option<DisputeOutcome>,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DisputeStep {
    pub stage: DisputeStage,
    pub arbiter: String,
    pub from_ms: u64,
    pub deadline_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DisputeOutcome {
    #[serde(with = "as_hex")]
    pub outcome: Hash,
    pub at_ms: u64,
}
