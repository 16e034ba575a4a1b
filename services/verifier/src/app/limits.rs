//! How much one agency may ask: a bucket of requests for each, so that one of them cannot take the service from the
//! others.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use clock::Timestamp;

use super::{Agency, Desk};

/// Buckets that are remembered; full ones are forgotten first, since a new one is full as well.
const MOST_BUCKETS: usize = 10_000;

/// What one agency may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests under `/v1` in a minute; each item of a batch counts as one.
    pub requests_per_minute: u32,
    /// Verifications that wait for their answer at the same time.
    pub open_verifications: u32,
}

/// 429: the agency asked for more than its share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more requests than {per_minute} a minute")]
pub struct TooMany {
    pub per_minute: u32,
    /// When there is room again.
    pub retry_after_seconds: u32,
}

/// The buckets of all agencies. One process counts for itself.
#[derive(Debug, Default)]
pub struct Rates(Mutex<HashMap<String, Bucket>>);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Thousandths of a request.
    left: u64,
    filled: Timestamp,
}

impl Desk {
    /// Takes so many requests from the agency's bucket.
    pub fn spend(&self, agency: &Agency, requests: u32) -> Result<(), TooMany> {
        let spent = self.rates.spend(&agency.id, requests, self.requests_per_minute(agency), self.now());
        if spent.is_err() {
            metrics::counter!("verifier_limited_total").increment(1);
        }
        spent
    }
}

impl Rates {
    /// A bucket holds the requests of a minute and fills evenly.
    pub fn spend(&self, who: &str, requests: u32, per_minute: u32, now: Timestamp) -> Result<(), TooMany> {
        let (whole, wanted) = (u64::from(per_minute) * 1000, u64::from(requests) * 1000);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_BUCKETS && !buckets.contains_key(who) {
            buckets.retain(|_, bucket| bucket.filled(per_minute, now).left < whole);
        }
        let before = buckets.get(who).copied().unwrap_or(Bucket { left: whole, filled: now });
        let mut bucket = before.filled(per_minute, now);
        let spent = match bucket.left.checked_sub(wanted) {
            Some(left) => {
                bucket.left = left;
                Ok(())
            }
            None => {
                let missing = wanted.min(whole) - bucket.left.min(wanted.min(whole));
                let seconds = missing.saturating_mul(60).div_ceil(whole.max(1)).max(1);
                let retry_after_seconds = u32::try_from(seconds).unwrap_or(60);
                Err(TooMany { per_minute, retry_after_seconds })
            }
        };
        buckets.insert(who.to_owned(), bucket);
        spent
    }
}

impl Bucket {
    fn filled(self, per_minute: u32, now: Timestamp) -> Self {
        let milliseconds = u64::try_from((now - self.filled).num_milliseconds()).unwrap_or(0);
        let more = milliseconds.saturating_mul(u64::from(per_minute)) / 60;
        Self { left: self.left.saturating_add(more).min(u64::from(per_minute) * 1000), filled: now }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn bucket_empties_and_fills_evenly() {
        let rates = Rates::default();
        for _ in 0..60 {
            rates.spend("a", 1, 60, at(0)).unwrap();
        }
        assert_eq!(rates.spend("a", 1, 60, at(0)), Err(TooMany { per_minute: 60, retry_after_seconds: 1 }));
        assert!(rates.spend("b", 1, 60, at(0)).is_ok(), "each has its own");
        assert!(rates.spend("a", 1, 60, at(1)).is_ok());
        assert_eq!(rates.spend("a", 30, 60, at(1)).unwrap_err().retry_after_seconds, 30);
        assert!(rates.spend("a", 30, 60, at(31)).is_ok());
        assert!(rates.spend("a", 61, 60, at(1000)).is_err(), "never more than a whole bucket");
        assert!(rates.spend("a", 60, 60, at(1000)).is_ok());
    }

    #[test]
    fn clock_that_goes_back_gives_nothing() {
        let rates = Rates::default();
        rates.spend("a", 60, 60, at(100)).unwrap();
        assert!(rates.spend("a", 1, 60, at(0)).is_err());
    }
}
