#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use did_key::{Config, DIDCore as _, Fingerprint as _, KeyMaterial as _, PatchedKeyPair};
use keys::{Signer as _, SoftwareKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Another implementation, used in tests and nowhere else: it is old and it panics on bad input.
fn other_implementation(algorithm: Algorithm, seed: &[u8; 32]) -> PatchedKeyPair {
    match algorithm {
        Algorithm::Ed25519 => did_key::generate::<did_key::Ed25519KeyPair>(Some(seed)),
        Algorithm::P256 => did_key::generate::<did_key::P256KeyPair>(Some(seed)),
        Algorithm::P384 | Algorithm::Bls12381G2 => panic!("not asked here"),
    }
}

proptest! {
    #[test]
    fn did_key_agrees_with_an_independent_implementation(seed in any::<[u8; 32]>(), ed in any::<bool>()) {
        let algorithm = if ed { Algorithm::Ed25519 } else { Algorithm::P256 };
        let Ok(ours) = SoftwareKey::from_secret(algorithm, &seed) else { return Ok(()) };
        let theirs = other_implementation(algorithm, &seed);
        let did = ours.public_key().did_key();
        prop_assert_eq!(&did, &format!("did:key:{}", theirs.fingerprint()));

        let bytes = match ours.public_key() {
            PublicKey::Ed25519(bytes) => bytes.to_vec(),
            PublicKey::P256(bytes) => bytes.to_vec(),
            PublicKey::P384(_) | PublicKey::Bls12381G2(_) => unreachable!(),
        };
        prop_assert_eq!(bytes, theirs.public_key_bytes());

        // Secrets stay out of their document, where the default prints them.
        let config = Config { use_jose_format: false, serialize_secrets: false };
        let their_document = serde_json::to_value(theirs.get_did_document(config)).unwrap();
        let our_document = resolve_key(&did).unwrap().to_json();
        let ids = |document: &Value| -> Vec<String> {
            let methods = document["verificationMethod"].as_array().unwrap();
            methods.iter().map(|method| method["id"].as_str().unwrap().to_owned()).collect()
        };
        prop_assert_eq!(ids(&our_document), ids(&their_document));
        for name in ["id", "authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation"] {
            prop_assert_eq!(&our_document[name], &their_document[name], "{}", name);
        }
        if ed {
            prop_assert_eq!(&our_document["keyAgreement"], &their_document["keyAgreement"]);
        }
    }

    #[test]
    fn strangers_dids_never_panic(text in ".{0,80}", bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = resolve_key(&format!("did:key:{text}"));
        let _ = resolve_jwk(&format!("did:jwk:{text}"));
        let _ = resolve_jwk(&format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(bytes)));
    }
}

#[test]
fn did_jwk_gives_back_the_key() {
    let key = *SoftwareKey::from_secret(Algorithm::P256, &[7; 32]).unwrap().public_key();
    let did = key.did_jwk();
    let document = resolve_jwk(&did).unwrap();
    let id = format!("{did}#0");
    assert_eq!(document.verification_method(&id).unwrap().public_key, key);
    assert!(document.allows(&id, Relationship::AssertionMethod));
    assert!(document.allows(&id, Relationship::KeyAgreement));
    assert_eq!(document.to_json()["verificationMethod"][0]["publicKeyJwk"], key.to_jwk());
    assert_eq!(document.to_json()["authentication"], json!([id]));
}

/// The DID of the test vectors of vc-di-ecdsa 1.0, and did:jwk of the same key.
#[test]
fn p384_keys_are_dids() {
    let did = "did:key:z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ";
    let document = resolve_key(did).unwrap();
    let key = document.methods[0].public_key;
    assert_eq!((key.algorithm(), key.did_key().as_str()), (Algorithm::P384, did));
    assert!(document.allows(&document.methods[0].id, Relationship::AssertionMethod));
    assert!(document.allows(&document.methods[0].id, Relationship::KeyAgreement));
    assert_eq!(resolve_jwk(&key.did_jwk()).unwrap().methods[0].public_key, key);
}

/// The DID of the test vectors of vc-di-bbs 1.0.
#[test]
fn bls12381_keys_are_dids() {
    let multikey = "zUC7DerdEmfZ8f4pFajXgGwJoMkV1ofMTmEG5UoNvnWiPiLuGKNeqgRpLH2TV4Xe5mJ2cXV76gRN7LFQwapF1VFu6x2yrr5ci1mXqC1WNUrnHnLgvfZfMH7h6xP6qsf9EKRQrPQ";
    let did = format!("did:key:{multikey}");
    let document = resolve_key(&did).unwrap();
    let key = document.methods[0].public_key;
    assert_eq!((key.algorithm(), key.did_key()), (Algorithm::Bls12381G2, did));
    assert!(document.allows(&document.methods[0].id, Relationship::AssertionMethod));
    assert!(!document.allows(&document.methods[0].id, Relationship::KeyAgreement));
}

/// The example of the did:jwk specification, with members beside the required ones.
#[test]
fn did_jwk_of_the_specification() {
    let did = "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9";
    assert_eq!(resolve_jwk(did).unwrap().methods[0].public_key.did_jwk(), did);
}

#[test]
fn what_is_not_a_key_is_not_a_did() {
    let good = SoftwareKey::from_secret(Algorithm::Ed25519, &[7; 32]).unwrap().public_key().did_key();
    assert!(resolve_key(&good).is_ok());
    for bad in
        ["did:key:z1", "did:key:", "did:key:z", &good[..good.len() - 1], &format!("{good}1"), "did:jwk:e30"]
    {
        assert!(matches!(resolve_key(bad), Err(ResolveError::InvalidDid)), "{bad}");
    }
    let jwk = |value: Value| resolve_jwk(&format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(value.to_string())));
    let mut good = SoftwareKey::from_secret(Algorithm::P256, &[7; 32]).unwrap().public_key().to_jwk();
    assert!(jwk(good.clone()).is_ok());
    good["d"] = json!("AA");
    assert!(jwk(good).is_err());
    assert!(jwk(json!([[[[[[[[[[]]]]]]]]]])).is_err());
    assert!(jwk(json!("x".repeat(10_000))).is_err());
}
