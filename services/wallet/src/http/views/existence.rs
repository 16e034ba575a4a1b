//! The yearly proof of existence.

use chrono::{DateTime, Utc};
use holding::existence::{Existence, Progress as ExistenceProgress};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PartyView, ToSignView};

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExistenceLink {
    pub request_uri: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExistenceKey {
    pub device_key: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExistenceView {
    pub id: String,
    /// `opened`, `sending`, `answered`, `confirmed`, `refused` or `expired`.
    pub state: &'static str,
    pub organisation: PartyView,
    pub year: i64,
    pub given_name: String,
    pub expires_at: DateTime<Utc>,
    /// Eight characters that an officer compares: of this wallet's answer while `answered`, of the one that
    /// counted once `confirmed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The opened offer of the certificate, once confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_id: Option<String>,
}

impl ExistenceView {
    pub fn new(id: &str, existence: &Existence) -> Self {
        let (reference, offer_id) = match &existence.progress {
            ExistenceProgress::Confirmed { reference, offer_id, .. } => (reference.clone(), offer_id.clone()),
            ExistenceProgress::Answered { reference, .. } => (reference.clone(), None),
            _ => (None, None),
        };
        Self {
            id: id.to_owned(),
            state: existence.state(),
            organisation: (&existence.fund).into(),
            year: existence.year,
            given_name: existence.given_name.clone(),
            expires_at: existence.expires_at,
            reference,
            offer_id,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SigningStep {
    pub to_sign: Vec<ToSignView>,
}
