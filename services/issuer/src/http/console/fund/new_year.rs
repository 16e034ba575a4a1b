//! The calendar of a year that has none: made from the year before, with a look at each date.

use std::collections::BTreeMap;

use actix_web::web::{Data, Form, Path, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::day;
use crate::app::{CALENDAR_DATES, FundError, Issuer, reminder_dates};
use crate::http::console::session::{Issue, May};
use crate::http::console::view::{Place, shell};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(new_year_page).service(make_year);
}

#[derive(Template)]
#[template(path = "console/fund_new_year.html")]
struct NewYearPage {
    shell: Shell,
    year: i32,
    /// Name, title, day, and its day of the week.
    dates: Vec<(String, String, String, String)>,
    return_days: u16,
    notice_days: u16,
}

#[get("/fund/calendars/{year}")]
async fn new_year_page(
    officer: May<Issue>,
    year: Path<i32>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.proposed_calendar(&officer.tenant.id, *year).await?;
    let dates = calendar.dates();
    let own = CALENDAR_DATES.iter().map(|it| (it.name.to_owned(), it.title.to_owned(), it.day(dates)));
    let mut all: Vec<_> = own.chain(reminder_dates(dates)).collect();
    all.sort_by_key(|(_, _, day)| *day);
    html(&NewYearPage {
        shell: shell(&officer, Place::Fund),
        year: *year,
        dates: all
            .into_iter()
            .map(|(name, title, day)| (name, title, day.to_string(), day.format("%A").to_string()))
            .collect(),
        return_days: dates.return_days,
        notice_days: dates.notice_days,
    })
}

#[post("/fund/calendars/{year}")]
async fn make_year(
    officer: May<Issue>,
    year: Path<i32>,
    form: Form<BTreeMap<String, String>>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let days: Result<BTreeMap<_, _>, FundError> =
        form.iter().map(|(name, text)| Ok((name.clone(), day(text)?))).collect();
    app.make_year(&officer.actor(), *year, &days?).await?;
    Ok(see_other(&format!("/console/fund?year={year}&done=new-year")))
}
