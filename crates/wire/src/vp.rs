//! OpenID for Verifiable Presentations 1.0: the messages between a verifier and a wallet.
//!
//! Unknown members are ignored, as section 5 demands; `transaction_data` is kept so that a wallet that does
//! not support it can refuse. Encryption itself is in `credential::jwe`.

pub mod by_value;
pub mod client_id;
pub mod dcql;
pub mod transaction;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The `typ` of every signed request object (5).
pub const REQUEST_OBJECT_TYPE: &str = "oauth-authz-req+jwt";
/// The media type in which a request object is served (5.10.1).
pub const REQUEST_OBJECT_MEDIA_TYPE: &str = "application/oauth-authz-req+jwt";
/// The `aud` of a request to a wallet that has no metadata of its own (5.8).
pub const STATIC_AUDIENCE: &str = "https://self-issued.me/v2";
/// Response mode: the answer as a form (8.2).
pub const DIRECT_POST: &str = "direct_post";
/// Response mode: the answer as a JWE in a form (8.3.1).
pub const DIRECT_POST_JWT: &str = "direct_post.jwt";
/// The content encryption where the verifier names none (5.1).
pub const DEFAULT_ENCRYPTION: &str = "A128GCM";
/// Presentations taken for one credential query.
pub const MAX_PRESENTATIONS: usize = 8;
/// Longest `wallet_nonce` that is echoed back.
pub const MAX_WALLET_NONCE: usize = 512;

/// The claims of a request object (5.1 and 5.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RequestObject {
    pub client_id: String,
    pub response_type: String,
    pub response_mode: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_uri: Option<String>,
    /// Forbidden beside `response_uri` (8.2); read so that a wallet can refuse it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    pub nonce: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dcql_query: Option<dcql::Query>,
    /// Forbidden beside `dcql_query` (5.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<ClientMetadata>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet_nonce: Option<String>,
    /// A wallet that supports no type of it must refuse the whole request (5.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_data: Option<Vec<Value>>,
    /// Ours: the reason shown to the person who is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Ours: the verifier needs the anchoring receipts, since its policy depends on the time of issue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anchor_receipts: bool,
    /// Ours: for how many seconds the verifier keeps the claims it is shown; 0 where it keeps none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims_retention_seconds: Option<u64>,
    /// Ours: how surely the wallet must have known its person, as [`crate::policies::HolderAssurance`]. What a wallet cannot read
    /// it ignores: the verifier judges by its own policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder_assurance: Option<Value>,
    /// Ours: what becomes of an answer that somebody gives for the person, as [`crate::representative::ByRepresentative`]; read in the
    /// same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<Value>,
}

/// What a wallet needs to know about the verifier (11.1), passed in the request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClientMetadata {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    #[serde(default)]
    pub vp_formats_supported: VpFormats,
    /// Keys to which the answer may be encrypted, each with a `kid` and an `alg` (5.1 and 8.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// JWE `enc` values; `A128GCM` where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted_response_enc_values_supported: Option<Vec<String>>,
    /// Names in other languages, each under `client_name#` and the tag of the language (RFC 7591, 2.2); whatever else stands here is
    /// carried along unread.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

impl ClientMetadata {
    /// What the verifier calls itself in other languages: tag and name.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.others.iter().filter_map(|(member, name)| Some((member.strip_prefix(NAME_IN)?, name.as_str()?)))
    }

    /// Adds what it calls itself in this language.
    pub fn name_in(&mut self, language: &str, name: &str) {
        self.others.insert(format!("{NAME_IN}{language}"), name.into());
    }
}

/// What stands before the tag of a language.
const NAME_IN: &str = "client_name#";

/// The formats this verifier can check; others are carried along unread.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VpFormats {
    #[serde(rename = "ldp_vc", default, skip_serializing_if = "Option::is_none")]
    pub ldp_vc: Option<LdpVcFormat>,
    #[serde(rename = "dc+sd-jwt", default, skip_serializing_if = "Option::is_none")]
    pub sd_jwt: Option<SdJwtFormat>,
    #[serde(rename = "vc+jwt", default, skip_serializing_if = "Option::is_none")]
    pub vc_jwt: Option<JwtFormat>,
    #[serde(rename = "vc+sd-jwt", default, skip_serializing_if = "Option::is_none")]
    pub vc_sd_jwt: Option<SdJwtFormat>,
    #[serde(rename = "vc+cose", default, skip_serializing_if = "Option::is_none")]
    pub vc_cose: Option<CoseFormat>,
}

/// Like [`JwtFormat`]; the algorithms are numbers of the registry of COSE, as annex B.2.2 has them for `mso_mdoc`. No annex
/// binds others to that, so whatever they write is carried along.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CoseFormat {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<i64>)]
    pub alg_values: Vec<Value>,
}

/// As annex B.1.3.1.3 has it for `jwt_vc_json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JwtFormat {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alg_values: Vec<String>,
}

/// Annex B.1.3.2.3.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LdpVcFormat {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proof_type_values: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cryptosuite_values: Vec<String>,
}

/// Annex B.3.4.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SdJwtFormat {
    #[serde(rename = "sd-jwt_alg_values", default, skip_serializing_if = "Vec::is_empty")]
    pub sd_jwt_alg_values: Vec<String>,
    #[serde(rename = "kb-jwt_alg_values", default, skip_serializing_if = "Vec::is_empty")]
    pub kb_jwt_alg_values: Vec<String>,
}

/// The form a wallet posts to `request_uri` (5.10).
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct RequestUriPost {
    #[serde(default)]
    pub wallet_nonce: Option<String>,
    /// JSON; accepted and not needed, since requests are signed and not encrypted.
    #[serde(default)]
    pub wallet_metadata: Option<String>,
}

/// The form a wallet posts to `response_uri` (8.2 and 8.5): an answer or an error, never both.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct DirectPost {
    /// A JWE in compact form that holds everything else (8.3.1); nothing stands beside it.
    #[serde(default)]
    pub response: Option<String>,
    /// JSON: credential query id to presentations.
    #[serde(default)]
    pub vp_token: Option<String>,
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub error_description: Option<String>,
    /// Ours, JSON: credential query id to the anchoring receipts, in the order of the presentations.
    #[serde(default)]
    pub anchor_receipts: Option<String>,
    /// Ours, JSON: how the holder proved themselves to their wallet (RFC 8176). A wallet that is not attested says it only
    /// where it was less than a passkey.
    #[serde(default)]
    pub amr: Option<String>,
    /// Ours: `guardian` or `attorney` where such a one acted for the holder, at the desk of an officer who saw their mandate.
    #[serde(default)]
    pub representative: Option<String>,
}

/// What is inside of a JWE (8.3): the members of the answer as JSON, not as text in JSON.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct EncryptedAnswer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vp_token: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
    /// Ours, as in [`DirectPost`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_receipts: Option<Value>,
    /// Ours, as in [`DirectPost`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amr: Option<Value>,
    /// Ours, as in [`DirectPost`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<String>,
}

/// What the wallet gets back (8.2): where to send the person, if anywhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DirectPostAnswer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// Where the person reads the signed receipt of this verification. Ours; other wallets ignore it, as 8.2 demands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_uri: Option<String>,
}

/// Presentations by credential query id (8.1). Each is a string or an object, as its format says.
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct VpToken(pub BTreeMap<String, Vec<Value>>);

/// Why a `vp_token` cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VpTokenError {
    #[error("vp_token is not a JSON object of arrays")]
    NotAnObject,
    #[error("vp_token names no presentation")]
    Empty,
    #[error("vp_token holds too many presentations")]
    TooMany,
    #[error("a presentation is neither a string nor an object")]
    NotAPresentation,
}

impl VpToken {
    /// Reads parsed JSON. The caller has bounded its size and depth and refused duplicate members.
    pub fn from_value(value: Value) -> Result<Self, VpTokenError> {
        let Value::Object(entries) = value else { return Err(VpTokenError::NotAnObject) };
        if entries.is_empty() {
            return Err(VpTokenError::Empty);
        }
        if entries.len() > dcql::MAX_CREDENTIALS {
            return Err(VpTokenError::TooMany);
        }
        let mut token = BTreeMap::new();
        for (id, presentations) in entries {
            let Value::Array(presentations) = presentations else { return Err(VpTokenError::NotAnObject) };
            match presentations.len() {
                0 => return Err(VpTokenError::Empty),
                1..=MAX_PRESENTATIONS => {}
                _ => return Err(VpTokenError::TooMany),
            }
            if !presentations.iter().all(|one| one.is_string() || one.is_object()) {
                return Err(VpTokenError::NotAPresentation);
            }
            token.insert(id, presentations);
        }
        Ok(Self(token))
    }
}

/// Codes of the authorization error response (8.5) and of RFC 6749, 4.1.2.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    InvalidRequest,
    InvalidClient,
    AccessDenied,
    VpFormatsNotSupported,
    InvalidRequestUriMethod,
    InvalidTransactionData,
    WalletUnavailable,
    ServerError,
}

impl ErrorCode {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::AccessDenied => "access_denied",
            Self::VpFormatsNotSupported => "vp_formats_not_supported",
            Self::InvalidRequestUriMethod => "invalid_request_uri_method",
            Self::InvalidTransactionData => "invalid_transaction_data",
            Self::WalletUnavailable => "wallet_unavailable",
            Self::ServerError => "server_error",
        }
    }

    /// The code a wallet sent, if it is one of the specification's.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_value(Value::String(text.to_owned())).ok()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn vp_token_holds_strings_and_objects() {
        let token =
            VpToken::from_value(json!({"a": ["x"], "b": [{"type": "VerifiablePresentation"}]})).unwrap();
        assert_eq!(token.0.len(), 2);
    }

    #[test]
    fn vp_token_of_another_shape_is_refused() {
        for (value, error) in [
            (json!([]), VpTokenError::NotAnObject),
            (json!({}), VpTokenError::Empty),
            (json!({"a": []}), VpTokenError::Empty),
            (json!({"a": "x"}), VpTokenError::NotAnObject),
            (json!({"a": [1]}), VpTokenError::NotAPresentation),
            (json!({"a": vec!["x"; MAX_PRESENTATIONS + 1]}), VpTokenError::TooMany),
        ] {
            assert_eq!(VpToken::from_value(value).err(), Some(error));
        }
    }

    #[test]
    fn request_object_ignores_members_it_does_not_know() {
        let request: RequestObject = serde_json::from_value(json!({
            "client_id": "decentralized_identifier:did:example:123", "iss": "ignored",
            "response_type": "vp_token", "response_mode": "direct_post", "nonce": "n",
            "client_metadata": {"vp_formats_supported": {"mso_mdoc": {}, "dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"]}}}
        }))
        .unwrap();
        assert!(!request.anchor_receipts);
        let formats = request.client_metadata.unwrap().vp_formats_supported;
        assert_eq!(formats.sd_jwt.unwrap().sd_jwt_alg_values, ["ES256"]);
    }

    #[test]
    fn error_codes_round_trip() {
        for code in [
            ErrorCode::InvalidRequest,
            ErrorCode::InvalidClient,
            ErrorCode::AccessDenied,
            ErrorCode::VpFormatsNotSupported,
            ErrorCode::InvalidRequestUriMethod,
            ErrorCode::InvalidTransactionData,
            ErrorCode::WalletUnavailable,
            ErrorCode::ServerError,
        ] {
            assert_eq!(ErrorCode::parse(code.as_str()), Some(code));
        }
        assert_eq!(ErrorCode::parse("teapot"), None);
    }
}
