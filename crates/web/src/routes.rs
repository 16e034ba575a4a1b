use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::middleware::Compress;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde_json::json;

use crate::assets::{self, Asset, Assets};
use crate::docs::swagger_file;
use crate::page::{DocsPage, ExplanationPage, Shell, html, html_of};
use crate::problem_pages::{self, ProblemPages};
use crate::voice::Voice;
use crate::{Problem, Ready, metrics};

/// What the routes of every service need.
pub(crate) struct Common {
    pub service: &'static str,
    pub shell: Arc<Shell>,
    pub ready: Arc<dyn Ready>,
    pub openapi: Arc<str>,
}

pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(healthz)
        .service(readyz)
        .service(scrape)
        .service(web::scope("/assets").wrap(Compress::default()).service(asset))
        .service(problem)
        .service(openapi)
        .service(docs)
        .service(web::scope("/docs").wrap(Compress::default()).service(docs_file));
}

#[get("/healthz")]
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({ "status": "ok" }))
}

#[get("/readyz")]
async fn readyz(common: web::Data<Common>) -> Result<HttpResponse, Problem> {
    common.ready.ready().await.map_err(Problem::unavailable)?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({ "status": "ready" })))
}

#[get("/metrics")]
async fn scrape(common: web::Data<Common>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(metrics::render(common.service))
}

#[get("/{name}")]
async fn asset(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let theirs = request.app_data::<Assets>().and_then(|assets| assets.find(&name));
    let Asset { content_type, body, .. } =
        theirs.or_else(|| assets::OURS.find(&name)).ok_or_else(Problem::not_found)?;
    Ok(assets::respond(&request, content_type, body))
}

#[get("/problems/{slug}")]
async fn problem(
    request: HttpRequest,
    slug: web::Path<String>,
    common: web::Data<Common>,
) -> Result<HttpResponse, Problem> {
    let voice = request.app_data::<Voice>();
    if let Some(page) = voice.and_then(|voice| voice.0.explanation(&request, &slug)) {
        let text = page.map_err(|error| Problem::internal(&error))?;
        return Ok(html_of(StatusCode::OK, text));
    }
    let theirs = request.app_data::<ProblemPages>().and_then(|pages| pages.find(&slug));
    let page = theirs.or_else(|| problem_pages::OURS.find(&slug)).ok_or_else(Problem::not_found)?;
    let shell = (*common.shell).clone();
    html(&ExplanationPage { shell, slug: page.slug, title: page.title, text: page.text })
}

#[get("/openapi.json")]
async fn openapi(common: web::Data<Common>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header(("access-control-allow-origin", "*"))
        .body(common.openapi.to_string())
}

#[get("/docs")]
async fn docs(common: web::Data<Common>) -> Result<HttpResponse, Problem> {
    html(&DocsPage { shell: (*common.shell).clone() })
}

#[get("/{name}")]
async fn docs_file(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (content_type, body) = swagger_file(&name).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CACHE_CONTROL, "max-age=86400"))
        .body(body))
}

/// Everything no route took.
pub(crate) async fn nothing_here(request: HttpRequest) -> Problem {
    match request.resource_map().has_resource(request.path()) {
        true => Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "This address does not take that method",
        ),
        false => Problem::not_found(),
    }
}
