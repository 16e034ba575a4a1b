//! The Fund's request for a proof of life and the answer a beneficiary's device gives.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What `GET` of the request link shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExistenceRequest {
    pub id: String,
    pub organisation: Organisation,
    pub beneficiary: Beneficiary,
    pub year: u16,
    /// base64url, single use; empty once the request was answered.
    pub challenge: String,
    pub expires_at: chrono::DateTime<chrono::Utc>,
    pub state: ExistenceState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_offer_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Organisation {
    pub did: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Beneficiary {
    pub given_name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExistenceState {
    Open,
    Answered,
    Confirmed,
    Refused,
    Expired,
}

/// The device's answer.
///
/// `deviceSignature` is ES256 by `holderKey` over the JCS bytes of this message without that member, and the WebAuthn
/// challenge is the SHA-256 of JCS `{requestId, challenge, holderKeyThumbprint}`: the passkey vouches for the person, the
/// device key for the bundle, and neither can be moved to another request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExistenceAnswer {
    pub challenge: String,
    /// P-256 public key as a JWK.
    #[schema(value_type = Object)]
    pub holder_key: Value,
    pub passkey: AnswerPasskey,
    pub assertion: Assertion,
    pub device_signature: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnswerPasskey {
    pub credential_id: String,
    pub public_key_cose: String,
    pub rp_id: String,
    pub origin: String,
}

/// A WebAuthn assertion; every member is base64url. `clientDataJSON` keeps the spelling of WebAuthn Level 3, 5.8.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assertion {
    pub authenticator_data: String,
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
    pub signature: String,
}
