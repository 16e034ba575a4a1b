//! Webhooks of the verifier: setting an address, and what is told there (Standard Webhooks 1.0).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::verifications::State;

/// `PUT /v1/webhook`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetWebhook {
    /// `https`, without user name and fragment; at most 2,000 characters.
    pub url: String,
}

/// 200 answer of `PUT /v1/webhook`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookSet {
    pub url: String,
    /// `whsec_…`, shown once: by it the receiver verifies signatures.
    pub secret: String,
}

/// `GET /v1/webhook`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookView {
    pub url: String,
    /// RFC 3339.
    pub created_at: String,
    /// Since when it took nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<String>,
    /// Since when nothing is sent: it took nothing for three days, or answered 410. Setting it again ends the pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<String>,
    /// Events on their way.
    pub waiting: u64,
}

/// The body of a delivery. Whoever receives it asks `GET /v1/verifications/{id}` for the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookEvent {
    /// `verification.verified`, `verification.refused`, `verification.expired` or `webhook.test`.
    #[serde(rename = "type")]
    pub kind: String,
    /// RFC 3339; of what happened, not of the try.
    pub timestamp: String,
    pub data: WebhookEventData,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEventData {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
}
