//! The desk of an officer: wallets that this service keeps for people without a phone.

use actix_web::http::header::HeaderName;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, delete, post};
use web::page::see_other;
use web::{Json, Problem};

use super::App;
use super::auth::{SignedIn, desk_cookie, desk_removal, find_person, station};
use super::resting::{self, DESK};
use super::views::{
    DeskPresence, DeskReset, DeskSignatures, DeskView, DeskVisit, DeskWork, NewCustody, presence,
};
use crate::app::Person;
use crate::app::custody::Entered;
use crate::app::desk_keys::KeyUse;
use crate::words::Words;

/// Opens a wallet for somebody without a phone, who types the PIN, and enters it: a cookie of this device leads there until the
/// person has finished. The number is for the person to keep.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = NewCustody, responses(
    (status = 201, body = DeskView), (status = "4XX", body = Problem)))]
#[post("/officers/wallets")]
pub async fn open_custody(
    app: App,
    person: SignedIn,
    words: Words,
    body: Json<NewCustody>,
) -> Result<HttpResponse, Problem> {
    let entered = app.wallet.open_custody(&person.0, &body.0.pin, words.language()).await?;
    Ok(at_desk(&app, HttpResponse::Created(), entered))
}

/// The person comes back to a desk: the wallet's number, and the PIN that the person types.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = DeskVisit, responses(
    (status = 200, body = DeskView), (status = "4XX", body = Problem)))]
#[post("/officers/desk")]
pub async fn enter_custody(
    app: App,
    person: SignedIn,
    body: Json<DeskVisit>,
) -> Result<HttpResponse, Problem> {
    let entered = app.wallet.enter_custody(&person.0, &body.0.wallet, &body.0.pin).await?;
    Ok(at_desk(&app, HttpResponse::Ok(), entered))
}

/// The PIN is forgotten: with the recovery code the person sets another one, and the visit begins. The code is used up.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = DeskReset, responses(
    (status = 200, body = DeskView), (status = "4XX", body = Problem)))]
#[post("/officers/desk/pin")]
pub async fn reset_at_desk(
    app: App,
    person: SignedIn,
    body: Json<DeskReset>,
) -> Result<HttpResponse, Problem> {
    let entered = app.wallet.reset_at_desk(&person.0, &body.0.code, &body.0.pin).await?;
    Ok(at_desk(&app, HttpResponse::Ok(), entered))
}

/// A fresh proof of the person at the desk: for ten minutes this session may do what cannot be undone.
#[utoipa::path(tag = "account", security(("session" = [])), request_body = DeskPresence, responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[post("/desk/proof")]
pub async fn prove_at_desk(
    app: App,
    person: SignedIn,
    body: Json<DeskPresence>,
) -> Result<HttpResponse, Problem> {
    let shown = presence(body.0.pin.as_ref(), body.0.assertion.as_ref())?;
    app.wallet.prove_at_desk(&person.0, KeyUse::Proof, shown).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Signs with the kept key what stands prepared in an offer or a presentation; the person's PIN, or their card or key, is needed each time. The answer goes
/// where a device's signatures go.
#[utoipa::path(tag = "account", security(("session" = [])), request_body = DeskWork, responses(
    (status = 200, body = DeskSignatures), (status = "4XX", body = Problem)))]
#[post("/desk/signatures")]
pub async fn sign_at_desk(
    app: App,
    person: SignedIn,
    body: Json<DeskWork>,
) -> Result<Json<DeskSignatures>, Problem> {
    let DeskWork { of, id, pin, assertion } = body.0;
    let shown = presence(pin.as_ref(), assertion.as_ref())?;
    Ok(Json(app.wallet.sign_at_desk(&person.0, of.into(), &id, shown).await?.into()))
}

/// Ends the visit. The officer's own session goes on.
#[utoipa::path(tag = "account", security(("session" = [])), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/desk")]
pub async fn leave_desk(app: App, person: SignedIn) -> Result<HttpResponse, Problem> {
    let desk = person.0.desk.as_ref().ok_or_else(Problem::not_found)?;
    app.wallet.end_session(&person.0, "current").await?;
    let forgotten = forgotten(desk.station.is_some());
    let closed = resting::cookie(&app);
    Ok(HttpResponse::NoContent().insert_header(forgotten).cookie(desk_removal(&app)).cookie(closed).finish())
}

/// The button that is on every page of a visit.
#[post("/desk/finish")]
pub async fn finish(request: HttpRequest, app: App, form: Bytes) -> Result<HttpResponse, Problem> {
    match find_person(&request).await?.filter(|person| person.desk.is_some()) {
        Some(person) => {
            app.wallet.end_session(&person, "current").await?;
            // The page has wiped everything but the proofs that wait sealed for the line, which would go with the storage.
            let waiting = form.as_ref() == b"waiting=yes";
            to_desk(&app, !waiting && person.desk.is_some_and(|desk| desk.station.is_some()))
        }
        // It is over already.
        None => to_desk(&app, station(&request, &app).await?.is_some()),
    }
}

/// Ends a visit and leads back to the officer's page.
pub async fn finish_visit(app: &App, person: &Person) -> Result<HttpResponse, Problem> {
    app.wallet.end_session(person, "current").await?;
    to_desk(app, person.desk.as_ref().is_some_and(|desk| desk.station.is_some()))
}

fn to_desk(app: &App, station: bool) -> Result<HttpResponse, Problem> {
    let mut response = see_other(DESK);
    for cookie in [desk_removal(app), resting::cookie(app)] {
        response.add_cookie(&cookie).map_err(|error| Problem::bad_request(error.to_string()))?;
    }
    let (name, value) = forgotten(station);
    response.headers_mut().insert(name, actix_web::http::header::HeaderValue::from_static(value));
    Ok(response)
}

/// The cookie that leads to the person's wallet until the visit ends.
pub fn at_desk(app: &App, mut response: actix_web::HttpResponseBuilder, entered: Entered) -> HttpResponse {
    let cookie = desk_cookie(app, &entered.session);
    response.cookie(cookie).json(DeskView { number: entered.number })
}

/// What the browser kept of the pages of the visit (Clear-Site-Data 3.1). A station is shared, so its storage, databases and
/// workers go after each person. Elsewhere storage holds keys of the officer's own and none of the person's.
fn forgotten(station: bool) -> (HeaderName, &'static str) {
    let what = if station { "\"cache\", \"storage\"" } else { "\"cache\"" };
    (HeaderName::from_static("clear-site-data"), what)
}
