//! The Fund's year for machines: the pension system, payroll, an auditor.
//!
//! People have pseudonymous numbers here; the nine-digit number travels in bodies alone, never in an address.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file of the register as JSON.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterUpload {
    /// At most 150,000. Each row's line in reports is its place, counted from 1.
    pub people: Vec<RegisterPerson>,
}

/// One person as the pension system knows them. Values are checked like the cells of a CSV file with the same headings.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterPerson {
    /// Nine digits.
    pub uid: String,
    #[serde(default)]
    pub given_name: Option<String>,
    pub family_name: String,
    /// `1950-12-31`, like every day here.
    pub birth_date: String,
    /// ISO 3166-1 alpha-3.
    pub country: String,
    /// `ar`, `en`, `es`, `fr`, `ru` or `zh`.
    #[serde(default)]
    pub language: Option<String>,
    /// `one` or `two`.
    #[serde(default)]
    pub track: Option<String>,
    /// Lines separated by `|`.
    #[serde(default)]
    pub address: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    /// `app`, `mail`, `text` or `post`.
    #[serde(default)]
    pub medium: Option<String>,
    #[serde(default)]
    pub utc_offset_minutes: Option<String>,
    #[serde(default)]
    pub in_payment_since: Option<String>,
    #[serde(default)]
    pub benefit_until: Option<String>,
    /// `remarriage`, `age` or `other`.
    #[serde(default)]
    pub end_reason: Option<String>,
    #[serde(default)]
    pub died_on: Option<String>,
    /// The organisation that the person served last, by its DID; with `staffNumber`. By both a Separation credential is
    /// matched with the person.
    #[serde(default)]
    pub employer: Option<String>,
    /// The number that the person had there.
    #[serde(default)]
    pub staff_number: Option<String>,
}

/// A file with what it would change, or has changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterImportView {
    pub id: String,
    /// `preview`, `confirmed`, `finished` or `discarded`.
    pub state: String,
    /// SHA-256 of what was sent, in hex. The same file again is the same import, as long as no other came after it.
    pub digest: String,
    pub new: u64,
    pub changed: u64,
    pub same: u64,
    /// Deaths and ends of benefits.
    pub ends: u64,
    /// Deaths that the file takes back. More than three need a person who did not hand it in.
    pub revives: u64,
    /// Ends of benefits that the file takes back, or puts on another day after they took effect. With `revives` together more than three
    /// need a person who did not hand it in.
    pub reopens: u64,
    /// Left out, with reasons.
    pub bad: u64,
    /// Worked off so far.
    pub done: u64,
    /// People of the register that the file does not name. They stay as they are.
    pub absent: u64,
    /// So many would end that a person confirms it in the console.
    pub needs_person: bool,
    /// The first of what is wrong.
    pub faults: Vec<RegisterFault>,
}

/// One thing wrong with one row.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterFault {
    pub line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    pub heading: String,
    pub reason: String,
}

/// One run of the nightly job.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NightRun {
    pub id: String,
    /// The moment all its steps are made at.
    pub at: DateTime<Utc>,
    pub begun_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    /// Person-years looked at.
    pub looked_at: u64,
    pub changed: u64,
    pub faults: u64,
}

/// A number of nine digits.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonSearch {
    pub uid: String,
}

/// Where a person stands, without a name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonStanding {
    /// The pseudonymous number.
    pub person: String,
    pub years: Vec<YearStanding>,
    pub receipts: Vec<ProofReceipt>,
}

/// Where a person-year stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearStanding {
    pub year: i32,
    /// `open`, `mailed` and so on.
    pub stage: String,
    /// Evidence of the proof that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// How many proofs wait for a decision.
    pub waiting: usize,
    /// Whether something keeps the person from being suspended.
    pub held: bool,
}

/// A proof of life that an officer saw.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProofEntry {
    /// The pseudonymous number, or else `uid`.
    #[serde(default)]
    pub person: Option<String>,
    /// The nine-digit number.
    #[serde(default)]
    pub uid: Option<String>,
    /// `paper`, `upload`, `letter`, `visit`, `video-call` or `authority`.
    pub channel: String,
    /// When the person was seen or signed.
    pub captured_at: DateTime<Utc>,
    /// When it reached the Fund; the present when it is absent.
    #[serde(default)]
    pub received_at: Option<DateTime<Utc>>,
    /// SHA-256 of each thing that was seen, in lower-case hex.
    pub digests: Vec<String>,
    /// Who acted for the person, where somebody did.
    #[serde(default)]
    pub helper: Option<ProofHelper>,
    #[serde(default)]
    pub remark: String,
    /// Whether it is accepted with this; otherwise an officer decides in the console.
    #[serde(default)]
    pub accept: bool,
}

/// Somebody who acted for a person. The name is kept as a note that can be erased; the evidence names the note.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProofHelper {
    /// `guardian`, `power-of-attorney` or `carer`.
    pub role: String,
    /// Name, and the document that gives the right; at most 200 characters.
    pub name: String,
}

/// What everybody gets for a proof, whatever the channel.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofReceipt {
    pub id: String,
    /// What the person quotes.
    pub reference: String,
    pub channel: String,
    /// `waiting`, `accepted` or `refused`.
    pub state: String,
    pub captured_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    /// The years it closed.
    pub years: Vec<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// This very proof had been received before.
    pub again: bool,
}

/// Payroll pays somebody again.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentResumption {
    /// The pseudonymous number.
    pub person: String,
    pub on: NaiveDate,
}

/// For which payroll a list is prepared.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListOrder {
    pub year: i32,
    /// The first payroll without payment.
    pub payroll: NaiveDate,
}

/// A list for payroll.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuspensionListView {
    pub id: String,
    pub year: i32,
    pub payroll: NaiveDate,
    /// `prepared`, `approved` or `withdrawn`. Two officers approve it in the console.
    pub state: String,
    /// What approvals are given for.
    pub digest: String,
    pub approvals: usize,
    pub entries: Vec<SuspensionEntry>,
    pub held_out: Vec<HeldOutEntry>,
}

/// Whose payment would be held.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuspensionEntry {
    pub person: String,
    pub notice_on: NaiveDate,
}

/// Who is spared, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeldOutEntry {
    pub person: String,
    pub why: String,
}

/// One year in numbers that add up.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearNumbers {
    pub year: i32,
    pub total: u64,
    pub stages: std::collections::BTreeMap<String, u64>,
    pub channels: std::collections::BTreeMap<String, u64>,
    /// Everybody by declared country.
    pub countries: std::collections::BTreeMap<String, u64>,
    pub languages: std::collections::BTreeMap<String, u64>,
    /// What is still to be done, by kind.
    pub open_effects: std::collections::BTreeMap<String, u64>,
}

/// A year counted twice from two places each.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearReckoning {
    pub year: i32,
    pub at: DateTime<Utc>,
    /// Whether every line comes out at zero.
    pub balances: bool,
    pub lines: Vec<ReckoningLine>,
}

/// One thing counted from two places.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReckoningLine {
    /// What is counted, and from where.
    pub what: String,
    pub left: u64,
    pub right: u64,
    /// `left` less `right`.
    pub difference: i64,
}

/// How far the journals are on the chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JournalAnchors {
    /// Journals that went on since they were last bound under a root.
    pub moved: u64,
    /// Newest first.
    pub sets: Vec<JournalSet>,
}

/// Last links of journals under one root.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JournalSet {
    pub made_at: DateTime<Utc>,
    /// How many journals, without padding.
    pub journals: u64,
    /// In hex; what is anchored under a salt.
    pub root: String,
    /// The number of the anchor in the organisation's sequence; absent while the root is on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_time: Option<DateTime<Utc>>,
}

/// Something about a person that somebody has to decide.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseOpening {
    /// The pseudonymous number, or else `uid`.
    #[serde(default)]
    pub person: Option<String>,
    /// The nine-digit number.
    #[serde(default)]
    pub uid: Option<String>,
    /// `death`, `account`, `residence` or `survivor`.
    pub kind: String,
    /// What is known and from whom. Kept apart, and erased on demand.
    pub words: String,
}

/// A case where it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseStanding {
    pub id: String,
    /// The pseudonymous number.
    pub person: String,
    pub kind: String,
    /// `open`, `proposed` or `closed`.
    pub state: String,
    pub opened_at: DateTime<Utc>,
    /// Until when an officer decides.
    pub due_at: DateTime<Utc>,
    /// What is proposed, or what came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The day of the death or of the conversion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
    /// The pseudonymous number of the survivor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub survivor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// How checks fare, by groups of people.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FairnessReport {
    pub year: i32,
    pub pictures_by_age: GroupsOfKind,
    pub pictures_by_region: GroupsOfKind,
    /// Android, iPhone or iPad, computer, station of the Fund, or not told.
    pub pictures_by_device: GroupsOfKind,
    /// What officers said of the pictures that they looked at: refused, or waiting.
    pub decisions_by_device: GroupsOfKind,
    pub proofs_by_channel: GroupsOfKind,
    pub proofs_by_age: GroupsOfKind,
    pub proofs_by_region: GroupsOfKind,
    pub appeals: AppealNumbers,
}

/// Groups that are large enough to be shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupsOfKind {
    pub groups: Vec<GroupNumbers>,
    /// How many groups have fewer than ten cases.
    pub suppressed: usize,
}

/// One group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupNumbers {
    pub name: String,
    /// Answers with pictures, or proofs.
    pub cases: u64,
    /// Pictures that were not good enough, or refused proofs.
    pub failed: u64,
    /// Pictures that an officer looks at, or proofs that wait.
    pub reviewed: u64,
}

/// Appeals that were opened in a year.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppealNumbers {
    pub opened: u64,
    pub open: u64,
    pub late: u64,
    /// The refusal was wrong.
    pub upheld: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_days: Option<i64>,
}

/// A desk or tablet of the Fund at a fixed place.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StationRegistration {
    /// `did:key` of its P-256 key, as the station shows it.
    pub key: String,
    /// At most 100 characters.
    pub name: String,
    /// Where it stands: ISO 3166-1 alpha-3.
    pub country: String,
}

/// A station as it was registered.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StationView {
    /// RFC 7638, of its key.
    pub thumbprint: String,
    pub key: String,
    pub name: String,
    pub country: String,
    pub registered_at: DateTime<Utc>,
    /// Its word counts no more from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// Changes of payments for payroll, each in one file for ever.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayrollChangesView {
    pub id: String,
    pub made_at: DateTime<Utc>,
    /// SHA-256 of the CSV, in hex.
    pub digest: String,
    /// When payroll said that it has carried them out; until then this file is the one that is given.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// How many.
    pub count: u64,
    /// Not in the list of files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<PayrollChangeEntry>,
}

/// One change of one payment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayrollChangeEntry {
    /// `hold`, `resume`, `stop`, or `moved`: the person lives in another country than the declared one.
    pub change: String,
    pub uid: String,
    /// The pseudonymous number.
    pub person: String,
    /// The year of the proof that it is about.
    pub year: i32,
    pub effective_on: NaiveDate,
    /// The rule that asked for it, or `off-the-list`: named ahead of a payroll and taken off before it.
    pub reason: String,
    /// Stays the same: a change with a reference that was carried out before is the same change.
    pub reference: String,
    /// Of a move: where the proof was made, ISO 3166-1 alpha-3, where a proof said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}
