//! Years that have no calendar yet, and making one from the year before.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use entitlement::cycle::{Calendar, Dates, Reminder};
use issuance::Actor;

use super::calendars::YearCalendar;
use super::{CALENDAR_DATES, FundError, Issuer};

/// From this month on the next year needs its calendar: its window opens on 2 January.
const WARNED_FROM: u32 = 10;

/// The names and titles of a reminder's two days in a form.
#[must_use]
pub fn reminder_dates(dates: &Dates) -> Vec<(String, String, NaiveDate)> {
    let both = |(at, it): (usize, &Reminder)| {
        let at = at + 1;
        [
            (format!("reminder-{at}-over-80"), format!("Reminder {at}, over 80"), it.over_80),
            (format!("reminder-{at}"), format!("Reminder {at}"), it.on),
        ]
    };
    dates.reminders.iter().enumerate().flat_map(both).collect()
}

impl Issuer {
    /// The year whose calendar is missing: this one, or from October on the next. Nothing before the first calendar is there.
    pub async fn year_without_calendar(&self, tenant: &str) -> Result<Option<i32>, FundError> {
        Ok(missing(&self.fund_calendars(tenant).await?, self.today()))
    }

    /// A calendar for a year that has none, with the days of the newest one before it.
    pub async fn proposed_calendar(&self, tenant: &str, year: i32) -> Result<Calendar, FundError> {
        let known = self.fund_calendars(tenant).await?;
        if known.iter().any(|it| it.calendar.year() == year) {
            return Err(FundError::Conflict("that year has a calendar; move its dates instead"));
        }
        let before = known.iter().filter(|it| it.calendar.year() < year).max_by_key(|it| it.calendar.year());
        let before = before.ok_or(FundError::Form("there is no earlier year to make it from"))?;
        if year > self.today().year().saturating_add(1) {
            return Err(FundError::Form("a calendar is made for this year or the next"));
        }
        Ok(before.calendar.for_year(year)?)
    }

    /// Makes the calendar of a year that has none, with these days in the place of the proposed ones, by their names.
    pub async fn make_year(
        &self,
        by: &Actor,
        year: i32,
        days: &BTreeMap<String, NaiveDate>,
    ) -> Result<(), FundError> {
        let proposed = self.proposed_calendar(&by.tenant, year).await?;
        let mut dates = proposed.dates().clone();
        for date in CALENDAR_DATES {
            if let Some(day) = days.get(date.name) {
                date.set(&mut dates, *day);
            }
        }
        for (at, reminder) in dates.reminders.iter_mut().enumerate() {
            let name = format!("reminder-{}", at + 1);
            reminder.on = days.get(&name).copied().unwrap_or(reminder.on);
            reminder.over_80 = days.get(&format!("{name}-over-80")).copied().unwrap_or(reminder.over_80);
        }
        let calendar = Calendar::new(year, dates, Vec::new(), Vec::new())?;
        self.put_fund_calendar(by, &calendar).await
    }
}

pub(super) fn missing(known: &[YearCalendar], today: NaiveDate) -> Option<i32> {
    let has = |year: i32| known.iter().any(|it| it.calendar.year() == year);
    let (this, next) = (today.year(), today.year().saturating_add(1));
    if known.is_empty() {
        return None;
    }
    if !has(this) {
        return Some(this);
    }
    (today.month() >= WARNED_FROM && !has(next)).then_some(next)
}
