//! OpenID Connect: what an application reads of a provider, and the answer of its token endpoint.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /.well-known/openid-configuration` below the issuer (OpenID Connect Discovery 1.0, 3; RFC 9207, 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderMetadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    pub jwks_uri: String,
    pub scopes_supported: Vec<String>,
    pub response_types_supported: Vec<String>,
    pub response_modes_supported: Vec<String>,
    pub grant_types_supported: Vec<String>,
    pub subject_types_supported: Vec<String>,
    pub id_token_signing_alg_values_supported: Vec<String>,
    pub token_endpoint_auth_methods_supported: Vec<String>,
    pub code_challenge_methods_supported: Vec<String>,
    pub claims_supported: Vec<String>,
    pub claims_parameter_supported: bool,
    pub request_parameter_supported: bool,
    pub request_uri_parameter_supported: bool,
    pub authorization_response_iss_parameter_supported: bool,
}

/// The form of a token request (OpenID Connect Core 1.0, 3.1.3.1; RFC 7636, 4.5).
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = OidcTokenRequest)]
pub struct TokenRequest {
    /// `authorization_code`
    #[serde(default)]
    pub grant_type: Option<String>,
    #[serde(default)]
    pub code: Option<String>,
    /// The one of the authorization request.
    #[serde(default)]
    pub redirect_uri: Option<String>,
    #[serde(default)]
    pub code_verifier: Option<String>,
    /// Only without HTTP Basic authentication.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Only without HTTP Basic authentication; a public client has none.
    #[serde(default)]
    pub client_secret: Option<String>,
}

/// 200 answer of the token endpoint (OpenID Connect Core 1.0, 3.1.3.3).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OidcTokenResponse)]
pub struct TokenResponse {
    /// Opens the userinfo endpoint.
    pub access_token: String,
    pub token_type: String,
    /// Seconds.
    pub expires_in: i64,
    pub id_token: String,
    pub scope: String,
}
