//! The VC API for machines: 200 when verified, 400 with problem details when not.

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use serde_json::Value;
use web::{Json, Problem};
use wire::vc_api::{VerifyCredentialRequest, VerifyPresentationRequest};
use wire::verifications::VcApiResult;

use crate::app::Desk;

#[utoipa::path(
    tag = "vc-api", operation_id = "verify_credential", request_body = VerifyCredentialRequest,
    responses((status = 200, body = VcApiResult),
        (status = 400, content((VcApiResult = "application/json"), (Problem = "application/problem+json"))),
        (status = 404, body = Problem), (status = 415, body = Problem))
)]
#[post("/vc-api/credentials/verify")]
pub async fn verify_credential(
    request: Json<VerifyCredentialRequest>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    let desk = open(&desk)?;
    Ok(answer(&desk.vc_api_credential(request.into_inner().verifiable_credential).await?))
}

#[utoipa::path(
    tag = "vc-api", operation_id = "verify_presentation", request_body = VerifyPresentationRequest,
    responses((status = 200, body = VcApiResult),
        (status = 400, content((VcApiResult = "application/json"), (Problem = "application/problem+json"))),
        (status = 404, body = Problem), (status = 415, body = Problem))
)]
#[post("/vc-api/presentations/verify")]
pub async fn verify_presentation(
    request: Json<VerifyPresentationRequest>,
    desk: Data<Desk>,
) -> Result<HttpResponse, Problem> {
    let desk = open(&desk)?;
    let request = request.into_inner();
    Ok(answer(&desk.vc_api_presentation(request.verifiable_presentation, &request.options).await?))
}

/// A body to try `POST /vc-api/credentials/verify` with.
#[utoipa::path(
    tag = "vc-api", operation_id = "find_sample",
    responses((status = 200, body = VerifyCredentialRequest), (status = 404, body = Problem))
)]
#[get("/vc-api/sample")]
pub async fn find_sample(desk: Data<Desk>) -> Result<Json<Value>, Problem> {
    let desk = open(&desk)?;
    Ok(Json(desk.sample().await?.clone()))
}

/// Without the mark in the configuration there is nothing here.
fn open(desk: &Data<Desk>) -> Result<&Desk, Problem> {
    let desk = desk.get_ref();
    desk.settings.vc_api.open.then_some(desk).ok_or_else(Problem::not_found)
}

fn answer(result: &VcApiResult) -> HttpResponse {
    let status = if result.verified { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(result)
}
