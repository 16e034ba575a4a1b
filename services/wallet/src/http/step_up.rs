//! A fresh proof of the person, and the names they give to their things.

use actix_web::web::Path;
use actix_web::{HttpResponse, patch, post};
use serde_json::Value;
use web::{Json, Problem};

use super::App;
use super::auth::SignedIn;
use super::views::{Empty, NewName};

/// Begins a fresh proof with one of the account's passkeys.
#[utoipa::path(tag = "account", security(("session" = [])), request_body = Empty, responses(
    (status = 200, body = Object, description = "PublicKeyCredentialRequestOptionsJSON in `publicKey`"),
    (status = "4XX", body = Problem)))]
#[post("/step-up/options")]
pub async fn step_up_options(app: App, person: SignedIn, _body: Json<Empty>) -> Result<Json<Value>, Problem> {
    Ok(Json(app.wallet.start_step_up(&person.0).await?))
}

/// Ends it with the browser's AuthenticationResponseJSON: for ten minutes this session may do what cannot be undone.
#[utoipa::path(tag = "account", security(("session" = [])), request_body = Object, responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[post("/step-up")]
pub async fn step_up(app: App, person: SignedIn, body: Json<Value>) -> Result<HttpResponse, Problem> {
    app.wallet.step_up(&person.0, &body.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives a passkey a name of the person's own.
#[utoipa::path(tag = "account", security(("session" = [])), params(("id" = String, Path)), request_body = NewName,
    responses((status = 204), (status = "4XX", body = Problem)))]
#[patch("/passkeys/{id}")]
pub async fn name_passkey(
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<NewName>,
) -> Result<HttpResponse, Problem> {
    app.wallet.name_passkey(&person.0, &id, &body.0.name).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives a device a name of the person's own.
#[utoipa::path(tag = "account", security(("session" = [])), params(("thumbprint" = String, Path)),
    request_body = NewName, responses((status = 204), (status = "4XX", body = Problem)))]
#[patch("/device-keys/{thumbprint}")]
pub async fn name_device(
    app: App,
    person: SignedIn,
    thumbprint: Path<String>,
    body: Json<NewName>,
) -> Result<HttpResponse, Problem> {
    app.wallet.name_device(&person.0, &thumbprint, &body.0.name).await?;
    Ok(HttpResponse::NoContent().finish())
}
