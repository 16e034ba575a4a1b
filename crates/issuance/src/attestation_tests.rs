#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::SeededEntropy;
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::json;

use super::*;

const ISSUER: &str = "https://issuer.example/t/undp";

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn key(seed: u64) -> SoftwareKey {
    SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(seed))
}

/// A JWT with members of the payload replaced; null removes one.
fn signed(key: &SoftwareKey, typ: &str, mut payload: Value, changes: &Value) -> String {
    let members = payload.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(&json!({"typ": typ, "alg": "ES256"})), encode(&payload));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(key.sign_now(text.as_bytes()).unwrap()))
}

fn key_attestation(attester: &SoftwareKey, changes: &Value) -> String {
    let jwk = |seed| key(seed).public_key().to_jwk();
    let at = now().timestamp();
    let payload = json!({"iat": at, "exp": at + 60, "nonce": "n", "attested_keys": [jwk(5), jwk(6)]});
    signed(attester, KEY_TYP, payload, changes)
}

#[test]
fn an_attested_key_is_one_a_trusted_attester_names() {
    let (attester, stranger) = (key(1), key(2));
    let keys = vec![*key(3).public_key(), *attester.public_key()];
    let trusted = Attesters { keys, ..Attesters::default() };
    let verify = |token: &str, with_proof| KeyAttestation::verify(token, &trusted, with_proof, now());
    let found = verify(&key_attestation(&attester, &json!({})), true).unwrap();
    assert_eq!(found.keys, [*key(5).public_key(), *key(6).public_key()]);
    assert_eq!(found.nonce.as_deref(), Some("n"));
    assert!(verify(&key_attestation(&attester, &json!({"exp": null})), false).is_ok());
    let jwk = key(5).public_key().to_jwk();
    let mut private = jwk.clone();
    private["d"] = "x".into();
    let p384 = *SoftwareKey::generate(Algorithm::P384, &SeededEntropy::new(5)).public_key();
    let many: Vec<Value> = (10..21).map(|seed| key(seed).public_key().to_jwk()).collect();
    let at = now().timestamp();
    for (changes, fault) in [
        (json!({"exp": null}), AttestationFault::Expiry),
        (json!({"exp": at}), AttestationFault::Attester),
        (json!({"iat": null}), AttestationFault::IssuedAt),
        (json!({"iat": at + 301}), AttestationFault::IssuedAt),
        (json!({"attested_keys": null}), AttestationFault::Keys),
        (json!({"attested_keys": []}), AttestationFault::Keys),
        (json!({"attested_keys": [jwk, jwk]}), AttestationFault::Keys),
        (json!({"attested_keys": [private]}), AttestationFault::Keys),
        (json!({"attested_keys": many}), AttestationFault::Keys),
        (json!({"attested_keys": [p384.to_jwk()]}), AttestationFault::Keys),
    ] {
        assert_eq!(verify(&key_attestation(&attester, &changes), true), Err(fault), "{changes}");
    }
    let foreign = key_attestation(&stranger, &json!({}));
    assert_eq!(verify(&foreign, true), Err(AttestationFault::Attester));
    let other_type = signed(&attester, "JWT", json!({"iat": at, "attested_keys": [jwk]}), &json!({}));
    assert_eq!(verify(&other_type, false), Err(AttestationFault::Attester));
}

#[test]
fn a_wallet_shows_its_attestation_and_the_key_in_it() {
    let (attester, instance) = (key(1), key(4));
    let trusted = Attesters { keys: vec![*attester.public_key()], ..Attesters::default() };
    let at = now().timestamp();
    let attestation = |changes: &Value| {
        let cnf = json!({"jwk": instance.public_key().to_jwk()});
        signed(&attester, CLIENT_TYP, json!({"sub": "wallet", "exp": at + 60, "cnf": cnf}), changes)
    };
    let possession = |key: &SoftwareKey, changes: &Value| {
        signed(key, POP_TYP, json!({"aud": ISSUER, "jti": "1", "iat": at}), changes)
    };
    let none = json!({});
    let check =
        |attested: &str, shown: &str| ClientAttestation::verify(attested, shown, ISSUER, &trusted, now());
    let good = check(&attestation(&none), &possession(&instance, &none)).unwrap();
    assert_eq!(good.client_id, "wallet");
    let other = check(&attestation(&none), &possession(&instance, &json!({"jti": "2"}))).unwrap();
    assert_ne!(good.fingerprint, other.fingerprint);
    for (changes, fault) in [
        (json!({"exp": null}), AttestationFault::Expiry),
        (json!({"exp": at}), AttestationFault::Attester),
        (json!({"sub": null}), AttestationFault::Client),
        (json!({"cnf": null}), AttestationFault::Client),
        (json!({"cnf": {"jwk": {"kty": "oct", "k": "x"}}}), AttestationFault::Client),
    ] {
        assert_eq!(check(&attestation(&changes), &possession(&instance, &none)), Err(fault), "{changes}");
    }
    for (changes, fault) in [
        (json!({"aud": "https://issuer.example/t/wfp"}), AttestationFault::Audience),
        (json!({"jti": null}), AttestationFault::Jti),
        (json!({"iat": null}), AttestationFault::IssuedAt),
        (json!({"iat": at - 301}), AttestationFault::IssuedAt),
        (json!({"exp": at}), AttestationFault::Possession),
    ] {
        assert_eq!(check(&attestation(&none), &possession(&instance, &changes)), Err(fault), "{changes}");
    }
    let by_other = possession(&key(9), &none);
    assert_eq!(check(&attestation(&none), &by_other), Err(AttestationFault::Possession));
}
