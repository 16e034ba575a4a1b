//! The mark of an organisation, for wallets.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use web::Problem;

use super::extract::Of;

/// The logo of an organisation
///
/// Its address stands in the metadata (`display[].logo.uri`) and names the SHA-256 digest of the picture, so that it never
/// changes.
#[utoipa::path(tag = "metadata",
    params(("tenant" = String, Path, description = "Organisation"), ("digest" = String, Path, description = "SHA-256 of the picture, in hexadecimal")),
    responses((status = 200, description = "A PNG or SVG picture", content_type = "image/svg+xml"), (status = 404, body = Problem)))]
#[get("/logo/{digest}")]
pub(super) async fn find_logo(of: Of, path: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let logo = Some(&of.0.logo).filter(|logo| logo.digest == path.1).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, logo.media_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        // Opened by itself, a drawing could be a page; it may load and run nothing.
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"))
        .body(logo.bytes.clone()))
}
