//! What a step asks others to do.

use chrono::NaiveDate;
use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::channel::Channel;
use super::event::CaseKind;
use super::person::Medium;
use super::rule::Rule;

/// One thing to do, and the rule that asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Effect {
    /// An outbox does each key once, however often a night is repeated.
    pub key: String,
    pub rule: Rule,
    pub kind: EffectKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EffectKind {
    /// The bar-coded form, asked back by a day.
    MailPaper {
        mailing: u8,
        asked_back_by: NaiveDate,
    },
    /// Outside the person's quiet hours. Whoever sends asks [`super::PersonYear::wants_reminders`] again just before.
    Remind {
        number: usize,
        medium: Medium,
        not_before: Timestamp,
    },
    ListForFollowUp,
    /// Payment stops on this day unless a proof comes.
    SendNotice {
        suspends_on: NaiveDate,
    },
    ProposeSuspension {
        payroll: NaiveDate,
    },
    HoldPayment {
        payroll: NaiveDate,
        list: String,
    },
    ResumePayment {
        evidence: Option<String>,
        /// The day of the end that was an error: nothing is owed to anybody for the days between. Without it payment begins again
        /// with the day on which this was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<NaiveDate>,
    },
    /// Because of death or the end of the benefit.
    StopPayment {
        from: NaiveDate,
    },
    SendReceipt {
        evidence: String,
    },
    /// The proof was refused: another way, with the place in the queue kept.
    OfferAnotherChannel {
        refused: String,
        tried: Channel,
    },
    OpenCase {
        kind: CaseKind,
    },
    RevokeCertificates,
    InviteSurvivor {
        survivor: String,
    },
}
