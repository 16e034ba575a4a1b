//! The verifier's sandbox for integrators.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::verifications::{CheckName, Outcome};

/// 201 answer of `POST /sandbox/clients`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SandboxClient {
    pub client_id: String,
    /// Shown once.
    pub client_secret: String,
    /// RFC 3339; the client ends then, with everything it did.
    pub expires_at: String,
}

/// `GET /sandbox/samples`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SampleList {
    pub samples: Vec<SampleView>,
}

/// A credential to try `POST /v1/verify` with; `GET /sandbox/samples/{name}` answers the body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SampleView {
    pub name: String,
    pub title: String,
    pub text: String,
    /// The policy that it is tried under.
    pub policy: String,
    pub outcome: Outcome,
    /// The check that says why; none for a good one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckName>,
    /// What that check answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}
