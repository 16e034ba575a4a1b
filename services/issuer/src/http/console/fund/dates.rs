//! Dates that were moved for one person: a part of the person's page.

use std::collections::HashMap;

use actix_web::web::{Data, Form, Path, ServiceConfig};
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use web::Problem;
use web::page::see_other;

use super::day;
use crate::app::{CALENDAR_DATES, CalendarChange, Issuer, MovedDates};
use crate::http::console::session::{Issue, May};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(move_date).service(usual_dates);
}

/// What `console/fund_dates.html` shows.
#[derive(Default)]
pub(super) struct DatesCard {
    pub moved: Vec<MovedLine>,
    /// Years with a calendar, the newest first.
    pub years: Vec<i32>,
    /// Names and titles.
    pub choices: Vec<(&'static str, &'static str)>,
}

pub(super) struct MovedLine {
    pub year: i32,
    /// Which, when it usually is, and when it is for the person.
    pub dates: Vec<(&'static str, String, String)>,
    pub reason: String,
    pub signer: String,
}

impl DatesCard {
    pub async fn load(
        app: &Issuer,
        tenant: &str,
        person: &str,
        names: &HashMap<String, String>,
    ) -> Result<Self, Problem> {
        let line = |moved: MovedDates| MovedLine {
            year: moved.year,
            dates: moved
                .dates
                .into_iter()
                .map(|(date, usual, now)| (date.title, usual.to_string(), now.to_string()))
                .collect(),
            reason: moved.reason,
            signer: names.get(&moved.signer).cloned().unwrap_or(moved.signer),
        };
        let years =
            app.fund_calendars(tenant).await?.iter().rev().map(|known| known.calendar.year()).collect();
        Ok(Self {
            moved: app.moved_dates_of(tenant, person).await?.into_iter().map(line).collect(),
            years,
            choices: CALENDAR_DATES.iter().map(|date| (date.name, date.title)).collect(),
        })
    }
}

#[derive(Deserialize)]
struct MoveForm {
    year: i32,
    date: String,
    day: String,
    reason: String,
}

#[derive(Deserialize)]
struct UsualForm {
    year: i32,
}

#[post("/fund/people/{person}/dates")]
async fn move_date(
    officer: May<Issue>,
    person: Path<String>,
    form: Form<MoveForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let moved = (form.year, form.date.as_str(), day(&form.day)?);
    app.move_date_of_person(&officer.actor(), &person, moved, &form.reason).await?;
    Ok(see_other(&format!("/console/fund/people/{person}?done=moved")))
}

#[post("/fund/people/{person}/dates/usual")]
async fn usual_dates(
    officer: May<Issue>,
    person: Path<String>,
    form: Form<UsualForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let change = CalendarChange::PersonAsUsual { person: person.clone() };
    app.change_fund_calendar(&officer.actor(), form.year, &change).await?;
    Ok(see_other(&format!("/console/fund/people/{person}?done=usual")))
}
