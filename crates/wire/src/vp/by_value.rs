//! An authorization request in the query of a link, as an unsigned one comes (OpenID4VP 1.0, 5.9.3, `redirect_uri`).
//!
//! Members that are objects or arrays are JSON in a parameter (5.1). A parameter that is there twice makes the request
//! unusable (RFC 6749, 3.1); unknown ones are ignored.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::RequestObject;

/// The longest query that is read.
pub const MAX_QUERY: usize = 16 * 1024;
/// Levels of nesting in one parameter: enough for every DCQL query.
const MAX_DEPTH: usize = 16;
/// Members that stand as JSON in their parameter.
const AS_JSON: [&str; 6] = [
    "dcql_query",
    "client_metadata",
    "transaction_data",
    "anchor_receipts",
    "claims_retention_seconds",
    "holder_assurance",
];

/// Why a query is no authorization request.
#[derive(Debug, thiserror::Error)]
pub enum ByValueError {
    #[error("the request is too long")]
    TooLong,
    #[error("the parameter {0} is there twice")]
    Twice(String),
    #[error("the parameter {0} is not JSON of a usable form")]
    Json(String),
    #[error("the parameters are not those of a request")]
    Form(#[source] serde_json::Error),
}

/// Writes a request as the query of a link.
pub fn to_query(request: &RequestObject) -> Result<String, serde_json::Error> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Value::Object(members) = serde_json::to_value(request)? {
        for (name, value) in members {
            match value {
                Value::String(text) => query.append_pair(&name, &text),
                other => query.append_pair(&name, &other.to_string()),
            };
        }
    }
    Ok(query.finish())
}

/// Reads the query of a link.
pub fn from_query(query: &str) -> Result<RequestObject, ByValueError> {
    if query.len() > MAX_QUERY {
        return Err(ByValueError::TooLong);
    }
    let mut members = Map::new();
    let mut seen = BTreeSet::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if !seen.insert(name.clone()) {
            return Err(ByValueError::Twice(name.into_owned()));
        }
        // What only a JWT can say, no parameter says.
        if matches!(name.as_ref(), "iat" | "exp" | "aud" | "wallet_nonce") {
            continue;
        }
        let value = if AS_JSON.contains(&name.as_ref()) {
            json(&value).ok_or_else(|| ByValueError::Json(name.clone().into_owned()))?
        } else {
            Value::String(value.into_owned())
        };
        members.insert(name.into_owned(), value);
    }
    serde_json::from_value(Value::Object(members)).map_err(ByValueError::Form)
}

/// The binary's parser has no limit of depth, so it is checked before.
fn json(text: &str) -> Option<Value> {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0usize, 0usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if deepest > MAX_DEPTH { None } else { serde_json::from_str(text).ok() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request() -> RequestObject {
        serde_json::from_value(json!({
            "client_id": "redirect_uri:https://client.example.org/cb", "response_type": "vp_token",
            "response_mode": "direct_post", "response_uri": "https://client.example.org/cb",
            "nonce": "n-0S6_WzA2Mj", "state": "s", "purpose": "a & b",
            "dcql_query": {"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]},
                "claims": [{"path": ["a", null, 1]}]}]},
            "client_metadata": {"client_name": "C", "vp_formats_supported": {}},
            "transaction_data": ["e30"], "anchor_receipts": true, "claims_retention_seconds": 86400,
            "holder_assurance": { "least": "passkey", "below": "refuse" }, "representative": "refuse"
        }))
        .unwrap()
    }

    #[test]
    fn request_survives_the_link() {
        assert_eq!(from_query(&to_query(&request()).unwrap()).unwrap(), request());
    }

    #[test]
    fn text_that_looks_like_json_stays_text() {
        let query = to_query(&RequestObject { nonce: "123".into(), state: Some("{}".into()), ..request() });
        let read = from_query(&query.unwrap()).unwrap();
        assert_eq!((read.nonce.as_str(), read.state.as_deref()), ("123", Some("{}")));
    }

    #[test]
    fn unusable_queries_are_refused() {
        let good = to_query(&request()).unwrap();
        let deep = "[".repeat(MAX_DEPTH + 1);
        for (query, why) in [
            (format!("{good}&nonce=other-nonce-0123456789"), "twice"),
            (format!("{good}&unknown=1&unknown=2"), "twice, though unknown"),
            (format!("{good}&x={}", "y".repeat(MAX_QUERY)), "too long"),
            ("client_id=a".to_owned(), "members missing"),
            ("dcql_query=%7B".to_owned(), "no JSON"),
            (format!("dcql_query={deep}"), "too deep"),
        ] {
            assert!(from_query(&query).is_err(), "{why}");
        }
        assert!(from_query(&format!("{good}&unknown=1")).is_ok(), "unknown parameters are ignored");
    }

    #[test]
    fn what_only_a_signed_request_says_is_not_taken_from_a_link() {
        let good = to_query(&request()).unwrap();
        let read = from_query(&format!("{good}&exp=99999999999&wallet_nonce=x&aud=y")).unwrap();
        assert_eq!((read.exp, read.wallet_nonce, read.aud), (None, None, None));
    }
}
