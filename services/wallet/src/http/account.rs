//! Accounts and sessions as JSON.

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde_json::Value;
use web::{Json, Problem};

use super::auth::{Device, SignedIn, desk_removal, find_person, removal_cookie, session_cookie};
use super::known::{self, Known};
use super::views::{AccountView, ActivityList, DeviceKeyView, Empty, ExportView, NewDeviceKey};
use super::{App, language, resting};
use crate::app::Person;
use crate::app::sessions::NewSession;
use crate::words::Words;

/// Begins a registration. Signed in: of a further passkey.
#[utoipa::path(tag = "account", request_body = Empty, responses(
    (status = 200, body = Object, description = "PublicKeyCredentialCreationOptionsJSON in `publicKey`"),
    (status = "4XX", body = Problem)))]
#[post("/v1/registration/options")]
pub async fn registration_options(
    request: HttpRequest,
    app: App,
    _body: Json<Empty>,
) -> Result<Json<Value>, Problem> {
    let person = find_person(&request).await?;
    Ok(Json(app.wallet.start_registration(person.as_ref()).await?))
}

/// Ends a registration with the browser's RegistrationResponseJSON: a new account and its session, or a
/// further passkey.
#[utoipa::path(tag = "account", request_body = Object, responses(
    (status = 201, body = AccountView), (status = "4XX", body = Problem)))]
#[post("/v1/registration")]
pub async fn register(
    request: HttpRequest,
    app: App,
    device: Device,
    body: Json<Value>,
) -> Result<HttpResponse, Problem> {
    let person = find_person(&request).await?;
    let made = app.wallet.register(&body.0, person.as_ref(), &device.0).await?;
    if let Some(session) = made {
        return enter(&request, &app, &session, StatusCode::CREATED).await;
    }
    let account = person.map(|person| person.account).unwrap_or_default();
    let view = AccountView::new(&app.wallet.account(&account).await?, None);
    Ok(HttpResponse::Created().json(view))
}

/// Begins a sign-in with any passkey of this wallet.
#[utoipa::path(tag = "account", request_body = Empty, responses(
    (status = 200, body = Object, description = "PublicKeyCredentialRequestOptionsJSON in `publicKey`"),
    (status = "4XX", body = Problem)))]
#[post("/v1/sign-in/options")]
pub async fn sign_in_options(app: App, _body: Json<Empty>) -> Result<Json<Value>, Problem> {
    Ok(Json(app.wallet.start_sign_in().await?))
}

/// Ends a sign-in with the browser's AuthenticationResponseJSON.
#[utoipa::path(tag = "account", request_body = Object, responses(
    (status = 200, body = AccountView), (status = "4XX", body = Problem)))]
#[post("/v1/sign-in")]
pub async fn sign_in(
    request: HttpRequest,
    app: App,
    device: Device,
    body: Json<Value>,
) -> Result<HttpResponse, Problem> {
    let session = app.wallet.sign_in(&body.0, &device.0).await?;
    enter(&request, &app, &session, StatusCode::OK).await
}

/// The answer to whoever came in, by whichever way: the account and the session's cookie. The language that was picked on this
/// device is the account's from now on; without a pick the device takes up the account's, and an account that was never told one
/// takes that of the browser.
pub async fn enter(
    request: &HttpRequest,
    app: &App,
    session: &NewSession,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let view = AccountView::new(&app.wallet.account(&session.account).await?, None);
    let mut response = HttpResponse::build(status);
    let picked = language::picked(request);
    match (picked, app.wallet.spoken(&session.account).await?) {
        (None, Some(spoken)) => drop(response.cookie(language::cookie(app, spoken))),
        (picked, spoken) if picked.is_some() && picked == spoken => {}
        (picked, _) => {
            let language = picked.unwrap_or_else(|| Words::of(request).language());
            app.wallet.speak(&session.account, language).await?;
        }
    }
    // Whoever comes in anew is at nobody's desk.
    let remembered = known::cookie(app, Known::by(request));
    Ok(response.cookie(session_cookie(app, session)).cookie(desk_removal(app)).cookie(remembered).json(view))
}

#[utoipa::path(tag = "account", security(("session" = [])), responses(
    (status = 200, body = AccountView), (status = "4XX", body = Problem)))]
#[get("/account")]
pub async fn show_account(app: App, person: SignedIn) -> Result<Json<AccountView>, Problem> {
    let overview = app.wallet.account(&person.0.account).await?;
    Ok(Json(AccountView::new(&overview, Some(&person.0.session.id))))
}

/// Everything that is kept of the person, as a file: credentials with their claims and receipts, and the activity.
#[utoipa::path(tag = "account", security(("session" = [])), responses(
    (status = 200, body = ExportView), (status = "4XX", body = Problem)))]
#[get("/export")]
pub async fn export_account(app: App, person: SignedIn) -> Result<HttpResponse, Problem> {
    let export = app.wallet.export(&person.0).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"wallet.json\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(ExportView::from(export)))
}

/// Destroys the person's data key and everything under it.
#[utoipa::path(tag = "account", security(("session" = [])), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/account")]
pub async fn delete_account(app: App, person: SignedIn) -> Result<HttpResponse, Problem> {
    app.wallet.delete_account(&person.0).await?;
    let mut response = HttpResponse::NoContent();
    // At a desk the browser is the officer's, and so is what it remembers.
    match person.0.desk {
        None => response.cookie(known::removal(&app)),
        Some(_) => response.cookie(resting::cookie(&app)),
    };
    Ok(response.cookie(removal_of(&app, &person.0)).finish())
}

#[utoipa::path(tag = "account", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/passkeys/{id}")]
pub async fn delete_passkey(app: App, person: SignedIn, id: Path<String>) -> Result<HttpResponse, Problem> {
    app.wallet.remove_passkey(&person.0, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends one session; `current` names the one that asks.
#[utoipa::path(tag = "account", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/sessions/{id}")]
pub async fn delete_session(app: App, person: SignedIn, id: Path<String>) -> Result<HttpResponse, Problem> {
    let done = app.wallet.end_session(&person.0, &id).await?;
    done.then(|| HttpResponse::NoContent().finish()).ok_or_else(Problem::not_found)
}

/// Signs out everywhere, here too.
#[utoipa::path(tag = "account", security(("session" = [])), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/sessions")]
pub async fn delete_sessions(app: App, person: SignedIn) -> Result<HttpResponse, Problem> {
    app.wallet.end_sessions(&person.0).await?;
    let mut response = HttpResponse::NoContent();
    if person.0.desk.is_some() {
        response.cookie(resting::cookie(&app));
    }
    Ok(response.cookie(removal_of(&app, &person.0)).finish())
}

/// At a desk the visit ends, and the officer stays signed in.
fn removal_of(app: &App, person: &Person) -> Cookie<'static> {
    if person.desk.is_some() { desk_removal(app) } else { removal_cookie(app) }
}

/// Registers the public half of a key that this device holds.
#[utoipa::path(tag = "account", security(("session" = [])), request_body = NewDeviceKey, responses(
    (status = 201, body = DeviceKeyView), (status = 200, body = DeviceKeyView, description = "it was known already"),
    (status = "4XX", body = Problem)))]
#[post("/device-keys")]
pub async fn create_device_key(
    app: App,
    person: SignedIn,
    device: Device,
    body: Json<NewDeviceKey>,
) -> Result<HttpResponse, Problem> {
    let (key, new) = app.wallet.add_device_key(&person.0, &body.0.public_key, &device.0).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(HttpResponse::build(status).json(DeviceKeyView {
        thumbprint: key.thumbprint,
        made_on: key.device.clone(),
        device: key.device,
        number: None,
        created_at: key.created_at,
        lost: false,
    }))
}

/// Marks a key as lost: nothing bound to it can be shown any more.
#[utoipa::path(tag = "account", security(("session" = [])), params(("thumbprint" = String, Path)), responses(
    (status = 204), (status = "4XX", body = Problem)))]
#[delete("/device-keys/{thumbprint}")]
pub async fn delete_device_key(
    app: App,
    person: SignedIn,
    thumbprint: Path<String>,
) -> Result<HttpResponse, Problem> {
    app.wallet.lose_device_key(&person.0, &thumbprint).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What was done with this wallet, the latest first.
#[utoipa::path(tag = "account", security(("session" = [])), responses(
    (status = 200, body = ActivityList), (status = "4XX", body = Problem)))]
#[get("/activity")]
pub async fn list_activity(app: App, person: SignedIn) -> Result<Json<ActivityList>, Problem> {
    let entries = app.wallet.activities(&person.0).await?;
    Ok(Json(ActivityList { entries: entries.into_iter().map(Into::into).collect() }))
}
