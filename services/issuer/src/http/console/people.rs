//! The staff list and the page of one person.

mod credentials;
mod history;
mod person;

use actix_web::web::{Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::{CredentialType, Permission, Reissue};
use person::person_page;
use serde::Deserialize;
use serde_json::{Map, Value};
use store_issuer::SubjectRow;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::session::{Issue, May, SeePeople};
use super::view::{Badge, Find, LINES, Place, counted, page_of, shell};
use crate::app::{Filter, Issuer, Page, PersonState};

pub(super) use person::refuse_picture;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_people).service(person_page).service(offer_again);
}

#[derive(Template)]
#[template(path = "console/people.html")]
struct PeoplePage {
    shell: Shell,
    words: String,
    total: String,
    rows: Vec<PersonRow>,
    next: Option<String>,
    first: bool,
    states: Vec<(&'static str, &'static str, bool)>,
    station: String,
    narrowed: bool,
    issues: bool,
}

struct PersonRow {
    id: String,
    name: String,
    original: Option<String>,
    number: String,
    title: String,
    grade: String,
    station: String,
    badge: Badge,
}

#[get("/staff")]
async fn list_people(
    officer: May<SeePeople>,
    find: Query<Find>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let words = find.words();
    let filter = narrowed(&find);
    let (limit, after) = (LINES + 1, find.after.clone());
    let page = Page { query: words.clone(), after, limit, filter: filter.clone() };
    let (rows, more) = page_of(app.list_subjects(&officer.tenant, &page).await?);
    let total = app.count_subjects(&officer.tenant, words.as_deref(), &filter).await?;
    let next = rows.last().filter(|_| more).map(|last| find.next("/console/staff", &last.subject.number));
    html(&PeoplePage {
        shell: shell(&officer, Place::Staff),
        words: words.unwrap_or_default(),
        total: counted(total, "person", "people"),
        rows: rows.iter().map(PersonRow::from).collect(),
        next,
        first: find.after.is_none(),
        states: PersonState::ALL
            .map(|state| (state.as_str(), state_title(state), filter.state == Some(state)))
            .into(),
        station: filter.station.clone().unwrap_or_default(),
        narrowed: filter.state.is_some() || filter.station.is_some(),
        issues: officer.roles.may(Permission::Issue),
    })
}

/// What the form beside the search says; a word that is none narrows nothing.
fn narrowed(find: &Find) -> Filter {
    let station = find.station.as_deref().map(str::trim).filter(|station| !station.is_empty());
    Filter {
        state: find.state.as_deref().and_then(PersonState::parse),
        station: station.map(|station| station.chars().take(80).collect()),
    }
}

const fn state_title(state: PersonState) -> &'static str {
    match state {
        PersonState::Valid => "Valid",
        PersonState::Offered => "Offered, not taken",
        PersonState::Suspended => "Suspended",
        PersonState::Revoked => "Revoked",
        PersonState::Nothing => "Nothing offered",
        PersonState::Ended => "Service ended",
    }
}

impl From<&SubjectRow> for PersonRow {
    fn from(row: &SubjectRow) -> Self {
        let claims = &row.subject.claims;
        Self {
            id: row.subject.id.clone(),
            name: row.subject.name.clone(),
            original: Some(text(claims, "alternateName")).filter(|name| !name.is_empty()),
            number: row.subject.number.clone(),
            title: text(claims, "jobTitle"),
            grade: text(claims, "gradeLevel"),
            station: text(claims, "dutyStation"),
            badge: match row.valid + row.suspended {
                0 if row.ended => ENDED,
                _ => Badge::person(row.offer, row.valid, row.suspended, row.revoked),
            },
        }
    }
}

pub(super) fn text(claims: &Map<String, Value>, claim: &str) -> String {
    claims.get(claim).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Nothing is left that hangs on the service.
const ENDED: Badge = Badge { class: "plain", text: "Service ended" };

#[derive(Deserialize)]
struct OfferForm {
    employment: Option<String>,
    why: Option<String>,
}

#[post("/staff/{id}/offers")]
async fn offer_again(
    officer: May<Issue>,
    id: Path<String>,
    form: Form<OfferForm>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let employment = form.employment.as_ref().map(|_| CredentialType::Employment);
    let types = [CredentialType::StaffIdentity].into_iter().chain(employment).collect();
    let why = form.why.as_deref().map_or(Some(Reissue::First), Reissue::parse);
    let why = why.ok_or_else(|| Problem::bad_request("Choose why new credentials are offered."))?;
    let offer = app.offer_again(&officer.actor(), &id, types, why).await?;
    Ok(see_other(&format!("/console/offers/{}?done=made", offer.offer_id)))
}
