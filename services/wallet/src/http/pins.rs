//! PIN and device key, for phones with neither passkey nor screen lock.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, delete, post, put};
use web::{Json, Problem};

use super::App;
use super::account::enter;
use super::auth::{Device, SignedIn};
use super::views::{AccountView, DeviceKeyName, NewDeviceKey, NewPin, PinAnswerBody, PinStartView};

/// Begins a new account that is opened by a PIN and this device key.
#[utoipa::path(tag = "account", request_body = NewDeviceKey, responses(
    (status = 200, body = PinStartView), (status = "4XX", body = Problem)))]
#[post("/v1/pin/registration/options")]
pub async fn pin_registration_options(
    app: App,
    body: Json<NewDeviceKey>,
) -> Result<Json<PinStartView>, Problem> {
    Ok(Json(app.wallet.start_pin_registration(&body.0.public_key).await?.into()))
}

/// Makes the account and signs in. The device key is registered with it.
#[utoipa::path(tag = "account", request_body = PinAnswerBody, responses(
    (status = 201, body = AccountView), (status = "4XX", body = Problem)))]
#[post("/v1/pin/registration")]
pub async fn register_pin(
    request: HttpRequest,
    app: App,
    device: Device,
    body: Json<PinAnswerBody>,
) -> Result<HttpResponse, Problem> {
    let answer = body.0.read();
    let session = app.wallet.register_pin(answer.borrow(), &device.0).await?;
    enter(&request, &app, &session, StatusCode::CREATED).await
}

/// Begins a sign-in with the PIN of a device. Whether there is one shows only at its end.
#[utoipa::path(tag = "account", request_body = DeviceKeyName, responses(
    (status = 200, body = PinStartView), (status = "4XX", body = Problem)))]
#[post("/v1/pin/sign-in/options")]
pub async fn pin_sign_in_options(app: App, body: Json<DeviceKeyName>) -> Result<Json<PinStartView>, Problem> {
    Ok(Json(app.wallet.start_pin_sign_in(&body.0.thumbprint).await?.into()))
}

/// Signs in. A wrong PIN counts: from the third in a row the next try waits, and the eighth locks the PIN.
#[utoipa::path(tag = "account", request_body = PinAnswerBody, responses(
    (status = 200, body = AccountView), (status = "4XX", body = Problem)))]
#[post("/v1/pin/sign-in")]
pub async fn pin_sign_in(
    request: HttpRequest,
    app: App,
    device: Device,
    body: Json<PinAnswerBody>,
) -> Result<HttpResponse, Problem> {
    let answer = body.0.read();
    let session = app.wallet.pin_sign_in(answer.borrow(), &device.0).await?;
    enter(&request, &app, &session, StatusCode::OK).await
}

/// Begins a fresh proof with the PIN of a device of this account.
#[utoipa::path(tag = "account", security(("session" = [])), request_body = DeviceKeyName, responses(
    (status = 200, body = PinStartView), (status = "4XX", body = Problem)))]
#[post("/step-up/pin/options")]
pub async fn pin_step_up_options(
    app: App,
    person: SignedIn,
    body: Json<DeviceKeyName>,
) -> Result<Json<PinStartView>, Problem> {
    Ok(Json(app.wallet.start_pin_step_up(&person.0, &body.0.thumbprint).await?.into()))
}

/// Ends it: for ten minutes this session may do what cannot be undone, as far as a PIN reaches.
#[utoipa::path(tag = "account", security(("session" = [])), request_body = PinAnswerBody, responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[post("/step-up/pin")]
pub async fn pin_step_up(
    app: App,
    person: SignedIn,
    body: Json<PinAnswerBody>,
) -> Result<HttpResponse, Problem> {
    let answer = body.0.read();
    app.wallet.pin_step_up(&person.0, answer.borrow()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Another PIN for a device that has one.
#[utoipa::path(tag = "account", security(("session" = [])), params(("thumbprint" = String, Path)),
    request_body = NewPin, responses((status = 204), (status = "4XX", body = Problem)))]
#[put("/pins/{thumbprint}")]
pub async fn change_pin(
    app: App,
    person: SignedIn,
    thumbprint: Path<String>,
    body: Json<NewPin>,
) -> Result<HttpResponse, Problem> {
    app.wallet.change_pin(&person.0, &thumbprint, &body.0.pin).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Removes a PIN from an account that has a passkey.
#[utoipa::path(tag = "account", security(("session" = [])), params(("thumbprint" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
#[delete("/pins/{thumbprint}")]
pub async fn delete_pin(
    app: App,
    person: SignedIn,
    thumbprint: Path<String>,
) -> Result<HttpResponse, Problem> {
    app.wallet.remove_pin(&person.0, &thumbprint).await?;
    Ok(HttpResponse::NoContent().finish())
}
