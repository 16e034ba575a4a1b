//! The rules a presentation request must pass before a person sees it (OID4VP 1.0, 5).

use chrono::Duration;
use clock::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;
use wire::policies::{AssuranceLevel, BelowAssurance, HolderAssurance};
use wire::representative::ByRepresentative;
use wire::vp::client_id::ClientId;
use wire::vp::transaction::TransactionFault;
use wire::vp::{
    DIRECT_POST, DIRECT_POST_JWT, ErrorCode, REQUEST_OBJECT_TYPE, RequestObject, STATIC_AUDIENCE, VpFormats,
};

use crate::dcql::FORMATS;
use crate::encryption::{self, ResponseEncryption};
use crate::transaction::{self, Transaction};

/// A request without its own end is answered within this time or not at all.
const DEFAULT_LIFETIME_MINUTES: i64 = 10;
/// Difference of clocks that is forgiven for `iat`.
const CLOCK_SKEW_SECONDS: i64 = 120;

/// The header of the request object's JWT.
#[derive(Clone, Debug, Deserialize)]
pub struct RequestHeader {
    #[serde(default)]
    pub typ: Option<String>,
    #[serde(default)]
    pub alg: Option<String>,
    #[serde(default)]
    pub kid: Option<String>,
    /// Certificates of the key, for the prefixes of X.509.
    #[serde(default)]
    pub x5c: Option<serde_json::Value>,
    /// A critical extension we do not know makes the whole token unusable (RFC 7515, 4.1.11).
    #[serde(default)]
    pub crit: Option<serde_json::Value>,
}

/// A request that may be shown: everything the answer needs and nothing else.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    pub client_id: String,
    pub response_uri: Url,
    pub nonce: String,
    pub state: Option<String>,
    pub purpose: Option<String>,
    pub anchor_receipts: bool,
    /// How long the verifier says that it keeps the claims, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeps_seconds: Option<u64>,
    /// An answer from a wallet that a PIN opened will be refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wants_passkey: bool,
    /// An answer that somebody gives for the person will be refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refuses_representative: bool,
    pub query: wire::vp::dcql::Query,
    /// What the person is to authorise, if anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transactions: Vec<Transaction>,
    /// What the verifier says that it understands (5.1, `vp_formats_supported`).
    #[serde(default, skip_serializing_if = "is_silent")]
    pub formats: VpFormats,
    /// Present when the verifier asks for `direct_post.jwt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<ResponseEncryption>,
    pub expires_at: Timestamp,
}

/// How a request came, and what it must repeat.
#[derive(Clone, Copy, Debug)]
pub struct Came<'a> {
    /// The client identifier of the link.
    pub client_id: &'a str,
    /// Where it was fetched; none when it was whole in the link, and so unsigned.
    pub request_uri: Option<&'a Url>,
    pub wallet_nonce: Option<&'a str>,
    pub now: Timestamp,
}

/// Why a request is refused. The sentence is for the person and for the verifier's developer alike.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    #[error("the link does not name the verifier in a way that this wallet supports")]
    ClientIdPrefix,
    #[error("the request is not signed, although its verifier's identifier demands a signature")]
    Unsigned,
    #[error("the verifier's certificate is not by an authority that this wallet trusts, or is not valid now")]
    Certificate,
    #[error("the request is not typed as a signed presentation request")]
    Type,
    #[error("the request is not signed with ES256 or EdDSA")]
    Algorithm,
    #[error("the request is signed with a key of somebody else")]
    ForeignKey,
    #[error("the verifier named in the request is not the one named in the link")]
    ClientIdMismatch,
    #[error("the request is meant for another wallet")]
    Audience,
    #[error("the request is not for credentials, or not to be answered by direct_post")]
    Mode,
    #[error("the request wants an encrypted answer and gives no key that this wallet can encrypt to")]
    Encryption,
    #[error("the request asks for credentials of kinds that this wallet does not have")]
    Formats,
    #[error("the answer would go to another place than the one that asks")]
    ResponseUri,
    #[error("the request names a place to return to where it must not")]
    RedirectUri,
    #[error("the request has no usable nonce")]
    Nonce,
    #[error("the request has a state with characters that are not allowed")]
    State,
    #[error("the request has expired")]
    Expired,
    #[error("the request says it was made in the future")]
    NotYet,
    #[error("the request wants something approved that this wallet does not understand: {0}")]
    TransactionData(TransactionFault),
    #[error("the request does not say in a usable way what it asks for")]
    Query,
    #[error("the request does not repeat the number this wallet gave")]
    WalletNonce,
}

impl RequestFault {
    /// What the verifier is told (OpenID4VP 1.0, 8.5). Nothing where the request is not proven to be the verifier's, or not
    /// made for this wallet now: then nobody is owed an answer.
    #[must_use]
    pub const fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Mode
            | Self::Encryption
            | Self::RedirectUri
            | Self::Nonce
            | Self::State
            | Self::Audience
            | Self::Query => Some(ErrorCode::InvalidRequest),
            Self::Formats => Some(ErrorCode::VpFormatsNotSupported),
            Self::TransactionData(_) => Some(ErrorCode::InvalidTransactionData),
            Self::ClientIdPrefix
            | Self::Unsigned
            | Self::Certificate
            | Self::Type
            | Self::Algorithm
            | Self::ForeignKey
            | Self::ClientIdMismatch
            | Self::ResponseUri
            | Self::Expired
            | Self::NotYet
            | Self::WalletNonce => None,
        }
    }
}

/// The client identifier of a link, by a prefix that this wallet supports.
pub fn client_id(text: &str) -> Result<ClientId<'_>, RequestFault> {
    ClientId::parse(text).map_err(|_| RequestFault::ClientIdPrefix)
}

/// The header must be the right type, by an algorithm we verify.
pub fn check_header(header: &RequestHeader) -> Result<(), RequestFault> {
    if header.typ.as_deref() != Some(REQUEST_OBJECT_TYPE) || header.crit.is_some() {
        return Err(RequestFault::Type);
    }
    if !matches!(header.alg.as_deref(), Some("ES256" | "EdDSA" | "Ed25519")) {
        return Err(RequestFault::Algorithm);
    }
    Ok(())
}

/// Under `decentralized_identifier`: the key must be one of the verifier's own DID.
pub fn check_key(header: &RequestHeader, did: &str) -> Result<(), RequestFault> {
    let kid = header.kid.as_deref().ok_or(RequestFault::ForeignKey)?;
    match kid.split_once('#') {
        Some((owner, fragment)) if owner == did && !fragment.is_empty() => Ok(()),
        _ => Err(RequestFault::ForeignKey),
    }
}

/// What the request says, held against the way it came by.
pub fn check(object: RequestObject, came: Came<'_>) -> Result<Request, RequestFault> {
    if object.client_id != came.client_id {
        return Err(RequestFault::ClientIdMismatch);
    }
    let now = came.now;
    if object.iat.is_some_and(|iat| iat > now.timestamp() + CLOCK_SKEW_SECONDS) {
        return Err(RequestFault::NotYet);
    }
    let expires_at = match object.exp {
        None => now + Duration::minutes(DEFAULT_LIFETIME_MINUTES),
        Some(exp) => Timestamp::from_timestamp(exp, 0).ok_or(RequestFault::Expired)?,
    };
    // RFC 7519, 4.1.4: dead on the second named by exp, not one later.
    if expires_at <= now {
        return Err(RequestFault::Expired);
    }
    if came.wallet_nonce.is_some() && object.wallet_nonce.as_deref() != came.wallet_nonce {
        return Err(RequestFault::WalletNonce);
    }
    let response_uri = response_uri(object.response_uri.as_deref(), came)?;
    if object.aud.as_deref().is_some_and(|audience| audience != STATIC_AUDIENCE) {
        return Err(RequestFault::Audience);
    }
    if object.redirect_uri.is_some() {
        return Err(RequestFault::RedirectUri);
    }
    let encryption = response_mode(&object)?;
    // 5.2 recommends 128 bits; 16 characters carry at most 96, so anything shorter is a mistake.
    if !(16..=512).contains(&object.nonce.len()) || !is_url_safe(&object.nonce) {
        return Err(RequestFault::Nonce);
    }
    if !state_is_usable(object.state.as_deref()) {
        return Err(RequestFault::State);
    }
    let query = object.dcql_query.filter(|_| object.scope.is_none()).ok_or(RequestFault::Query)?;
    query.validate().map_err(|_| RequestFault::Query)?;
    if !query.credentials.iter().any(|credential| FORMATS.contains(&credential.format.as_str())) {
        return Err(RequestFault::Formats);
    }
    // 5.3: without a proof of the holder, only the state binds the answer to the request.
    let unbound = query.credentials.iter().any(|one| !one.require_cryptographic_holder_binding);
    if unbound && object.state.is_none() {
        return Err(RequestFault::State);
    }
    let transactions = match &object.transaction_data {
        None => Vec::new(),
        Some(data) => transaction::read(data, &query).map_err(RequestFault::TransactionData)?,
    };
    Ok(Request {
        client_id: object.client_id,
        response_uri,
        nonce: object.nonce,
        state: object.state,
        purpose: object.purpose.map(|text| plain_text(&text, 500)).filter(|text| !text.is_empty()),
        anchor_receipts: object.anchor_receipts,
        keeps_seconds: object.claims_retention_seconds,
        wants_passkey: object.holder_assurance.is_some_and(|wanted| refuses_pins(&wanted)),
        refuses_representative: object.representative.is_some_and(|said| refuses_representatives(&said)),
        query,
        transactions,
        formats: object.client_metadata.map(|it| it.vp_formats_supported).unwrap_or_default(),
        encryption,
        expires_at,
    })
}

fn is_silent(formats: &VpFormats) -> bool {
    *formats == VpFormats::default()
}

/// Our extension; one in another form is somebody else's.
fn refuses_pins(wanted: &serde_json::Value) -> bool {
    serde_json::from_value::<HolderAssurance>(wanted.clone())
        .is_ok_and(|wanted| wanted.least == AssuranceLevel::Passkey && wanted.below == BelowAssurance::Refuse)
}

/// The same.
fn refuses_representatives(said: &serde_json::Value) -> bool {
    serde_json::from_value::<ByRepresentative>(said.clone())
        .is_ok_and(|rule| rule == ByRepresentative::Refuse)
}

/// Where a signed request that cannot be used is answered with an error, and under which state.
#[must_use]
pub fn error_address(object: &RequestObject, came: Came<'_>) -> Option<(Url, Option<String>)> {
    came.request_uri?;
    let to = response_uri(object.response_uri.as_deref(), came).ok()?;
    let state = object.state.clone().filter(|state| state_is_usable(Some(state)));
    Some((to, state))
}

/// `direct_post`, or `direct_post.jwt` with a key that suits.
fn response_mode(object: &RequestObject) -> Result<Option<ResponseEncryption>, RequestFault> {
    match (object.response_type.as_str(), object.response_mode.as_str()) {
        ("vp_token", DIRECT_POST) => Ok(None),
        ("vp_token", DIRECT_POST_JWT) => {
            let metadata = object.client_metadata.as_ref().ok_or(RequestFault::Encryption)?;
            encryption::choose(metadata).map(Some).ok_or(RequestFault::Encryption)
        }
        _ => Err(RequestFault::Mode),
    }
}

/// The verifier's signature names the place, and we ask for more: the place that asks is the place that hears. A signed
/// request replayed from another host then leads nowhere new. An unsigned one goes to its client identifier (5.9.3).
fn response_uri(given: Option<&str>, came: Came<'_>) -> Result<Url, RequestFault> {
    let id = client_id(came.client_id)?;
    let text = match (id, came.request_uri) {
        (ClientId::RedirectUri(_), Some(_)) => return Err(RequestFault::ClientIdPrefix),
        (ClientId::RedirectUri(own), None) if given.is_none_or(|given| given == own) => own,
        (ClientId::RedirectUri(_), None) => return Err(RequestFault::ResponseUri),
        (_, None) => return Err(RequestFault::Unsigned),
        (_, Some(_)) => given.ok_or(RequestFault::ResponseUri)?,
    };
    let url = Url::parse(text).map_err(|_| RequestFault::ResponseUri)?;
    let clean = matches!(url.scheme(), "https" | "http")
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let same_place = came.request_uri.is_none_or(|from| url.origin() == from.origin());
    let own_host = match id {
        ClientId::X509SanDns(host) => url.host_str().is_some_and(|found| found.eq_ignore_ascii_case(host)),
        ClientId::DecentralizedIdentifier(_) | ClientId::X509Hash(_) | ClientId::RedirectUri(_) => true,
    };
    if clean && same_place && own_host { Ok(url) } else { Err(RequestFault::ResponseUri) }
}

fn state_is_usable(state: Option<&str>) -> bool {
    state.is_none_or(|state| state.len() <= 2048 && is_url_safe(state))
}

/// OID4VP 5.2: "ASCII URL safe characters".
fn is_url_safe(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

/// Text from a stranger, made fit to be shown: bounded, on one line, without the characters that
/// reorder or hide what follows them.
#[must_use]
pub fn plain_text(text: &str, limit: usize) -> String {
    let hidden = |character: char| matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let visible: String = text
        .chars()
        .filter(|character| !hidden(*character))
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(limit)
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
