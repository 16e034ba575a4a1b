//! What the Fund's people can do in a day.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate, Weekday};

use crate::dice::later;

/// The appointment desk: so many calls a working day, and not a day further than people are told.
#[derive(Debug)]
pub struct Desk {
    slots_a_day: usize,
    taken: BTreeMap<NaiveDate, usize>,
    pub turned_away: u64,
}

impl Desk {
    pub fn new(slots_a_day: usize) -> Self {
        Self { slots_a_day, taken: BTreeMap::new(), turned_away: 0 }
    }

    /// The first day with a slot within six weeks.
    pub fn free_day(&self, from: NaiveDate) -> Option<NaiveDate> {
        (2..42).map(|days| later(from, days)).find(|day| {
            is_working_day(*day) && self.taken.get(day).copied().unwrap_or_default() < self.slots_a_day
        })
    }

    pub fn take(&mut self, day: NaiveDate) {
        *self.taken.entry(day).or_default() += 1;
    }

    pub fn calls_on(&self, day: NaiveDate) -> usize {
        self.taken.get(&day).copied().unwrap_or_default()
    }
}

pub fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}
