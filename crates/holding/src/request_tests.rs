#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;

const CLIENT: &str = "decentralized_identifier:did:passerelle:abc";
const BY_HOST: &str = "x509_san_dns:verifier.example";
const BY_HASH: &str = "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk";
const UNSIGNED: &str = "redirect_uri:https://verifier.example/oid4vp/responses/1";

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

fn with(changes: &[(&str, Value)]) -> Value {
    let mut request = good();
    for (member, value) in changes {
        request.as_object_mut().unwrap().insert((*member).to_owned(), value.clone());
    }
    request
}

fn request_uri() -> Url {
    Url::parse("https://verifier.example/oid4vp/requests/1").unwrap()
}

fn came<'a>(client_id: &'a str, request_uri: Option<&'a Url>) -> Came<'a> {
    Came { client_id, request_uri, wallet_nonce: None, now: now() }
}

fn checked(value: Value) -> Result<Request, RequestFault> {
    let uri = request_uri();
    let client = value["client_id"].as_str().unwrap_or_default().to_owned();
    let client = if client.starts_with("decentralized_identifier") { CLIENT.to_owned() } else { client };
    check(serde_json::from_value(value).unwrap(), came(&client, Some(&uri)))
}

#[test]
fn good_request_passes() {
    let request = checked(good()).unwrap();
    assert_eq!((request.nonce.as_str(), request.encryption), ("n-0S6_WzA2Mj-0123456789", None));
}

#[test]
fn request_with_one_thing_wrong_is_refused_for_that() {
    let of_mdoc = json!({"credentials": [{"id": "a", "format": "mso_mdoc", "meta": {"doctype_value": "d"}}]});
    for (member, value, fault) in [
        ("client_id", json!("decentralized_identifier:did:passerelle:other"), RequestFault::ClientIdMismatch),
        ("aud", json!("https://other.example"), RequestFault::Audience),
        ("response_type", json!("code"), RequestFault::Mode),
        ("response_mode", json!("fragment"), RequestFault::Mode),
        ("response_mode", json!("direct_post.jwt"), RequestFault::Encryption),
        ("redirect_uri", json!("https://verifier.example/cb"), RequestFault::RedirectUri),
        ("transaction_data", json!(["e30"]), RequestFault::TransactionData(TransactionFault::Members)),
        ("transaction_data", json!([]), RequestFault::TransactionData(TransactionFault::Count)),
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
        ("scope", json!("x"), RequestFault::Query),
        ("dcql_query", Value::Null, RequestFault::Query),
        ("dcql_query", json!({"credentials": []}), RequestFault::Query),
        ("dcql_query", of_mdoc, RequestFault::Formats),
    ] {
        assert_eq!(checked(with(&[(member, value)])).err(), Some(fault), "{member}");
    }
}

#[test]
fn verifier_is_told_by_the_codes_of_the_specification() {
    for (fault, code) in [
        (RequestFault::Mode, Some("invalid_request")),
        (RequestFault::Encryption, Some("invalid_request")),
        (RequestFault::RedirectUri, Some("invalid_request")),
        (RequestFault::Query, Some("invalid_request")),
        (RequestFault::Nonce, Some("invalid_request")),
        (RequestFault::Formats, Some("vp_formats_not_supported")),
        (RequestFault::TransactionData(TransactionFault::Type), Some("invalid_transaction_data")),
        // Nobody is proven to have asked, or not just now.
        (RequestFault::ForeignKey, None),
        (RequestFault::Certificate, None),
        (RequestFault::ClientIdMismatch, None),
        (RequestFault::ResponseUri, None),
        (RequestFault::WalletNonce, None),
        (RequestFault::Expired, None),
    ] {
        assert_eq!(fault.code().map(ErrorCode::as_str), code, "{fault}");
    }
}

#[test]
fn an_error_goes_only_where_the_answer_could_go() {
    let uri = request_uri();
    let object: RequestObject = serde_json::from_value(good()).unwrap();
    let (to, state) = error_address(&object, came(CLIENT, Some(&uri))).unwrap();
    assert_eq!((to.as_str(), state.as_deref()), (object.response_uri.as_deref().unwrap(), Some("s1")));
    let elsewhere =
        RequestObject { response_uri: Some("https://other.example/r".to_owned()), ..object.clone() };
    assert_eq!(error_address(&elsewhere, came(CLIENT, Some(&uri))), None);
    let unsigned = RequestObject { client_id: UNSIGNED.to_owned(), ..object };
    assert_eq!(error_address(&unsigned, came(UNSIGNED, None)), None, "anybody can write a link");
}

#[test]
fn encrypted_answer_needs_a_key_that_suits() {
    let key = json!({"kty": "EC", "crv": "P-256", "alg": "ECDH-ES", "kid": "k", "x": "x", "y": "y"});
    let metadata = |keys: Value| json!({"vp_formats_supported": {}, "jwks": {"keys": keys}});
    let request = |keys: Value| {
        with(&[("response_mode", json!("direct_post.jwt")), ("client_metadata", metadata(keys))])
    };
    let encryption = checked(request(json!([key]))).unwrap().encryption.unwrap();
    assert_eq!((encryption.jwk["kid"].as_str(), encryption.enc.as_str()), (Some("k"), "A128GCM"));
    assert_eq!(checked(request(json!([]))).err(), Some(RequestFault::Encryption));
}

#[test]
fn certified_host_is_where_the_answer_goes() {
    let by = |client: &str| checked(with(&[("client_id", json!(client))]));
    assert!(by(BY_HOST).is_ok() && by(BY_HASH).is_ok());
    assert_eq!(by("x509_san_dns:other.example").err(), Some(RequestFault::ResponseUri));
    assert_eq!(by("x509_hash:short").err(), Some(RequestFault::ClientIdPrefix));
}

#[test]
fn unsigned_request_answers_to_its_identifier_and_nowhere_else() {
    let unsigned = |changes: &[(&str, Value)]| {
        let mut all = vec![("client_id", json!(UNSIGNED))];
        all.extend(changes.iter().cloned());
        check(serde_json::from_value(with(&all)).unwrap(), came(UNSIGNED, None))
    };
    let own = "https://verifier.example/oid4vp/responses/1";
    assert_eq!(unsigned(&[]).unwrap().response_uri.as_str(), own);
    assert_eq!(unsigned(&[("response_uri", Value::Null)]).unwrap().response_uri.as_str(), own);
    let other = json!("https://verifier.example/oid4vp/responses/2");
    assert_eq!(unsigned(&[("response_uri", other)]).err(), Some(RequestFault::ResponseUri));
}

#[test]
fn prefix_decides_whether_a_request_is_signed() {
    let uri = request_uri();
    let object = |client: &str| serde_json::from_value(with(&[("client_id", json!(client))])).unwrap();
    for client in [CLIENT, BY_HOST, BY_HASH] {
        let found = check(object(client), came(client, None)).err();
        assert_eq!(found, Some(RequestFault::Unsigned), "{client}");
    }
    let found = check(object(UNSIGNED), came(UNSIGNED, Some(&uri))).err();
    assert_eq!(found, Some(RequestFault::ClientIdPrefix), "nothing says whose signature it would be");
}

#[test]
fn credential_without_a_holders_proof_needs_a_state() {
    let query = json!({"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]},
        "require_cryptographic_holder_binding": false}]});
    assert!(checked(with(&[("dcql_query", query.clone())])).is_ok());
    let without = checked(with(&[("dcql_query", query), ("state", Value::Null)]));
    assert_eq!(without.err(), Some(RequestFault::State));
}

#[test]
fn key_must_belong_to_the_client_identifier() {
    let header = |typ: &str, alg: &str, kid: &str| RequestHeader {
        typ: Some(typ.into()),
        alg: Some(alg.into()),
        kid: Some(kid.into()),
        x5c: None,
        crit: None,
    };
    let checked = |header: &RequestHeader| {
        check_header(header).and_then(|()| check_key(header, "did:passerelle:abc")).err()
    };
    let typ = REQUEST_OBJECT_TYPE;
    assert_eq!(checked(&header(typ, "ES256", "did:passerelle:abc#key-p256-1")), None);
    for (header, fault) in [
        (header("JWT", "ES256", "did:passerelle:abc#k"), RequestFault::Type),
        (header(typ, "none", "did:passerelle:abc#k"), RequestFault::Algorithm),
        (header(typ, "HS256", "did:passerelle:abc#k"), RequestFault::Algorithm),
        (header(typ, "ES256", "did:passerelle:evil#k"), RequestFault::ForeignKey),
        (header(typ, "ES256", "did:passerelle:abc"), RequestFault::ForeignKey),
        (header(typ, "ES256", "did:passerelle:abcd#k"), RequestFault::ForeignKey),
    ] {
        assert_eq!(checked(&header), Some(fault));
    }
}

#[test]
fn wallet_nonce_must_come_back() {
    let uri = request_uri();
    let object = serde_json::from_value(good()).unwrap();
    let came = Came { wallet_nonce: Some("w"), ..came(CLIENT, Some(&uri)) };
    assert_eq!(check(object, came).err(), Some(RequestFault::WalletNonce));
}

#[test]
fn shown_text_cannot_reorder_the_page() {
    assert_eq!(plain_text("UNDP\u{202e}kcatta\n\tnow", 50), "UNDPkcatta now");
    assert_eq!(plain_text("abcdef", 3), "abc");
}
