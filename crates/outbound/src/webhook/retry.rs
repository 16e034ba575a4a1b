//! When a delivery that failed is tried again, and when that ends.

use chrono::Duration;
use clock::Timestamp;

use super::send::Answer;

/// Seconds between the tries of a delivery: the schedule that Standard Webhooks 1.0 gives as its example, three days in all.
const WAITS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Chance makes a wait longer by up to a tenth, so that what failed together does not come back together.
const JITTER_SHARE: i64 = 10_000;
/// A receiver that asks for patience gets no more than this.
const LONGEST_WAIT_SECONDS: i64 = 86_400;
/// A webhook that took nothing for so long is paused.
pub const PAUSE_AFTER_DAYS: i64 = 3;

/// What makes a wait longer: chance, and what the receiver asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Longer {
    /// Drawn below 1000.
    permille: u32,
    /// Seconds of a `Retry-After`.
    retry_after: Option<u32>,
}

/// What follows a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it was taken.
    Taken,
    Again(Timestamp),
    /// Nothing: it was tried for as long as the schedule says.
    GivenUp,
}

impl Next {
    /// After the last of this many tries; `permille` is drawn below 1000.
    #[must_use]
    pub fn after(tries: u32, answer: &Answer, permille: u32, now: Timestamp) -> Self {
        let longer = Longer { permille, retry_after: answer.retry_after };
        match next_try(tries, now, longer) {
            _ if answer.taken => Self::Taken,
            Some(at) => Self::Again(at),
            None => Self::GivenUp,
        }
    }
}

/// When a delivery that failed `tries` times is tried again; none when it is given up.
fn next_try(tries: u32, now: Timestamp, longer: Longer) -> Option<Timestamp> {
    let tries = usize::try_from(tries).ok()?.checked_sub(1)?;
    let wait = WAITS.get(tries)? * 1000;
    let jittered = wait + wait * i64::from(longer.permille.min(1000)) / JITTER_SHARE;
    let asked = longer.retry_after.map_or(0, |seconds| i64::from(seconds).min(LONGEST_WAIT_SECONDS) * 1000);
    Some(now + Duration::milliseconds(jittered.max(asked)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at() -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn whole(longer: Longer) -> (u32, Duration) {
        let (mut tries, mut now) = (0, at());
        while let Some(next) = next_try(tries + 1, now, longer) {
            assert!(next > now);
            (tries, now) = (tries + 1, next);
        }
        (tries, now - at())
    }

    #[test]
    fn tries_are_spread_over_three_days_and_end() {
        assert_eq!(
            whole(Longer::default()),
            (9, Duration::seconds(272_105)),
            "75:35:05 of the specification"
        );
        let (tries, longest) = whole(Longer { permille: 999, retry_after: None });
        assert!(tries == 9 && longest > Duration::hours(83) && longest < Duration::hours(84), "{longest}");
        assert_eq!(next_try(0, at(), Longer::default()), None, "nothing was tried");
    }

    #[test]
    fn what_was_taken_is_not_tried_again_whatever_its_answer_asks() {
        let answer = |taken| Answer { taken, gone: false, code: "http".into(), retry_after: Some(120) };
        assert_eq!(Next::after(1, &answer(true), 0, at()), Next::Taken);
        assert_eq!(Next::after(1, &answer(false), 0, at()), Next::Again(at() + Duration::seconds(120)));
        assert_eq!(Next::after(10, &answer(false), 0, at()), Next::GivenUp);
    }

    #[test]
    fn patience_is_granted_within_a_day_and_never_shortens_a_wait() {
        let after = |tries, seconds| {
            next_try(tries, at(), Longer { permille: 0, retry_after: Some(seconds) }).unwrap() - at()
        };
        assert_eq!(after(1, 120), Duration::seconds(120));
        assert_eq!(after(2, 1), Duration::seconds(300));
        assert_eq!(after(1, u32::MAX), Duration::days(1));
    }
}
