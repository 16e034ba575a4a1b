//! The published contexts, JSON Schemas and type metadata.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use web::Problem;

/// A context (`*.jsonld`), JSON Schema (`*.schema.json`) or SD-JWT VC type metadata (`*.vct.json`).
///
/// The SHA-256 digest of every file is on the registry chain under `https://schemas.passerelle.example/v1/{file}`.
#[utoipa::path(tag = "schemas", params(("file" = String, Path, example = "staff-identity.schema.json")), responses(
    (status = 200, description = "The file, byte for byte as its digest on the chain says", content(
        (serde_json::Value = "application/ld+json"), (serde_json::Value = "application/schema+json"), (serde_json::Value = "application/json"))),
    (status = 404, body = Problem)))]
#[get("/{file}")]
pub(super) async fn find_schema(file: Path<String>) -> Result<HttpResponse, Problem> {
    serve("v1", &file)
}

/// A file of version 2: those of the staff identity, which has a portrait there.
///
/// The SHA-256 digest of every file is on the registry chain under `https://schemas.passerelle.example/v2/{file}`.
#[utoipa::path(tag = "schemas", params(("file" = String, Path, example = "staff-identity.vct.json")), responses(
    (status = 200, description = "The file, byte for byte as its digest on the chain says", content(
        (serde_json::Value = "application/ld+json"), (serde_json::Value = "application/schema+json"), (serde_json::Value = "application/json"))),
    (status = 404, body = Problem)))]
#[get("/{file}")]
pub(super) async fn find_schema_v2(file: Path<String>) -> Result<HttpResponse, Problem> {
    serve("v2", &file)
}

fn serve(version: &str, file: &str) -> Result<HttpResponse, Problem> {
    let published = issuance::schemas::find(version, file).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, published.media_type))
        // A published file never changes.
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .body(published.bytes))
}
