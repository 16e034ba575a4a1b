//! Who else works here, and a one-time link for a colleague.

use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use web::Problem;
use web::page::{Shell, html};

use super::session::Officer;
use super::view::{Place, When, shell};
use crate::app::Issuer;
use crate::http::problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_officers).service(invite);
}

#[derive(Template)]
#[template(path = "console/officers.html")]
struct OfficersPage {
    shell: Shell,
    organisation: String,
    officers: Vec<OfficerLine>,
    link: Option<String>,
}

struct OfficerLine {
    name: String,
    since: When,
    you: bool,
}

#[get("/officers")]
async fn list_officers(officer: Officer, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    page(&officer, &app, None).await
}

/// The link is shown in the answer itself and nowhere again: the database holds its fingerprint only.
#[post("/officers/links")]
async fn invite(officer: Officer, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let link = app.invite_officer(&officer.actor()).await.map_err(|error| problem::store(&error))?;
    page(&officer, &app, link.map(String::from)).await
}

async fn page(officer: &Officer, app: &Issuer, link: Option<String>) -> Result<HttpResponse, Problem> {
    let officers = app.list_officers(&officer.tenant.id).await.map_err(|error| problem::store(&error))?;
    html(&OfficersPage {
        shell: shell(officer, Place::Officers),
        organisation: officer.tenant.name.clone(),
        officers: officers
            .into_iter()
            .map(|known| OfficerLine {
                you: known.id == officer.id,
                name: known.name,
                since: known.created_at.into(),
            })
            .collect(),
        link,
    })
}
