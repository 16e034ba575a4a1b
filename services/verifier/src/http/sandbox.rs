//! The sandbox for integrators: a page with commands that run as they stand, and the same for machines.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use web::page::{Shell, html};
use web::{Json, Problem};
use wire::sandbox::{SampleList, SampleView, SandboxClient};
use wire::verifications::VerifyRequest;

use crate::app::{Desk, SandboxError};

#[derive(Template)]
#[template(path = "sandbox.html")]
struct SandboxPage {
    shell: Shell,
    origin: String,
    samples: Vec<SampleView>,
    /// A policy under which people may be asked.
    policy: Option<String>,
    made: Option<SandboxClient>,
}

/// What there is to try.
#[utoipa::path(
    tag = "sandbox", operation_id = "show_sandbox",
    responses((status = 200, content_type = "text/html", body = String), (status = 404, body = Problem))
)]
#[get("")]
pub async fn show_sandbox(desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    page(&desk, None).await
}

/// Makes a client and shows it on the page, once.
#[utoipa::path(
    tag = "sandbox", operation_id = "make_client_on_page",
    responses(
        (status = 200, content_type = "text/html", body = String), (status = 404, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem)
    )
)]
#[post("")]
pub async fn make_client_on_page(desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    let made = desk.make_sandbox_client().await?;
    page(&desk, Some(made)).await
}

/// Makes a client of your own. It ends after a day, with everything it did.
#[utoipa::path(
    tag = "sandbox", operation_id = "make_sandbox_client",
    responses(
        (status = 201, body = SandboxClient), (status = 404, body = Problem), (status = 429, body = Problem),
        (status = 503, body = Problem)
    )
)]
#[post("/clients")]
pub async fn make_sandbox_client(desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    let made = desk.make_sandbox_client().await?;
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, "no-store")).json(made))
}

/// Credentials to try, and what to expect of each.
#[utoipa::path(
    tag = "sandbox", operation_id = "list_samples",
    responses((status = 200, body = SampleList), (status = 404, body = Problem))
)]
#[get("/samples")]
pub async fn list_samples(desk: Data<Desk>) -> Result<Json<SampleList>, Problem> {
    let samples = desk.samples().await?;
    Ok(Json(SampleList { samples: samples.all.iter().map(|sample| sample.view.clone()).collect() }))
}

/// A sample as the body of `POST /v1/verify`.
#[utoipa::path(
    tag = "sandbox", operation_id = "find_verify_sample", params(("name" = String, Path)),
    responses((status = 200, body = VerifyRequest), (status = 404, body = Problem))
)]
#[get("/samples/{name}")]
pub async fn find_verify_sample(
    name: Path<String>,
    desk: Data<Desk>,
) -> Result<Json<VerifyRequest>, Problem> {
    let sample = desk.samples().await?.find(&name).ok_or(SandboxError::UnknownSample)?;
    Ok(Json(VerifyRequest {
        policy: sample.view.policy.clone(),
        credential: Some(sample.credential.clone()),
        presentation: None,
        receipt: None,
        challenge: None,
        domain: None,
    }))
}

/// The status list that the samples name (Bitstring Status List 1.0).
#[utoipa::path(
    tag = "sandbox", operation_id = "find_sample_status_list",
    responses((status = 200, content_type = "application/vc", body = Object), (status = 404, body = Problem))
)]
#[get("/status-list")]
pub async fn find_sample_status_list(desk: Data<Desk>) -> Result<HttpResponse, Problem> {
    let list = desk.samples().await?.status_list.to_string();
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/vc")).body(list))
}

async fn page(desk: &Desk, made: Option<SandboxClient>) -> Result<HttpResponse, Problem> {
    let samples = desk.samples().await?;
    html(&SandboxPage {
        shell: Shell::new("Sandbox").place(desk.settings.client_name.clone()),
        origin: desk.settings.public_origin.clone(),
        samples: samples.all.iter().map(|sample| sample.view.clone()).collect(),
        policy: desk.settings.public_demo.first().cloned(),
        made,
    })
}
