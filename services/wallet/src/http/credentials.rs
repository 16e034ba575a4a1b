//! Held credentials, as JSON.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::web::Path;
use actix_web::{HttpResponse, delete, get, post};
use holding::held::SeenStatus;
use web::{Json, Problem};

use super::App;
use super::auth::SignedIn;
use super::offers::created;
use super::views::{
    CardChoice, CardView, CredentialList, CredentialStatusView, CredentialView, Empty, OfferView, StatusView,
    StatusesView,
};
use crate::app::credentials::Kept;
use crate::words::Words;

/// Everything the person holds, without claims.
#[utoipa::path(tag = "credentials", security(("session" = [])), responses(
    (status = 200, body = CredentialList), (status = "4XX", body = Problem)))]
#[get("/credentials")]
pub async fn list_credentials(app: App, person: SignedIn) -> Result<Json<CredentialList>, Problem> {
    let kept = app.wallet.credentials(&person.0).await?;
    let now = app.wallet.now();
    Ok(Json(CredentialList {
        credentials: kept.iter().map(|one| CredentialView::summary(one, now)).collect(),
    }))
}

#[utoipa::path(tag = "credentials", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = CredentialView), (status = "4XX", body = Problem)))]
#[get("/credentials/{id}")]
pub async fn show_credential(
    app: App,
    person: SignedIn,
    words: Words,
    id: Path<String>,
) -> Result<Json<CredentialView>, Problem> {
    let kept = app.wallet.credential(&person.0, &id).await?;
    let copies = app.wallet.copies(&person.0, &id).await?;
    Ok(Json(CredentialView::whole(&kept, app.wallet.now()).with_copies(copies).said(words)))
}

/// The issuer's mark on the credential, as it was when it came.
#[utoipa::path(tag = "credentials", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, content_type = "image/*", body = [u8]), (status = "4XX", body = Problem)))]
#[get("/credentials/{id}/logo")]
pub async fn show_logo(app: App, person: SignedIn, id: Path<String>) -> Result<HttpResponse, Problem> {
    let kept = app.wallet.credential(&person.0, &id).await?;
    let logo = kept.held.logo.as_ref().ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type(logo.kind.media_type())
        // Opened by itself it is inert: a drawing may hold scripts, and this is the wallet's own site.
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"))
        .insert_header((CACHE_CONTROL, "private, max-age=86400"))
        .body(logo.bytes.clone()))
}

/// Asks for the status now, and holds the answer against the chain.
#[utoipa::path(tag = "credentials", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, body = StatusView), (status = "4XX", body = Problem)))]
#[get("/credentials/{id}/status")]
pub async fn check_status(app: App, person: SignedIn, id: Path<String>) -> Result<Json<StatusView>, Problem> {
    let (_, seen) = app.wallet.check_standing(&person.0, &id).await?;
    Ok(Json(StatusView::from(&seen)))
}

/// Asks for the status of everything that is held, each status list once, and holds the answers against the chain.
#[utoipa::path(tag = "credentials", security(("session" = [])), responses(
    (status = 200, body = StatusesView), (status = "4XX", body = Problem)))]
#[get("/statuses")]
pub async fn check_statuses(app: App, person: SignedIn) -> Result<Json<StatusesView>, Problem> {
    let all = app.wallet.check_standings(&person.0).await?;
    let view = |(kept, seen): &(Kept, SeenStatus)| CredentialStatusView {
        credential_id: kept.row.id.clone(),
        status: seen.into(),
    };
    Ok(Json(StatusesView { statuses: all.iter().map(view).collect() }))
}

/// Makes a card to be printed, after a fresh proof of the person: whoever has it can show it until it ends or is withdrawn.
#[utoipa::path(tag = "credentials", security(("session" = [])), params(("id" = String, Path)), request_body = CardChoice,
    responses((status = 200, body = CardView), (status = "4XX", body = Problem)))]
#[post("/credentials/{id}/card")]
pub async fn print_card(
    app: App,
    person: SignedIn,
    words: Words,
    id: Path<String>,
    body: Json<CardChoice>,
) -> Result<Json<CardView>, Problem> {
    Ok(Json(CardView::new(app.wallet.print_card(&person.0, &id, &body.0.claims).await?, words)))
}

/// Begins to renew it, with whatever came by the same offer: go on with `accept` and `proofs` of the offer in the answer.
#[utoipa::path(tag = "receiving", security(("session" = [])), params(("id" = String, Path)), request_body = Empty,
    responses((status = 201, body = OfferView), (status = 200, body = OfferView, description = "begun before"),
    (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/credentials/{id}/renewal")]
pub async fn renew_credential(
    app: App,
    person: SignedIn,
    id: Path<String>,
    _body: Json<Empty>,
) -> Result<HttpResponse, Problem> {
    let (offer, new) = app.wallet.open_renewal(&person.0, &id).await?;
    Ok(HttpResponse::build(created(new)).json(OfferView::from(&offer)))
}

#[utoipa::path(tag = "credentials", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/credentials/{id}")]
pub async fn delete_credential(
    app: App,
    person: SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    app.wallet.remove_credential(&person.0, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
