//! Time, randomness and identifiers as parameters, so that every rule can be tested with chosen ones.
//!
//! It deliberately holds no global: wiring picks [`SystemClock`] and [`SystemEntropy`], tests pick
//! [`TestClock`] and [`SeededEntropy`]. Read [`Clock`], [`Entropy`] and [`new_id`] first.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// An instant in UTC. Storage keeps milliseconds, so nothing finer survives a round trip.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// Tells the present time.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Fills buffers with unpredictable bytes.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's time")]
    fn now(&self) -> Timestamp {
        chrono::Utc::now()
    }
}

/// A clock that stands still until it is moved; clones share the same time.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    pub fn advance(&self, by: chrono::Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
    }

    pub fn set(&self, to: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The operating system's random source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::expect_used, reason = "a machine without a random source can issue nothing safely")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system provides randomness");
    }
}

/// Reproducible bytes for tests; never for keys that protect anything.
pub struct SeededEntropy(Mutex<ChaCha20Rng>);

impl SeededEntropy {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// 256 random bits in base64url without padding: 43 characters that nobody can guess.
#[must_use]
pub fn token(entropy: &dyn Entropy) -> String {
    let mut bytes = [0u8; 32];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A uniformly distributed number in `0..bound` (`bound` above zero), by rejection.
#[must_use]
pub fn below(entropy: &dyn Entropy, bound: u64) -> u64 {
    let zone = u64::MAX - u64::MAX % bound;
    loop {
        let mut bytes = [0u8; 8];
        entropy.fill(&mut bytes);
        let drawn = u64::from_le_bytes(bytes);
        if drawn < zone {
            return drawn % bound;
        }
    }
}

/// A ULID in lower case: 26 characters that sort by the time of creation.
#[must_use]
pub fn new_id(clock: &dyn Clock, entropy: &dyn Entropy) -> String {
    let mut random = [0u8; 16];
    entropy.fill(&mut random);
    let millis = u64::try_from(clock.now().timestamp_millis()).unwrap_or(0);
    ulid::Ulid::from_parts(millis, u128::from_le_bytes(random)).to_string().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_43_characters_of_base64url() {
        let token = token(&SeededEntropy::new(1));
        assert_eq!(token.len(), 43);
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }

    #[test]
    fn ids_sort_by_time() {
        let clock = TestClock::at(chrono::DateTime::UNIX_EPOCH + chrono::Duration::days(20_000));
        let entropy = SeededEntropy::new(2);
        let first = new_id(&clock, &entropy);
        clock.advance(chrono::Duration::seconds(1));
        assert!(first < new_id(&clock, &entropy));
    }

    #[test]
    fn below_stays_below() {
        let entropy = SeededEntropy::new(3);
        assert!((0..1000).all(|_| below(&entropy, 10) < 10));
    }
}
