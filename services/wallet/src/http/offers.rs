//! Receiving credentials, as JSON.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, delete, get, post};
use holding::reception::{AuthorizationAnswer, MAX_CREDENTIALS, Source};
use web::{Json, Problem};

use super::App;
use super::auth::SignedIn;
use super::views::{
    Acceptance, AuthorizationBody, AuthorizationView, OfferLink, OfferStep, OfferView, SignaturesBody, Wish,
    to_sign,
};
use crate::app::offers::{OfferKeys, Step};
use crate::words::Words;

/// Opens an offer by reference or by value, or what the person wishes to have without an offer. The same offer opened again is the same offer.
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

/// Begins the sign-in at the issuer
///
/// OID4VCI 1.0, 5: the request is pushed where the issuer takes it so; the browser goes to the address, and comes back to
/// `/authorized`. Begun again, the earlier request is over.
#[utoipa::path(tag = "receiving", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = AuthorizationView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/offers/{id}/authorization")]
pub async fn begin_authorization(
    app: App,
    person: SignedIn,
    id: Path<String>,
    words: Words,
) -> Result<Json<AuthorizationView>, Problem> {
    let url = app.wallet.begin_authorization(&person.0, &id, words.language()).await?;
    Ok(Json(AuthorizationView { url: url.into() }))
}

/// Takes the answer with which the browser came back
///
/// The code is redeemed at once. The same answer again is the same offer.
#[utoipa::path(tag = "receiving", security(("session" = [])), request_body = AuthorizationBody, responses(
    (status = 200, body = OfferView), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/authorizations")]
pub async fn take_authorization(
    app: App,
    person: SignedIn,
    body: Json<AuthorizationBody>,
) -> Result<Json<OfferView>, Problem> {
    let AuthorizationBody { state, code, iss, error } = body.0;
    let answer = AuthorizationAnswer { state: Some(state), code, iss, error };
    Ok(Json(OfferView::from(&app.wallet.take_authorization(&person.0, &answer).await?)))
}

/// OID4VCI 4.1: exactly one of the two parameters; or a wish.
fn source(link: OfferLink) -> Result<Source, Problem> {
    match (link.credential_offer_uri, link.credential_offer, link.wish) {
        (Some(uri), None, None) => Ok(Source::Reference(uri)),
        (None, Some(offer), None) => Ok(Source::Value(offer)),
        (None, None, Some(wish)) => chosen(wish),
        _ => Err(Problem::bad_request("Give one of credentialOfferUri, credentialOffer and wish.")),
    }
}

fn chosen(wish: Wish) -> Result<Source, Problem> {
    let Wish { credential_issuer: issuer, credential_configuration_ids: configurations, attempt } = wish;
    let named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !((16..=64).contains(&attempt.len()) && attempt.bytes().all(named)) {
        return Err(Problem::bad_request("attempt has 16 to 64 letters, digits and hyphens."));
    }
    if !(1..=MAX_CREDENTIALS).contains(&configurations.len()) {
        return Err(Problem::bad_request("Name 1 to 16 credential configurations."));
    }
    Ok(Source::Chosen { issuer, configurations, attempt })
}

pub fn created(new: bool) -> StatusCode {
    if new { StatusCode::CREATED } else { StatusCode::OK }
}
