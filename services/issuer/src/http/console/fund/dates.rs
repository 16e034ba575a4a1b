//! Dates of a year: those of the calendar, and those that were moved for a country or one person. Parts of the year's page and of
//! the person's.

use std::collections::HashMap;

use actix_web::web::{Data, Form, Path, ServiceConfig};
use actix_web::{HttpResponse, post};
use chrono::{Datelike as _, NaiveDate};
use entitlement::cycle::{Calendar, CountryCode};
use serde::Deserialize;
use web::Problem;
use web::page::see_other;

use super::day;
use crate::app::{CALENDAR_DATES, CalendarChange, FundError, Issuer, MovedDates, MovedFor, YearCalendar};
use crate::http::console::session::{Issue, May};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(move_date)
        .service(usual_dates)
        .service(move_date_of_country)
        .service(usual_dates_of_country);
}

/// What `console/fund_dates.html` shows.
#[derive(Default)]
pub(super) struct DatesCard {
    pub moved: Vec<MovedLine>,
    /// Years with a calendar, this one first.
    pub years: Vec<i32>,
    /// Names and titles.
    pub choices: Vec<(&'static str, &'static str)>,
}

/// What `console/fund_year_dates.html` shows.
#[derive(Default)]
pub(super) struct YearDates {
    /// Title, day, and whether it is the next one.
    pub dates: Vec<(&'static str, String, bool)>,
    pub countries: Vec<MovedLine>,
    /// For how many single people dates are moved.
    pub people: usize,
    pub choices: Vec<(&'static str, &'static str)>,
}

pub(super) struct MovedLine {
    pub year: i32,
    /// The country, if it is one.
    pub country: String,
    /// Which, when it usually is, and when it is for them.
    pub dates: Vec<(&'static str, String, String)>,
    pub reason: String,
    pub signer: String,
}

fn choices() -> Vec<(&'static str, &'static str)> {
    CALENDAR_DATES.iter().map(|date| (date.name, date.title)).collect()
}

impl MovedLine {
    fn new(moved: MovedDates, names: &HashMap<String, String>) -> Self {
        let line = |(date, usual, now): (crate::app::CalendarDate, NaiveDate, NaiveDate)| {
            (date.title, usual.to_string(), now.to_string())
        };
        Self {
            year: moved.year,
            country: match &moved.whom {
                MovedFor::Country(country) => country.to_string(),
                MovedFor::Person(_) => String::new(),
            },
            dates: moved.dates.into_iter().map(line).collect(),
            reason: moved.reason,
            signer: names.get(&moved.signer).cloned().unwrap_or(moved.signer),
        }
    }
}

/// Those that have begun, the newest first, before those to come.
fn this_year_first(calendars: &[YearCalendar], today: NaiveDate) -> Vec<i32> {
    let mut years: Vec<i32> = calendars.iter().rev().map(|known| known.calendar.year()).collect();
    years.sort_by_key(|year| *year > today.year());
    years
}

impl DatesCard {
    pub async fn load(
        app: &Issuer,
        tenant: &str,
        person: &str,
        names: &HashMap<String, String>,
    ) -> Result<Self, Problem> {
        let calendars = app.fund_calendars(tenant).await?;
        let moved = app.moved_dates_of(tenant, person).await?;
        Ok(Self {
            moved: moved.into_iter().map(|moved| MovedLine::new(moved, names)).collect(),
            years: this_year_first(&calendars, app.today()),
            choices: choices(),
        })
    }
}

impl YearDates {
    pub fn new(calendar: &Calendar, today: NaiveDate, names: &HashMap<String, String>) -> Self {
        let dates = calendar.dates();
        let next = CALENDAR_DATES.iter().map(|date| date.day(dates)).filter(|day| *day >= today).min();
        let (mut countries, mut people) = (Vec::new(), 0);
        for moved in MovedDates::of(calendar) {
            match moved.whom {
                MovedFor::Country(_) => countries.push(MovedLine::new(moved, names)),
                MovedFor::Person(_) => people += 1,
            }
        }
        Self {
            dates: CALENDAR_DATES
                .iter()
                .map(|date| (date.title, date.day(dates).to_string(), Some(date.day(dates)) == next))
                .collect(),
            countries,
            people,
            choices: choices(),
        }
    }
}

#[derive(Deserialize)]
struct MoveForm {
    year: i32,
    #[serde(default)]
    country: String,
    date: String,
    day: String,
    reason: String,
}

#[derive(Deserialize)]
struct UsualForm {
    year: i32,
    #[serde(default)]
    country: String,
}

fn country(text: &str) -> Result<CountryCode, FundError> {
    let code = text.trim().to_uppercase().parse();
    code.map_err(|_| FundError::Form("a country is three letters, such as SDN"))
}

#[post("/fund/people/{person}/dates")]
async fn move_date(
    officer: May<Issue>,
    person: Path<String>,
    form: Form<MoveForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let moved = (form.year, form.date.as_str(), day(&form.day)?);
    app.move_date(&officer.actor(), &MovedFor::Person(person.clone()), moved, &form.reason).await?;
    Ok(see_other(&format!("/console/fund/people/{person}?done=moved")))
}

#[post("/fund/people/{person}/dates/usual")]
async fn usual_dates(
    officer: May<Issue>,
    person: Path<String>,
    form: Form<UsualForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let change = CalendarChange::Usual(MovedFor::Person(person.clone()));
    app.change_fund_calendar(&officer.actor(), form.year, &change).await?;
    Ok(see_other(&format!("/console/fund/people/{person}?done=usual")))
}

#[post("/fund/dates")]
async fn move_date_of_country(
    officer: May<Issue>,
    form: Form<MoveForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let moved = (form.year, form.date.as_str(), day(&form.day)?);
    let whom = MovedFor::Country(country(&form.country)?);
    app.move_date(&officer.actor(), &whom, moved, &form.reason).await?;
    Ok(see_other(&format!("/console/fund?year={}&done=moved", form.year)))
}

#[post("/fund/dates/usual")]
async fn usual_dates_of_country(
    officer: May<Issue>,
    form: Form<UsualForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let change = CalendarChange::Usual(MovedFor::Country(country(&form.country)?));
    app.change_fund_calendar(&officer.actor(), form.year, &change).await?;
    Ok(see_other(&format!("/console/fund?year={}&done=usual", form.year)))
}
