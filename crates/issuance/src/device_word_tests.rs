#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::SeededEntropy;
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::json;

use super::*;

const WANTED: WordFor<'static> =
    WordFor { typ: "passerelle-existence+jwt", audience: "https://issuer.example/t/fund", act: "begin" };

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

/// A word with members of header and payload replaced; null removes one.
fn word(algorithm: Algorithm, header: &Value, payload: &Value) -> String {
    let key = SoftwareKey::generate(algorithm, &SeededEntropy::new(1));
    let mut head = json!({"typ": WANTED.typ, "alg": algorithm.jose(), "jwk": key.public_key().to_jwk()});
    let mut body = json!({"aud": WANTED.audience, "act": "begin", "iat": now().timestamp(),
        "jti": "0123456789abcdef", "enrolment": "e-1"});
    for (base, change) in [(&mut head, header), (&mut body, payload)] {
        base.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        base.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&head), part(&body));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign_now(signed.as_bytes()).unwrap()))
}

fn said(header: &Value, payload: &Value) -> Result<DeviceWord, DeviceWordFault> {
    DeviceWord::verify(&word(Algorithm::P256, header, payload), WANTED, now())
}

#[test]
fn a_word_names_its_key_and_the_enrolment() {
    let key = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(1));
    let word = said(&json!({}), &json!({})).unwrap();
    assert_eq!(word.jkt, key.public_key().jwk_thumbprint());
    assert_eq!(word.enrolment.as_deref(), Some("e-1"));
    assert_eq!(said(&json!({}), &json!({"enrolment": null})).unwrap().enrolment, None);
    let other = said(&json!({}), &json!({"jti": "another identifier"})).unwrap();
    assert_ne!(word.fingerprint, other.fingerprint);
}

#[test]
fn each_claim_that_does_not_fit_is_refused() {
    use DeviceWordFault as Fault;
    let late = now().timestamp() - 301;
    let cases = [
        (json!({"typ": "dpop+jwt"}), json!({}), Fault::Form),
        (json!({"jwk": null}), json!({}), Fault::Form),
        (json!({}), json!({"aud": "https://issuer.example/t/other"}), Fault::Request),
        (json!({}), json!({"aud": [WANTED.audience]}), Fault::Request),
        (json!({}), json!({"act": "look"}), Fault::Request),
        (json!({}), json!({"iat": late}), Fault::IssuedAt),
        (json!({}), json!({"iat": null}), Fault::IssuedAt),
        (json!({}), json!({"jti": "short"}), Fault::Jti),
        (json!({}), json!({"jti": "x".repeat(129)}), Fault::Jti),
    ];
    for (header, payload, fault) in cases {
        assert_eq!(said(&header, &payload), Err(fault), "{header} {payload}");
    }
}

#[test]
fn another_key_another_algorithm_and_a_long_word_are_refused() {
    let other = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(2)).public_key().to_jwk();
    assert_eq!(said(&json!({ "jwk": other }), &json!({})), Err(DeviceWordFault::Form));
    let edwards = word(Algorithm::Ed25519, &json!({}), &json!({}));
    assert_eq!(DeviceWord::verify(&edwards, WANTED, now()), Err(DeviceWordFault::Form));
    let long = json!({ "more": "x".repeat(MAX_WORD_BYTES) });
    assert_eq!(said(&json!({}), &long), Err(DeviceWordFault::Form));
}
