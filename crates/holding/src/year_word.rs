//! The word with which a wallet asks the Fund about the yearly proof, for the device key to sign (`wire::yearly`).

use clock::Timestamp;
use serde_json::{Value, json};
use wire::yearly::{DEVICE_WORD_TYP, YearAct};

use crate::encoding::base64url;

/// What a word is about.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    pub key: &'a keys::PublicKey,
    /// The Fund's issuer identifier.
    pub fund: &'a str,
    /// The enrolment at the Fund: wallets of a family may share a phone.
    pub enrolment: &'a str,
    pub act: YearAct,
    /// 128 random bits.
    pub jti: [u8; 16],
}

/// The signing input `header.payload` (RFC 7515, 5.1).
#[must_use]
pub fn signing_input(word: &Word<'_>, now: Timestamp) -> Vec<u8> {
    let header = json!({ "typ": DEVICE_WORD_TYP, "alg": "ES256", "jwk": word.key.to_jwk() });
    let payload = json!({
        "aud": word.fund, "act": word.act.as_str(), "enrolment": word.enrolment,
        "iat": now.timestamp(), "jti": base64url(&word.jti),
    });
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    format!("{}.{}", part(&header), part(&payload)).into_bytes()
}
