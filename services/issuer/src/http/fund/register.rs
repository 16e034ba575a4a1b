//! Files of the pension system.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, get, post};
use issuance::Scope;
use issuance::import::{File, REGISTER_LIMITS};
use sha2::{Digest as _, Sha256};
use web::{Json, Problem};
use wire::fund::{RegisterImportView, RegisterUpload};

use super::message::{body, cells, import_view, parse};
use super::{About, Allowed, Call};
use crate::app::RegisterSource;

/// Hands in the pension system's file
///
/// CSV (`text/csv`), a workbook, or JSON. Every row is compared with the register and kept, good or bad; nothing changes
/// before the confirmation. The same file again answers with the same import.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund")),
    request_body(content(
        (RegisterUpload = "application/json"), (String = "text/csv"))),
    responses((status = 201, body = RegisterImportView), (status = "4XX", body = Problem)))]
#[post("/register/imports")]
pub(super) async fn upload_register(
    call: Call,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let (by, app) = call.allowed(Scope::FundRegister).await?;
    let bytes = body(payload, REGISTER_LIMITS.size_bytes).await?;
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_json = kind.trim_start().to_ascii_lowercase().starts_with("application/json");
    let id = match is_json {
        true => {
            let sent: RegisterUpload = parse(&bytes)?;
            let rows: Vec<Vec<String>> = sent.people.into_iter().map(cells).collect();
            let digest = Sha256::digest(&bytes).into();
            app.upload_register(&by, RegisterSource::Rows { name: "register.json", rows: &rows, digest })
                .await?
        }
        false => {
            let file = File { bytes: &bytes, sheet: None };
            app.upload_register(&by, RegisterSource::Sheet { name: "register.csv", file }).await?
        }
    };
    let view = import_view(app.register_preview(&by.tenant, &id).await?);
    Ok(HttpResponse::build(StatusCode::CREATED).json(view))
}

/// What a file would change, or how far it is worked off
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The import")),
    responses((status = 200, body = RegisterImportView), (status = "4XX", body = Problem)))]
#[get("/register/imports/{id}")]
pub(super) async fn find_register_import(about: About) -> Result<Json<RegisterImportView>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundRegister).await?;
    Ok(Json(import_view(app.register_preview(&by.tenant, &named).await?)))
}

/// The rows that were left out, with line and reason, as a file to correct and send again
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The import")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem)))]
#[get("/register/imports/{id}/rows-to-correct.csv")]
pub(super) async fn list_register_faults(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundRegister).await?;
    Ok(file(
        "text/csv; charset=utf-8",
        "rows-to-correct.csv",
        app.register_faults_file(&by.tenant, &named).await?,
    ))
}

/// From here on the good rows are worked off
///
/// Confirming again changes nothing. A file by which unusually many would end is confirmed by a person in the console.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("id" = String, Path, description = "The import")),
    responses((status = 200, body = RegisterImportView), (status = "4XX", body = Problem)))]
#[post("/register/imports/{id}/confirmation")]
pub(super) async fn confirm_register_import(about: About) -> Result<Json<RegisterImportView>, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundRegister).await?;
    app.confirm_register(&by, &named).await?;
    Ok(Json(import_view(app.register_preview(&by.tenant, &named).await?)))
}

pub(in crate::http) fn file(content_type: &str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header(("cache-control", "no-store"))
        .body(bytes)
}
