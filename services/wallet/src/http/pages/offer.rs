//! The page of an offer, from the question to what came.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use web::Problem;
use web::page::html;

use super::entry::sign_in_first;
use super::frame::Frame;
use super::shown::{self, Card, OfferedLine, offered};
use crate::http::App;
use crate::http::auth::find_person;
use crate::http::views::OfferView;
use crate::words::Words;

pub fn configure(config: &mut ServiceConfig) {
    config.service(show_offer);
}

#[derive(Template)]
#[template(path = "offer.html")]
struct OfferPage {
    shell: Frame,
    words: Words,
    account: String,
    title: &'static str,
    received: bool,
    started: bool,
    waiting: bool,
    refused: bool,
    /// It is given to whoever signs in there, and the person has not yet.
    signs_in: bool,
    /// The person is back from there; the page goes on by itself.
    signed_in: bool,
    /// Signing in is another way, beside the code.
    may_sign_in: bool,
    /// Where nobody signs in anywhere.
    at_desk: bool,
    /// Somebody acts for the person, and the organisation gives it to the person alone.
    in_person: bool,
    offer: OfferView,
    offered: Vec<OfferedLine>,
    /// The chain does not accredit the issuer for something of it.
    unaccredited: bool,
    /// One certificate is among it in two forms.
    two_forms: bool,
    cards: Vec<Card>,
    /// What was received and can be kept on this phone for times without a network.
    keepable: Option<String>,
}

#[get("/offers/{id}")]
async fn show_offer(
    request: HttpRequest,
    app: App,
    words: Words,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(person) = find_person(&request).await? else { return sign_in_first(&request, &app) };
    let offer = app.wallet.offer(&person, &id).await?;
    let in_person = person.representative().is_some() && offer.reception.is_for_the_person_alone();
    let view = OfferView::from(&offer);
    let at_desk = person.desk.is_some();
    let now = app.wallet.now();
    let mut cards = Vec::new();
    let mut keepable = None;
    for row in &offer.stored {
        let kept = app.wallet.credential(&person, &row.id).await?;
        if kept.held.format == holding::dcql::SD_JWT && person.desk.is_none() {
            keepable.get_or_insert_with(|| row.id.clone());
        }
        cards.push(Card::new(&kept, now));
    }
    // What came was checked; before that the person reads whether they may give it.
    let received = view.state == "received";
    let accredited = if received { Vec::new() } else { app.wallet.accreditations(&offer.reception).await };
    let offered = offered(&view, &accredited);
    html(&OfferPage {
        shell: Frame::inside(&request, &app, &person, ""),
        words,
        account: person.account,
        title: match view.state.as_str() {
            "received" => "offer-received",
            "waiting" => "offer-waiting",
            "refused" => "offer-refused",
            _ => "offer-title",
        },
        received,
        started: view.state == "signing",
        signs_in: view.state == "opened" && view.sign_in == Some("needed"),
        signed_in: view.state == "opened" && view.sign_in == Some("done"),
        may_sign_in: view.state == "opened" && view.sign_in == Some("possible") && !at_desk,
        at_desk,
        waiting: view.state == "waiting",
        refused: view.state == "refused",
        in_person,
        unaccredited: offered.iter().any(|one| one.accredited == Some(false)),
        two_forms: shown::comes_in_two_forms(&offered),
        offered,
        offer: view,
        cards,
        keepable,
    })
}
