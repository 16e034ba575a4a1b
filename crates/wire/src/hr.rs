//! What HR systems and portals of an organisation say over REST. People are named by identifiers of this service; a staff number
//! travels in bodies alone, never in an address.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Whose page is looked for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StaffSearch {
    #[schema(max_length = 64)]
    pub staff_number: String,
}

/// An offer that is asked for.
///
/// What the record holds comes from the record. Of a type whose claims are entered with the credential
/// (`TrainingCompletion`, the clearances, `Separation`) one is offered at a time, with `claims`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfferOrder {
    pub person: String,
    #[schema(min_items = 1, max_items = 7)]
    pub types: Vec<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub claims: Map<String, Value>,
    /// `renewal` or `data-changed`: what the person holds of these types ends when the offer is taken.
    #[serde(default)]
    pub reason: Option<String>,
}

/// An offer as it is handed to its person. Whoever has link and code is taken for the person: they go different ways.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MadeOffer {
    pub offer: String,
    /// `credential_offer_uri` (OID4VCI 1.0, 4.1.3).
    pub credential_offer_uri: String,
    /// Opens our wallet; also for a QR code.
    pub wallet_link: String,
    /// Opens any wallet that is installed.
    pub openid_link: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_code: Option<String>,
    pub expires_at: DateTime<Utc>,
}

/// A change of what a person holds, all of it or one type.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusOrder {
    /// `suspend`, `reinstate` or `revoke`.
    pub action: String,
    /// `inquiry`, `inquiry-closed`, `contract-ended`, `separated`, `deceased`, `key-lost`, `data-changed`, `issued-in-error` or
    /// `other`, as far as it fits the action.
    pub reason: String,
    /// For colleagues; at most 500 characters, in no credential and no log.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: Option<String>,
    /// The last day of a suspension, in UTC. Without one it is lifted by another order.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    #[serde(default)]
    pub credential_type: Option<String>,
}

/// Everything that leads to a person is to be erased.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureOrder {
    /// Who asked for it and why, for the officer who approves it; erased with the rest. At most 500 characters.
    #[schema(max_length = 500)]
    pub reason: String,
}

/// What became of an order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderOutcome {
    /// `done` or `waits` for a second person.
    pub outcome: String,
    /// What waits, as the console names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
}

/// The life of a person's credentials. No claim is in it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonLife {
    pub person: String,
    /// How the service ended: `separated` or `deceased`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_ended: Option<String>,
    /// Newest first.
    pub offers: Vec<OfferLife>,
    pub credentials: Vec<CredentialLife>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferLife {
    pub offer: String,
    /// `credential_configuration_ids`.
    pub configurations: Vec<String>,
    /// `open`, `accepted`, `locked` after too many wrong codes, or `withdrawn`.
    pub state: String,
    /// An officer or `client:` and a machine.
    pub created_by: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialLife {
    pub credential: String,
    pub offer: String,
    pub configuration: String,
    /// `valid`, `suspended` or `revoked`.
    pub status: String,
    /// Whether the lists that are served say so.
    pub published: bool,
    /// What the wallet said: `issued` (nothing yet), `accepted`, `failed` or `deleted`.
    pub delivery: String,
    pub issued_at: DateTime<Utc>,
    pub valid_until: DateTime<Utc>,
    /// Block time of its anchor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchored_at: Option<DateTime<Utc>>,
    /// Oldest first.
    pub changes: Vec<StatusEntry>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusEntry {
    pub status: String,
    pub reason: String,
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    pub at: DateTime<Utc>,
}

/// A staff list and how far it is worked off.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffList {
    pub id: String,
    /// `preview`, `confirmed`, `paused`, `finished` or `discarded`.
    pub state: String,
    /// Rows that wait, that were left out (`rows-to-correct.csv`), and that are done.
    pub good: u64,
    pub bad: u64,
    pub done: u64,
    /// Headings of columns that nothing was made of.
    pub unused: Vec<String>,
    /// The proposal that a second person approves before anything is offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
}

/// What each person on a list is offered beside the staff identity.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListConfirmation {
    /// An employment credential as well.
    #[serde(default)]
    pub employment: bool,
}

/// One person's link of a list, to be sent by the system that asked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListLink {
    pub staff_number: String,
    pub wallet_link: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_code: Option<String>,
}
