#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use clock::SeededEntropy;
use proptest::prelude::*;

use super::*;
use crate::signer::{Signer as _, SoftwareKey};

fn key(algorithm: Algorithm, seed: u64) -> PublicKey {
    *SoftwareKey::generate(algorithm, &SeededEntropy::new(seed)).public_key()
}

/// RFC 8037, appendix A.3.
#[test]
fn thumbprint_of_rfc_8037() {
    let jwk = json!({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let key = PublicKey::from_jwk(&jwk).unwrap();
    assert_eq!(key.jwk_thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assert_eq!(key.to_jwk(), jwk);
}

/// RFC 8032, 7.1, test 1.
#[test]
fn signature_of_rfc_8032() {
    let key = PublicKey::ed25519([
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e,
        0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
    ])
    .unwrap();
    let published = [
        0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72, 0x90, 0x86, 0xe2, 0xcc, 0x80, 0x6e, 0x82, 0x8a, 0x84,
        0x87, 0x7f, 0x1e, 0xb8, 0xe5, 0xd9, 0x74, 0xd8, 0x73, 0xe0, 0x65, 0x22, 0x49, 0x01, 0x55, 0x5f, 0xb8,
        0x82, 0x15, 0x90, 0xa3, 0x3b, 0xac, 0xc6, 0x1e, 0x39, 0x70, 0x1c, 0xf9, 0xb4, 0x6b, 0xd2, 0x5b, 0xf5,
        0xf0, 0x59, 0x5b, 0xbe, 0x24, 0x65, 0x51, 0x41, 0x43, 0x8e, 0x7a, 0x10, 0x0b,
    ];
    key.verify(b"", &published).unwrap();
}

/// The key of the test vectors of vc-di-ecdsa 1.0, with its private half.
#[test]
fn p384_key_of_vc_di_ecdsa() {
    let text = "z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ";
    let secret = "2fanyY7zgwNpZGxX5fXXibvScNaUWNprHU9dKx7qpVj7mws9J8LLt4mDB5TyH2GLHWkUc";
    let secret = bs58::decode(secret).into_vec().unwrap();
    let key = SoftwareKey::from_secret(Algorithm::P384, &secret[2..]).unwrap();
    assert_eq!(key.public_key().to_multikey(), text);
    assert_eq!(PublicKey::from_multikey(text), Ok(*key.public_key()));
    let jwk = key.public_key().to_jwk();
    assert_eq!((jwk["crv"].as_str(), jwk["x"].as_str().unwrap().len()), (Some("P-384"), 64));
}

/// The identity point makes every signature of a certain form valid: never a key.
#[test]
fn small_order_points_are_no_keys() {
    let mut identity = [0u8; 32];
    identity[0] = 1;
    assert_eq!(PublicKey::ed25519(identity), Err(InvalidKey::NotOnCurve));
    assert_eq!(PublicKey::ed25519([0; 32]), Err(InvalidKey::NotOnCurve));
}

#[test]
fn wrong_jwks_are_refused() {
    let good = key(Algorithm::P256, 1).to_jwk();
    let with = |name: &str, value: Value| {
        let mut jwk = good.clone();
        jwk[name] = value;
        PublicKey::from_jwk(&jwk)
    };
    assert!(PublicKey::from_jwk(&good).is_ok());
    assert_eq!(with("d", json!("AA")), Err(InvalidKey::Private));
    assert_eq!(with("kty", json!("RSA")), Err(InvalidKey::Unsupported));
    assert_eq!(with("kty", json!("OKP")), Err(InvalidKey::Unsupported));
    assert_eq!(with("crv", json!("P-521")), Err(InvalidKey::Unsupported));
    assert_eq!(with("crv", json!("P-384")), Err(InvalidKey::Malformed), "coordinates of another curve");
    assert_eq!(with("x", json!(1)), Err(InvalidKey::Malformed));
    assert_eq!(with("x", json!("AAAA")), Err(InvalidKey::Malformed));
    let other = key(Algorithm::P256, 2).to_jwk();
    assert_eq!(with("y", other["y"].clone()), Err(InvalidKey::NotOnCurve));
    assert_eq!(PublicKey::from_jwk(&json!({"kty":"oct","k":"AA"})), Err(InvalidKey::Private));
    assert_eq!(PublicKey::from_jwk(&json!([])), Err(InvalidKey::Malformed));
}

#[test]
fn wrong_multikeys_are_refused() {
    for text in ["", "z", "z1", "z6Mk", "u7QEB", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do"] {
        assert!(PublicKey::from_multikey(text).is_err(), "{text}");
    }
    let long = format!("z{}", "1".repeat(100_000));
    assert_eq!(PublicKey::from_multikey(&long), Err(InvalidKey::Unsupported));
}

#[test]
fn cose_keys_are_read_and_private_ones_refused() {
    let public = key(Algorithm::P256, 3);
    let point = point::uncompressed_of(&public);
    let (x, y) = point[1..].split_at(32);
    let mut cose = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    cose.extend_from_slice(x);
    cose.extend_from_slice(&[0x22, 0x58, 0x20]);
    cose.extend_from_slice(y);
    assert_eq!(PublicKey::from_cose(&cose), Ok(public));
    for length in 0..cose.len() {
        assert!(PublicKey::from_cose(&cose[..length]).is_err());
    }
    let mut private = cose.clone();
    private[0] = 0xa6;
    private.extend_from_slice(&[0x23, 0x41, 0x00]);
    assert_eq!(PublicKey::from_cose(&private), Err(InvalidKey::Private));

    let public = key(Algorithm::Ed25519, 3);
    let PublicKey::Ed25519(x) = public else { panic!() };
    let mut cose = vec![0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];
    cose.extend_from_slice(&x);
    assert_eq!(PublicKey::from_cose(&cose), Ok(public));
}

proptest! {
    #[test]
    fn every_encoding_gives_the_key_back(seed in any::<u64>(), kind in 0..4usize) {
        let algorithm = Algorithm::ALL[kind];
        let key = key(algorithm, seed);
        let read = if algorithm == Algorithm::Bls12381G2 { Err(InvalidKey::Unsupported) } else { Ok(key) };
        prop_assert_eq!(PublicKey::from_jwk(&key.to_jwk()), read);
        prop_assert_eq!(PublicKey::from_multikey(&key.to_multikey()), Ok(key));
        // did:key Method 0.9, 3.1.
        let start = ["did:key:z6Mk", "did:key:zDn", "did:key:z82", "did:key:zUC"][kind];
        prop_assert!(key.did_key().starts_with(start));
    }

    #[test]
    fn strangers_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120), text in ".{0,60}") {
        let _ = PublicKey::from_cose(&bytes);
        let _ = PublicKey::p256(&bytes);
        let _ = PublicKey::p384(&bytes);
        let _ = PublicKey::bls12381_g2(&bytes);
        let _ = PublicKey::from_multikey(&text);
        let _ = PublicKey::from_multikey(&format!("z{}", bs58::encode(&bytes).into_string()));
    }
}
