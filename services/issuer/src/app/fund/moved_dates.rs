//! Dates of the calendar that were moved for a country or one person, and moving one of them.

use chrono::NaiveDate;
use entitlement::cycle::{Calendar, CountryCode, Dates, Moves, Override};
use issuance::Actor;

use super::{CalendarChange, FundError, Issuer};

/// One of the dates of a calendar.
#[derive(Clone, Copy, Debug)]
pub struct CalendarDate {
    /// As forms name it.
    pub name: &'static str,
    /// For officers.
    pub title: &'static str,
    of: fn(&Dates) -> NaiveDate,
    moved: fn(&mut Moves) -> &mut Option<NaiveDate>,
    put: fn(&mut Dates, NaiveDate),
}

/// A date by its name and title; the field is called the same wherever dates stand.
macro_rules! date {
    ($name:literal, $title:literal, $field:ident) => {
        CalendarDate {
            name: $name,
            title: $title,
            of: |it| it.$field,
            moved: |it| &mut it.$field,
            put: |it, day| it.$field = day,
        }
    };
}

/// In the order of the year.
pub const CALENDAR_DATES: [CalendarDate; 9] = [
    date!("opens", "Window opens", opens),
    date!("scope-cut-off", "In payment before", scope_cut_off),
    date!("first-mailing", "First form by post", first_mailing),
    date!("second-mailing", "Second form by post", second_mailing),
    date!("due", "Due", due),
    date!("follow-up", "Follow-up begins", follow_up),
    date!("grace", "Grace begins", grace),
    date!("grace-until", "Last day of grace", grace_until),
    date!("payroll", "First payroll without payment", payroll),
];

impl CalendarDate {
    /// Puts it on a day.
    pub(super) fn set(&self, dates: &mut Dates, day: NaiveDate) {
        (self.put)(dates, day);
    }

    /// When it is in a calendar.
    #[must_use]
    pub fn day(&self, dates: &Dates) -> NaiveDate {
        (self.of)(dates)
    }
}

/// For whom dates move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MovedFor {
    /// Everybody of a country.
    Country(CountryCode),
    /// One person, by pseudonymous number.
    Person(String),
}

/// What was moved in one year.
#[derive(Clone, Debug)]
pub struct MovedDates {
    /// Of the calendar.
    pub year: i32,
    /// For whom.
    pub whom: MovedFor,
    /// Which date, when it usually is, and when it is for them.
    pub dates: Vec<(CalendarDate, NaiveDate, NaiveDate)>,
    /// Why.
    pub reason: String,
    /// The officer.
    pub signer: String,
}

impl MovedFor {
    pub(super) fn is(&self, over: &Override) -> bool {
        match self {
            Self::Country(country) => over.country == Some(*country),
            Self::Person(person) => over.person.as_ref() == Some(person),
        }
    }
}

impl MovedDates {
    fn new(calendar: &Calendar, over: &Override) -> Option<Self> {
        let whom = match (over.country, &over.person) {
            (Some(country), _) => MovedFor::Country(country),
            (None, Some(person)) => MovedFor::Person(person.clone()),
            (None, None) => return None,
        };
        let mut moves = over.moves.clone();
        let dates = CALENDAR_DATES.into_iter().filter_map(|date| {
            let day = (*(date.moved)(&mut moves))?;
            Some((date, date.day(calendar.dates()), day))
        });
        Some(Self {
            year: calendar.year(),
            whom,
            dates: dates.collect(),
            reason: over.reason.clone(),
            signer: over.signer.clone(),
        })
    }

    /// Everything that a calendar moves.
    #[must_use]
    pub fn of(calendar: &Calendar) -> Vec<Self> {
        calendar.overrides().iter().filter_map(|over| Self::new(calendar, over)).collect()
    }
}

impl Issuer {
    /// Moves one date, signed by the officer. Dates that were moved before for the same stay moved; the reason is the new one.
    pub async fn move_date(
        &self,
        by: &Actor,
        whom: &MovedFor,
        (year, name, day): (i32, &str, NaiveDate),
        reason: &str,
    ) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        let date = CALENDAR_DATES.into_iter().find(|date| date.name == name);
        let date = date.ok_or(FundError::Form("choose which date moves"))?;
        if let MovedFor::Person(person) = whom {
            self.store.read().await?.find_fund_person(&by.tenant, person).await?.ok_or(FundError::Unknown)?;
        }
        let calendars = self.fund_calendars(&by.tenant).await?;
        let calendar = calendars.iter().find(|known| known.calendar.year() == year);
        let calendar = &calendar.ok_or(FundError::NoCalendar(year))?.calendar;
        let before = calendar.overrides().iter().find(|over| whom.is(over));
        let mut moves = before.map(|over| over.moves.clone()).unwrap_or_default();
        *(date.moved)(&mut moves) = Some(day);
        let reason = reason.trim().to_owned();
        let change = match whom.clone() {
            MovedFor::Country(country) => CalendarChange::Country { country, moves, reason },
            MovedFor::Person(person) => CalendarChange::Person { person, moves, reason },
        };
        self.change_fund_calendar(by, year, &change).await
    }

    /// What was moved for a person, by year.
    pub async fn moved_dates_of(&self, tenant: &str, person: &str) -> Result<Vec<MovedDates>, FundError> {
        let calendars = self.fund_calendars(tenant).await?;
        let moved = calendars.iter().flat_map(|known| MovedDates::of(&known.calendar));
        Ok(moved.filter(|moved| moved.whom == MovedFor::Person(person.to_owned())).collect())
    }
}
