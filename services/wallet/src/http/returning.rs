//! Coming back by a PIN, on a phone that makes no passkey.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post};
use web::{Json, Problem};

use super::App;
use super::account::enter;
use super::auth::Device;
use super::officers::asked_here;
use super::views::{
    AccountView, AssistedPinStart, HelpAsked, PinAnswerBody, PinStartView, RecoveryPinAnswer,
    RecoveryPinStart,
};
use crate::app::recovery_pin::ReturnError;

/// Begins to enter a wallet by its recovery code and a PIN: a challenge for the key of this device.
#[utoipa::path(tag = "account", request_body = RecoveryPinStart, responses(
    (status = 200, body = PinStartView), (status = "4XX", body = Problem)))]
#[post("/v1/recovery/pin/options")]
pub async fn recovery_pin_options(
    app: App,
    body: Json<RecoveryPinStart>,
) -> Result<Json<PinStartView>, Problem> {
    Ok(Json(app.wallet.start_recovery_by_pin(&body.0.code, &body.0.public_key).await?.into()))
}

/// Uses up the code, adds key and PIN and signs in. Sessions and PINs from before end.
#[utoipa::path(tag = "account", request_body = RecoveryPinAnswer, responses(
    (status = 200, body = AccountView), (status = "4XX", body = Problem)))]
#[post("/v1/recovery/pin")]
pub async fn recover_by_pin(
    request: HttpRequest,
    app: App,
    device: Device,
    body: Json<RecoveryPinAnswer>,
) -> Result<HttpResponse, Problem> {
    let (code, answer) = body.0.read();
    let session = app.wallet.recover_by_pin(&code, answer.borrow(), &device.0).await?;
    enter(&request, &app, &session, StatusCode::OK).await
}

/// Begins to ask two officers for help on a device that makes no passkey.
#[utoipa::path(tag = "account", request_body = AssistedPinStart, responses(
    (status = 200, body = PinStartView), (status = "4XX", body = Problem)))]
#[post("/v1/assisted-recovery/pin/options")]
pub async fn assisted_pin_options(
    app: App,
    body: Json<AssistedPinStart>,
) -> Result<Json<PinStartView>, Problem> {
    Ok(Json(app.wallet.start_assisted_by_pin(&body.0.wallet, &body.0.public_key).await?.into()))
}

/// Asks for help. The PIN opens nothing before two officers agreed and the time to wait is over.
#[utoipa::path(tag = "account", request_body = PinAnswerBody, responses(
    (status = 201, body = HelpAsked), (status = "4XX", body = Problem)))]
#[post("/v1/assisted-recovery/pin")]
pub async fn ask_for_help_by_pin(
    app: App,
    device: Device,
    body: Json<PinAnswerBody>,
) -> Result<HttpResponse, Problem> {
    let answer = body.0.read();
    let (help, code) = app.wallet.ask_for_help_by_pin(answer.borrow(), &device.0).await?;
    Ok(asked_here(&app, &help, &code))
}

impl From<ReturnError> for Problem {
    fn from(error: ReturnError) -> Self {
        match error {
            ReturnError::Account(inner) => inner.into(),
            ReturnError::Assisted(inner) => inner.into(),
            ReturnError::Pin(inner) => inner.into(),
        }
    }
}
