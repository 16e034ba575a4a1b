#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use clock::SeededEntropy;
use proptest::prelude::*;

use super::*;

fn key(seed: u8) -> DecryptionKey {
    DecryptionKey::from_seed(&[seed; 32])
}

/// RFC 7518, appendix C.
#[test]
fn derived_key_is_that_of_the_example() {
    let alice =
        SecretKey::from_slice(&decode("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo").unwrap()).unwrap();
    let bob = json!({"kty": "EC", "crv": "P-256", "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
        "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"});
    let bob = public_key(&bob).unwrap();
    let secret = p256::ecdh::diffie_hellman(alice.to_nonzero_scalar(), bob.as_affine());
    let derived = derive(Encryption::A128Gcm, secret.raw_secret_bytes(), b"Alice", b"Bob");
    assert_eq!(URL_SAFE_NO_PAD.encode(derived), "VqqN6vgjbSBcIijNcacQGg");
}

#[test]
fn a_message_reaches_its_recipient_and_nobody_else() {
    let (ours, other) = (key(1), key(2));
    let recipient = Recipient::from_jwk(&ours.public_jwk()).unwrap();
    for encryption in Encryption::ALL {
        let message = recipient.encrypt(b"personal", encryption, &SeededEntropy::new(3)).unwrap();
        assert_eq!(ours.decrypt(&message).unwrap(), b"personal");
        assert_eq!(other.decrypt(&message), Err(EncryptionFault::Recipient));
        let nameless = Recipient { kid: None, ..recipient.clone() };
        let message = nameless.encrypt(b"personal", encryption, &SeededEntropy::new(3)).unwrap();
        assert_eq!(ours.decrypt(&message).unwrap(), b"personal");
        assert_eq!(other.decrypt(&message), Err(EncryptionFault::Decryption));
    }
}

#[test]
fn headers_that_ask_for_something_else_are_refused() {
    let ours = key(1);
    let recipient = Recipient::from_jwk(&ours.public_jwk()).unwrap();
    let message = recipient.encrypt(b"x", Encryption::A256Gcm, &SeededEntropy::new(3)).unwrap();
    let (good, rest) = message.split_once('.').unwrap();
    let good: Value = serde_json::from_slice(&decode(good).unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut header = good.clone();
        header[name] = value;
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
    };
    for (message, fault) in [
        (with("alg", json!("RSA-OAEP")), EncryptionFault::Agreement),
        (with("alg", json!("ECDH-ES+A128KW")), EncryptionFault::Agreement),
        (with("enc", json!("A128CBC-HS256")), EncryptionFault::Content),
        (with("zip", json!("DEF")), EncryptionFault::Compression),
        (with("crit", json!(["exp"])), EncryptionFault::Critical),
        (with("epk", json!({})), EncryptionFault::Key),
        // Not a point of the curve.
        (
            with("epk", json!({"kty": "EC", "crv": "P-256", "x": "A".repeat(43), "y": "A".repeat(43)})),
            EncryptionFault::Key,
        ),
        (with("apu", json!(5)), EncryptionFault::Form),
        // The header is authenticated.
        (with("apv", json!("Qm9i")), EncryptionFault::Decryption),
        (with("typ", json!("JWT")), EncryptionFault::Decryption),
        (with("typ", json!("a".repeat(5000))), EncryptionFault::Form),
        (String::new(), EncryptionFault::Form),
        ("a.b.c".to_owned(), EncryptionFault::Form),
        (message.replacen("..", ".AAAA.", 1), EncryptionFault::Form),
    ] {
        assert_eq!(ours.decrypt(&message), Err(fault), "{message}");
    }
}

#[test]
fn keys_to_encrypt_to_are_public_and_say_their_algorithm() {
    let good = key(1).public_jwk();
    assert!(Recipient::from_jwk(&good).is_ok());
    for (name, value, fault) in [
        ("alg", Value::Null, EncryptionFault::Agreement),
        ("alg", json!("ECDH-ES+A256KW"), EncryptionFault::Agreement),
        ("crv", json!("P-384"), EncryptionFault::Key),
        ("kty", json!("OKP"), EncryptionFault::Key),
        ("d", json!("AA"), EncryptionFault::Key),
        ("x", json!("AA"), EncryptionFault::Key),
        ("kid", json!(7), EncryptionFault::Key),
    ] {
        let mut jwk = good.clone();
        jwk[name] = value;
        assert_eq!(Recipient::from_jwk(&jwk).map(drop), Err(fault), "{name}");
    }
}

proptest! {
    #[test]
    fn any_text_ends_in_an_error(text in "[A-Za-z0-9_.-]{0,300}") {
        prop_assert!(key(1).decrypt(&text).is_err());
    }

    #[test]
    fn a_changed_message_is_refused(at in 0usize..500, to in "[A-Za-z0-9]") {
        let ours = key(1);
        let recipient = Recipient::from_jwk(&ours.public_jwk()).unwrap();
        let message = recipient.encrypt(&[7; 40], Encryption::A128Gcm, &SeededEntropy::new(3)).unwrap();
        let at = at % message.len();
        let mut changed = message.clone();
        changed.replace_range(at..=at, &to);
        // The last letter of a part has bits that say nothing; the decoder refuses those that are not zero.
        prop_assume!(changed != message);
        prop_assert!(ours.decrypt(&changed).is_err(), "{}", changed);
    }
}
