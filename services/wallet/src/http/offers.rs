//! Receiving credentials, as JSON.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, delete, get, post};
use holding::reception::Source;
use web::{Json, Problem};

use super::App;
use super::auth::SignedIn;
use super::views::{Acceptance, OfferLink, OfferStep, OfferView, SignaturesBody, to_sign};
use crate::app::offers::{OfferKeys, Step};

/// Opens an offer by reference or by value. The same offer opened again is the same offer.
#[utoipa::path(tag = "receiving", security(("session" = [])), request_body = OfferLink, responses(
    (status = 201, body = OfferView), (status = 200, body = OfferView, description = "opened before"),
    (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/offers")]
pub async fn open_offer(app: App, person: SignedIn, body: Json<OfferLink>) -> Result<HttpResponse, Problem> {
    let source = source(body.0)?;
    let (offer, new) = app.wallet.open_offer(&person.0, source).await?;
    Ok(HttpResponse::build(created(new)).json(OfferView::from(&offer)))
}

#[utoipa::path(tag = "receiving", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = OfferView), (status = "4XX", body = Problem)))]
#[get("/offers/{id}")]
pub async fn show_offer(app: App, person: SignedIn, id: Path<String>) -> Result<Json<OfferView>, Problem> {
    Ok(Json(OfferView::from(&app.wallet.offer(&person.0, &id).await?)))
}

/// Gets the permission to fetch the credentials and gives the key proofs to sign.
#[utoipa::path(tag = "receiving", security(("session" = [])), params(("id" = String, Path)),
    request_body = Acceptance, responses(
    (status = 200, body = OfferStep), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/offers/{id}/accept")]
pub async fn accept_offer(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<Acceptance>,
) -> Result<Json<OfferStep>, Problem> {
    let Acceptance { device_key, tx_code, copy_keys } = body.0;
    let keys = OfferKeys { device: &device_key, copies: &copy_keys };
    Ok(Json(step(app.wallet.accept_offer(&person.0, &id, keys, tx_code.as_deref()).await?)))
}

/// Sends the signed key proofs; what comes is verified and stored. `toSign` in the answer: sign again.
#[utoipa::path(tag = "receiving", security(("session" = [])), params(("id" = String, Path)),
    request_body = SignaturesBody, responses(
    (status = 200, body = OfferStep), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/offers/{id}/proofs")]
pub async fn prove_offer(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<SignaturesBody>,
) -> Result<Json<OfferStep>, Problem> {
    Ok(Json(step(app.wallet.prove(&person.0, &id, &body.0.by_id()).await?)))
}

/// Forgets an offer. Credentials that came from it stay.
#[utoipa::path(tag = "receiving", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/offers/{id}")]
pub async fn decline_offer(app: App, person: SignedIn, id: Path<String>) -> Result<HttpResponse, Problem> {
    app.wallet.decline_offer(&person.0, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn step(step: Step) -> OfferStep {
    OfferStep { offer: OfferView::from(&step.offer), to_sign: to_sign(step.to_sign, "keyProof") }
}

/// OID4VCI 4.1: exactly one of the two parameters.
fn source(link: OfferLink) -> Result<Source, Problem> {
    match (link.credential_offer_uri, link.credential_offer) {
        (Some(uri), None) => Ok(Source::Reference(uri)),
        (None, Some(offer)) => Ok(Source::Value(offer)),
        _ => Err(Problem::bad_request("Give either credentialOfferUri or credentialOffer.")),
    }
}

pub fn created(new: bool) -> StatusCode {
    if new { StatusCode::CREATED } else { StatusCode::OK }
}
