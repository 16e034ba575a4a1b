//! People of the register by stage, and finding one by the nine-digit number.

use actix_web::web::{Data, Form, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use entitlement::cycle::StageName;
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::{badge, title};
use crate::app::Issuer;
use crate::http::console::session::{May, SeePeople};
use crate::http::console::view::{Badge, LINES, Place, page_of, shell};

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_people).service(find_person);
}

#[derive(Debug, Deserialize)]
struct Wanted {
    year: Option<i32>,
    stage: Option<String>,
    after: Option<String>,
    unknown: Option<String>,
}

#[derive(Template)]
#[template(path = "console/fund_people.html")]
struct PeoplePage {
    shell: Shell,
    heading: String,
    rows: Vec<PersonLine>,
    next: Option<String>,
    first: Option<String>,
    unknown: bool,
}

struct PersonLine {
    id: String,
    name: String,
    country: String,
    language: String,
    badge: Option<Badge>,
}

#[get("/fund/people")]
async fn list_people(
    officer: May<SeePeople>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let stage = wanted.stage.as_deref();
    let stage = stage.and_then(|name| StageName::ALL.into_iter().find(|stage| stage.as_str() == name));
    let filter = wanted.year.zip(stage);
    let after = wanted.after.as_deref().unwrap_or_default();
    let rows = app.list_fund_people(&officer.tenant.id, filter, after, LINES + 1).await?;
    let (rows, more) = page_of(rows);
    let here = match filter {
        Some((year, stage)) => format!("/console/fund/people?year={year}&stage={}", stage.as_str()),
        None => "/console/fund/people?".to_owned(),
    };
    let next = rows.last().filter(|_| more).map(|(last, _)| format!("{here}&after={}", last.id));
    html(&PeoplePage {
        shell: shell(&officer, Place::Fund),
        heading: match filter {
            Some((year, stage)) => format!("{} · {year}", title(stage)),
            None => "People of the register".to_owned(),
        },
        rows: rows
            .into_iter()
            .map(|(person, stage)| PersonLine {
                name: format!("{} {}", person.registered.given_name, person.registered.family_name),
                country: person.registered.country,
                language: person.registered.language,
                badge: stage.map(badge),
                id: person.id,
            })
            .collect(),
        next,
        first: wanted.after.as_ref().map(|_| here),
        unknown: wanted.unknown.is_some(),
    })
}

#[derive(Deserialize)]
struct Find {
    uid: String,
}

/// By form and not by address, since the number is personal data.
#[post("/fund/find")]
async fn find_person(
    officer: May<SeePeople>,
    form: Form<Find>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let uid = form.uid.replace([' ', '-'], "");
    Ok(match app.find_fund_person(&officer.tenant.id, &uid).await? {
        Some(person) => see_other(&format!("/console/fund/people/{person}")),
        None => see_other("/console/fund/people?unknown=1"),
    })
}
