#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use did::Resolvers;
use keys::SoftwareKey;
use serde_json::json;

use super::*;

fn now() -> Timestamp {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn key(algorithm: Algorithm) -> SoftwareKey {
    SoftwareKey::from_secret(algorithm, &[9; 32]).unwrap()
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

async fn token(header: Value, claims: Value, algorithm: Algorithm) -> String {
    sign(map(header), &map(claims), &key(algorithm)).await.unwrap()
}

fn code(result: Result<Verified, Fault>) -> &'static str {
    result.map_or_else(|fault| fault.code, |_| "verified")
}

#[tokio::test]
async fn each_change_to_a_good_token_is_refused() {
    for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
        let public = *key(algorithm).public_key();
        let check = |token: &str| code(verify_with_key(token, "test+jwt", &public, now()));
        let good = token(json!({"typ": "test+jwt"}), json!({"a": 1}), algorithm).await;
        assert_eq!(check(&good), "verified");

        let parts: Vec<&str> = good.split('.').collect();
        let with = |header: Value, claims: Value| {
            let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.{}", encode(header), encode(claims), parts[2])
        };
        let alg = algorithm.jose();
        assert_eq!(check(&with(json!({"alg": alg, "typ": "test+jwt"}), json!({"a": 2}))), "badSignature");
        assert_eq!(check(&with(json!({"alg": "none", "typ": "test+jwt"}), json!({"a": 1}))), "jwtAlgorithm");
        assert_eq!(check(&with(json!({"alg": "HS256", "typ": "test+jwt"}), json!({"a": 1}))), "jwtAlgorithm");
        assert_eq!(check(&with(json!({"alg": alg, "typ": "JWT"}), json!({"a": 1}))), "jwtType");
        assert_eq!(check(&with(json!({"alg": alg, "typ": "test+jwt", "crit": []}), json!({}))), "jwtForm");
        assert_eq!(check(&with(json!([]), json!({}))), "jwtForm");
        assert_eq!(check(&format!("{}.{}.", parts[0], parts[1])), "badSignature");
        assert_eq!(check(&format!("{good}.x")), "jwtForm");
        assert_eq!(check(&format!("{good}=")), "jwtForm");
        let other = if algorithm == Algorithm::P256 { Algorithm::Ed25519 } else { Algorithm::P256 };
        let other_key = *key(other).public_key();
        assert_eq!(code(verify_with_key(&good, "test+jwt", &other_key, now())), "keyKind");
    }
}

#[tokio::test]
async fn dates_are_kept() {
    let public = *key(Algorithm::P256).public_key();
    for (claims, expected) in [
        (json!({"exp": 1_800_000_001}), "verified"),
        (json!({"exp": 1_800_000_001.5}), "verified"),
        (json!({"exp": 1_800_000_000}), "expired"),
        (json!({"exp": "1800000001"}), "dateForm"),
        (json!({"nbf": 1_800_000_060}), "verified"),
        (json!({"nbf": 1_800_000_061}), "notYetValid"),
        (json!({"iat": "now"}), "dateForm"),
    ] {
        let token = token(json!({"typ": "t"}), claims.clone(), Algorithm::P256).await;
        assert_eq!(code(verify_with_key(&token, "t", &public, now())), expected, "{claims}");
    }
}

#[tokio::test]
async fn the_key_comes_from_the_did_document() {
    let resolver = Resolvers::offline();
    let did = key(Algorithm::P256).public_key().did_jwk();
    let good = token(json!({"typ": "t", "kid": format!("{did}#0")}), json!({}), Algorithm::P256).await;
    let verified = verify(&good, "t", &resolver, now()).await.unwrap();
    assert_eq!(verified.key_id, Some(format!("{did}#0")));
    let other = SoftwareKey::from_secret(Algorithm::P256, &[8; 32]).unwrap().public_key().did_jwk();
    for (kid, expected) in [
        (format!("{other}#0"), "badSignature"),
        (format!("{did}#1"), "keyUnknown"),
        (did.clone(), "keyUnknown"),
        ("did:web:example.org#key-1".to_owned(), "didUnresolved"),
        ("x".to_owned(), "keyUnknown"),
    ] {
        let bad = token(json!({"typ": "t", "kid": kid}), json!({}), Algorithm::P256).await;
        assert_eq!(code(verify(&bad, "t", &resolver, now()).await), expected, "{kid}");
    }
}
