//! Dates of the calendar that were moved for one person, and moving one of them.

use chrono::NaiveDate;
use entitlement::cycle::{Dates, Moves};
use issuance::Actor;

use super::{CalendarChange, FundError, Issuer};

/// One of the dates of a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarDate {
    /// As forms name it.
    pub name: &'static str,
    /// For officers.
    pub title: &'static str,
    of: fn(&Dates) -> NaiveDate,
    moved: fn(&mut Moves) -> &mut Option<NaiveDate>,
}

/// In the order of the year.
pub const CALENDAR_DATES: [CalendarDate; 9] = [
    CalendarDate { name: "opens", title: "Window opens", of: |it| it.opens, moved: |it| &mut it.opens },
    CalendarDate {
        name: "scope-cut-off",
        title: "In payment before",
        of: |it| it.scope_cut_off,
        moved: |it| &mut it.scope_cut_off,
    },
    CalendarDate {
        name: "first-mailing",
        title: "First form by post",
        of: |it| it.first_mailing,
        moved: |it| &mut it.first_mailing,
    },
    CalendarDate {
        name: "second-mailing",
        title: "Second form by post",
        of: |it| it.second_mailing,
        moved: |it| &mut it.second_mailing,
    },
    CalendarDate { name: "due", title: "Due", of: |it| it.due, moved: |it| &mut it.due },
    CalendarDate {
        name: "follow-up",
        title: "Follow-up begins",
        of: |it| it.follow_up,
        moved: |it| &mut it.follow_up,
    },
    CalendarDate { name: "grace", title: "Grace begins", of: |it| it.grace, moved: |it| &mut it.grace },
    CalendarDate {
        name: "grace-until",
        title: "Last day of grace",
        of: |it| it.grace_until,
        moved: |it| &mut it.grace_until,
    },
    CalendarDate {
        name: "payroll",
        title: "First payroll without payment",
        of: |it| it.payroll,
        moved: |it| &mut it.payroll,
    },
];

/// What was moved for one person in one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedDates {
    /// Of the calendar.
    pub year: i32,
    /// Which date, when it usually is, and when it is for the person.
    pub dates: Vec<(CalendarDate, NaiveDate, NaiveDate)>,
    /// Why.
    pub reason: String,
    /// The officer.
    pub signer: String,
}

impl Issuer {
    /// Moves one date of one person, signed by the officer. Dates that were moved before stay moved; the reason is the new one.
    pub async fn move_date_of_person(
        &self,
        by: &Actor,
        person: &str,
        (year, name, day): (i32, &str, NaiveDate),
        reason: &str,
    ) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        let date = CALENDAR_DATES.into_iter().find(|date| date.name == name);
        let date = date.ok_or(FundError::Form("choose which date moves"))?;
        self.store.read().await?.find_fund_person(&by.tenant, person).await?.ok_or(FundError::Unknown)?;
        let calendars = self.fund_calendars(&by.tenant).await?;
        let calendar = calendars.iter().find(|known| known.calendar.year() == year);
        let calendar = &calendar.ok_or(FundError::NoCalendar(year))?.calendar;
        let before = calendar.overrides().iter().find(|over| over.person.as_deref() == Some(person));
        let mut moves = before.map(|over| over.moves.clone()).unwrap_or_default();
        *(date.moved)(&mut moves) = Some(day);
        let change =
            CalendarChange::Person { person: person.to_owned(), moves, reason: reason.trim().to_owned() };
        self.change_fund_calendar(by, year, &change).await
    }

    /// What was moved for a person, by year.
    pub async fn moved_dates_of(&self, tenant: &str, person: &str) -> Result<Vec<MovedDates>, FundError> {
        let calendars = self.fund_calendars(tenant).await?;
        let mut moved = Vec::new();
        for calendar in calendars.iter().map(|known| &known.calendar) {
            for over in calendar.overrides().iter().filter(|over| over.person.as_deref() == Some(person)) {
                let mut moves = over.moves.clone();
                let dates = CALENDAR_DATES.into_iter().filter_map(|date| {
                    let day = (*(date.moved)(&mut moves))?;
                    Some((date, (date.of)(calendar.dates()), day))
                });
                moved.push(MovedDates {
                    year: calendar.year(),
                    dates: dates.collect(),
                    reason: over.reason.clone(),
                    signer: over.signer.clone(),
                });
            }
        }
        Ok(moved)
    }
}
