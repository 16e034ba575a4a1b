//! The rules a presentation request must pass before a person sees it (OID4VP 1.0, 5).

use chrono::Duration;
use clock::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;
use wire::vp::{DID_PREFIX, REQUEST_OBJECT_TYPE, RequestObject, STATIC_AUDIENCE};

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
    pub query: wire::vp::dcql::Query,
    pub expires_at: Timestamp,
}

/// Why a request is refused. The sentence is for the person and for the verifier's developer alike.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    #[error("the link does not name the verifier by a decentralized identifier")]
    ClientIdPrefix,
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
    #[error("the request wants a transaction authorised, which this wallet does not do")]
    TransactionData,
    #[error("the request does not say in a usable way what it asks for")]
    Query,
    #[error("the request does not repeat the number this wallet gave")]
    WalletNonce,
}

/// The verifier's DID, out of the client identifier.
pub fn verifier_did(client_id: &str) -> Result<&str, RequestFault> {
    client_id
        .strip_prefix(DID_PREFIX)
        .filter(|did| did.starts_with("did:") && did.len() <= 512 && !did.contains(['#', '?', '/']))
        .ok_or(RequestFault::ClientIdPrefix)
}

/// The header must be the right type, by an algorithm we verify, with a key of the verifier's own DID.
pub fn check_header<'a>(header: &'a RequestHeader, client_id: &str) -> Result<&'a str, RequestFault> {
    let did = verifier_did(client_id)?;
    if header.typ.as_deref() != Some(REQUEST_OBJECT_TYPE) || header.crit.is_some() {
        return Err(RequestFault::Type);
    }
    if !matches!(header.alg.as_deref(), Some("ES256" | "EdDSA" | "Ed25519")) {
        return Err(RequestFault::Algorithm);
    }
    let kid = header.kid.as_deref().ok_or(RequestFault::ForeignKey)?;
    match kid.split_once('#') {
        Some((owner, fragment)) if owner == did && !fragment.is_empty() => Ok(kid),
        _ => Err(RequestFault::ForeignKey),
    }
}

/// What the signed request says, held against the link it came by.
pub fn check(
    object: RequestObject,
    client_id: &str,
    request_uri: &Url,
    wallet_nonce: Option<&str>,
    now: Timestamp,
) -> Result<Request, RequestFault> {
    if object.client_id != client_id {
        return Err(RequestFault::ClientIdMismatch);
    }
    if object.aud.as_deref().is_some_and(|audience| audience != STATIC_AUDIENCE) {
        return Err(RequestFault::Audience);
    }
    if wallet_nonce.is_some() && object.wallet_nonce.as_deref() != wallet_nonce {
        return Err(RequestFault::WalletNonce);
    }
    if object.response_type != "vp_token" || object.response_mode != "direct_post" {
        return Err(RequestFault::Mode);
    }
    if object.redirect_uri.is_some() {
        return Err(RequestFault::RedirectUri);
    }
    if object.transaction_data.is_some() {
        return Err(RequestFault::TransactionData);
    }
    let response_uri = response_uri(object.response_uri.as_deref(), request_uri)?;
    // 5.2 recommends 128 bits; 16 characters carry at most 96, so anything shorter is a mistake.
    if !(16..=512).contains(&object.nonce.len()) || !is_url_safe(&object.nonce) {
        return Err(RequestFault::Nonce);
    }
    if object.state.as_ref().is_some_and(|state| state.len() > 2048 || !is_url_safe(state)) {
        return Err(RequestFault::State);
    }
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
    let query = object.dcql_query.filter(|_| object.scope.is_none()).ok_or(RequestFault::Query)?;
    query.validate().map_err(|_| RequestFault::Query)?;
    Ok(Request {
        client_id: object.client_id,
        response_uri,
        nonce: object.nonce,
        state: object.state,
        purpose: object.purpose.map(|text| plain_text(&text, 500)).filter(|text| !text.is_empty()),
        anchor_receipts: object.anchor_receipts,
        query,
        expires_at,
    })
}

/// The verifier's signature names the place, and we ask for more: the place that asks is the place
/// that hears. A signed request replayed from another host then leads nowhere new.
fn response_uri(given: Option<&str>, request_uri: &Url) -> Result<Url, RequestFault> {
    let url = given.and_then(|text| Url::parse(text).ok()).ok_or(RequestFault::ResponseUri)?;
    let clean = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    if clean && url.origin().is_tuple() && url.origin() == request_uri.origin() {
        Ok(url)
    } else {
        Err(RequestFault::ResponseUri)
    }
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::*;

    const CLIENT: &str = "decentralized_identifier:did:passerelle:abc";

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn good() -> Value {
        json!({
            "client_id": CLIENT, "response_type": "vp_token", "response_mode": "direct_post",
            "response_uri": "https://verifier.example/oid4vp/responses/1", "nonce": "n-0S6_WzA2Mj-0123456789",
            "state": "s1", "aud": STATIC_AUDIENCE, "iat": 1_700_000_000, "exp": 1_700_000_600,
            "dcql_query": {"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]}}]}
        })
    }

    fn checked(value: Value) -> Result<Request, RequestFault> {
        let uri = Url::parse("https://verifier.example/oid4vp/requests/1").unwrap();
        check(serde_json::from_value(value).unwrap(), CLIENT, &uri, None, now())
    }

    #[test]
    fn good_request_passes() {
        assert_eq!(checked(good()).unwrap().nonce, "n-0S6_WzA2Mj-0123456789");
    }

    #[test]
    fn request_with_one_thing_wrong_is_refused_for_that() {
        let base = json!("x");
        for (member, value, fault) in [
            (
                "client_id",
                json!("decentralized_identifier:did:passerelle:other"),
                RequestFault::ClientIdMismatch,
            ),
            ("aud", json!("https://other.example"), RequestFault::Audience),
            ("response_type", json!("code"), RequestFault::Mode),
            ("response_mode", json!("direct_post.jwt"), RequestFault::Mode),
            ("redirect_uri", json!("https://verifier.example/cb"), RequestFault::RedirectUri),
            ("transaction_data", json!(["e30"]), RequestFault::TransactionData),
            ("response_uri", json!("https://attacker.example/r"), RequestFault::ResponseUri),
            ("response_uri", json!("http://verifier.example/r"), RequestFault::ResponseUri),
            ("response_uri", json!("https://verifier.example:8443/r"), RequestFault::ResponseUri),
            ("response_uri", json!("https://a:b@verifier.example/r"), RequestFault::ResponseUri),
            ("response_uri", Value::Null, RequestFault::ResponseUri),
            ("nonce", json!("short"), RequestFault::Nonce),
            ("nonce", json!("has spaces in it, many"), RequestFault::Nonce),
            ("state", json!("a b"), RequestFault::State),
            ("exp", json!(1_700_000_000), RequestFault::Expired),
            ("iat", json!(1_700_001_000), RequestFault::NotYet),
            ("scope", base, RequestFault::Query),
            ("dcql_query", Value::Null, RequestFault::Query),
            ("dcql_query", json!({"credentials": []}), RequestFault::Query),
        ] {
            let mut request = good();
            request.as_object_mut().unwrap().insert(member.to_owned(), value);
            assert_eq!(checked(request).err(), Some(fault), "{member}");
        }
    }

    #[test]
    fn key_must_belong_to_the_client_identifier() {
        let header = |typ: &str, alg: &str, kid: &str| RequestHeader {
            typ: Some(typ.into()),
            alg: Some(alg.into()),
            kid: Some(kid.into()),
            crit: None,
        };
        let typ = REQUEST_OBJECT_TYPE;
        assert!(check_header(&header(typ, "ES256", "did:passerelle:abc#key-p256-1"), CLIENT).is_ok());
        for (header, fault) in [
            (header("JWT", "ES256", "did:passerelle:abc#k"), RequestFault::Type),
            (header(typ, "none", "did:passerelle:abc#k"), RequestFault::Algorithm),
            (header(typ, "HS256", "did:passerelle:abc#k"), RequestFault::Algorithm),
            (header(typ, "ES256", "did:passerelle:evil#k"), RequestFault::ForeignKey),
            (header(typ, "ES256", "did:passerelle:abc"), RequestFault::ForeignKey),
            (header(typ, "ES256", "did:passerelle:abcd#k"), RequestFault::ForeignKey),
        ] {
            assert_eq!(check_header(&header, CLIENT).err(), Some(fault));
        }
        assert!(
            check_header(&header(typ, "ES256", "did:passerelle:abc#k"), "redirect_uri:https://a").is_err()
        );
    }

    #[test]
    fn wallet_nonce_must_come_back() {
        let uri = Url::parse("https://verifier.example/oid4vp/requests/1").unwrap();
        let object = serde_json::from_value(good()).unwrap();
        assert_eq!(check(object, CLIENT, &uri, Some("w"), now()).err(), Some(RequestFault::WalletNonce));
    }

    #[test]
    fn shown_text_cannot_reorder_the_page() {
        assert_eq!(plain_text("UNDP\u{202e}kcatta\n\tnow", 50), "UNDPkcatta now");
        assert_eq!(plain_text("abcdef", 3), "abc");
    }
}
