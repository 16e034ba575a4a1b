//! Pages for people: what this is, and trying it out. They work without JavaScript, by reloading.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;
use utoipa::ToSchema;
use verification::{Language, Words};
use web::Problem;
use web::page::{Shell, html, html_with};
use wire::verifications::{PolicyView, StartVerification, StartedVerification, State};

use super::language::Spoken;
use super::render::ReportPage;
use crate::app::{Desk, PageView, Start, Starter, ViewError};

const COOKIE: &str = "passerelle_verifier";
const COOKIE_HOURS: i64 = 12;

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing {
    shell: Shell,
    origin: String,
    client_name: String,
    demos: Vec<PolicyView>,
    open: bool,
    sandbox: bool,
}

#[derive(Template)]
#[template(path = "try.html")]
struct Try {
    shell: Shell,
    words: Words,
    languages: [Language; 6],
    place: String,
    state: State,
    purpose: String,
    client_name: String,
    policy: PolicyView,
    claims: Vec<String>,
    started: Option<StartedVerification>,
    report: Option<ReportPage>,
    wallet_error: bool,
}

#[derive(Template)]
#[template(path = "elsewhere.html")]
struct Elsewhere {
    shell: Shell,
}

/// What this is.
#[utoipa::path(tag = "pages", operation_id = "landing", responses((status = 200, content_type = "text/html", body = String)))]
#[get("/")]
pub async fn landing(desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    html(&Landing {
        shell: shell(&desk),
        origin: desk.settings.public_origin.clone(),
        client_name: desk.settings.client_name.clone(),
        demos: desk.demo_policies(),
        open: desk.settings.vc_api.open,
        sandbox: desk.settings.sandbox,
    })
}

#[derive(Deserialize, ToSchema)]
pub struct TryForm {
    /// One of the policies marked for visitors.
    policy: String,
}

/// Starts a verification for the visitor and shows it.
#[utoipa::path(
    tag = "pages", operation_id = "start_try",
    request_body(content = TryForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "To the page of the verification."), (status = 400, body = Problem))
)]
#[post("/try")]
pub async fn start_try(
    request: HttpRequest,
    form: Form<TryForm>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    let page_key = page_key(&request).unwrap_or_else(|| clock::token(desk.entropy.as_ref()));
    let what = StartVerification {
        policy: form.into_inner().policy,
        purpose: None,
        return_url: None,
        profile: None,
        approvals: None,
    };
    let by = Starter::Visitor { page_key: page_key.clone() };
    let started = desk.start(Start { by, what }).await?;
    let mut response = web::page::see_other(&format!("/try/{}", started.id));
    response
        .add_cookie(&cookie(page_key, desk.settings.public_origin.starts_with("https:")))
        .map_err(|error| Problem::internal(&error))?;
    Ok(response)
}

/// The request while it waits, the report afterwards; only in the browser that started it.
#[utoipa::path(
    tag = "pages", operation_id = "show_try",
    params(
        ("id" = String, Path),
        ("lang" = Option<String>, Query, description = "Language of the report: ar, en, es, fr, ru or zh; before Accept-Language.")
    ),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, content_type = "text/html", body = String))
)]
#[get("/try/{id}")]
pub async fn show_try(
    request: HttpRequest,
    id: Path<String>,
    spoken: Spoken,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    let key = page_key(&request).unwrap_or_default();
    match desk.page_view(spoken.0, &key, &id).await {
        Ok(page) => html(&Try::of(&desk, spoken.0, page)),
        // A phone that comes back from its wallet is not where the verification was started.
        Err(ViewError::Unknown) => html_with(StatusCode::NOT_FOUND, &Elsewhere { shell: shell(&desk) }),
        Err(error) => Err(error.into()),
    }
}

impl Try {
    fn of(desk: &Desk, words: Words, page: PageView) -> Self {
        let refusal = page.view.refusal.as_deref();
        let report =
            page.view.report.as_ref().map(|report| ReportPage::of(report, words, &page.policy.title));
        let mut shell = shell(desk);
        // Only the report is there in six languages.
        if report.is_some() {
            (shell.lang, shell.dir) = (words.language().code(), words.language().direction());
        }
        Self {
            shell,
            words,
            languages: Language::ALL,
            place: format!("/try/{}", page.view.id),
            state: page.view.state,
            purpose: page.view.purpose,
            client_name: desk.settings.client_name.clone(),
            claims: page.policy.claims.iter().map(|name| super::render::words(name)).collect(),
            policy: page.policy,
            started: page.started,
            report,
            wallet_error: refusal.is_some_and(|code| code != "access_denied"),
        }
    }
}

fn shell(desk: &Desk) -> Shell {
    Shell::new("Verifier").place(desk.settings.client_name.clone())
}

fn page_key(request: &HttpRequest) -> Option<String> {
    request.cookie(COOKIE).map(|cookie| cookie.value().to_owned()).filter(|key| key.len() == 43)
}

fn cookie(page_key: String, secure: bool) -> Cookie<'static> {
    Cookie::build(COOKIE, page_key)
        .path("/try")
        .http_only(true)
        .secure(secure)
        // Lax: the wallet's page sends the person back by a link from another site.
        .same_site(SameSite::Lax)
        .max_age(Duration::hours(COOKIE_HOURS))
        .finish()
}
