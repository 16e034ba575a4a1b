//! The pages on which a person turns to an organisation that offered nothing yet.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use web::Problem;
use web::page::html;

use super::entry::sign_in_first;
use super::frame::Frame;
use crate::app::catalogue::{Catalogue, Choice};
use crate::http::App;
use crate::http::auth::find_person;
use crate::http::problem::remote;
use crate::http::views::PartyView;
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_organisations).service(show_organisation);
}

#[derive(Template)]
#[template(path = "organisations.html")]
struct OrganisationsPage {
    shell: Frame,
    words: Words,
    account: String,
    organisations: Vec<Line>,
}

/// An organisation of the list; one that cannot be reached has its address alone.
struct Line {
    place: usize,
    issuer: String,
    party: Option<PartyView>,
}

#[derive(Template)]
#[template(path = "organisation.html")]
struct OrganisationPage {
    shell: Frame,
    words: Words,
    account: String,
    issuer: String,
    party: PartyView,
    choices: Vec<Choice>,
}

#[get("/organisations")]
async fn list_organisations(request: HttpRequest, app: App, words: Words) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let listed = app.wallet.list_issuers().await.into_iter();
    let line = |one: crate::app::catalogue::Listed| Line {
        place: one.place,
        issuer: one.issuer,
        party: one.party.as_ref().map(PartyView::from),
    };
    html(&OrganisationsPage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        organisations: listed.map(line).collect(),
    })
}

#[get("/organisations/{place}")]
async fn show_organisation(
    request: HttpRequest,
    app: App,
    words: Words,
    place: Path<usize>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let found = app.wallet.catalogue(*place).await;
    let found = found.map_err(|error| remote(&error, "The organisation"))?;
    let Catalogue { issuer, party, choices } = found.ok_or_else(Problem::not_found)?;
    html(&OrganisationPage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        party: (&party).into(),
        issuer,
        choices,
    })
}
