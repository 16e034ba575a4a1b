//! Cards and security keys of people without a phone, in the place of the PIN.

use actix_web::web::Path;
use actix_web::{HttpResponse, delete, get, post};
use serde_json::Value;
use web::{Json, Problem};

use super::App;
use super::auth::SignedIn;
use super::desk::at_desk;
use super::views::{DeskKeyView, DeskKeysView, DeskView, KeyUseBody, WalletNumber};

/// Options for a card or key of the person's own; needs a fresh proof of the person.
#[utoipa::path(tag = "account", security(("session" = [])), responses(
    (status = 200, body = Object, description = "PublicKeyCredentialCreationOptionsJSON in `publicKey`"),
    (status = "4XX", body = Problem)))]
#[post("/desk/keys/options")]
pub async fn desk_key_options(app: App, person: SignedIn) -> Result<Json<Value>, Problem> {
    Ok(Json(app.wallet.start_desk_key(&person.0).await?))
}

/// Adds it, with the browser's RegistrationResponseJSON.
#[utoipa::path(tag = "account", security(("session" = [])), request_body = Object, responses(
    (status = 201, body = DeskKeyView), (status = "4XX", body = Problem)))]
#[post("/desk/keys")]
pub async fn add_desk_key(app: App, person: SignedIn, body: Json<Value>) -> Result<HttpResponse, Problem> {
    let key = app.wallet.add_desk_key(&person.0, &body.0).await?;
    Ok(HttpResponse::Created().json(DeskKeyView::from(&key)))
}

#[utoipa::path(tag = "account", security(("session" = [])), responses(
    (status = 200, body = DeskKeysView), (status = "4XX", body = Problem)))]
#[get("/desk/keys")]
pub async fn list_desk_keys(app: App, person: SignedIn) -> Result<Json<DeskKeysView>, Problem> {
    let known = app.wallet.desk_keys(&person.0).await?;
    Ok(Json(DeskKeysView { keys: known.iter().map(DeskKeyView::from).collect() }))
}

/// Removes one; it is of no use from then on.
#[utoipa::path(tag = "account", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/desk/keys/{id}")]
pub async fn remove_desk_key(app: App, person: SignedIn, id: Path<String>) -> Result<HttpResponse, Problem> {
    app.wallet.remove_desk_key(&person.0, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A challenge for the person's card or key, for one act: the answer goes there in the place of the PIN.
#[utoipa::path(tag = "account", security(("session" = [])), request_body = KeyUseBody, responses(
    (status = 200, body = Object, description = "PublicKeyCredentialRequestOptionsJSON in `publicKey`"),
    (status = "4XX", body = Problem)))]
#[post("/desk/key/options")]
pub async fn desk_key_use_options(
    app: App,
    person: SignedIn,
    body: Json<KeyUseBody>,
) -> Result<Json<Value>, Problem> {
    let asked = body.into_inner();
    Ok(Json(app.wallet.start_key_use(&person.0, asked.read()?).await?))
}

/// The person comes with their card or key: a challenge for those of this wallet.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = WalletNumber, responses(
    (status = 200, body = Object, description = "PublicKeyCredentialRequestOptionsJSON in `publicKey`"),
    (status = "4XX", body = Problem)))]
#[post("/officers/desk/key/options")]
pub async fn visit_by_key_options(
    app: App,
    person: SignedIn,
    body: Json<WalletNumber>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(app.wallet.start_visit_by_key(&person.0, &body.0.wallet).await?))
}

/// Begins the visit, with the browser's AuthenticationResponseJSON.
#[utoipa::path(tag = "officers", security(("session" = [])), request_body = Object, responses(
    (status = 200, body = DeskView), (status = "4XX", body = Problem)))]
#[post("/officers/desk/key")]
pub async fn visit_by_key(app: App, person: SignedIn, body: Json<Value>) -> Result<HttpResponse, Problem> {
    let entered = app.wallet.enter_by_key(&person.0, &body.0).await?;
    Ok(at_desk(&app, HttpResponse::Ok(), entered))
}
