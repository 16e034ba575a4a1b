//! What happens to a person between two nights.

use chrono::NaiveDate;
use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::residence::ResidenceCheck;
use super::suspension::Approval;

/// One thing that happened, in the order of its number; all person-years of a person see the same events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Grows by person. A number that was applied is never applied again.
    pub seq: u64,
    pub at: Timestamp,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum What {
    /// A proof is here and waits for a decision.
    ProofReceived {
        evidence: Evidence,
    },
    ProofAccepted {
        evidence: Evidence,
        by: String,
    },
    ProofRefused {
        evidence: Evidence,
        by: String,
        reason: String,
    },
    /// The location of a proof was compared with the declared country.
    ResidenceChecked {
        evidence: String,
        check: ResidenceCheck,
    },
    CaseOpened {
        case: String,
        kind: CaseKind,
    },
    CaseClosed {
        case: String,
        by: String,
    },
    HoldPlaced {
        hold: String,
        kind: HoldKind,
        reason: String,
        by: String,
        until: Option<NaiveDate>,
    },
    HoldLifted {
        hold: String,
        by: String,
    },
    SuspensionApproved {
        approval: Approval,
    },
    AccountChanged,
    AccountChecked {
        by: [String; 2],
    },
    /// Payroll pays again.
    PaymentResumed {
        on: NaiveDate,
    },
    DeathConfirmed {
        on: NaiveDate,
        by: String,
    },
    /// The report of death was wrong.
    DeathWithdrawn {
        by: String,
    },
    BenefitEnded {
        on: NaiveDate,
        why: BenefitEnd,
    },
    /// The benefit goes on to a survivor, who has a person-year of their own.
    Converted {
        survivor: String,
        on: NaiveDate,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CaseKind {
    Residence,
    /// Somebody says the person has died. Until it is settled no letter leaves.
    DeathReported,
    /// A proof bears a date after the death.
    ProofAfterDeath,
    /// Payment resumes to another account than before.
    Account,
    Appeal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HoldKind {
    Hospital,
    /// No post, no office, no network.
    Unreachable,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BenefitEnd {
    Remarriage,
    /// A child's benefit ends with age.
    Age,
    Other,
}
