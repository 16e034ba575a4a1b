//! Encrypted answers and requests (JWE): as they come, and changed in one place.
#![no_main]

use std::sync::LazyLock;

use clock::SeededEntropy;
use credential::jwe::{DecryptionKey, Encryption, Recipient};
use fuzz::bounds::bounded;
use fuzz::scene::encrypted_answer;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static KEY: LazyLock<DecryptionKey> = LazyLock::new(|| DecryptionKey::from_seed(&[7; 32]));
static OURS: LazyLock<Recipient> =
    LazyLock::new(|| Recipient::from_jwk(&KEY.public_jwk()).expect("our own key"));

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 4 {
        0 => {
            let Ok(text) = std::str::from_utf8(rest) else { return };
            let opened = bounded(|| KEY.decrypt(text)).is_ok();
            assert!(!opened || text == encrypted_answer(&KEY), "a message that nobody encrypted");
        }
        1 => there_and_back(rest),
        2 => {
            let header = fuzz::world::base64url(rest);
            assert!(
                bounded(|| KEY.decrypt(&format!("{header}..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA")))
                    .is_err()
            );
        }
        _ => recipient(rest),
    }
});

/// What is encrypted comes back; a message in which one character differs does not open.
fn there_and_back(rest: &[u8]) {
    let Some((&[high, low, other], plain)) = rest.split_first_chunk::<3>() else { return };
    let encryption = if plain.len() % 2 == 0 { Encryption::A128Gcm } else { Encryption::A256Gcm };
    let message = OURS.encrypt(plain, encryption, &SeededEntropy::new(3)).expect("a key and a cipher");
    assert_eq!(KEY.decrypt(&message).as_deref(), Ok(plain));
    let mut changed = message.clone().into_bytes();
    let at = usize::from(u16::from_be_bytes([high, low])) % changed.len();
    changed[at] = other;
    let Ok(changed) = String::from_utf8(changed) else { return };
    assert!(changed == message || bounded(|| KEY.decrypt(&changed)).is_err(), "a changed message opens");
}

/// Whoever is taken as a recipient can be written to, and showed no private key.
fn recipient(rest: &[u8]) {
    let Ok(jwk) = serde_json::from_slice::<Value>(rest) else { return };
    if let Ok(recipient) = bounded(|| Recipient::from_jwk(&jwk)) {
        assert!(jwk.get("d").is_none(), "a private key is taken");
        let message = recipient.encrypt(b"x", Encryption::A128Gcm, &SeededEntropy::new(3));
        assert_eq!(message.expect("a key on the curve").split('.').count(), 5);
    }
}
