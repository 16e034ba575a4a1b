//! Guesses at codes and tokens: how many of late, and how long the next refusal waits.
//!
//! Only refusals wait, so whoever has the right code or token notices nothing. What is guessed cannot be found this way
//! anyhow (256 random bits, or five tries); waiting keeps the guessing cheap for us and visible in the log.

use crate::Timestamp;

/// Refusals in a minute that are nobody's fault: phones that ask again with what has expired.
const FREE: u32 = 30;
const STEP_MILLISECONDS: u64 = 50;
const LONGEST_MILLISECONDS: u64 = 2000;
const WINDOW_SECONDS: i64 = 60;

/// Refusals of one organisation in the present minute.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guesses {
    since: Option<Timestamp>,
    count: u32,
}

/// What to do about one refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    pub delay_milliseconds: u64,
    /// True for the first in a minute that is too many, so that the log has one line and not thousands.
    pub is_loud: bool,
}

impl Guesses {
    pub fn note(&mut self, now: Timestamp) -> Guess {
        let over = |since: Timestamp| (now - since).num_seconds() >= WINDOW_SECONDS || now < since;
        if self.since.is_none_or(over) {
            *self = Self { since: Some(now), count: 0 };
        }
        self.count = self.count.saturating_add(1);
        let beyond = u64::from(self.count.saturating_sub(FREE));
        Guess {
            delay_milliseconds: (beyond * STEP_MILLISECONDS).min(LONGEST_MILLISECONDS),
            is_loud: self.count == FREE + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn refusals_wait_longer_and_longer_and_are_forgotten_after_a_minute() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let mut guesses = Guesses::default();
        for _ in 0..FREE {
            assert_eq!(guesses.note(now), Guess { delay_milliseconds: 0, is_loud: false });
        }
        assert_eq!(guesses.note(now), Guess { delay_milliseconds: 50, is_loud: true });
        assert_eq!(guesses.note(now), Guess { delay_milliseconds: 100, is_loud: false });
        for _ in 0..100 {
            guesses.note(now);
        }
        assert_eq!(guesses.note(now).delay_milliseconds, 2000);
        let later = now + chrono::Duration::seconds(WINDOW_SECONDS);
        assert_eq!(guesses.note(later), Guess { delay_milliseconds: 0, is_loud: false });
        assert_eq!(guesses.note(now).delay_milliseconds, 0, "a clock that was set back");
    }
}
