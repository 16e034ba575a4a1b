//! The pushed authorization request (RFC 9126, 2) with the parameters of OID4VCI 1.0, 5.1.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Form-encoded. Everything is optional here so that a missing member gets its own OAuth error.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct PushedAuthorizationRequest {
    pub response_type: Option<String>,
    pub client_id: Option<String>,
    pub redirect_uri: Option<String>,
    pub scope: Option<String>,
    /// JSON text of an array of [`AuthorizationDetail`](super::AuthorizationDetail).
    pub authorization_details: Option<String>,
    pub state: Option<String>,
    /// RFC 7636, 4.3.
    pub code_challenge: Option<String>,
    pub code_challenge_method: Option<String>,
    /// From a credential offer (section 5.1.3).
    pub issuer_state: Option<String>,
    /// RFC 9449, 10: thumbprint of the key to which the code will be bound.
    pub dpop_jkt: Option<String>,
    /// Languages of the person, the best first, separated by spaces (OpenID Connect Core 1.0, 3.1.2.1).
    pub ui_locales: Option<String>,
    /// Known so that they can be refused (RFC 9126, 2.1 and RFC 9101).
    pub request_uri: Option<String>,
    pub request: Option<String>,
}

/// RFC 9126, 2.2.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct PushedAuthorizationResponse {
    pub request_uri: String,
    pub expires_in: u64,
}
