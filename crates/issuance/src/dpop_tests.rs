#![allow(clippy::unwrap_used)]

use clock::SeededEntropy;
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::json;

use super::*;

const URI: &str = "https://issuer.example/t/undp/token";

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn key(algorithm: Algorithm) -> SoftwareKey {
    SoftwareKey::generate(algorithm, &SeededEntropy::new(1))
}

/// A proof with members of header and payload replaced; null removes one.
fn proof(key: &SoftwareKey, header: &Value, payload: &Value) -> String {
    let mut head = json!({"typ": "dpop+jwt", "alg": key.public_key().algorithm().jose(), "jwk": key.public_key().to_jwk()});
    let mut body = json!({"jti": "1", "htm": "POST", "htu": URI, "iat": now().timestamp(), "nonce": "n", "ath": hash("token")});
    for (base, change) in [(&mut head, header), (&mut body, payload)] {
        for (name, value) in change.as_object().unwrap() {
            base.as_object_mut().unwrap().insert(name.clone(), value.clone());
        }
        base.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    }
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(head.to_string()), URL_SAFE_NO_PAD.encode(body.to_string()));
    let signature = key.sign_now(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn verify(proof: &str) -> Result<DpopProof, DpopFault> {
    DpopProof::verify(proof, DpopRequest { uri: URI, access_token: Some("token") }, now())
}

#[test]
fn both_algorithms_name_the_key() {
    for algorithm in [Algorithm::P256, Algorithm::Ed25519] {
        let key = key(algorithm);
        let found = verify(&proof(&key, &json!({}), &json!({}))).unwrap();
        assert_eq!(found.jkt, key.public_key().jwk_thumbprint());
        assert_eq!(found.nonce.as_deref(), Some("n"));
        let other = verify(&proof(&key, &json!({}), &json!({"jti": "2"}))).unwrap();
        assert_ne!(found.fingerprint, other.fingerprint);
    }
    let key = key(Algorithm::P256);
    for htu in ["https://ISSUER.example:443/t/undp/token?x=1#y", "https://issuer.example/t/./undp/token"] {
        assert!(verify(&proof(&key, &json!({}), &json!({"htu": htu}))).is_ok(), "{htu}");
    }
}

#[test]
fn each_wrong_member_has_its_fault() {
    let (p256, other) =
        (key(Algorithm::P256), SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(2)));
    let mut private = p256.public_key().to_jwk();
    private["d"] = "x".into();
    let seconds = now().timestamp();
    for (header, payload, fault) in [
        (json!({"typ": "JWT"}), json!({}), DpopFault::Form),
        (json!({"typ": null}), json!({}), DpopFault::Form),
        (json!({"alg": "none"}), json!({}), DpopFault::Form),
        (json!({"alg": "EdDSA"}), json!({}), DpopFault::Form),
        (json!({"crit": ["x"]}), json!({}), DpopFault::Form),
        (json!({"jwk": other.public_key().to_jwk()}), json!({}), DpopFault::Form),
        (json!({"jwk": null}), json!({}), DpopFault::Key),
        (json!({"jwk": private}), json!({}), DpopFault::Key),
        (json!({}), json!({"jti": null}), DpopFault::Jti),
        (json!({}), json!({"jti": ""}), DpopFault::Jti),
        (json!({}), json!({"jti": "x".repeat(257)}), DpopFault::Jti),
        (json!({}), json!({"htm": "GET"}), DpopFault::Request),
        (json!({}), json!({"htu": null}), DpopFault::Request),
        (json!({}), json!({"htu": "nonsense"}), DpopFault::Request),
        (json!({}), json!({"htu": "https://issuer.example/t/wfp/token"}), DpopFault::Request),
        (json!({}), json!({"iat": null}), DpopFault::IssuedAt),
        (json!({}), json!({"iat": seconds - 301}), DpopFault::IssuedAt),
        (json!({}), json!({"iat": seconds + 301}), DpopFault::IssuedAt),
        (json!({}), json!({"exp": seconds}), DpopFault::Form),
        (json!({}), json!({"ath": null}), DpopFault::Token),
        (json!({}), json!({"ath": hash("other")}), DpopFault::Token),
    ] {
        assert_eq!(verify(&proof(&p256, &header, &payload)), Err(fault), "{header} {payload}");
    }
    assert_eq!(verify(""), Err(DpopFault::Form));
    assert_eq!(verify(&"a".repeat(9000)), Err(DpopFault::Form));
}

#[test]
fn thumbprints_have_thirty_two_bytes() {
    assert!(is_thumbprint(&key(Algorithm::P256).public_key().jwk_thumbprint()));
    assert!(!is_thumbprint("") && !is_thumbprint("short") && !is_thumbprint(&"!".repeat(43)));
}
