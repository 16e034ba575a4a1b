//! The page on which a card is made and printed.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use clock::Timestamp;
use web::Problem;
use web::page::html;

use super::entry::sign_in_first;
use super::frame::Frame;
use crate::app::cards::choices;
use crate::http::App;
use crate::http::auth::find_person;
use crate::http::views::ClaimView;
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(print_card);
}

#[derive(Template)]
#[template(path = "card.html")]
struct CardPage {
    shell: Frame,
    words: Words,
    account: String,
    id: String,
    name: String,
    issuer: String,
    valid_until: Option<Timestamp>,
    /// Everything of it stands on the card.
    whole: bool,
    choices: Vec<CardLine>,
}

/// A claim that may be chosen.
struct CardLine {
    name: String,
    claim: ClaimView,
}

#[get("/credentials/{id}/card")]
async fn print_card(
    request: HttpRequest,
    app: App,
    words: Words,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let kept = app.wallet.credential(&person, &id).await?;
    let lines = choices(&kept).into_iter().map(|(name, claim)| CardLine { name, claim: (&claim).into() });
    html(&CardPage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        id: kept.row.id.clone(),
        name: kept.held.name.clone(),
        issuer: kept.held.issuer.name().to_owned(),
        valid_until: kept.held.valid_until,
        whole: kept.held.is_whole(),
        // A picture takes more room than a card has.
        choices: lines.filter(|line| !line.claim.is_picture()).collect(),
    })
}
