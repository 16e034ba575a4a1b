//! The published contexts, JSON Schemas and type metadata.

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use web_kit::Problem;

use ::web as web_kit;

pub(crate) fn configure(config: &mut web_kit::ServiceConfig<'_>) {
    config.service(get_schema);
}

/// A context (`*.jsonld`), JSON Schema (`*.schema.json`) or SD-JWT VC type metadata (`*.vct.json`).
///
/// The SHA-256 digest of every file is on the registry chain under `https://schemas.passerelle.example/v1/{file}`.
#[utoipa::path(tag = "schemas", params(("file" = String, Path, example = "staff-identity.schema.json")), responses(
    (status = 200, description = "The file, byte for byte as its digest on the chain says"),
    (status = 404, body = Problem)))]
#[get("/schemas/v1/{file}")]
async fn get_schema(file: web::Path<String>) -> Result<HttpResponse, Problem> {
    let published = issuance::schemas::find(&file).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, published.media_type))
        // A published file never changes, and anybody may read it from anywhere.
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(published.bytes))
}
