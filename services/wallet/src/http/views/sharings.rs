//! What was shared, with whom, and their receipts.

use chrono::{DateTime, Utc};
use holding::sharing::{Receipt, SharedCredential};
use serde::Serialize;
use utoipa::ToSchema;

use super::{PartyView, RepresentativeView};
use crate::app::sharings::KeptSharing;

#[derive(Serialize, ToSchema)]
pub struct SharingList {
    pub sharings: Vec<SharingView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharingView {
    pub id: String,
    pub at: DateTime<Utc>,
    pub to: PartyView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// How long they say that they keep the claims; absent where they did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keeps_seconds: Option<u64>,
    pub credentials: Vec<SharedCredentialView>,
    /// Titles of what was approved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approved: Vec<String>,
    /// Who decided for the person, where somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub representative: Option<RepresentativeView>,
    pub receipt: ReceiptView,
}

#[derive(Serialize, ToSchema)]
pub struct SharedCredentialView {
    pub name: String,
    pub issuer: String,
    pub claims: Vec<String>,
}

/// The verifier's signed word of what it did with the answer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptView {
    /// `none` is given; `waiting`; `signed` by whoever asked, about this answer; `unsound`; or `missing` after two days.
    pub state: &'static str,
    /// Where the verifier shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// `valid`, `invalid` or `undetermined`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<ReceiptCheckView>,
}

#[derive(Serialize, ToSchema)]
pub struct ReceiptCheckView {
    pub name: &'static str,
    /// `pass`, `fail` or `notChecked`.
    pub result: &'static str,
}

impl From<&KeptSharing> for SharingView {
    fn from(KeptSharing { id, sharing }: &KeptSharing) -> Self {
        Self {
            id: id.clone(),
            at: sharing.at,
            to: (&sharing.to).into(),
            purpose: sharing.purpose.clone(),
            keeps_seconds: sharing.keeps_seconds,
            credentials: sharing.credentials.iter().map(Into::into).collect(),
            approved: sharing.approved.clone(),
            representative: sharing.representative.as_ref().map(Into::into),
            receipt: (&sharing.receipt).into(),
        }
    }
}

impl From<&SharedCredential> for SharedCredentialView {
    fn from(shared: &SharedCredential) -> Self {
        Self { name: shared.name.clone(), issuer: shared.issuer.clone(), claims: shared.claims.clone() }
    }
}

impl From<&Receipt> for ReceiptView {
    fn from(receipt: &Receipt) -> Self {
        let checked = match receipt {
            Receipt::Signed { checked, .. } => Some(checked),
            Receipt::None | Receipt::Waiting { .. } | Receipt::Unsound { .. } | Receipt::Missing { .. } => {
                None
            }
        };
        let checks = checked.into_iter().flat_map(|checked| &checked.checks);
        Self {
            state: receipt.state(),
            page: receipt.uri().map(str::to_owned),
            outcome: checked.map(|checked| outcome(checked.outcome)),
            checked_at: checked.map(|checked| checked.at),
            checks: checks
                .map(|(name, result)| ReceiptCheckView { name: name.as_str(), result: result.as_str() })
                .collect(),
        }
    }
}

fn outcome(outcome: wire::verifications::Outcome) -> &'static str {
    use wire::verifications::Outcome;
    match outcome {
        Outcome::Valid => "valid",
        Outcome::Invalid => "invalid",
        Outcome::Undetermined => "undetermined",
    }
}
