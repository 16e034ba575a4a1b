//! What leaves the Fund by post and by message, and what comes back on paper.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Letters that are to leave together.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailingOrder {
    /// `send-notice`, `hold-payment`, `resume-payment`, `mail-paper`, `invite-survivor`, `offer-another-channel`, `remind` or
    /// `send-receipt`; all of them when it is empty. The
    /// last three are letters only for people who are not reached by message. Or `invite-to-enrol` alone: letters with codes, which
    /// are erased when the post has them.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Stands on every letter; what was set for all where it is left out, together with the return address.
    #[serde(default)]
    pub telephone: Option<String>,
    /// Where forms are sent back to, in one line.
    #[serde(default)]
    pub return_address: Option<String>,
}

/// What stands on every letter.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LetterSettingsView {
    /// With the code of the country, such as +1 212 963 6931.
    pub telephone: String,
    /// Where forms are sent back to, in one line.
    pub return_address: String,
}

/// A mailing with its parts.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailingView {
    pub id: String,
    /// `gathering`, `ready`, `posted` or `cancelled`.
    pub state: String,
    pub kinds: Vec<String>,
    /// Letters gathered so far.
    pub letters: u64,
    /// Letters that could not be written, such as without an address.
    pub left_out: u64,
    /// Letters that were taken back after they were gathered; they are in no part that is fetched from then on.
    pub withdrawn: u64,
    /// Each is a PDF of at most 500 letters.
    pub parts: Vec<MailingPart>,
    pub made_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<DateTime<Utc>>,
    /// The day on which the post took them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posted_on: Option<NaiveDate>,
    /// How many people were left out.
    pub left_out_people: u64,
    /// The first of those who were left out; the file has them all.
    pub faults: Vec<LeftOutLetter>,
    /// Kinds of the letters that it holds.
    pub holds: Vec<LetterCount>,
}

/// How many letters of one kind, country or language.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LetterCount {
    pub name: String,
    pub letters: u64,
}

/// A part of a mailing.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailingPart {
    /// From 1.
    pub part: u64,
    /// SHA-256 of the file as it was fetched last, in hex; nothing before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<DateTime<Utc>>,
    /// The day on which the post took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posted_on: Option<NaiveDate>,
    /// Letters that are printed with it now.
    pub letters: u64,
    /// Letters of it that were taken back.
    pub withdrawn: u64,
    /// Three letters each, the most letters first.
    pub countries: Vec<LetterCount>,
    pub languages: Vec<LetterCount>,
}

/// Somebody whose letters could not be written. What asked for them waits for another mailing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LeftOutLetter {
    /// The pseudonymous number.
    pub person: String,
    pub reason: String,
    /// How many letters.
    pub letters: u64,
}

/// The post took the letters, or some parts of them.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailingPosting {
    pub on: NaiveDate,
    /// The first part; with `to`, or all parts are meant.
    #[serde(default)]
    pub from: Option<u64>,
    /// The last part.
    #[serde(default)]
    pub to: Option<u64>,
}

/// How many letters left.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailingPosted {
    pub letters: u64,
}

/// What left for one person: the proof of sending, without address.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonPost {
    pub messages: Vec<PersonMessage>,
    pub letters: Vec<PersonLetter>,
}

/// A message to a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonMessage {
    pub kind: String,
    pub year: i32,
    /// `waiting`, `sent`, `post` (a letter goes instead) or `withdrawn`.
    pub state: String,
    pub tries: u32,
    /// While it waits: not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<DateTime<Utc>>,
    /// When it was sent, withdrawn or given to the letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// What the mail server answered, such as `250`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// A letter to a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonLetter {
    pub mailing: String,
    pub kind: String,
    pub year: i32,
    /// `gathered`, `posted`, `withdrawn` or `left-out`.
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posted_on: Option<NaiveDate>,
}

/// What became of the pages of a scan.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScanReading {
    pub pages: Vec<ScannedPageView>,
}

/// One page.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScannedPageView {
    /// Its number.
    pub scan: String,
    /// `waiting` for an officer's word, `unread`, `again` (its form is a proof already), `accepted`, `refused` or
    /// `dismissed`.
    pub state: String,
    /// Whose form it is, by pseudonymous number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The proof that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// Whether something is written in the place of the signature. It does not say whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
    /// Why it could not be read, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The very picture was handed in before.
    pub again: bool,
}
