//! The expiry calendar: how many people have something that ends in which month, and who they are.

use actix_web::web::{Data, Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html};

use super::session::{May, SeePeople};
use super::view::{LINES, Place, counted, day, page_of, shell};
use crate::app::{Issuer, Month};
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(show_calendar);
}

#[derive(Deserialize)]
struct Wanted {
    /// `2027-03`.
    month: Option<String>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "console/calendar.html")]
struct CalendarPage {
    shell: Shell,
    months: Vec<MonthCard>,
    nothing: bool,
    chosen: Option<Chosen>,
}

struct MonthCard {
    slug: String,
    title: String,
    people: u64,
    words: String,
    current: bool,
}

struct Chosen {
    title: String,
    place: &'static str,
    rows: Vec<Line>,
    next: Option<String>,
}

struct Line {
    id: String,
    name: String,
    number: String,
    ends: String,
    what: String,
}

#[get("/calendar")]
async fn show_calendar(
    officer: May<SeePeople>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let stored = |error| problem::store(&error);
    let months = app.calendar(&officer.tenant).await.map_err(stored)?;
    let month = wanted.month.as_deref().and_then(|text| format!("{text}-01").parse::<NaiveDate>().ok());
    let month = month.filter(|month| months.iter().any(|known| known.first == *month));
    let chosen = match month {
        None => None,
        Some(month) => {
            let rows = app.list_ending(&officer.tenant, month, wanted.after.as_deref(), LINES + 1).await;
            let (rows, more) = page_of(rows.map_err(stored)?);
            let slug = month.format("%Y-%m");
            let next = rows.last().filter(|_| more);
            Some(Chosen {
                title: month.format("%B %Y").to_string(),
                place: if officer.tenant.has_staff() { "staff" } else { "retirees" },
                next: next.map(|last| format!("/console/calendar?month={slug}&after={}", last.number)),
                rows: rows
                    .into_iter()
                    .map(|row| Line {
                        id: row.subject_id,
                        name: row.name,
                        number: row.number,
                        ends: day(row.ends),
                        what: counted(row.types, "credential", "credentials"),
                    })
                    .collect(),
            })
        }
    };
    let place = if officer.tenant.has_staff() { Place::Staff } else { Place::Retirees };
    html(&CalendarPage {
        shell: shell(&officer, place),
        nothing: months.iter().all(|month| month.people == 0),
        months: months.iter().map(|it| MonthCard::new(it, month)).collect(),
        chosen,
    })
}

impl MonthCard {
    fn new(month: &Month, chosen: Option<NaiveDate>) -> Self {
        Self {
            slug: month.first.format("%Y-%m").to_string(),
            title: month.first.format("%B %Y").to_string(),
            people: month.people,
            words: counted(month.people, "person", "people"),
            current: chosen == Some(month.first),
        }
    }
}
