#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use clock::SeededEntropy;
use keys::{Algorithm, Signer as _, SoftwareKey};
use serde_json::json;

use super::*;

const ISSUER: &str = "https://issuer.example/t/undp";

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

struct Parts {
    key: SoftwareKey,
    header: Value,
    payload: Value,
}

fn parts(algorithm: Algorithm) -> Parts {
    let key = SoftwareKey::generate(algorithm, &SeededEntropy::new(1));
    let header =
        json!({"typ": "openid4vci-proof+jwt", "alg": algorithm.jose(), "jwk": key.public_key().to_jwk()});
    let payload = json!({"aud": ISSUER, "iat": now().timestamp(), "nonce": "n"});
    Parts { key, header, payload }
}

impl Parts {
    fn jwt(&self) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&self.header), encode(&self.payload));
        let signature = self.key.sign_now(signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn verify(&self) -> Result<KeyProof, KeyProofError> {
        KeyProof::verify(&self.jwt(), ISSUER, &TrustAnchors::default(), now())
    }
}

#[test]
fn proofs_of_both_algorithms_and_all_key_references_are_accepted() {
    for algorithm in [Algorithm::P256, Algorithm::Ed25519] {
        let mut parts = parts(algorithm);
        let public = *parts.key.public_key();
        let proof = parts.verify().unwrap();
        assert_eq!(
            (proof.holder.public, proof.holder.did, proof.nonce),
            (public, public.did_jwk(), "n".into())
        );

        let header = parts.header.as_object_mut().unwrap();
        header.remove("jwk");
        header.insert("kid".into(), format!("{}#0", public.did_jwk()).into());
        assert_eq!(parts.verify().unwrap().holder.public, public);

        parts.header["kid"] = format!("{}#{}", public.did_key(), public.to_multikey()).into();
        let holder = parts.verify().unwrap().holder;
        assert_eq!((holder.public, holder.did), (public, public.did_key()));
    }
}

#[test]
fn fully_specified_name_of_the_algorithm_is_accepted_for_its_curve() {
    let named = |algorithm| {
        let mut parts = parts(algorithm);
        parts.header["alg"] = "Ed25519".into();
        parts.verify().map(|_| ())
    };
    assert_eq!(named(Algorithm::Ed25519), Ok(()));
    assert_eq!(named(Algorithm::P256), Err(KeyProofError::KeyMismatch));
}

#[test]
fn each_fault_of_the_header_is_refused() {
    let jwk = parts(Algorithm::P256).header["jwk"].clone();
    let with_secret = {
        let mut jwk = jwk.clone();
        jwk["d"] = "AAAA".into();
        jwk
    };
    for (name, value, expected) in [
        ("typ", json!("JWT"), KeyProofError::Typ),
        ("typ", Value::Null, KeyProofError::Typ),
        ("alg", json!("none"), KeyProofError::Algorithm),
        ("alg", json!("HS256"), KeyProofError::Algorithm),
        ("alg", json!("EdDSA"), KeyProofError::KeyMismatch),
        ("crit", json!(["b64"]), KeyProofError::Critical),
        ("kid", json!("did:key:z6Mk#z6Mk"), KeyProofError::KeyReference),
        ("x5c", json!(["AAAA"]), KeyProofError::KeyReference),
        ("jwk", with_secret, KeyProofError::PrivateKey),
        ("jwk", json!({"kty": "oct", "k": "AAAA"}), KeyProofError::PrivateKey),
        ("jwk", json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}), KeyProofError::Key),
        ("jwk", json!("text"), KeyProofError::Key),
    ] {
        let mut parts = parts(Algorithm::P256);
        parts.header[name] = value;
        assert_eq!(parts.verify(), Err(expected), "{name}");
    }
}

#[test]
fn each_fault_of_a_kid_is_refused() {
    let public = *parts(Algorithm::P256).key.public_key();
    let other = *SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(2)).public_key();
    for (kid, expected) in [
        ("0".to_owned(), KeyProofError::Kid),
        (public.did_key(), KeyProofError::Kid),
        (format!("{}#key-1", public.did_key()), KeyProofError::Kid),
        (format!("{}#1", public.did_jwk()), KeyProofError::Kid),
        ("did:jwk:e30#0".to_owned(), KeyProofError::Key),
        ("did:web:example.com#0".to_owned(), KeyProofError::Kid),
        ("did:key:z1#z1".to_owned(), KeyProofError::Kid),
        (format!("{}#0", other.did_jwk()), KeyProofError::Signature),
    ] {
        let mut parts = parts(Algorithm::P256);
        parts.header.as_object_mut().unwrap().remove("jwk");
        parts.header["kid"] = kid.as_str().into();
        assert_eq!(parts.verify(), Err(expected), "{kid}");
    }
}

#[test]
fn each_fault_of_the_payload_is_refused() {
    let seconds = now().timestamp();
    for (name, value, expected) in [
        ("aud", json!("https://issuer.example/t/wfp"), KeyProofError::Audience),
        ("aud", json!([ISSUER]), KeyProofError::Audience),
        ("aud", Value::Null, KeyProofError::Audience),
        ("iat", json!(seconds - 301), KeyProofError::IssuedAt),
        ("iat", json!(seconds + 301), KeyProofError::IssuedAt),
        ("iat", json!(seconds.to_string()), KeyProofError::IssuedAt),
        ("iat", Value::Null, KeyProofError::IssuedAt),
        ("exp", json!(seconds), KeyProofError::Validity),
        ("exp", json!("never"), KeyProofError::Validity),
        ("nbf", json!(seconds + 301), KeyProofError::Validity),
        ("nonce", Value::Null, KeyProofError::NonceMissing),
        ("nonce", json!(7), KeyProofError::NonceMissing),
    ] {
        let mut parts = parts(Algorithm::P256);
        parts.payload[name] = value;
        assert_eq!(parts.verify(), Err(expected), "{name}");
    }
}

#[test]
fn times_inside_the_window_and_with_fractions_are_accepted() {
    let seconds = now().timestamp();
    for iat in [json!(seconds - 300), json!(seconds + 300), serde_json::from_str("1800000000.25").unwrap()] {
        let mut parts = parts(Algorithm::P256);
        parts.payload["iat"] = iat;
        assert!(parts.verify().is_ok());
    }
}

#[test]
fn tampered_and_oversized_proofs_are_refused() {
    let jwt = parts(Algorithm::P256).jwt();
    let other =
        Parts { payload: json!({"aud": ISSUER, "iat": 1, "nonce": "m"}), ..parts(Algorithm::P256) }.jwt();
    let (mine, theirs): (Vec<_>, Vec<_>) = (jwt.split('.').collect(), other.split('.').collect());
    let mixed = format!("{}.{}.{}", mine[0], theirs[1], mine[2]);
    let check = |jwt: &str| KeyProof::verify(jwt, ISSUER, &TrustAnchors::default(), now());
    assert_eq!(check(&mixed), Err(KeyProofError::Signature));
    assert_eq!(check(&format!("{}.{}.", mine[0], mine[1])), Err(KeyProofError::Signature));
    assert_eq!(check(&"a".repeat(MAX_PROOF_BYTES + 1)), Err(KeyProofError::TooLong));
    for broken in ["", ".", "..", "a.b", "a.b.c", "e30.e30.*", &format!("{jwt}.x")] {
        assert_eq!(check(broken), Err(KeyProofError::Form), "{broken}");
    }
    let deep = format!("{}.{}.AA", URL_SAFE_NO_PAD.encode("[".repeat(2_000)), mine[1]);
    assert_eq!(check(&deep), Err(KeyProofError::Form));
}
