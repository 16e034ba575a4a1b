//! Officers, and recovery with their help.

use actix_web::web::Path;
use actix_web::{HttpResponse, delete, get, post};
use holding::recovery::RecoveryCode;
use serde_json::Value;
use web::{Json, Problem};

use super::App;
use super::auth::{Device, SignedIn};
use super::request_cookie;
use super::views::{
    Agreement, Empty, HelpAsked, HelpCode, HelpView, NewOfficer, OfficerLinkView, Refusal, WalletNumber,
};
use crate::app::assisted::Help;

/// Begins to ask two officers for help: options for a passkey on the new device, which opens nothing yet.
#[utoipa::path(tag = "account", request_body = WalletNumber, responses(
    (status = 200, body = Object, description = "PublicKeyCredentialCreationOptionsJSON in `publicKey`"),
    (status = "4XX", body = Problem)))]
#[post("/v1/assisted-recovery/options")]
pub async fn assisted_options(app: App, body: Json<WalletNumber>) -> Result<Json<Value>, Problem> {
    Ok(Json(app.wallet.start_assisted(&body.0.wallet).await?))
}

/// Asks for help with the browser's RegistrationResponseJSON. The person reads `code` to an officer. A cookie of the page
/// `/recover/help` keeps both on this device.
#[utoipa::path(tag = "account", request_body = Object, responses(
    (status = 201, body = HelpAsked), (status = "4XX", body = Problem)))]
#[post("/v1/assisted-recovery")]
pub async fn ask_for_help(app: App, device: Device, body: Json<Value>) -> Result<HttpResponse, Problem> {
    let (help, code) = app.wallet.ask_for_help(&body.0, &device.0).await?;
    Ok(asked_here(&app, &help, &code))
}

/// The answer to whoever asked, kept on this device.
pub fn asked_here(app: &App, help: &Help, code: &RecoveryCode) -> HttpResponse {
    let asked = HelpAsked { id: help.row.id.clone(), code: code.to_string(), help: help.into() };
    let cookie = request_cookie::keep(app, &asked.id, &asked.code);
    HttpResponse::Created().cookie(cookie).json(asked)
}

/// How a request stands. Its identifier is known to the device that asked.
#[utoipa::path(tag = "account", params(("id" = String, Path)), responses(
    (status = 200, body = HelpView), (status = "4XX", body = Problem)))]
#[get("/v1/assisted-recovery/{id}")]
pub async fn show_help(app: App, id: Path<String>) -> Result<Json<HelpView>, Problem> {
    Ok(Json((&app.wallet.help(&id).await?).into()))
}

/// Withdraws a request, by the device that asked; one that has ended is only put away.
#[utoipa::path(tag = "account", params(("id" = String, Path)), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/v1/assisted-recovery/{id}")]
pub async fn withdraw_help(app: App, id: Path<String>) -> Result<HttpResponse, Problem> {
    app.wallet.withdraw_help(&id).await?;
    Ok(HttpResponse::NoContent().cookie(request_cookie::removal(&app)).finish())
}

/// Stops what officers agreed to for this wallet.
#[utoipa::path(tag = "account", security(("session" = [])), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/assisted-recovery")]
pub async fn stop_help(app: App, person: SignedIn) -> Result<HttpResponse, Problem> {
    app.wallet.stop_help(&person.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Redeems a one-time link: whoever is signed in by a passkey becomes an officer under this name.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = NewOfficer, responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[post("/officers")]
pub async fn become_officer(
    app: App,
    person: SignedIn,
    body: Json<NewOfficer>,
) -> Result<HttpResponse, Problem> {
    app.wallet.become_officer(&person.0, &body.0.link, &body.0.name).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A one-time link for a colleague, good for three days.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = Empty, responses(
    (status = 201, body = OfficerLinkView), (status = "4XX", body = Problem)))]
#[post("/officers/invitations")]
pub async fn invite_officer(app: App, person: SignedIn, _body: Json<Empty>) -> Result<HttpResponse, Problem> {
    let link = app.wallet.invite_officer(&person.0).await?;
    Ok(HttpResponse::Created().json(OfficerLinkView { link }))
}

/// The request whose code a person reads to this officer.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = HelpCode, responses(
    (status = 200, body = HelpAsked), (status = "4XX", body = Problem)))]
#[post("/officers/recoveries")]
pub async fn find_help(app: App, person: SignedIn, body: Json<HelpCode>) -> Result<Json<HelpAsked>, Problem> {
    let help = app.wallet.find_help(&person.0, &body.0.code).await?;
    Ok(Json(HelpAsked { id: help.row.id.clone(), code: body.0.code, help: (&help).into() }))
}

/// Agrees, and says how this officer knows the person.
#[utoipa::path(tag = "officers", security(("session" = [])), params(("id" = String, Path)), request_body = Agreement,
    responses((status = 200, body = HelpView), (status = "4XX", body = Problem)))]
#[post("/officers/recoveries/{id}/approval")]
pub async fn approve_help(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<Agreement>,
) -> Result<Json<HelpView>, Problem> {
    let Agreement { code, seen } = body.0;
    Ok(Json((&app.wallet.approve_help(&person.0, &id, &code, &seen).await?).into()))
}

/// Says no, and why; one is enough.
#[utoipa::path(tag = "officers", security(("session" = [])), params(("id" = String, Path)), request_body = Refusal,
    responses((status = 200, body = HelpView), (status = "4XX", body = Problem)))]
#[post("/officers/recoveries/{id}/refusal")]
pub async fn refuse_help(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<Refusal>,
) -> Result<Json<HelpView>, Problem> {
    Ok(Json((&app.wallet.refuse_help(&person.0, &id, &body.0.why).await?).into()))
}
