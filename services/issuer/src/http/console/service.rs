//! The end of a person's service: what will end, what stays, and the word that ends it.

use std::collections::BTreeMap;

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::{CredentialCopy, Permission, ServiceEnd};
use serde::Deserialize;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::session::{Issue, May, SeePeople};
use super::view::{Badge, Place, When, shell};
use crate::app::{Issuer, Outcome};
use crate::http::problem;

const LONGEST_NOTE: usize = 500;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(end_page).service(end_service).service(return_to_service);
}

#[derive(Deserialize)]
struct Wanted {
    how: String,
}

#[derive(Template)]
#[template(path = "console/end.html")]
struct EndPage {
    shell: Shell,
    back: String,
    name: String,
    number: String,
    how: ServiceEnd,
    ends: Vec<Line>,
    stays: Vec<Line>,
    offers: Vec<When>,
    issues: bool,
    waiting: bool,
    needs_second: bool,
}

struct Line {
    title: &'static str,
    badge: Badge,
    until: When,
}

#[get("/{place:staff|retirees}/{id}/end")]
async fn end_page(
    officer: May<SeePeople>,
    path: Path<(String, String)>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (_, id) = path.into_inner();
    let how = ServiceEnd::parse(&wanted.how).ok_or_else(Problem::not_found)?;
    let cascade = app.preview_end(&officer.tenant, &id, how).await?;
    let waiting = app.find_waiting_proposal(&officer.tenant.id, "end-service", &id).await;
    let place = if officer.tenant.has_staff() { Place::Staff } else { Place::Retirees };
    let untaken = cascade.offers.iter().filter(|offer| offer.holder_key.is_none());
    html(&EndPage {
        shell: shell(&officer, place),
        back: home(&officer, &id),
        name: cascade.subject.name,
        number: cascade.subject.number,
        how,
        ends: lines(&cascade.ends),
        stays: lines(&cascade.stays),
        offers: untaken.map(|offer| offer.created_at.into()).collect(),
        issues: officer.roles.may(Permission::Issue),
        waiting: waiting.map_err(|error| problem::store(&error))?.is_some(),
        needs_second: app
            .revoking_needs_second(&officer.actor())
            .await
            .map_err(|error| problem::store(&error))?,
    })
}

/// One line for each credential, however many formats it has.
fn lines(copies: &[CredentialCopy]) -> Vec<Line> {
    let mut lines = BTreeMap::new();
    for copy in copies {
        let key = (copy.configuration.credential_type, copy.offer_id.as_str());
        lines.entry(key).or_insert_with(|| Line {
            title: copy.configuration.credential_type.title(),
            badge: Badge::status(copy.status),
            until: copy.valid_until.into(),
        });
    }
    lines.into_values().collect()
}

fn home(officer: &super::session::Officer, id: &str) -> String {
    let place = if officer.tenant.has_staff() { "staff" } else { "retirees" };
    format!("/console/{place}/{id}")
}

#[derive(Deserialize)]
struct Ending {
    how: String,
    #[serde(default)]
    note: String,
    /// The box beside the sentence that it is final.
    sure: Option<String>,
}

#[post("/{place:staff|retirees}/{id}/end")]
async fn end_service(
    officer: May<Issue>,
    path: Path<(String, String)>,
    form: Form<Ending>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (_, id) = path.into_inner();
    let how = ServiceEnd::parse(&form.how).filter(|_| form.sure.is_some());
    let how = how.ok_or_else(|| Problem::bad_request("Say how the service ended, and that you are sure."))?;
    let note: String = form.note.trim().chars().take(LONGEST_NOTE).collect();
    let note = Some(note).filter(|note| !note.is_empty());
    let done = match app.end_service(&officer.actor(), &id, how, note).await? {
        Outcome::Done => "ended",
        Outcome::Waits(_) => "proposed",
    };
    Ok(see_other(&format!("{}?done={done}", home(&officer, &id))))
}

#[post("/{place:staff|retirees}/{id}/return")]
async fn return_to_service(
    officer: May<Issue>,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let (_, id) = path.into_inner();
    app.return_to_service(&officer.actor(), &id).await?;
    Ok(see_other(&format!("{}?done=returned", home(&officer, &id))))
}
