//! Signing in, registering by a one-time link, signing out.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, Path, Query, ServiceConfig, scope};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use issuance::oidc::IdTokenError;
use serde::Deserialize;
use serde_json::{Value, json};
use web::page::{Shell, html, html_with, see_other};
use web::passkey::PasskeyError;
use web::{Json, Problem};

use super::session::{cookie, no_cookie, token};
use crate::app::{Departure, Issuer, OidcError, Return, SignInError};
use crate::http::problem;

/// By which a browser is known when it comes back from a provider.
const BROWSER: &str = "passerelle_issuer_oidc";

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(
        scope("/sign-in")
            // Signing somebody in as somebody else is an attack too, and needs no cookie.
            .wrap(from_fn(web::csrf::guard))
            .service(sign_in_page)
            .service(start_sign_in)
            .service(finish_sign_in)
            .service(leave_for_provider)
            .service(come_back),
    );
    config.service(
        scope("/register")
            .wrap(from_fn(web::csrf::guard))
            .service(start_registration)
            .service(finish_registration)
            .service(registration_page)
            .service(register_at_provider),
    );
    config.service(sign_out);
}

#[derive(Deserialize)]
struct Wanted {
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignInPage {
    shell: Shell,
    next: String,
    signed_out: bool,
    /// Organisation and name of its provider.
    providers: Vec<(String, String)>,
}

#[get("")]
async fn sign_in_page(
    request: HttpRequest,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let signed_out = request.query_string() == "done=signed-out";
    let providers = app.providers().map(|(tenant, name)| (tenant.to_owned(), name.to_owned())).collect();
    html(&SignInPage { shell: outside(), next: local(wanted.into_inner().next), signed_out, providers })
}

#[post("/start")]
async fn start_sign_in(app: Data<Issuer>) -> Result<Json<Value>, Problem> {
    Ok(Json(app.start_sign_in().await?))
}

#[post("/finish")]
async fn finish_sign_in(answer: Json<Value>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let token = app.finish_sign_in(&answer.0).await?;
    let next = answer.0.get("next").and_then(Value::as_str).map(str::to_owned);
    Ok(signed_in(&app, token, &local(next)))
}

#[derive(Template)]
#[template(path = "console/register.html")]
struct RegistrationPage {
    shell: Shell,
    link: String,
    organisation: String,
    /// Name of the organisation's provider, if it has one.
    provider: Option<String>,
}

#[derive(Template)]
#[template(path = "console/link_used.html")]
struct LinkUsedPage {
    shell: Shell,
}

#[get("/{link}")]
async fn registration_page(link: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    match app.officer_link_tenant(&link).await {
        Ok(tenant) => {
            let named = app.providers().find(|(of, _)| *of == tenant);
            let provider = named.map(|(_, name)| name.to_owned());
            let organisation = app.tenant(&tenant).map_or(tenant, |tenant| tenant.name.clone());
            html(&RegistrationPage { shell: outside(), link: link.into_inner(), organisation, provider })
        }
        Err(SignInError::Link) => html_with(StatusCode::GONE, &LinkUsedPage { shell: outside() }),
        Err(error) => Err(error.into()),
    }
}

/// To the organisation's OpenID provider, and back to [`come_back`].
#[get("/provider/{tenant}")]
async fn leave_for_provider(
    tenant: Path<String>,
    wanted: Query<Wanted>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let departure = app.start_oidc(&tenant, &local(wanted.into_inner().next), None).await?;
    Ok(departed(&app, &departure))
}

/// The same for somebody who was invited: the one-time link is used up when they come back.
#[get("/{link}/provider")]
async fn register_at_provider(link: Path<String>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let tenant = app.officer_link_tenant(&link).await?;
    let departure = app.start_oidc(&tenant, "/console?done=registered", Some(link.as_str())).await?;
    Ok(departed(&app, &departure))
}

fn departed(app: &Issuer, departure: &Departure) -> HttpResponse {
    let mut response = see_other(departure.to.as_str());
    let browser = Cookie::build(BROWSER, departure.browser.clone())
        .path("/console/sign-in")
        .http_only(true)
        .secure(app.settings().https)
        .same_site(SameSite::Lax)
        .max_age(Duration::minutes(10))
        .finish();
    // Both cookies are well-formed by construction.
    let _ = response.add_cookie(&browser);
    response
}

#[get("/callback")]
async fn come_back(
    request: HttpRequest,
    back: Query<Return>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let browser = request.cookie(BROWSER);
    let arrival = app.finish_oidc(&back, browser.as_ref().map(Cookie::value)).await?;
    let mut response = see_other(&arrival.next);
    let _ = response.add_cookie(&cookie(arrival.session, app.settings().https));
    if let Some(mut browser) = browser {
        browser.set_path("/console/sign-in");
        let _ = response.add_removal_cookie(&browser);
    }
    Ok(response)
}

#[derive(Deserialize)]
struct NewOfficer {
    link: String,
    officer: String,
}

#[post("/start")]
async fn start_registration(new: Json<NewOfficer>, app: Data<Issuer>) -> Result<Json<Value>, Problem> {
    Ok(Json(app.start_registration(&new.0.link, &new.0.officer).await?))
}

#[post("/finish")]
async fn finish_registration(answer: Json<Value>, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    let token = app.finish_registration(&answer.0).await?;
    Ok(signed_in(&app, token, "/console?done=registered"))
}

#[post("/sign-out")]
async fn sign_out(request: HttpRequest, app: Data<Issuer>) -> Result<HttpResponse, Problem> {
    if let Some(token) = token(&request) {
        app.sign_out(&token).await.map_err(|error| problem::store(&error))?;
    }
    let mut response = see_other("/console/sign-in?done=signed-out");
    // The header is well-formed by construction, and a session that was deleted is harmless in a cookie.
    let _ = response.add_removal_cookie(&no_cookie(app.settings().https));
    Ok(response)
}

fn signed_in(app: &Issuer, token: String, next: &str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .cookie(cookie(token, app.settings().https))
        .json(json!({ "next": next }))
}

/// Only a page of the console: an address from outside must not send the officer to another site.
fn local(next: Option<String>) -> String {
    let inside = |path: &String| {
        (path == "/console" || path.starts_with("/console/"))
            && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.".contains(&b))
    };
    next.filter(inside).unwrap_or_else(|| "/console".to_owned())
}

fn outside() -> Shell {
    Shell::new("Issuer console")
}

impl From<OidcError> for Problem {
    fn from(error: OidcError) -> Self {
        let not_signed_in = |detail: &str| {
            Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "You are not signed in").detail(detail)
        };
        match error {
            OidcError::NoProvider => Self::not_found(),
            OidcError::Request => Self::bad_request(
                "It took too long, was answered before, or began in another browser. Please start again.",
            ),
            OidcError::Declined => not_signed_in("The provider did not sign you in. Please try again."),
            OidcError::Unknown => not_signed_in(
                "The provider knows you, but you are no officer here. Ask a colleague for a one-time link.",
            ),
            OidcError::Bound => Self::conflict("You are an officer here already: sign in instead."),
            OidcError::Token(IdTokenError::Strength) => not_signed_in(
                "Your organisation asks for a stronger way of signing in, such as a second factor.",
            ),
            OidcError::Token(IdTokenError::Age) => not_signed_in(
                "You signed in at your organisation too long ago. Please start again and sign in there once more.",
            ),
            error @ (OidcError::Token(_) | OidcError::Issuer) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a provider's answer was refused");
                not_signed_in("The provider's answer cannot be believed. Tell whoever runs this service.")
            }
            error @ (OidcError::Unreachable(_) | OidcError::Answer(..)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a provider does not answer");
                Self::new(StatusCode::BAD_GATEWAY, "provider-unreachable", "The provider does not answer")
                    .detail("Try again in a while, or sign in with a passkey.")
            }
            OidcError::SignIn(error) => error.into(),
            OidcError::Store(error) => problem::store(&error),
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        let said = error.to_string();
        match error {
            SignInError::Link => Self::new(StatusCode::GONE, "link-used", "The link was used or has expired")
                .detail("Ask for a new link, or sign in if you have registered before."),
            SignInError::Name => Self::bad_request("Write your name: 1 to 80 characters."),
            SignInError::Ceremony => {
                Self::bad_request("It took too long, or was answered before. Please try again.")
            }
            SignInError::Unknown | SignInError::Passkey(PasskeyError::Unknown) => {
                Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "You are not signed in")
                    .detail("This passkey is not registered here. Ask a colleague for a one-time link.")
            }
            SignInError::Passkey(PasskeyError::Form(_)) => Self::bad_request(said),
            SignInError::Passkey(PasskeyError::Refused(_)) => {
                Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "You are not signed in")
                    .detail("The passkey was refused. Please try again.")
            }
            SignInError::Passkey(PasskeyError::Configuration(_) | PasskeyError::Stored(_)) => {
                Self::internal(&error)
            }
            SignInError::Store(error) => problem::store(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_console_are_gone_back_to() {
        let to = |path: &str| local(Some(path.to_owned()));
        assert_eq!(to("/console/staff/01j"), "/console/staff/01j");
        for path in [
            "https://evil.example",
            "//evil.example",
            "/consolely",
            "/console/\\evil",
            "/",
            "/console/\u{e9}",
        ] {
            assert_eq!(to(path), "/console", "{path}");
        }
    }
}
