//! Keys in a real PKCS#11 token: SoftHSM 2.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::HashSet;
use std::error::Error as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clock::SeededEntropy;
use keys::{Algorithm, KeyStore, SealingKey, SignError, Signer, Token, TokenConfig, TokenError};
use testkit::SoftHsm;

const PIN: &str = "4711-geheim";

/// The tokens of the test of that name, in a process of their own; otherwise the test has been run there.
macro_rules! alone {
    ($test:literal) => {
        match SoftHsm::alone($test).unwrap() {
            Some(hsm) => hsm,
            None => return,
        }
    };
}

fn config(pin_file: &Path) -> TokenConfig {
    TokenConfig {
        module: SoftHsm::module().unwrap(),
        token: "issuer".to_owned(),
        pin_file: Some(pin_file.to_owned()),
        sessions: 4,
    }
}

fn entropy() -> SeededEntropy {
    SeededEntropy::new(5)
}

async fn assert_signs(key: &dyn Signer) {
    let signature = key.sign(b"message").await.unwrap();
    assert_eq!(signature.len(), key.public_key().algorithm().signature_length());
    key.public_key().verify(b"message", &signature).unwrap();
    assert!(key.public_key().verify(b"massage", &signature).is_err());
}

#[tokio::test]
async fn keys_are_made_in_the_token_and_found_when_it_is_opened_again() {
    let hsm = alone!("keys_are_made_in_the_token_and_found_when_it_is_opened_again");
    let config = config(&hsm.token("issuer", PIN).unwrap());
    let token = Token::open(&config).unwrap();
    let mut made = Vec::new();
    for (name, algorithm) in [
        ("undp.key-ed25519-1", Algorithm::Ed25519),
        ("undp.key-p256-1", Algorithm::P256),
        ("undp.key-p384-1", Algorithm::P384),
    ] {
        assert!(token.find(name).unwrap().is_none());
        let key = token.load_or_create(name, algorithm, &entropy()).unwrap();
        assert_eq!(key.public_key().algorithm(), algorithm);
        assert_signs(key.as_ref()).await;
        made.push((name, *key.public_key()));
    }
    assert_eq!(token.list().unwrap(), ["undp.key-ed25519-1", "undp.key-p256-1", "undp.key-p384-1"]);
    drop(token);
    let token = Token::open(&config).unwrap();
    for (name, public) in made {
        let key = token.load_or_create(name, public.algorithm(), &entropy()).unwrap();
        assert_eq!(*key.public_key(), public);
        assert_signs(key.as_ref()).await;
    }
    assert_eq!(token.list().unwrap().len(), 3);
    let refused = token.load_or_create("bbs", Algorithm::Bls12381G2, &entropy()).map(|_| ()).unwrap_err();
    assert!(matches!(refused, TokenError::Algorithm { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_wrong_pin_is_tried_once_and_a_corrected_file_is_enough() {
    let hsm = alone!("a_wrong_pin_is_tried_once_and_a_corrected_file_is_enough");
    let pin_file = hsm.token("issuer", PIN).unwrap();
    let token = Token::open(&config(&pin_file)).unwrap();
    let key = token.load_or_create("k", Algorithm::Ed25519, &entropy()).unwrap();
    // Ends the login of this process.
    drop((key, token));
    fs::write(&pin_file, "0000-falsch").unwrap();
    let error = loop {
        match Token::open(&config(&pin_file)) {
            // The threads of the dropped token may still be closing their sessions.
            Ok(_) => std::thread::yield_now(),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, TokenError::PinRefused { .. }), "{error:?}");
    let told = format!("{error} {}", error.source().unwrap());
    assert!(told.contains("issuer") && told.contains("issuer.pin") && told.contains("slot"), "{told}");
    assert!(!told.contains("falsch") && !format!("{error:?}").contains("falsch"), "{told}");
    fs::write(&pin_file, format!("{PIN}\n")).unwrap();
    assert_signs(Token::open(&config(&pin_file)).unwrap().find("k").unwrap().unwrap().as_ref()).await;
}

#[test]
fn what_is_missing_is_told_with_its_place() {
    let hsm = alone!("what_is_missing_is_told_with_its_place");
    let pin_file = hsm.token("issuer", PIN).unwrap();
    let right = config(&pin_file);
    let told = |config: &TokenConfig| {
        let error = Token::open(config).unwrap_err();
        (error.to_string(), error)
    };
    let (text, error) = told(&TokenConfig { module: "/nowhere/libpkcs11.so".into(), ..right.clone() });
    assert!(matches!(error, TokenError::Load { .. }) && text.contains("/nowhere/libpkcs11.so"), "{text}");
    let (text, error) = told(&TokenConfig { token: "other".to_owned(), ..right.clone() });
    assert!(matches!(error, TokenError::NoToken { .. }), "{error:?}");
    assert!(text.contains("\"other\"") && text.contains("\"issuer\""), "{text}");
    let (text, error) = told(&TokenConfig { pin_file: Some("/nowhere/pin".into()), ..right.clone() });
    assert!(matches!(error, TokenError::Pin { .. }) && text.contains("/nowhere/pin"), "{text}");
    let (text, error) = told(&TokenConfig { pin_file: None, ..right.clone() });
    assert!(matches!(error, TokenError::Pin { .. }) && text.contains("PASSERELLE_PKCS11_PIN"), "{text}");

    hsm.token("twin", PIN).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let store = KeyStore::open(directory.path(), SealingKey::from_bytes([1; 32]), Some(&right)).unwrap();
    let missing = store.load("undp.key-p256-1").map(|_| ()).unwrap_err();
    assert!(missing.to_string().contains("undp.key-p256-1"), "{missing}");
    let token = Token::open(&right).unwrap();
    assert!(matches!(token.load_or_create("../x", Algorithm::P256, &entropy()), Err(TokenError::Name)));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sign_at_once_and_each_gets_its_own_signature() {
    let hsm = alone!("many_sign_at_once_and_each_gets_its_own_signature");
    let token = Token::open(&config(&hsm.token("issuer", PIN).unwrap())).unwrap();
    let ed25519 = token.load_or_create("e", Algorithm::Ed25519, &entropy()).unwrap();
    let p256 = token.load_or_create("p", Algorithm::P256, &entropy()).unwrap();
    let mut waiting = Vec::new();
    for number in 0..600u32 {
        let key = Arc::clone(if number % 2 == 0 { &ed25519 } else { &p256 });
        waiting.push(tokio::spawn(async move {
            let message = number.to_be_bytes();
            let signature = key.sign(&message).await.unwrap();
            key.public_key().verify(&message, &signature).unwrap();
            signature
        }));
    }
    let mut seen = HashSet::new();
    for task in waiting {
        assert!(seen.insert(task.await.unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_token_is_an_error_and_signs_again_when_it_is_back() {
    let hsm = alone!("a_lost_token_is_an_error_and_signs_again_when_it_is_back");
    let token = Token::open(&config(&hsm.token("issuer", PIN).unwrap())).unwrap();
    let key = token.load_or_create("k", Algorithm::P256, &entropy()).unwrap();
    for _ in 0..8 {
        assert_signs(key.as_ref()).await;
    }
    let away = hsm.folder().join("away");
    fs::rename(hsm.tokens(), &away).unwrap();
    fs::create_dir(hsm.tokens()).unwrap();
    // SoftHSM may still have the key in memory for a while: what it signs must be right all the same.
    let since = Instant::now();
    let error = loop {
        assert!(since.elapsed() < Duration::from_secs(20), "the token is gone and signs on");
        match key.sign(b"message").await {
            Ok(signature) => key.public_key().verify(b"message", &signature).unwrap(),
            Err(error) => break error,
        }
    };
    let SignError::Token(error) = error else { panic!("{error}") };
    assert!(error.to_string().contains("issuer"), "{error}");
    fs::remove_dir_all(hsm.tokens()).unwrap();
    fs::rename(&away, hsm.tokens()).unwrap();
    for _ in 0..8 {
        assert_signs(key.as_ref()).await;
    }
}

#[tokio::test]
async fn with_a_token_old_files_sign_on_and_new_keys_are_made_in_it() {
    let hsm = alone!("with_a_token_old_files_sign_on_and_new_keys_are_made_in_it");
    let config = config(&hsm.token("issuer", PIN).unwrap());
    let directory = tempfile::tempdir().unwrap();
    let open = |token| KeyStore::open(directory.path(), SealingKey::from_bytes([1; 32]), token).unwrap();
    let old = *open(None).load_or_create("k-1", Algorithm::Ed25519, &entropy()).unwrap().public_key();

    let store = open(Some(&config));
    assert_eq!(*store.load_or_create("k-1", Algorithm::Ed25519, &entropy()).unwrap().public_key(), old);
    let new = store.load_or_create("k-2", Algorithm::Ed25519, &entropy()).unwrap();
    assert_signs(new.as_ref()).await;
    assert_eq!(store.token().unwrap().list().unwrap(), ["k-2"]);
    assert!(store.load_or_create("k-2", Algorithm::P256, &entropy()).is_err());
    assert!(open(None).find("k-2").unwrap().is_none());
    assert!(!directory.path().join("k-2.key").exists());
}

#[tokio::test]
async fn imported_keys_sign_at_once_and_two_with_one_label_do_not() {
    let hsm = alone!("imported_keys_sign_at_once_and_two_with_one_label_do_not");
    let token = Token::open(&config(&hsm.token("issuer", PIN).unwrap())).unwrap();
    token.load_or_create("other", Algorithm::P256, &entropy()).unwrap();
    let random = ring::rand::SystemRandom::new();
    let signing = &ring::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = ring::signature::EcdsaKeyPair::generate_pkcs8(signing, &random).unwrap();
    hsm.import("issuer", PIN, pkcs8.as_ref(), "once", "a1").unwrap();
    hsm.import("issuer", PIN, pkcs8.as_ref(), "twice", "b2").unwrap();
    hsm.import("issuer", PIN, pkcs8.as_ref(), "twice", "c3").unwrap();
    // Another process put them there, while this one was logged in.
    assert_signs(token.find("once").unwrap().unwrap().as_ref()).await;
    let error = token.find("twice").map(|_| ()).unwrap_err();
    assert!(matches!(error, TokenError::Ambiguous { count: 2, .. }), "{error:?}");
}

#[tokio::test]
async fn a_destroyed_key_is_gone_for_every_session_and_is_destroyed_once() {
    let hsm = alone!("a_destroyed_key_is_gone_for_every_session_and_is_destroyed_once");
    let token = Token::open(&config(&hsm.token("issuer", PIN).unwrap())).unwrap();
    let public = token.create("kept-1", Algorithm::P256, &entropy()).unwrap();
    assert_eq!(token.create("kept-1", Algorithm::P256, &entropy()).unwrap(), public, "asked for again");
    token.create("kept-2", Algorithm::P256, &entropy()).unwrap();
    let key = token.key("kept-1", public);
    for _ in 0..8 {
        assert_signs(key.as_ref()).await;
    }
    let other = token.key("kept-2", public);
    let error = other.sign(b"message").await.unwrap_err();
    assert!(matches!(error, SignError::Token(TokenError::Mismatch { .. })), "{error:?}");
    assert!(token.destroy("kept-1").unwrap());
    assert!(!token.destroy("kept-1").unwrap());
    assert_eq!(token.list().unwrap(), ["kept-2"]);
    for _ in 0..8 {
        let error = key.sign(b"message").await.unwrap_err();
        assert!(matches!(error, SignError::Token(TokenError::Missing { .. })), "{error:?}");
    }
    assert!(token.find("kept-1").unwrap().is_none());
    assert!(matches!(token.destroy("../x"), Err(TokenError::Name)));
    assert!(matches!(token.create("../x", Algorithm::P256, &entropy()), Err(TokenError::Name)));
}
