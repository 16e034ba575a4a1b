//! A yearly proof that a station takes while its network is gone: what is in it, and how long it counts.
//!
//! The station seals it under a key of the service that was made for this one proof, so nobody reads it there, the PIN above all.

use chrono::Duration;
use clock::Timestamp;
use serde::Deserialize;

/// How long a prepared proof can be made and brought, in hours; the Fund's challenge may end before.
pub const MOST_HOURS: i64 = 72;
/// How many a station may have prepared and not brought.
pub const MOST_OPEN: usize = 20;
/// By how many seconds the clock of a station may be wrong.
const CLOCK_SECONDS: i64 = 120;
/// Seven pictures of 96 KiB in base64url, twice over, with room for the rest.
pub const LONGEST_MESSAGE: usize = 1_300_000;

/// What is sealed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueuedProof {
    /// Of the preparation: a message moved to another one is not taken.
    pub id: String,
    /// Typed by the person.
    pub pin: String,
    /// `document` or `acquaintance`.
    pub recognised_by: String,
    /// By the clock of the station.
    pub captured_at: Timestamp,
    #[serde(default)]
    pub frames: Vec<QueuedFrame>,
}

/// One picture.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueuedFrame {
    pub millis: u32,
    /// base64url.
    pub jpeg: String,
}

/// Why a sealed proof is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueuedFault {
    #[error("the proof is not sealed as it was prepared")]
    Form,
    #[error("the time of the proof is not between its preparation and now; set the clock of this device")]
    Clock,
}

impl QueuedProof {
    /// Whether it is the proof that was prepared, made since then.
    pub fn check(&self, id: &str, prepared_at: Timestamp, now: Timestamp) -> Result<(), QueuedFault> {
        let leeway = Duration::seconds(CLOCK_SECONDS);
        if self.id != id {
            return Err(QueuedFault::Form);
        }
        let since = self.captured_at >= prepared_at - leeway && self.captured_at <= now + leeway;
        if since { Ok(()) } else { Err(QueuedFault::Clock) }
    }
}

/// Until when it can be brought, by the end of the Fund's challenge.
#[must_use]
pub fn expires_at(challenge_ends: Timestamp, now: Timestamp) -> Timestamp {
    challenge_ends.min(now + Duration::hours(MOST_HOURS))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn proof(captured_at: &str) -> QueuedProof {
        QueuedProof {
            id: "q1".into(),
            pin: "271828".into(),
            recognised_by: "document".into(),
            captured_at: at(captured_at),
            frames: Vec::new(),
        }
    }

    #[test]
    fn proof_is_of_its_preparation_and_of_the_time_since() {
        let (prepared, now) = (at("2026-02-02T08:00:00Z"), at("2026-02-02T12:00:00Z"));
        assert_eq!(proof("2026-02-02T09:00:00Z").check("q1", prepared, now), Ok(()));
        assert_eq!(
            proof("2026-02-02T07:58:30Z").check("q1", prepared, now),
            Ok(()),
            "a clock is never quite right"
        );
        assert_eq!(proof("2026-02-02T09:00:00Z").check("q2", prepared, now), Err(QueuedFault::Form));
        for wrong in ["2026-02-02T07:00:00Z", "2026-02-02T13:00:00Z"] {
            assert_eq!(proof(wrong).check("q1", prepared, now), Err(QueuedFault::Clock), "{wrong}");
        }
    }

    #[test]
    fn it_ends_with_the_challenge_or_after_three_days() {
        let now = at("2026-02-02T12:00:00Z");
        assert_eq!(expires_at(at("2026-02-03T00:00:00Z"), now), at("2026-02-03T00:00:00Z"));
        assert_eq!(expires_at(at("2026-02-16T00:00:00Z"), now), at("2026-02-05T12:00:00Z"));
    }
}
