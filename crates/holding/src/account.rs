//! Accounts: a person known by passkeys, with sessions and device keys. No name, no address, no password.

use clock::Timestamp;
use serde_json::Value;

use crate::assurance::{Act, Assurance};
use crate::key_kind::KeyKind;
use crate::request::plain_text;

/// Sessions end half an hour after the last act, and twelve hours after sign-in whatever happens.
pub const SESSION_IDLE_MINUTES: i64 = 30;
pub const SESSION_LIMIT_HOURS: i64 = 12;
/// Acts of [`Act`] want a proof of the person that is not older than this.
pub const STEP_UP_MINUTES: i64 = 10;
/// At an officer's desk, where the person may have gone meanwhile.
pub const DESK_STEP_UP_MINUTES: i64 = 1;
/// One account holds at most this many passkeys, device keys and open sessions.
pub const MAX_PASSKEYS: usize = 20;
pub const MAX_DEVICE_KEYS: usize = 50;
const MAX_LABEL: usize = 60;

/// A passkey as registered. `passkey` is what the WebAuthn library keeps: public key and counter.
#[derive(Clone, Debug)]
pub struct Passkey {
    pub credential_id: String,
    pub account: String,
    pub passkey: String,
    /// COSE_Key bytes; absent for algorithms that the Fund's answer cannot carry.
    pub public_key: Option<Vec<u8>>,
    /// The device it was made on, in the words of [`device_name`].
    pub name: String,
    /// The person's own name for it, sealed.
    pub label: Option<Vec<u8>>,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
}

/// A browser that is signed in. The token itself is never stored, only its SHA-256.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    pub token_hash: String,
    pub account: String,
    pub device: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    /// How the person signed in, or proved themselves since.
    pub assurance: Assurance,
    /// When they last did.
    pub verified_at: Timestamp,
    /// The account of the officer at whose desk it is, where it is one.
    pub officer: Option<String>,
    /// The mandate under which somebody else is there for the person.
    pub mandate: Option<String>,
}

/// Why a session does not suffice for an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepUp {
    #[error("the person proved themselves too long ago")]
    Old,
    #[error("the account has a stronger way in than this session came by")]
    Weak,
}

impl Session {
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now - self.seen_at < chrono::Duration::minutes(SESSION_IDLE_MINUTES)
            && now - self.created_at < chrono::Duration::hours(SESSION_LIMIT_HOURS)
    }

    /// Whether the person proved themselves recently and strongly enough. `strongest` is the best way in that the
    /// account has.
    pub fn may(&self, act: Act, strongest: Assurance, now: Timestamp) -> Result<(), StepUp> {
        if act.needs_strongest() && self.assurance < strongest {
            return Err(StepUp::Weak);
        }
        let minutes = if self.officer.is_some() { DESK_STEP_UP_MINUTES } else { STEP_UP_MINUTES };
        let recent = now - self.verified_at < chrono::Duration::minutes(minutes);
        if recent { Ok(()) } else { Err(StepUp::Old) }
    }

    /// Writing on every request would make every read a write.
    #[must_use]
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        now - self.seen_at > chrono::Duration::minutes(1)
    }
}

/// The public half of a key that one browser holds.
#[derive(Clone, Debug)]
pub struct DeviceKey {
    pub account: String,
    pub thumbprint: String,
    pub jwk: Value,
    pub device: String,
    /// The person's own name for the device, sealed.
    pub label: Option<Vec<u8>>,
    pub created_at: Timestamp,
    pub lost_at: Option<Timestamp>,
}

/// Why a public key cannot be registered for a device.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DeviceKeyFault {
    #[error("the key is not a public P-256 key in JWK form")]
    NotP256,
    #[error("the key is not a public P-256 or Ed25519 key in JWK form")]
    Unknown,
    #[error("the account already holds as many device keys as it may")]
    TooMany,
    #[error("a key is named twice")]
    Repeated,
    #[error("this key was marked as lost and cannot come back")]
    Lost,
}

/// Reads the public key of a device; anything but a bare P-256 point is refused. It opens wallets and speaks to the Fund, and every
/// browser makes one.
pub fn device_public_key(jwk: &Value) -> Result<keys::PublicKey, DeviceKeyFault> {
    match keys::PublicKey::from_jwk(jwk) {
        Ok(key @ keys::PublicKey::P256(_)) => Ok(key),
        _ => Err(DeviceKeyFault::NotP256),
    }
}

/// Reads a public key that serves credentials alone: it may be of Ed25519 as well (`key_kind`).
pub fn holder_public_key(jwk: &Value) -> Result<(keys::PublicKey, KeyKind), DeviceKeyFault> {
    let key = keys::PublicKey::from_jwk(jwk).map_err(|_| DeviceKeyFault::Unknown)?;
    Ok((key, KeyKind::of(&key).ok_or(DeviceKeyFault::Unknown)?))
}

/// A name a person gives to a passkey or a device; none when nothing is left of it to show.
#[must_use]
pub fn label(text: &str) -> Option<String> {
    let label = plain_text(text, MAX_LABEL);
    (!label.is_empty()).then_some(label)
}

/// "Chrome on Android": enough for a person to recognise the device, too little to fingerprint it.
#[must_use]
pub fn device_name(user_agent: &str) -> String {
    let has = |part: &str| user_agent.contains(part);
    let browser = match () {
        () if has("Edg/") || has("EdgA/") => "Edge",
        () if has("SamsungBrowser") => "Samsung Internet",
        () if has("Firefox/") || has("FxiOS") => "Firefox",
        () if has("Chrome/") || has("CriOS") => "Chrome",
        () if has("Safari/") => "Safari",
        () => return "A device".to_owned(),
    };
    let system = match () {
        () if has("Android") => "Android",
        () if has("iPhone") => "iPhone",
        () if has("iPad") => "iPad",
        () if has("Windows") => "Windows",
        () if has("Mac OS X") => "Mac",
        () if has("CrOS") => "Chromebook",
        () if has("Linux") => "Linux",
        () => return browser.to_owned(),
    };
    format!("{browser} on {system}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn session(created: Timestamp, seen: Timestamp) -> Session {
        Session {
            id: "s".into(),
            token_hash: "h".into(),
            account: "a".into(),
            device: "d".into(),
            created_at: created,
            seen_at: seen,
            assurance: Assurance::Passkey,
            verified_at: created,
            officer: None,
            mandate: None,
        }
    }

    #[test]
    fn sensitive_act_wants_a_recent_proof_of_the_strongest_kind() {
        let start = chrono::DateTime::UNIX_EPOCH;
        let later = start + chrono::Duration::minutes(STEP_UP_MINUTES);
        let passkey = session(start, start);
        assert_eq!(passkey.may(Act::DeleteAccount, Assurance::Passkey, start), Ok(()));
        assert_eq!(passkey.may(Act::DeleteAccount, Assurance::Passkey, later), Err(StepUp::Old));
        let desk = Session { officer: Some("o".into()), ..passkey.clone() };
        let minute = start + chrono::Duration::minutes(DESK_STEP_UP_MINUTES);
        assert_eq!(desk.may(Act::DeleteAccount, Assurance::Passkey, start), Ok(()));
        assert_eq!(desk.may(Act::DeleteAccount, Assurance::Passkey, minute), Err(StepUp::Old));
        let pin = Session { assurance: Assurance::Pin, ..passkey };
        assert_eq!(pin.may(Act::ChangeWaysIn, Assurance::Passkey, start), Err(StepUp::Weak));
        assert_eq!(pin.may(Act::ChangeWaysIn, Assurance::Pin, start), Ok(()));
        assert_eq!(pin.may(Act::PresentToUnproven, Assurance::Passkey, start), Ok(()));
    }

    #[test]
    fn name_that_hides_or_reorders_is_made_plain() {
        assert_eq!(label("  Rosa's \u{202e}phone\n"), Some("Rosa's phone".to_owned()));
        assert_eq!(label("\u{200b} "), None);
        assert_eq!(label(&"x".repeat(500)).map(|name| name.len()), Some(60));
    }

    #[test]
    fn session_ends_by_idleness_and_by_age() {
        let start = chrono::DateTime::UNIX_EPOCH;
        let hours = chrono::Duration::hours;
        let minutes = chrono::Duration::minutes;
        assert!(session(start, start).is_live(start + minutes(29)));
        assert!(!session(start, start).is_live(start + minutes(30)));
        assert!(session(start, start + hours(11)).is_live(start + hours(11) + minutes(5)));
        assert!(!session(start, start + hours(12)).is_live(start + hours(12)));
    }

    #[test]
    fn device_key_must_be_a_public_p256_key() {
        let okp = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        assert_eq!(device_public_key(&okp), Err(DeviceKeyFault::NotP256));
        let private = json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"});
        assert_eq!(device_public_key(&private), Err(DeviceKeyFault::NotP256));
    }

    #[test]
    fn device_is_named_in_words() {
        let agent = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Mobile Safari/537.36";
        assert_eq!(device_name(agent), "Chrome on Android");
        assert_eq!(device_name("curl/8"), "A device");
    }
}
