use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::{Canonical, limits};

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

/// Rules that members may change by a vote. `rules` names the version of everything that is code; it changes
/// by an upgrade only.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Params {
    pub rules: u32,
    pub max_block_transactions: u32,
    /// How far ahead of the chain a transaction's expiry may lie.
    pub max_expiry_heights: u64,
    /// How far a proposed block time may lie ahead of a validator's own clock, and a heartbeat behind it.
    pub max_drift_ms: u64,
    /// The longest time between two blocks of an idle chain.
    pub heartbeat_ms: u64,
    #[serde(default)]
    pub governance: GovernanceParams,
    #[serde(default)]
    pub quotas: Quotas,
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GovernanceParams {
    /// The shortest notice of a proposal that more than one governor votes on.
    pub min_notice_ms: u64,
    /// The longest time from a proposal to its deadline.
    pub max_voting_ms: u64,
    /// Every block looks at the open proposals, so their number is bounded.
    pub max_open_proposals: u32,
    /// So that no governor takes the others' room.
    pub max_open_per_governor: u32,
    /// The share of governors, rounded up, that stops an issuer or a key.
    pub emergency_numerator: u32,
    pub emergency_denominator: u32,
    /// When an emergency stop lapses unless it is confirmed.
    pub emergency_ms: u64,
    /// How long after a lapsed stop the same target cannot be stopped again by the smaller group.
    pub emergency_rest_ms: u64,
    /// How many levels an accreditation may be handed on.
    pub max_delegation: u8,
}

/// What one member may write. Zero is no limit besides the block's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quotas {
    pub block_transactions: u32,
    pub block_bytes: u64,
    /// The length of a window. Windows begin at multiples of it.
    pub window_ms: u64,
    pub window_transactions: u64,
    pub window_bytes: u64,
}

impl Quotas {
    #[must_use]
    pub fn has_window(&self) -> bool {
        self.window_ms > 0 && (self.window_transactions > 0 || self.window_bytes > 0)
    }
}

impl Default for GovernanceParams {
    fn default() -> Self {
        Self {
            min_notice_ms: DAY_MS,
            max_voting_ms: 90 * DAY_MS,
            max_open_proposals: 64,
            max_open_per_governor: 16,
            emergency_numerator: 1,
            emergency_denominator: 3,
            emergency_ms: 7 * DAY_MS,
            emergency_rest_ms: 7 * DAY_MS,
            max_delegation: 3,
        }
    }
}

impl Default for Params {
    fn default() -> Self {
        Self {
            rules: 1,
            max_block_transactions: 5_000,
            max_expiry_heights: 100_000,
            max_drift_ms: 10_000,
            heartbeat_ms: MINUTE_MS,
            governance: GovernanceParams::default(),
            quotas: Quotas::default(),
        }
    }
}

impl Params {
    /// Names the first value with which the chain could not go on, or could not be changed any more.
    pub fn check(&self) -> Result<(), &'static str> {
        let governance = &self.governance;
        let per_governor = governance.max_open_per_governor;
        let conditions = [
            ((1..=100_000).contains(&self.max_block_transactions), "maxBlockTransactions"),
            ((10..=10_000_000).contains(&self.max_expiry_heights), "maxExpiryHeights"),
            ((100..=10 * MINUTE_MS).contains(&self.max_drift_ms), "maxDriftMs"),
            ((100..=60 * MINUTE_MS).contains(&self.heartbeat_ms), "heartbeatMs"),
            (governance.max_voting_ms <= 3_660 * DAY_MS, "maxVotingMs"),
            (governance.min_notice_ms < governance.max_voting_ms, "minNoticeMs"),
            // A stop is confirmed by an ordinary vote before it lapses.
            (governance.min_notice_ms < governance.emergency_ms, "emergencyMs"),
            ((1..=limits::OPEN_PROPOSALS).contains(&governance.max_open_proposals), "maxOpenProposals"),
            ((1..=governance.max_open_proposals).contains(&per_governor), "maxOpenPerGovernor"),
            (governance.emergency_numerator > 0, "emergencyNumerator"),
            (governance.emergency_numerator <= governance.emergency_denominator, "emergencyDenominator"),
            ((1..=366 * DAY_MS).contains(&governance.emergency_ms), "emergencyMs"),
            (governance.emergency_rest_ms <= 366 * DAY_MS, "emergencyRestMs"),
            (governance.max_delegation <= limits::DELEGATION, "maxDelegation"),
            (self.quotas.window_ms <= 366 * DAY_MS, "windowMs"),
            (suffices(self.quotas.block_bytes), "blockBytes"),
            (suffices(self.quotas.window_bytes), "windowBytes"),
        ];
        conditions.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, name)| Err(name))
    }
}

/// No limit, or room for any one transaction: the one that repairs a quota must fit into it.
fn suffices(bytes: u64) -> bool {
    bytes == 0 || usize::try_from(bytes).map_or(true, |bytes| bytes >= limits::TRANSACTION_BYTES)
}

impl Canonical for Params {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::RECORD_BYTES;
}
