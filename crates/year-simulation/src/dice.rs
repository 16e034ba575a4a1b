//! Chance, from one seed.

use chrono::{Days, NaiveDate};
use clock::{SeededEntropy, below};

pub struct Dice(SeededEntropy);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    /// Whether something of this many in ten thousand happens.
    pub fn of_ten_thousand(&self, many: u64) -> bool {
        below(&self.0, 10_000) < many
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&self, low: u64, high: u64) -> u64 {
        low + below(&self.0, high.saturating_sub(low) + 1)
    }

    /// Which of these weights is drawn.
    pub fn weighted<T: Copy>(&self, choices: &[(u64, T)], otherwise: T) -> T {
        let total: u64 = choices.iter().map(|(weight, _)| weight).sum();
        let mut drawn = below(&self.0, total.max(1));
        for (weight, choice) in choices {
            if drawn < *weight {
                return *choice;
            }
            drawn -= weight;
        }
        otherwise
    }

    /// A day so many days after another.
    pub fn after(&self, day: NaiveDate, low: u64, high: u64) -> NaiveDate {
        later(day, self.between(low, high))
    }
}

pub fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}
