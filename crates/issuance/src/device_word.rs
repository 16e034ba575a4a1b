//! The word of a beneficiary's device key, with which a wallet asks the Fund about the yearly proof without being asked first.

use credential::jwt;
use keys::PublicKey;
use serde_json::{Map, Value};

use crate::{Timestamp, fingerprint};

const MAX_WORD_BYTES: usize = 4 * 1024;
/// An identifier of ours is shorter; 128 bits of randomness in base64url have 22 characters.
const JTI_BYTES: std::ops::RangeInclusive<usize> = 16..=128;
const MAX_ENROLMENT_BYTES: usize = 64;
/// How far `iat` may lie from our time on either side.
const IAT_WINDOW_SECONDS: i64 = 300;
/// After this a word is refused for its time, so nobody needs to remember it.
const REMEMBERED_SECONDS: i64 = 2 * IAT_WINDOW_SECONDS;

/// A word whose signature and claims hold. Whose key it is and whether it was used before are not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceWord {
    /// RFC 7638 thumbprint of the key.
    pub jkt: String,
    /// The enrolment that the wallet means, where it says so.
    pub enrolment: Option<String>,
    /// Under what a used word is remembered, and until when.
    pub fingerprint: String,
    pub remembered_until: Timestamp,
}

/// What a word has to be for.
#[derive(Clone, Copy, Debug)]
pub struct WordFor<'a> {
    pub typ: &'a str,
    /// The issuer's identifier.
    pub audience: &'a str,
    pub act: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceWordFault {
    #[error("the word is not a JWT of the right type that its jwk signed with ES256")]
    Form,
    #[error("aud or act of the word is not that of this request")]
    Request,
    #[error("iat is missing or more than five minutes from now; is the clock of the device right?")]
    IssuedAt,
    #[error("jti has 16 to 128 characters")]
    Jti,
    #[error("the word was used before; sign another one")]
    Used,
}

impl DeviceWord {
    /// Verifies what a word says of itself. A used one is found under its fingerprint.
    pub fn verify(word: &str, wanted: WordFor<'_>, now: Timestamp) -> Result<Self, DeviceWordFault> {
        if word.len() > MAX_WORD_BYTES {
            return Err(DeviceWordFault::Form);
        }
        let unverified = jwt::decode(word).map_err(|_| DeviceWordFault::Form)?;
        let jwk = unverified.header.get("jwk").ok_or(DeviceWordFault::Form)?;
        let key = PublicKey::from_jwk(jwk).map_err(|_| DeviceWordFault::Form)?;
        let PublicKey::P256(_) = key else { return Err(DeviceWordFault::Form) };
        let verified =
            jwt::verify_with_key(word, wanted.typ, &key, now).map_err(|_| DeviceWordFault::Form)?;
        let claims = &verified.claims;
        // RFC 7519, 4.1.3 allows a list; a word is for one Fund.
        if text(claims, "aud") != Some(wanted.audience) || text(claims, "act") != Some(wanted.act) {
            return Err(DeviceWordFault::Request);
        }
        let issued_at = jwt::numeric_date(claims, "iat").ok_or(DeviceWordFault::IssuedAt)?;
        if (issued_at - now).abs() > chrono::Duration::seconds(IAT_WINDOW_SECONDS) {
            return Err(DeviceWordFault::IssuedAt);
        }
        let jti = text(claims, "jti").filter(|jti| JTI_BYTES.contains(&jti.len()));
        let jti = jti.ok_or(DeviceWordFault::Jti)?;
        let jkt = key.jwk_thumbprint();
        let enrolment = text(claims, "enrolment").filter(|it| it.len() <= MAX_ENROLMENT_BYTES);
        Ok(Self {
            fingerprint: fingerprint(&format!("device word:{jkt}:{jti}")),
            enrolment: enrolment.map(str::to_owned),
            jkt,
            remembered_until: now + chrono::Duration::seconds(REMEMBERED_SECONDS),
        })
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

#[cfg(test)]
#[path = "device_word_tests.rs"]
mod tests;
