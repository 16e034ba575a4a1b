//! Many people who are invited to enrol at once.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who is to be invited. What is left out does not narrow it; whoever is enrolled or under way is never meant.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvitationOrder {
    /// ISO 3166-1 alpha-3.
    #[serde(default)]
    pub countries: Vec<String>,
    /// `ar`, `en`, `es`, `fr`, `ru` or `zh`.
    #[serde(default)]
    pub languages: Vec<String>,
    /// How reminders come: `app`, `mail`, `text` or `post`.
    #[serde(default)]
    pub media: Vec<String>,
    /// Age in this year.
    #[serde(default)]
    pub ages: Option<AgeRange>,
    /// Nine-digit numbers; only these people are meant. At most 150,000.
    #[serde(default)]
    pub uids: Option<Vec<String>>,
    /// Also whoever has an invitation that lives; its code dies when the new letter is gathered.
    #[serde(default)]
    pub again: bool,
    /// When somebody answers the telephone on working days, in digits, such as `9:00–17:00 UTC-5`.
    #[serde(default)]
    pub hours: String,
}

/// In years, both ends included.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgeRange {
    pub from: u32,
    pub to: u32,
}

/// A run: whom it means, the appointments they would need, and how far it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationRunView {
    pub id: String,
    /// `preview`, `running`, `finished` or `discarded`.
    pub state: String,
    /// Whoever would be invited from now on.
    pub people: u64,
    /// Of them, who would find no free appointment in their language until the due date.
    pub without_appointment: u64,
    pub by_language: Vec<InvitedLanguage>,
    pub apart: InvitedApart,
    /// Numbers of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<u64>,
    /// Of them, those that are not on the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<u64>,
    /// Letters that were asked for so far. A mailing of the kind `invite-to-enrol` makes the codes.
    pub asked: u64,
    /// The last day on which an appointment helps.
    pub due: NaiveDate,
    pub made_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
}

/// People of one language against its appointments.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitedLanguage {
    pub language: String,
    pub people: u64,
    /// Free appointments until the due date.
    pub free: u64,
    /// People who are invited already and have none.
    pub needing: u64,
}

/// People of the selection who are not invited by it, and why.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitedApart {
    pub enrolled: u64,
    /// A wallet used a code.
    pub under_way: u64,
    /// A letter was asked for and has not left.
    pub letter_waits: u64,
    /// They have an invitation that lives.
    pub invited: u64,
}
