//! One person's cycle of one year, as it stands.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::channel::Channel;
use super::event::{BenefitEnd, CaseKind, HoldKind};
use super::rule::Rule;
use super::suspension::Approval;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonYear {
    pub person: String,
    pub year: i32,
    pub stage: Stage,
    /// The last night that was stepped.
    pub night: Option<NaiveDate>,
    /// The number of the last event that was applied.
    pub applied: u64,
    /// Evidence received and not decided.
    pub waiting: Vec<String>,
    /// The one proof that counts for this year.
    pub proof: Option<Counted>,
    pub cases: BTreeMap<String, CaseKind>,
    pub holds: BTreeMap<String, Hold>,
    /// How many of the year's reminders are behind the person.
    pub reminders: usize,
    /// When the notice of suspension left; taken back whenever something stands in the way.
    pub notice_on: Option<NaiveDate>,
    pub approval: Option<Approval>,
    /// The bank account changed since payment was held.
    pub account_changed: bool,
    /// Evidence that was decided on. What is delivered again does not wait again.
    #[serde(default)]
    pub decided: BTreeSet<String>,
    /// A proof that was accepted while the person was recorded as dead. It counts if the record was wrong.
    #[serde(default)]
    pub set_aside: Option<Counted>,
    /// When the newest form was asked for. The calendar goes on when its days are over, and not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form_on: Option<NaiveDate>,
    /// What ended the life or the benefit, oldest first, each kind once. An error among them leaves the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends: Vec<Closure>,
    /// Where the year stood before its end; the year goes back there if the end was an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_from: Option<Stage>,
}

/// Where the cycle stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Stage {
    NotInScope { why: Exemption },
    Open,
    Mailed,
    Reminded,
    Overdue,
    FollowUp,
    Grace,
    SuspensionProposed,
    Suspended { since: NaiveDate, list: String },
    Reinstated { on: NaiveDate },
    Closed { how: Closure },
}

/// Why a person-year asks for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Exemption {
    NotOpenYet,
    /// The benefit was not in payment before the cut-off.
    NotPaid,
    /// Payment was on hold at the cut-off.
    OnHold,
    /// The last day of the year was over before the Fund knew the person. The years that go on ask for a proof.
    KnownAfterDue,
}

/// How a person-year ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Closure {
    Proven,
    /// Suspended, proven, and paid again.
    PaidAgain,
    Deceased {
        on: NaiveDate,
    },
    BenefitEnded {
        on: NaiveDate,
        why: BenefitEnd,
    },
    Converted {
        on: NaiveDate,
    },
}

impl Closure {
    pub(super) fn is_of_a_death(&self) -> bool {
        matches!(self, Self::Deceased { .. })
    }

    /// A benefit that ended, or went on to somebody else.
    pub(super) fn is_of_a_benefit(&self) -> bool {
        matches!(self, Self::BenefitEnded { .. } | Self::Converted { .. })
    }

    /// The day of the end, where it is one.
    pub(super) fn ended_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Deceased { on } | Self::BenefitEnded { on, .. } | Self::Converted { on } => Some(*on),
            Self::Proven | Self::PaidAgain => None,
        }
    }
}

/// [`Stage`] without its data: for counts, lists and the auditor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageName {
    NotInScope,
    Open,
    Mailed,
    Reminded,
    Overdue,
    FollowUp,
    Grace,
    SuspensionProposed,
    Suspended,
    Reinstated,
    Closed,
}

/// A proof as it counts for a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counted {
    pub evidence: String,
    pub channel: Channel,
    pub captured_at: Timestamp,
    pub received_at: Timestamp,
    pub accepted_by: String,
    pub rule: Rule,
}

/// A reason why this person is not suspended now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    pub kind: HoldKind,
    pub reason: String,
    pub by: String,
    /// The last day, where one is known.
    pub until: Option<NaiveDate>,
}

impl PersonYear {
    #[must_use]
    pub fn new(person: &str, year: i32) -> Self {
        Self {
            person: person.to_owned(),
            year,
            stage: Stage::NotInScope { why: Exemption::NotOpenYet },
            night: None,
            applied: 0,
            waiting: Vec::new(),
            proof: None,
            cases: BTreeMap::new(),
            holds: BTreeMap::new(),
            reminders: 0,
            notice_on: None,
            approval: None,
            account_changed: false,
            decided: BTreeSet::new(),
            set_aside: None,
            form_on: None,
            ends: Vec::new(),
            ended_from: None,
        }
    }

    /// Asked again just before a reminder leaves, so that reminders stop with the receipt of a proof and not a night later.
    #[must_use]
    pub fn wants_reminders(&self) -> bool {
        matches!(self.stage, Stage::Open | Stage::Mailed | Stage::Reminded) && !self.is_paused()
    }

    /// While a proof waits for a decision or a death is being looked into, the calendar does not move the person on.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        !self.waiting.is_empty() || self.cases.values().any(|kind| *kind == CaseKind::DeathReported)
    }

    /// A hold-out of the person's own: hospital, unreachable, an open case.
    #[must_use]
    pub fn is_held(&self, day: NaiveDate) -> bool {
        !self.cases.is_empty() || self.holds.values().any(|hold| hold.until.is_none_or(|until| day <= until))
    }

    /// Since when payment is on hold by this year, also where an end lies over it that may be an error.
    #[must_use]
    pub fn held_since(&self) -> Option<NaiveDate> {
        match (&self.stage, &self.ended_from) {
            (Stage::Suspended { since, .. }, _) => Some(*since),
            (_, Some(Stage::Suspended { since, .. })) if self.is_ended() => Some(*since),
            _ => None,
        }
    }

    /// Asks the person for nothing any more.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        matches!(self.stage, Stage::Reinstated { .. } | Stage::Closed { .. })
    }

    /// The life or the benefit is over; only an error can open the year again.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(
            self.stage,
            Stage::Closed {
                how: Closure::Deceased { .. } | Closure::BenefitEnded { .. } | Closure::Converted { .. }
            }
        )
    }
}

impl Stage {
    #[must_use]
    pub fn name(&self) -> StageName {
        match self {
            Self::NotInScope { .. } => StageName::NotInScope,
            Self::Open => StageName::Open,
            Self::Mailed => StageName::Mailed,
            Self::Reminded => StageName::Reminded,
            Self::Overdue => StageName::Overdue,
            Self::FollowUp => StageName::FollowUp,
            Self::Grace => StageName::Grace,
            Self::SuspensionProposed => StageName::SuspensionProposed,
            Self::Suspended { .. } => StageName::Suspended,
            Self::Reinstated { .. } => StageName::Reinstated,
            Self::Closed { .. } => StageName::Closed,
        }
    }
}

impl StageName {
    pub const ALL: [Self; 11] = [
        Self::NotInScope,
        Self::Open,
        Self::Mailed,
        Self::Reminded,
        Self::Overdue,
        Self::FollowUp,
        Self::Grace,
        Self::SuspensionProposed,
        Self::Suspended,
        Self::Reinstated,
        Self::Closed,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotInScope => "not-in-scope",
            Self::Open => "open",
            Self::Mailed => "mailed",
            Self::Reminded => "reminded",
            Self::Overdue => "overdue",
            Self::FollowUp => "follow-up",
            Self::Grace => "grace",
            Self::SuspensionProposed => "suspension-proposed",
            Self::Suspended => "suspended",
            Self::Reinstated => "reinstated",
            Self::Closed => "closed",
        }
    }
}
