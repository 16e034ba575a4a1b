//! What was shared, as JSON, and the receipts as they were signed.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use web::{Json, Problem};

use super::App;
use super::auth::SignedIn;
use super::views::{SharingList, SharingView};

/// What this person shared with whom, the latest first, with what is known of each receipt.
#[utoipa::path(tag = "presenting", security(("session" = [])), responses(
    (status = 200, body = SharingList), (status = "4XX", body = Problem)))]
#[get("/sharings")]
pub async fn list_sharings(app: App, person: SignedIn) -> Result<Json<SharingList>, Problem> {
    let kept = app.wallet.sharings(&person.0).await?;
    Ok(Json(SharingList { sharings: kept.iter().map(SharingView::from).collect() }))
}

/// The receipt of one act as the verifier signed it (RFC 7519), checked when it came.
#[utoipa::path(tag = "presenting", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 200, content_type = "application/jwt", body = String), (status = "4XX", body = Problem)))]
#[get("/sharings/{id}/receipt")]
pub async fn show_receipt(app: App, person: SignedIn, id: Path<String>) -> Result<HttpResponse, Problem> {
    let jwt = app.wallet.receipt_of(&person.0, &id).await?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/jwt"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(jwt))
}
