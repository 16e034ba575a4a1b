//! OpenID for Verifiable Credential Issuance 1.0 (final): offer, token, nonce, credential, notification.
//!
//! Unknown members are ignored everywhere, as sections 4.1.1, 6.1, 8.2 and 12.2.4 demand.

mod authorization;
mod metadata;
mod offer;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub use authorization::{PushedAuthorizationRequest, PushedAuthorizationResponse};
pub use metadata::{
    AuthorizationServerMetadata, BatchIssuance, ClaimDescription, ClaimDisplay, CredentialConfiguration,
    CredentialDefinition, CredentialDisplay, CredentialMetadata, IssuerDisplay, IssuerMetadata, Logo,
    ProofTypeSupported, RequestEncryption, ResponseEncryption,
};
pub use offer::{AuthorizationCodeGrant, CredentialOffer, Grants, PreAuthorizedGrant, TxCode};

/// The grant type of section 4.1.1, also the name of its member in `grants`.
pub const PRE_AUTHORIZED_CODE: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
/// The grant type of RFC 6749, 4.1.3, also the name of its member in `grants`.
pub const AUTHORIZATION_CODE: &str = "authorization_code";
/// The grant type of RFC 6749, 6.
pub const REFRESH_TOKEN: &str = "refresh_token";
/// `typ` of a key proof (appendix F.1).
pub const PROOF_TYP: &str = "openid4vci-proof+jwt";
/// `typ` of signed metadata (section 12.2.3).
pub const SIGNED_METADATA_TYP: &str = "openidvci-issuer-metadata+jwt";
/// `type` of an authorization detail (section 5.1.1).
pub const OPENID_CREDENTIAL: &str = "openid_credential";

/// RFC 6749, 4.1.3 with RFC 7636, 4.5, and section 6.1; form-encoded. Everything is optional here so that a missing member gets its own OAuth error.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
pub struct TokenRequest {
    #[serde(default)]
    pub grant_type: Option<String>,
    #[serde(default, rename = "pre-authorized_code")]
    pub pre_authorized_code: Option<String>,
    #[serde(default)]
    pub tx_code: Option<String>,
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub redirect_uri: Option<String>,
    #[serde(default)]
    pub code_verifier: Option<String>,
    #[serde(default)]
    pub refresh_token: Option<String>,
    #[serde(default)]
    pub client_id: Option<String>,
    /// JSON text of an array of [`AuthorizationDetail`].
    #[serde(default)]
    pub authorization_details: Option<String>,
}

/// Section 6.2.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
pub struct TokenResponse {
    pub access_token: String,
    pub token_type: String,
    #[serde(default)]
    pub expires_in: u64,
    /// RFC 6749, 6: with it the same credentials are asked for anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<AuthorizationDetail>,
}

/// Sections 5.1.1 and 6.2.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct AuthorizationDetail {
    #[serde(rename = "type")]
    pub kind: String,
    pub credential_configuration_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credential_identifiers: Vec<String>,
}

/// Section 7.2.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct NonceResponse {
    pub c_nonce: String,
}

/// Section 8.2.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
pub struct CredentialRequest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_identifier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_configuration_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proofs: Option<Proofs>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    pub credential_response_encryption: Option<Value>,
}

/// Exactly one member, named as the proof type (section 8.2); the types we do not know stay visible to be refused.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
pub struct Proofs {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwt: Option<Vec<String>>,
    /// Verifiable presentations (appendix F.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub di_vp: Option<Vec<Value>>,
    /// A key attestation (appendix F.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Vec<String>>,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub other: serde_json::Map<String, Value>,
}

/// Section 9.1.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
pub struct DeferredCredentialRequest {
    #[serde(default)]
    pub transaction_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    pub credential_response_encryption: Option<Value>,
}

/// Sections 8.3 and 9.2: either credentials, or a transaction that waits.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct CredentialResponse {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<IssuedCredential>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<String>,
    /// Seconds to wait before asking again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_id: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct IssuedCredential {
    /// An object for `ldp_vc`, a string for `dc+sd-jwt` and `vc+jwt`.
    #[schema(value_type = Object)]
    pub credential: Value,
    /// Our extension: where the anchoring receipt of this copy can be fetched ([`crate::anchors::Receipt`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_uri: Option<String>,
}

/// Section 11.1. Optional members, so that what is missing is answered with `invalid_notification_request`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct NotificationRequest {
    #[serde(default)]
    pub notification_id: Option<String>,
    #[serde(default)]
    pub event: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_description: Option<String>,
}

/// RFC 6749, 5.2 and OID4VCI 8.3.1.2: what every OAuth-shaped refusal looks like.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct ErrorResponse {
    pub error: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
}
