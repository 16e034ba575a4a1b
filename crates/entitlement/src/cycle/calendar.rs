//! The calendar of one year as data, and what moves its dates for a country or a person.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::country::CountryCode;
use super::person::Person;

/// One year's dates with everything that was decided about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Calendar {
    year: i32,
    dates: Dates,
    overrides: Vec<Override>,
    hold_outs: Vec<HoldOut>,
}

/// The dates that apply to one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dates {
    /// From here a proof for the year is asked for.
    pub opens: NaiveDate,
    /// Only benefits in payment before this day take part.
    pub scope_cut_off: NaiveDate,
    pub first_mailing: NaiveDate,
    pub second_mailing: NaiveDate,
    /// The last day for a proof in time.
    pub due: NaiveDate,
    /// From here focal points look for the person.
    pub follow_up: NaiveDate,
    /// From here the person knows the day of suspension.
    pub grace: NaiveDate,
    /// The last day of grace.
    pub grace_until: NaiveDate,
    /// The first payroll without payment.
    pub payroll: NaiveDate,
    /// A mailed form is asked back within so many days.
    pub return_days: u16,
    /// Days that must lie between the notice and a suspension.
    pub notice_days: u16,
    #[serde(default)]
    pub reminders: Vec<Reminder>,
}

/// A reminder that leaves by the person's own medium, earlier for those over 80.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Reminder {
    pub on: NaiveDate,
    pub over_80: NaiveDate,
}

/// Dates moved for a country or for one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Override {
    pub country: Option<CountryCode>,
    pub person: Option<String>,
    pub reason: String,
    pub signer: String,
    #[serde(default, rename = "move")]
    pub moves: Moves,
}

/// The dates an override names; the others stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Moves {
    pub opens: Option<NaiveDate>,
    pub scope_cut_off: Option<NaiveDate>,
    pub first_mailing: Option<NaiveDate>,
    pub second_mailing: Option<NaiveDate>,
    pub due: Option<NaiveDate>,
    pub follow_up: Option<NaiveDate>,
    pub grace: Option<NaiveDate>,
    pub grace_until: Option<NaiveDate>,
    pub payroll: Option<NaiveDate>,
}

/// A country in which nobody is suspended for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HoldOut {
    pub country: CountryCode,
    pub from: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    pub reason: String,
    pub signer: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarFault {
    #[error("the calendar does not parse: {0}")]
    Syntax(String),
    #[error("the dates of {whom} are out of order at {date}")]
    Order { whom: String, date: &'static str },
    #[error("the year is {year}, but the window opens or closes in another")]
    Year { year: i32 },
    #[error("{whom} has no reason or no signer")]
    Unsigned { whom: String },
    #[error("an override is for one country or for one person")]
    Whom,
    #[error("there are two overrides for {whom}")]
    Twice { whom: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    year: i32,
    dates: Dates,
    #[serde(default)]
    overrides: Vec<Override>,
    #[serde(default)]
    hold_outs: Vec<HoldOut>,
}

impl Calendar {
    /// Reads a calendar in TOML. After this every combination of overrides gives dates in order.
    pub fn parse(text: &str) -> Result<Self, CalendarFault> {
        let file: File =
            toml::from_str(text).map_err(|fault| CalendarFault::Syntax(fault.message().to_owned()))?;
        let calendar =
            Self { year: file.year, dates: file.dates, overrides: file.overrides, hold_outs: file.hold_outs };
        calendar.check()?;
        Ok(calendar)
    }

    /// The calendar that ships with the software, for the years it knows.
    #[must_use]
    pub fn of_year(year: i32) -> Option<Self> {
        let text = match year {
            2026 => include_str!("../../calendars/2026.toml"),
            2027 => include_str!("../../calendars/2027.toml"),
            _ => return None,
        };
        Self::parse(text).ok()
    }

    #[must_use]
    pub fn year(&self) -> i32 {
        self.year
    }

    /// The year's own dates, before any override.
    #[must_use]
    pub fn dates(&self) -> &Dates {
        &self.dates
    }

    /// The dates for one person: the country's override first, the person's own over it.
    #[must_use]
    pub fn dates_of(&self, person: &Person) -> Cow<'_, Dates> {
        let of_country = self.overrides.iter().find(|over| over.country == Some(person.country));
        let of_person = self.overrides.iter().find(|over| over.person.as_ref() == Some(&person.id));
        let mut dates = Cow::Borrowed(&self.dates);
        for over in [of_country, of_person].into_iter().flatten() {
            dates = Cow::Owned(over.moves.apply(dates.into_owned()));
        }
        dates
    }

    /// Why nobody of this country is suspended on a day, if so.
    #[must_use]
    pub fn hold_out(&self, country: CountryCode, day: NaiveDate) -> Option<&HoldOut> {
        self.hold_outs.iter().find(|held| held.country == country && (held.from..=held.until).contains(&day))
    }

    fn check(&self) -> Result<(), CalendarFault> {
        self.dates.check("everybody")?;
        if self.dates.opens.year() != self.year || self.dates.due.year() != self.year {
            return Err(CalendarFault::Year { year: self.year });
        }
        let mut seen = BTreeSet::new();
        for over in &self.overrides {
            let whom = over.whom()?;
            signed(&whom, &over.reason, &over.signer)?;
            over.moves.apply(self.dates.clone()).check(&whom)?;
            if !seen.insert(whom.clone()) {
                return Err(CalendarFault::Twice { whom });
            }
        }
        for held in &self.hold_outs {
            let whom = format!("the hold-out of {}", held.country);
            signed(&whom, &held.reason, &held.signer)?;
            if held.from > held.until {
                return Err(CalendarFault::Order { whom, date: "until" });
            }
        }
        self.check_pairs()
    }

    /// A person's country is not known here, so each override of a person must fit over each of a country.
    fn check_pairs(&self) -> Result<(), CalendarFault> {
        for of_country in self.overrides.iter().filter(|over| over.country.is_some()) {
            let dates = of_country.moves.apply(self.dates.clone());
            for of_person in self.overrides.iter().filter(|over| over.person.is_some()) {
                let whom = format!("{} in {}", of_person.whom()?, of_country.whom()?);
                of_person.moves.apply(dates.clone()).check(&whom)?;
            }
        }
        Ok(())
    }
}

impl Dates {
    /// The day of a reminder for somebody of this age.
    #[must_use]
    pub fn reminder(&self, number: usize, over_80: bool) -> Option<NaiveDate> {
        self.reminders.get(number).map(|reminder| if over_80 { reminder.over_80 } else { reminder.on })
    }

    fn check(&self, whom: &str) -> Result<(), CalendarFault> {
        let order = [
            ("opens", self.opens),
            ("scope-cut-off", self.scope_cut_off),
            ("first-mailing", self.first_mailing),
            ("second-mailing", self.second_mailing),
            ("due", self.due),
            ("follow-up", self.follow_up),
            ("grace", self.grace),
            ("grace-until", self.grace_until),
            ("payroll", self.payroll),
        ];
        let fault = |date| Err(CalendarFault::Order { whom: whom.to_owned(), date });
        for pair in order.windows(2) {
            if let [(_, earlier), (date, later)] = pair
                && earlier >= later
            {
                return fault(*date);
            }
        }
        let late = |reminder: &&Reminder| reminder.over_80 > reminder.on;
        if self.reminders.iter().any(|reminder| late(&reminder)) || !self.reminders.is_sorted_by_key(|r| r.on)
        {
            return fault("reminders");
        }
        Ok(())
    }
}

impl Override {
    fn whom(&self) -> Result<String, CalendarFault> {
        match (&self.country, &self.person) {
            (Some(country), None) => Ok(format!("the override of {country}")),
            (None, Some(person)) => Ok(format!("the override of person {person}")),
            (Some(_), Some(_)) | (None, None) => Err(CalendarFault::Whom),
        }
    }
}

impl Moves {
    fn apply(&self, dates: Dates) -> Dates {
        Dates {
            opens: self.opens.unwrap_or(dates.opens),
            scope_cut_off: self.scope_cut_off.unwrap_or(dates.scope_cut_off),
            first_mailing: self.first_mailing.unwrap_or(dates.first_mailing),
            second_mailing: self.second_mailing.unwrap_or(dates.second_mailing),
            due: self.due.unwrap_or(dates.due),
            follow_up: self.follow_up.unwrap_or(dates.follow_up),
            grace: self.grace.unwrap_or(dates.grace),
            grace_until: self.grace_until.unwrap_or(dates.grace_until),
            payroll: self.payroll.unwrap_or(dates.payroll),
            ..dates
        }
    }
}

fn signed(whom: &str, reason: &str, signer: &str) -> Result<(), CalendarFault> {
    match reason.trim().is_empty() || signer.trim().is_empty() {
        true => Err(CalendarFault::Unsigned { whom: whom.to_owned() }),
        false => Ok(()),
    }
}
