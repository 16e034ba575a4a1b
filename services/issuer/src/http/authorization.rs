//! Pushed authorization requests (RFC 9126) and the authorization endpoint with the person's sign-in.
//!
//! The pages are for browsers and not in the OpenAPI document, like those of the console. They keep no session: each
//! request is answered with a passkey of its own, or by the organisation's OpenID provider.

mod frame;
mod provider;

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, HeaderValue, LOCATION};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, Path, PathConfig, Query, QueryConfig, scope};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use language::Language;
use serde::Deserialize;
use serde_json::{Value, json};
use web::page::{Shell, html};
use web::voice;
use web::{Json, OAuthError, Problem, ServiceConfig};
use wire::vci::{PushedAuthorizationRequest, PushedAuthorizationResponse};

use self::frame::{Help, Voice, languages, shell};
use super::extract::{Of, PushedForm, Rights};
use super::metadata;
use super::words::{Spoken, Words};
use crate::app::{AuthorizationView, AuthorizeError, Issuer};

pub(super) const SCRIPT: web::assets::Asset = web::assets::Asset {
    name: "provider.js",
    content_type: web::assets::SCRIPT,
    body: include_bytes!("../../assets/provider.js"),
};

/// Takes an authorization request from a wallet that is known here
///
/// PKCE with S256 is required. The answer's `request_uri` lives ten minutes and leads one person through the sign-in.
#[utoipa::path(tag = "issuance", params(("tenant" = String, Path, description = "Organisation")),
    request_body(content = PushedAuthorizationRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = PushedAuthorizationResponse), (status = "4XX", body = OAuthError)))]
#[post("/par")]
pub(super) async fn push_authorization(
    app: Data<Issuer>,
    of: Of,
    rights: Rights,
    form: PushedForm,
) -> Result<HttpResponse, OAuthError> {
    let answer = app.push_authorization(&of.0, &rights.0, &form.0).await?;
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, "no-cache, no-store")).json(answer))
}

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.map(|config| {
        config.service(
            scope("/t/{tenant}/authorize")
                .app_data(voice::Voice(Arc::new(Voice)))
                .app_data(QueryConfig::default().error_handler(|error, _| refused(&error)))
                .app_data(PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
                // Signing somebody in for somebody else's request is an attack that needs no cookie.
                .wrap(from_fn(web::csrf::guard))
                .service(sign_in_page)
                .service(start_sign_in)
                .service(finish_sign_in)
                .service(start_enrolment)
                .service(finish_enrolment)
                .service(provider::leave_for_provider)
                .service(provider::come_back)
                .service(answer_authorization),
        )
    });
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    request_uri: String,
    /// Why a sign-in at the provider led back here.
    refused: Option<String>,
}

#[derive(Deserialize)]
struct Start {
    request_uri: String,
    #[serde(default)]
    tx_code: String,
}

#[derive(Template)]
#[template(path = "authorization/sign_in.html")]
struct SignInPage {
    shell: Shell,
    words: Words,
    languages: Vec<(Language, String)>,
    help: Help,
    /// What is asked for, in the reader's language.
    titles: Vec<String>,
    base: String,
    /// Tells the steps of the page's scripts in which language to answer.
    tongue: String,
    request_uri: String,
    /// Name of the organisation's OpenID provider, where persons may sign in there.
    provider: Option<String>,
    /// The name of the sentence why a sign-in at the provider led back here.
    refused: Option<&'static str>,
    view: AuthorizationView,
}

#[get("")]
async fn sign_in_page(
    request: HttpRequest,
    app: Data<Issuer>,
    of: Of,
    spoken: Spoken,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let view = app.authorization_view(&of.0, &asked.client_id, &asked.request_uri).await?;
    let words = spoken.or_pushed(view.language);
    let help = Help::of(&of.0, words);
    let mut page = html(&SignInPage {
        shell: shell(words, Some(&help.organisation)),
        languages: languages(&request),
        titles: metadata::titles(&app, &of.0, &view.credentials, words.language()).await,
        base: format!("/t/{}/authorize", of.0.id),
        tongue: format!("?lang={}", words.language().code()),
        refused: provider::said(asked.refused.as_deref()),
        request_uri: asked.into_inner().request_uri,
        provider: app.person_provider(&of.0).map(str::to_owned),
        words,
        help,
        view,
    })?;
    page.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(words.language().code()));
    Ok(page)
}

#[post("/sign-in/start")]
async fn start_sign_in(app: Data<Issuer>, of: Of, start: Json<Start>) -> Result<Json<Value>, Problem> {
    Ok(Json(app.start_person_sign_in(&of.0, &start.0.request_uri).await?))
}

#[post("/sign-in/finish")]
async fn finish_sign_in(app: Data<Issuer>, of: Of, answer: Json<Value>) -> Result<HttpResponse, Problem> {
    let next = app.finish_person_sign_in(&of.0, request_uri(&answer.0)?, &answer.0).await?;
    Ok(goes_on(&next))
}

#[post("/enrol/start")]
async fn start_enrolment(app: Data<Issuer>, of: Of, start: Json<Start>) -> Result<Json<Value>, Problem> {
    Ok(Json(app.start_enrolment(&of.0, &start.0.request_uri, &start.0.tx_code).await?))
}

#[post("/enrol/finish")]
async fn finish_enrolment(app: Data<Issuer>, of: Of, answer: Json<Value>) -> Result<HttpResponse, Problem> {
    let next = app.finish_enrolment(&of.0, request_uri(&answer.0)?, &answer.0).await?;
    Ok(goes_on(&next))
}

/// Where the script sends the browser, because a redirection of its own request would not reach a wallet.
#[get("/continue/{ticket}")]
async fn answer_authorization(
    app: Data<Issuer>,
    of: Of,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let to = app.answer_authorization(&of.0, &path.1).await?;
    Ok(HttpResponse::Found()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((LOCATION, to))
        .finish())
}

fn request_uri(answer: &Value) -> Result<&str, AuthorizeError> {
    answer.get("request_uri").and_then(Value::as_str).ok_or(AuthorizeError::Request)
}

fn goes_on(next: &str) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({ "next": next }))
}

fn refused(error: &dyn std::fmt::Display) -> actix_web::Error {
    Problem::bad_request(error.to_string()).into()
}
