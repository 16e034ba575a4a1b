//! Presenting credentials, as JSON.

use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use web::{Json, Problem};

use super::App;
use super::auth::SignedIn;
use super::offers::created;
use super::views::{
    Consent, Empty, PresentationResult, PresentationStep, PresentationView, RequestLink, SignaturesBody,
    to_sign,
};
use crate::app::verifiers::Link;

/// Opens a presentation request: fetched, verified, matched with what the person holds.
#[utoipa::path(tag = "presenting", security(("session" = [])), request_body = RequestLink, responses(
    (status = 201, body = PresentationView), (status = 200, body = PresentationView, description = "opened before"),
    (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/presentations")]
pub async fn open_presentation(
    app: App,
    person: SignedIn,
    body: Json<RequestLink>,
) -> Result<HttpResponse, Problem> {
    let (asked, new) = app.wallet.open_presentation(&person.0, &link(body.0)?).await?;
    Ok(HttpResponse::build(created(new)).json(PresentationView::new(&asked, app.wallet.now())))
}

#[utoipa::path(tag = "presenting", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = PresentationView), (status = "4XX", body = Problem)))]
#[get("/presentations/{id}")]
pub async fn show_presentation(
    app: App,
    person: SignedIn,
    id: Path<String>,
) -> Result<Json<PresentationView>, Problem> {
    let asked = app.wallet.presentation(&person.0, &id).await?;
    Ok(Json(PresentationView::new(&asked, app.wallet.now())))
}

/// The person consents; gives the bytes to sign.
#[utoipa::path(tag = "presenting", security(("session" = [])), params(("id" = String, Path)),
    request_body = Consent, responses(
    (status = 200, body = PresentationStep), (status = "4XX", body = Problem)))]
#[post("/presentations/{id}/prepare")]
pub async fn prepare_presentation(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<Consent>,
) -> Result<Json<PresentationStep>, Problem> {
    let sets = body.0.claim_sets();
    let (asked, items) = app.wallet.prepare_presentation(&person.0, &id, body.0.selection(), &sets).await?;
    let presentation = PresentationView::new(&asked, app.wallet.now());
    Ok(Json(PresentationStep { presentation, to_sign: to_sign(items, "presentation") }))
}

/// Completes and sends the answer. With no signatures: sends the stored answer again.
#[utoipa::path(tag = "presenting", security(("session" = [])), params(("id" = String, Path)),
    request_body = SignaturesBody, responses(
    (status = 200, body = PresentationResult), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/presentations/{id}/submit")]
pub async fn submit_presentation(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<SignaturesBody>,
) -> Result<Json<PresentationResult>, Problem> {
    let asked = app.wallet.submit_presentation(&person.0, &id, &body.0.by_id()).await?;
    Ok(Json(PresentationResult::new(&asked, app.wallet.now())))
}

/// Says no.
#[utoipa::path(tag = "presenting", security(("session" = [])), params(("id" = String, Path)),
    request_body = Empty, responses(
    (status = 200, body = PresentationResult), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/presentations/{id}/refuse")]
pub async fn refuse_presentation(
    app: App,
    person: SignedIn,
    id: Path<String>,
    _body: Json<Empty>,
) -> Result<Json<PresentationResult>, Problem> {
    let asked = app.wallet.refuse_presentation(&person.0, &id).await?;
    Ok(Json(PresentationResult::new(&asked, app.wallet.now())))
}

fn link(given: RequestLink) -> Result<Link, Problem> {
    let by_post = by_post(given.request_uri_method.as_deref())?;
    match (given.client_id, given.request_uri, given.query) {
        (Some(client_id), Some(request_uri), None) => {
            Ok(Link::ByReference { client_id, request_uri, by_post })
        }
        (None, None, Some(query)) if given.request_uri_method.is_none() => Ok(Link::ByValue { query }),
        _ => Err(Problem::bad_request("Send clientId and requestUri, or the query of the link.")),
    }
}

/// OID4VP 5.1: `request_uri_method` is case-sensitive and has two values.
fn by_post(method: Option<&str>) -> Result<bool, Problem> {
    match method {
        None | Some("get") => Ok(false),
        Some("post") => Ok(true),
        Some(_) => Err(Problem::bad_request("requestUriMethod is get or post.")),
    }
}
