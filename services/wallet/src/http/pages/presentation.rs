//! The page on which a person sees who asks, and decides.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use holding::assurance::Assurance;
use web::Problem;
use web::page::html;

use super::consent::{Choice, choices, missing};
use super::entry::sign_in_first;
use super::frame::Frame;
use super::shared;
use crate::http::App;
use crate::http::auth::find_person;
use crate::http::views::PresentationView;
use crate::words::{Sentence, Words};

pub fn configure(config: &mut ServiceConfig) {
    config.service(show_presentation);
}

#[derive(Template)]
#[template(path = "presentation.html")]
struct PresentationPage {
    shell: Frame,
    words: Words,
    account: String,
    view: PresentationView,
    choices: Vec<Choice>,
    missing: Vec<String>,
    /// How long the other side says that it keeps it.
    keeps: Sentence,
    deciding: bool,
    /// Nobody vouches for who asks: "No" is the first button.
    unknown_asker: bool,
    expired: bool,
    /// They refuse an answer after a PIN, and it was one.
    passkey_first: bool,
    /// Somebody acts for the person, and the verifier takes an answer from the person alone.
    in_person: bool,
}

#[get("/presentations/{id}")]
async fn show_presentation(
    request: HttpRequest,
    app: App,
    words: Words,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let asked = app.wallet.presentation(&person, &id).await?;
    let now = app.wallet.now();
    let view = PresentationView::new(&asked, now);
    let passkey_first =
        asked.presentation.request.wants_passkey && person.session.assurance < Assurance::Passkey;
    let in_person = asked.presentation.request.refuses_representative && person.representative().is_some();
    html(&PresentationPage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        choices: choices(&view, words),
        missing: missing(words, &asked),
        keeps: shared::keeps(words, asked.presentation.request.keeps_seconds),
        deciding: view.state == "asked",
        unknown_asker: !view.verifier.proven && !view.verifier.certified,
        expired: view.expires_at <= now,
        passkey_first,
        in_person,
        view,
    })
}
