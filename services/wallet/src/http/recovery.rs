//! The printed recovery code.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, post};
use serde_json::Value;
use web::{Json, Problem};

use super::App;
use super::account::enter;
use super::auth::{Device, SignedIn};
use super::views::{AccountView, Empty, RecoveryAnswer, RecoveryCodeBody};

/// Makes the recovery code of this wallet. It is in this answer and nowhere else; an earlier one ends.
#[utoipa::path(tag = "account", security(("session" = [])), request_body = Empty, responses(
    (status = 201, body = RecoveryCodeBody), (status = "4XX", body = Problem)))]
#[post("/recovery-code")]
pub async fn make_recovery_code(
    app: App,
    person: SignedIn,
    _body: Json<Empty>,
) -> Result<HttpResponse, Problem> {
    let code = app.wallet.make_recovery_code(&person.0).await?.to_string();
    Ok(HttpResponse::Created().json(RecoveryCodeBody { code }))
}

/// Makes the recovery code of no use.
#[utoipa::path(tag = "account", security(("session" = [])), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/recovery-code")]
pub async fn delete_recovery_code(app: App, person: SignedIn) -> Result<HttpResponse, Problem> {
    app.wallet.remove_recovery_code(&person.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Begins to enter a wallet by its recovery code: options for a new passkey.
#[utoipa::path(tag = "account", request_body = RecoveryCodeBody, responses(
    (status = 200, body = Object, description = "PublicKeyCredentialCreationOptionsJSON in `publicKey`"),
    (status = "4XX", body = Problem)))]
#[post("/v1/recovery/options")]
pub async fn recovery_options(app: App, body: Json<RecoveryCodeBody>) -> Result<Json<Value>, Problem> {
    Ok(Json(app.wallet.start_recovery(&body.0.code).await?))
}

/// Uses up the code, adds the passkey and signs in. Sessions and PINs from before end.
#[utoipa::path(tag = "account", request_body = RecoveryAnswer, responses(
    (status = 200, body = AccountView), (status = "4XX", body = Problem)))]
#[post("/v1/recovery")]
pub async fn recover(
    request: HttpRequest,
    app: App,
    device: Device,
    body: Json<RecoveryAnswer>,
) -> Result<HttpResponse, Problem> {
    let RecoveryAnswer { code, registration } = body.0;
    let session = app.wallet.recover(&code, &Value::Object(registration), &device.0).await?;
    enter(&request, &app, &session, StatusCode::OK).await
}
