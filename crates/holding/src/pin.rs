//! A PIN for a phone that has neither passkey nor screen lock: checked here, tries counted here, and of no use without the
//! key of the device it was made on.

use chrono::Duration;
use clock::{Entropy, Timestamp};
use keys::{SealError, SealingKey, Zeroizing};

/// Six digits are what a bank card's owner can learn; more are welcome.
pub const SHORTEST: usize = 6;
pub const LONGEST: usize = 12;
/// After so many wrong tries in a row the PIN is locked until the wallet is recovered.
pub const MAX_TRIES: i64 = 8;

/// How long to wait after the third wrong try in a row, the fourth, and so on, in minutes.
const WAITS: [i64; 5] = [1, 5, 15, 60, 24 * 60];
const FREE_TRIES: i64 = 2;
const SALT: usize = 16;

/// Why a PIN cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinFault {
    #[error("a PIN has {SHORTEST} to {LONGEST} digits")]
    Form,
    #[error("this PIN is among the first that others would try")]
    Guessable,
    #[error("the PIN cannot be tried again yet")]
    Wait { until: Timestamp },
    #[error("the PIN is locked after too many wrong tries")]
    Locked,
}

/// A PIN as a person typed it; wiped when it is dropped, and never shown.
pub struct Pin(Zeroizing<String>);

impl std::fmt::Debug for Pin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Pin")
    }
}

impl Pin {
    /// A PIN to be tried.
    pub fn parse(text: &str) -> Result<Self, PinFault> {
        let digits = (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
        if digits { Ok(Self(Zeroizing::new(text.to_owned()))) } else { Err(PinFault::Form) }
    }

    /// A PIN to be made: not one digit again and again, and no row of neighbours.
    pub fn choose(text: &str) -> Result<Self, PinFault> {
        let pin = Self::parse(text)?;
        let neighbours = text.bytes().zip(text.bytes().skip(1));
        let steps: Vec<i16> = neighbours.map(|(one, next)| i16::from(next) - i16::from(one)).collect();
        let first = steps.first().copied().unwrap_or(0);
        let plain = matches!(first, -1..=1) && steps.iter().all(|step| *step == first);
        let halves = text.split_at(text.len() / 2);
        if plain || halves.0 == halves.1 { Err(PinFault::Guessable) } else { Ok(pin) }
    }
}

/// One PIN of an account: bound to the device key with this thumbprint.
#[derive(Clone, Debug)]
pub struct PinAccess {
    pub account: String,
    pub thumbprint: String,
    /// Salt and stretched PIN, sealed under the service's key: a stolen database cannot be asked for a PIN.
    pub sealed: Vec<u8>,
    /// Wrong tries in a row, the one under way included.
    pub tries: i64,
    pub next_try_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl PinAccess {
    /// Seals a new PIN. It stretches, so it blocks for a tenth of a second.
    #[must_use]
    pub fn make(
        (account, thumbprint): (&str, &str),
        pin: &Pin,
        service: &SealingKey,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Self {
        let mut salt = [0u8; SALT];
        entropy.fill(&mut salt);
        let mut plain = Zeroizing::new(salt.to_vec());
        plain.extend_from_slice(keys::stretch(pin.0.as_bytes(), &salt).as_ref());
        Self {
            account: account.to_owned(),
            thumbprint: thumbprint.to_owned(),
            sealed: service.seal(&aad(account, thumbprint), &plain, entropy),
            tries: 0,
            next_try_at: None,
            created_at: now,
        }
    }

    /// The state to be stored *before* the PIN is compared, so that tries at the same moment count as tries.
    pub fn tried(&self, now: Timestamp) -> Result<Self, PinFault> {
        if self.is_locked() {
            return Err(PinFault::Locked);
        }
        if let Some(until) = self.next_try_at.filter(|until| *until > now) {
            return Err(PinFault::Wait { until });
        }
        let tries = self.tries + 1;
        let waited = usize::try_from(tries - FREE_TRIES - 1).ok().map(|at| at.min(WAITS.len() - 1));
        let next_try_at = waited.and_then(|at| WAITS.get(at)).map(|wait| now + Duration::minutes(*wait));
        Ok(Self { tries, next_try_at, ..self.clone() })
    }

    /// After the right PIN.
    #[must_use]
    pub fn cleared(&self) -> Self {
        Self { tries: 0, next_try_at: None, ..self.clone() }
    }

    #[must_use]
    pub const fn is_locked(&self) -> bool {
        self.tries >= MAX_TRIES
    }

    #[must_use]
    pub const fn tries_left(&self) -> i64 {
        if self.is_locked() { 0 } else { MAX_TRIES - self.tries }
    }

    /// Whether this is the PIN. It stretches, so it blocks for a tenth of a second.
    pub fn matches(&self, pin: &Pin, service: &SealingKey) -> Result<bool, SealError> {
        let plain = service.open(&aad(&self.account, &self.thumbprint), &self.sealed)?;
        let (salt, kept) = plain.split_at_checked(SALT).ok_or(SealError::Damaged)?;
        let salt = <[u8; SALT]>::try_from(salt).map_err(|_| SealError::Damaged)?;
        // Both sides are results of the stretching, so how long the comparison takes tells nothing of the PIN.
        Ok(keys::stretch(pin.0.as_bytes(), &salt).as_slice() == kept)
    }
}

/// What the device key signs beside a PIN. The text before the challenge keeps it apart from everything else this key signs.
#[must_use]
pub fn signing_input(purpose: &str, origin: &str, challenge: &str) -> Vec<u8> {
    format!("passerelle wallet {purpose} 1\n{origin}\n{challenge}").into_bytes()
}

fn aad(account: &str, thumbprint: &str) -> Vec<u8> {
    format!("passerelle wallet pin 1:{account}:{thumbprint}").into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clock::SeededEntropy;

    use super::*;

    fn access() -> (PinAccess, SealingKey) {
        let (service, entropy) = (SealingKey::from_bytes([7; 32]), SeededEntropy::new(1));
        let pin = Pin::choose("271828").unwrap();
        let now = chrono::DateTime::UNIX_EPOCH;
        (PinAccess::make(("anna", "t1"), &pin, &service, &entropy, now), service)
    }

    #[test]
    fn pin_has_digits_only_and_is_not_the_first_that_comes_to_mind() {
        for bad in ["", "12345", "1234567890123", "12a456", "１２３４５６"] {
            assert_eq!(Pin::choose(bad).unwrap_err(), PinFault::Form, "{bad}");
        }
        for plain in ["000000", "123456", "876543", "123123", "12341234"] {
            assert_eq!(Pin::choose(plain).unwrap_err(), PinFault::Guessable, "{plain}");
        }
        assert!(Pin::choose("135790").is_ok());
        assert!(Pin::parse("123456").is_ok());
    }

    #[test]
    fn only_the_pin_itself_matches_and_only_for_its_device() {
        let (access, service) = access();
        assert!(access.matches(&Pin::parse("271828").unwrap(), &service).unwrap());
        assert!(!access.matches(&Pin::parse("271829").unwrap(), &service).unwrap());
        let moved = PinAccess { thumbprint: "t2".into(), ..access.clone() };
        assert!(moved.matches(&Pin::parse("271828").unwrap(), &service).is_err());
        assert!(access.matches(&Pin::parse("271828").unwrap(), &SealingKey::from_bytes([8; 32])).is_err());
    }

    #[test]
    fn wrong_tries_wait_longer_each_time_and_then_lock() {
        let (mut access, _) = access();
        let mut now = chrono::DateTime::UNIX_EPOCH;
        let mut waits = Vec::new();
        for _ in 0..MAX_TRIES {
            access = access.tried(now).unwrap();
            let until = access.next_try_at.unwrap_or(now);
            waits.push((until - now).num_minutes());
            if until > now && !access.is_locked() {
                assert_eq!(access.tried(now).unwrap_err(), PinFault::Wait { until });
            }
            now = until;
        }
        assert_eq!(waits, [0, 0, 1, 5, 15, 60, 24 * 60, 24 * 60]);
        assert_eq!(access.tried(now + Duration::days(365)).unwrap_err(), PinFault::Locked);
        assert_eq!(access.tries_left(), 0);
    }

    #[test]
    fn right_pin_ends_the_counting() {
        let (access, _) = access();
        let now = chrono::DateTime::UNIX_EPOCH;
        let wrong = access.tried(now).unwrap().tried(now).unwrap();
        assert_eq!(wrong.tries_left(), MAX_TRIES - 2);
        assert_eq!(wrong.tried(now).unwrap().cleared().tries_left(), MAX_TRIES);
    }
}
