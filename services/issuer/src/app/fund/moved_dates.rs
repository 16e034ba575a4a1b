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

/// In the order of the year.
pub const CALENDAR_DATES: [CalendarDate; 9] = [
    CalendarDate {
        name: "opens",
        title: "Window opens",
        of: |it| it.opens,
        moved: |it| &mut it.opens,
        put: |it, day| it.opens = day,
    },
    CalendarDate {
        name: "scope-cut-off",
        title: "In payment before",
        of: |it| it.scope_cut_off,
        moved: |it| &mut it.scope_cut_off,
        put: |it, day| it.scope_cut_off = day,
    },
    CalendarDate {
        name: "first-mailing",
        title: "First form by post",
        of: |it| it.first_mailing,
        moved: |it| &mut it.first_mailing,
        put: |it, day| it.first_mailing = day,
    },
    CalendarDate {
        name: "second-mailing",
        title: "Second form by post",
        of: |it| it.second_mailing,
        moved: |it| &mut it.second_mailing,
        put: |it, day| it.second_mailing = day,
    },
    CalendarDate {
        name: "due",
        title: "Due",
        of: |it| it.due,
        moved: |it| &mut it.due,
        put: |it, day| it.due = day,
    },
    CalendarDate {
        name: "follow-up",
        title: "Follow-up begins",
        of: |it| it.follow_up,
        moved: |it| &mut it.follow_up,
        put: |it, day| it.follow_up = day,
    },
    CalendarDate {
        name: "grace",
        title: "Grace begins",
        of: |it| it.grace,
        moved: |it| &mut it.grace,
        put: |it, day| it.grace = day,
    },
    CalendarDate {
        name: "grace-until",
        title: "Last day of grace",
        of: |it| it.grace_until,
        moved: |it| &mut it.grace_until,
        put: |it, day| it.grace_until = day,
    },
    CalendarDate {
        name: "payroll",
        title: "First payroll without payment",
        of: |it| it.payroll,
        moved: |it| &mut it.payroll,
        put: |it, day| it.payroll = day,
    },
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
