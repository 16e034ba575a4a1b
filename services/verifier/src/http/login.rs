//! Signing in by presenting a credential: the authorization endpoint and the page that leads the person through. It
//! works without JavaScript, by reloading.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get, post};
use askama::Template;
use web::Problem;
use web::assets::{Asset, SCRIPT as JAVASCRIPT};
use web::page::{Shell, html, html_with};

use super::oidc::on;
use crate::app::Desk;
use crate::app::oidc::{Asked, Begun, LoginError, LoginPage, Stage};

pub(super) const SCRIPT: Asset =
    Asset { name: "login.js", content_type: JAVASCRIPT, body: include_bytes!("../../assets/login.js") };

const COOKIE: &str = "passerelle_login";
/// As long as a request waits at most, and the time to come back.
const COOKIE_MINUTES: i64 = 30;
const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    shell: Shell,
    page: LoginPage,
    /// Whether nothing will change by itself any more.
    settled: bool,
    claims: Vec<String>,
}

#[derive(Template)]
#[template(path = "login_error.html")]
struct Nowhere {
    shell: Shell,
    title: &'static str,
    text: &'static str,
}

/// Begins a sign-in; the person is led to a page that runs the presentation (OpenID Connect Core 1.0, 3.1.2)
///
/// PKCE with S256 is required, and the redirect URI must be registered letter by letter. What is wrong with client or
/// redirect URI is said to the person, everything else to the application.
#[utoipa::path(
    tag = "oidc", operation_id = "begin_login",
    params(
        ("client_id" = Option<String>, Query), ("redirect_uri" = Option<String>, Query),
        ("response_type" = Option<String>, Query, description = "`code`"),
        ("scope" = Option<String>, Query, description = "`openid`, and `profile` for the claims the client is registered for."),
        ("code_challenge" = Option<String>, Query), ("code_challenge_method" = Option<String>, Query, description = "`S256`"),
        ("state" = Option<String>, Query), ("nonce" = Option<String>, Query), ("prompt" = Option<String>, Query)
    ),
    responses(
        (status = 303, description = "To the page of the sign-in, or back to the application with an error."),
        (status = 400, content_type = "text/html", body = String), (status = 404, body = Problem)
    )
)]
#[get("/authorize")]
pub async fn begin_login(request: HttpRequest, desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    begin(&desk, request.query_string().as_bytes()).await
}

/// The same with the parameters in a form.
#[utoipa::path(
    tag = "oidc", operation_id = "begin_login_by_form",
    request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "To the page of the sign-in, or back to the application with an error."),
        (status = 400, content_type = "text/html", body = String), (status = 404, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem)
    )
)]
#[post("/authorize")]
pub async fn begin_login_by_form(
    request: HttpRequest,
    form: Result<Bytes, actix_web::Error>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    if !request.content_type().eq_ignore_ascii_case(FORM) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The body has the wrong media type",
        ));
    }
    let form =
        form.map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large"))?;
    begin(&desk, &form).await
}

/// Where a sign-in stands; only in the browser that began it.
#[utoipa::path(
    tag = "oidc", operation_id = "show_login", params(("id" = String, Path)),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 404, content((String = "text/html"), (Problem = "application/problem+json")))
    )
)]
#[get("/login/{id}")]
pub async fn show_login(
    request: HttpRequest,
    id: Path<String>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    match on(&desk)?.login_page(&browser_key(&request), &id).await {
        Ok(page) => html(&Login::of(&desk, page)),
        Err(error) => nowhere(&desk, error),
    }
}

/// Takes the browser back to the application, with a code or with an error.
#[utoipa::path(
    tag = "oidc", operation_id = "finish_login", params(("id" = String, Path)),
    responses(
        (status = 303, description = "To the application; to the page of the sign-in while nobody has answered."),
        (status = 404, content((String = "text/html"), (Problem = "application/problem+json"))),
        (status = 410, content_type = "text/html", body = String)
    )
)]
#[get("/login/{id}/finish")]
pub async fn finish_login(
    request: HttpRequest,
    id: Path<String>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    match on(&desk)?.finish_login(&browser_key(&request), &id).await {
        Ok(to) => Ok(see_other(&to.unwrap_or_else(|| format!("/oidc/login/{id}")))),
        Err(error) => nowhere(&desk, error),
    }
}

async fn begin(desk: &Data<Desk>, parameters: &[u8]) -> Result<HttpResponse, Problem> {
    match on(desk)?.begin_login(&Asked::parse(parameters)).await {
        Ok(Begun::Refused { to }) => Ok(see_other(&to)),
        Ok(Begun::Login { id, browser_key }) => {
            let mut response = see_other(&format!("/oidc/login/{id}"));
            response
                .add_cookie(&cookie(&id, browser_key, desk.settings.public_origin.starts_with("https:")))
                .map_err(|error| Problem::internal(&error))?;
            Ok(response)
        }
        Err(error) => nowhere(desk, error),
    }
}

impl Login {
    fn of(desk: &Desk, page: LoginPage) -> Self {
        Self {
            shell: shell(desk),
            settled: !matches!(page.stage, Stage::Waiting(_) | Stage::Received),
            claims: page.policy.claims.iter().map(|name| super::render::words(name)).collect(),
            page,
        }
    }
}

fn nowhere(desk: &Desk, error: LoginError) -> Result<HttpResponse, Problem> {
    let (status, title, text) = match error {
        LoginError::UnknownClient => (
            StatusCode::BAD_REQUEST,
            "This application is not known here",
            "The link that brought you here names an application that is not registered. Tell those who run it.",
        ),
        LoginError::RedirectUri => (
            StatusCode::BAD_REQUEST,
            "This application cannot be answered",
            "It asked for an answer at an address that is not registered for it, so nothing was sent. Tell those who run it.",
        ),
        LoginError::Unknown => (
            StatusCode::NOT_FOUND,
            "Look at the screen where you began to sign in",
            "You go on in the browser that began the sign-in, and nowhere else. If that was this browser, begin again at the application.",
        ),
        LoginError::Over => {
            (StatusCode::GONE, "This sign-in is over", "It can be used once. Begin again at the application.")
        }
        LoginError::View(error) => return Err(error.into()),
        LoginError::Policy(error) => return Err(Problem::internal(&error)),
        LoginError::Store(error) => return Err(Problem::internal(&error)),
    };
    html_with(status, &Nowhere { shell: shell(desk), title, text })
}

fn shell(desk: &Desk) -> Shell {
    Shell::new("Sign in").place(desk.settings.client_name.clone())
}

fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((CACHE_CONTROL, "no-store")).insert_header((LOCATION, to)).finish()
}

fn browser_key(request: &HttpRequest) -> String {
    request.cookie(COOKIE).map(|cookie| cookie.value().to_owned()).unwrap_or_default()
}

/// A path of its own, so that two sign-ins of one browser do not take each other's key.
fn cookie(id: &str, key: String, secure: bool) -> Cookie<'static> {
    Cookie::build(COOKIE, key)
        .path(format!("/oidc/login/{id}"))
        .http_only(true)
        .secure(secure)
        // Lax: the wallet's page sends the person back by a link from another site.
        .same_site(SameSite::Lax)
        .max_age(Duration::minutes(COOKIE_MINUTES))
        .finish()
}
