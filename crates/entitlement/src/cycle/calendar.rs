//! The calendar of one year as data, and what moves its dates for a country or a person.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::country::CountryCode;
use super::person::Person;

/// A calendar file is at most this long.
pub const MOST_CALENDAR_BYTES: usize = 1024 * 1024;
/// So many overrides and so many hold-outs fit into one calendar. Each pair of overrides is checked.
pub const MOST_OVERRIDES: usize = 2000;
/// A reason and a name are at most this long, in characters.
pub const LONGEST_REASON: usize = 500;
const MOST_REMINDERS: usize = 24;
/// Nobody is suspended sooner after the notice, whatever a calendar says.
const LEAST_NOTICE_DAYS: u16 = 14;
const MOST_DAYS: u16 = 366;
/// The last day of a cycle lies in this many years after its own at most. A slip of the pen in a year ("2072") would
/// otherwise put a deadline off for a lifetime, and nobody would see it.
const YEARS_AHEAD: i32 = 3;

/// One year's dates with everything that was decided about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Calendar {
    year: i32,
    dates: Dates,
    overrides: Vec<Override>,
    hold_outs: Vec<HoldOut>,
    /// Where the override of a country and of a person stands; a nightly job asks for every person.
    #[serde(skip)]
    by_country: BTreeMap<CountryCode, usize>,
    #[serde(skip)]
    by_person: BTreeMap<String, usize>,
}

/// The dates that apply to one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dates {
    /// From here a proof for the year is asked for.
    pub opens: NaiveDate,
    /// Only benefits in payment before this day take part.
    pub scope_cut_off: NaiveDate,
    /// The paper form leaves to everybody without a proof.
    pub first_mailing: NaiveDate,
    /// The same once more, to all still missing.
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
    /// In the order of their days, at every age.
    #[serde(default)]
    pub reminders: Vec<Reminder>,
}

/// A reminder that leaves by the person's own medium, earlier for those over 80.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Reminder {
    /// For most people.
    pub on: NaiveDate,
    /// For those of 80 years and more; not later than for the others.
    pub over_80: NaiveDate,
}

/// Dates moved for a country or for one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Override {
    /// Either a country or a person is named.
    pub country: Option<CountryCode>,
    /// The person's pseudonymous number.
    pub person: Option<String>,
    /// Why, in words an auditor understands.
    pub reason: String,
    /// Who decided.
    pub signer: String,
    /// The dates that move.
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
    /// Where nobody is suspended.
    pub country: CountryCode,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// Why, in words an auditor understands.
    pub reason: String,
    /// Who decided.
    pub signer: String,
}

/// Why a calendar cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what each is")]
pub enum CalendarFault {
    #[error("the calendar does not parse: {0}")]
    Syntax(String),
    #[error("a calendar has at most {most} {what}")]
    TooMuch { what: &'static str, most: usize },
    #[error("{date} of {whom} lies before the year or more than {YEARS_AHEAD} years after it")]
    Far { whom: String, date: &'static str },
    #[error("{what} is from {least} to {most} days")]
    Days { what: &'static str, least: u16, most: u16 },
    #[error("the dates of {whom} are out of order at {date}")]
    Order { whom: String, date: &'static str },
    #[error("the year is {year}, but the window opens or closes in another")]
    Year { year: i32 },
    #[error("{whom} has no reason or no signer, or one of more than {LONGEST_REASON} characters")]
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
        if text.len() > MOST_CALENDAR_BYTES {
            return Err(CalendarFault::TooMuch { what: "bytes", most: MOST_CALENDAR_BYTES });
        }
        let file: File =
            toml::from_str(text).map_err(|fault| CalendarFault::Syntax(fault.message().to_owned()))?;
        Self::new(file.year, file.dates, file.overrides, file.hold_outs)
    }

    /// The same from its parts, as a store keeps them.
    pub fn new(
        year: i32,
        dates: Dates,
        overrides: Vec<Override>,
        hold_outs: Vec<HoldOut>,
    ) -> Result<Self, CalendarFault> {
        let mut calendar = Self {
            year,
            dates,
            overrides,
            hold_outs,
            by_country: BTreeMap::new(),
            by_person: BTreeMap::new(),
        };
        calendar.check()?;
        for (at, over) in calendar.overrides.iter().enumerate() {
            if let Some(country) = over.country {
                calendar.by_country.insert(country, at);
            }
            if let Some(person) = &over.person {
                calendar.by_person.insert(person.clone(), at);
            }
        }
        Ok(calendar)
    }

    /// The same in JSON, as [`Calendar::to_json`] writes it.
    pub fn parse_json(text: &str) -> Result<Self, CalendarFault> {
        if text.len() > MOST_CALENDAR_BYTES {
            return Err(CalendarFault::TooMuch { what: "bytes", most: MOST_CALENDAR_BYTES });
        }
        let file: File =
            serde_json::from_str(text).map_err(|fault| CalendarFault::Syntax(fault.to_string()))?;
        Self::new(file.year, file.dates, file.overrides, file.hold_outs)
    }

    /// JCS (RFC 8785): the same calendar is the same text.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts, numbers and lists in named members always have a canonical form.
        serde_json_canonicalizer::to_string(self).unwrap_or_default()
    }

    /// SHA-256 of [`Calendar::to_json`], in hex: what a journal names it by.
    #[must_use]
    pub fn digest(&self) -> String {
        crate::journal::hex(&Sha256::digest(self.to_json()))
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

    /// The same days so many years later, for a year that has no calendar yet. What was moved or held out was decided for
    /// this year and is not taken over. The last of February stays one.
    pub fn for_year(&self, year: i32) -> Result<Self, CalendarFault> {
        let later = |day: NaiveDate| {
            let wanted = day.year().saturating_add(year.saturating_sub(self.year));
            day.with_year(wanted).or_else(|| day.with_day(28)?.with_year(wanted)).unwrap_or(day)
        };
        let it = &self.dates;
        let reminder = |it: &Reminder| Reminder { on: later(it.on), over_80: later(it.over_80) };
        let dates = Dates {
            opens: later(it.opens),
            scope_cut_off: later(it.scope_cut_off),
            first_mailing: later(it.first_mailing),
            second_mailing: later(it.second_mailing),
            due: later(it.due),
            follow_up: later(it.follow_up),
            grace: later(it.grace),
            grace_until: later(it.grace_until),
            payroll: later(it.payroll),
            return_days: it.return_days,
            notice_days: it.notice_days,
            reminders: it.reminders.iter().map(reminder).collect(),
        };
        Self::new(year, dates, Vec::new(), Vec::new())
    }

    /// The year whose proofs it asks for.
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
        let of_country = self.by_country.get(&person.country);
        let of_person = self.by_person.get(&person.id);
        let mut dates = Cow::Borrowed(&self.dates);
        for over in [of_country, of_person].into_iter().flatten().filter_map(|at| self.overrides.get(*at)) {
            dates = Cow::Owned(over.moves.apply(dates.into_owned()));
        }
        dates
    }

    /// Everything that was moved, with reasons and signers.
    #[must_use]
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// Every country in which nobody is suspended for a time.
    #[must_use]
    pub fn hold_outs(&self) -> &[HoldOut] {
        &self.hold_outs
    }

    /// Why nobody of this country is suspended on a day, if so.
    #[must_use]
    pub fn hold_out(&self, country: CountryCode, day: NaiveDate) -> Option<&HoldOut> {
        self.hold_outs.iter().find(|held| held.country == country && (held.from..=held.until).contains(&day))
    }

    fn check(&self) -> Result<(), CalendarFault> {
        for (what, many) in [("overrides", self.overrides.len()), ("hold-outs", self.hold_outs.len())] {
            if many > MOST_OVERRIDES {
                return Err(CalendarFault::TooMuch { what, most: MOST_OVERRIDES });
            }
        }
        self.dates.check(self.year)?;
        if self.dates.opens.year() != self.year || self.dates.due.year() != self.year {
            return Err(CalendarFault::Year { year: self.year });
        }
        let milestones = self.dates.milestones();
        let mut seen = BTreeSet::new();
        for over in &self.overrides {
            let whom = over.whom()?;
            signed(&whom, &over.reason, &over.signer)?;
            if over.person.as_ref().is_some_and(|person| person.is_empty() || person.len() > 64) {
                return Err(CalendarFault::Whom);
            }
            check_order(self.year, &over.moves.over(milestones), || whom.clone())?;
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
            if held.until.year() > self.year.saturating_add(YEARS_AHEAD) {
                return Err(CalendarFault::Far { whom, date: "until" });
            }
        }
        self.check_pairs()
    }

    /// A person's country is not known here, so each override of a person must fit over each of a country.
    fn check_pairs(&self) -> Result<(), CalendarFault> {
        let base = self.dates.milestones();
        for of_country in self.overrides.iter().filter(|over| over.country.is_some()) {
            let dates = of_country.moves.over(base);
            for of_person in self.overrides.iter().filter(|over| over.person.is_some()) {
                let both = of_person.moves.over(dates);
                let whom = || {
                    let name = |over: &Override| over.whom().unwrap_or_default();
                    format!("{} in {}", name(of_person), name(of_country))
                };
                check_order(self.year, &both, whom)?;
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

    /// The days in their order, as [`MILESTONES`] names them.
    fn milestones(&self) -> [NaiveDate; 9] {
        [
            self.opens,
            self.scope_cut_off,
            self.first_mailing,
            self.second_mailing,
            self.due,
            self.follow_up,
            self.grace,
            self.grace_until,
            self.payroll,
        ]
    }

    fn check(&self, year: i32) -> Result<(), CalendarFault> {
        let everybody = || "everybody".to_owned();
        check_order(year, &self.milestones(), everybody)?;
        for (what, days, least) in
            [("return-days", self.return_days, 1), ("notice-days", self.notice_days, LEAST_NOTICE_DAYS)]
        {
            if !(least..=MOST_DAYS).contains(&days) {
                return Err(CalendarFault::Days { what, least, most: MOST_DAYS });
            }
        }
        if self.reminders.len() > MOST_REMINDERS {
            return Err(CalendarFault::TooMuch { what: "reminders", most: MOST_REMINDERS });
        }
        // Both columns count in the order of their days: the nightly step stops at the first that is not due.
        let sorted = self.reminders.is_sorted_by_key(|it| it.on)
            && self.reminders.is_sorted_by_key(|it| it.over_80)
            && self.reminders.iter().all(|it| it.over_80 <= it.on);
        let inside = |it: &Reminder| self.opens <= it.over_80 && it.on <= self.due;
        match sorted && self.reminders.iter().all(inside) {
            true => Ok(()),
            false => Err(CalendarFault::Order { whom: everybody(), date: "reminders" }),
        }
    }
}

/// The names of the days of a year, in the order they must have.
const MILESTONES: [&str; 9] = [
    "opens",
    "scope-cut-off",
    "first-mailing",
    "second-mailing",
    "due",
    "follow-up",
    "grace",
    "grace-until",
    "payroll",
];

fn check_order(year: i32, days: &[NaiveDate; 9], whom: impl Fn() -> String) -> Result<(), CalendarFault> {
    let mut last: Option<NaiveDate> = None;
    for (date, day) in MILESTONES.into_iter().zip(days) {
        if last.is_some_and(|last| last >= *day) {
            return Err(CalendarFault::Order { whom: whom(), date });
        }
        if !(year..=year.saturating_add(YEARS_AHEAD)).contains(&day.year()) {
            return Err(CalendarFault::Far { whom: whom(), date });
        }
        last = Some(*day);
    }
    Ok(())
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

    /// The same over the days alone.
    fn over(&self, days: [NaiveDate; 9]) -> [NaiveDate; 9] {
        let moves = [
            self.opens,
            self.scope_cut_off,
            self.first_mailing,
            self.second_mailing,
            self.due,
            self.follow_up,
            self.grace,
            self.grace_until,
            self.payroll,
        ];
        let mut moved = days;
        for (day, to) in moved.iter_mut().zip(moves) {
            *day = to.unwrap_or(*day);
        }
        moved
    }
}

fn signed(whom: &str, reason: &str, signer: &str) -> Result<(), CalendarFault> {
    let said = |text: &str| !text.trim().is_empty() && text.chars().count() <= LONGEST_REASON;
    match said(reason) && said(signer) {
        true => Ok(()),
        false => Err(CalendarFault::Unsigned { whom: whom.to_owned() }),
    }
}
