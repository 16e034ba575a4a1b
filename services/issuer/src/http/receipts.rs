//! Anchoring receipts.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web::Data, web::Path};
use web::Problem;
use wire::anchors::{PendingState, Receipt, ReceiptPending};

use super::extract::Of;
use crate::app::{Issuer, ReceiptState};

/// The anchoring receipt of one copy of a credential
#[utoipa::path(tag = "anchoring",
    params(("tenant" = String, Path, description = "Organisation"), ("token" = String, Path, description = "Secret part of the address")),
    responses((status = 200, body = Receipt), (status = 202, body = ReceiptPending), (status = 404, body = Problem)))]
#[get("/receipts/{token}")]
pub(super) async fn find_receipt(
    app: Data<Issuer>,
    of: Of,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    Ok(match app.find_receipt(&of.0, &path.1).await? {
        ReceiptState::Anchored(receipt) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "private, max-age=31536000, immutable"))
            .json(receipt),
        ReceiptState::Pending => HttpResponse::Accepted()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(ReceiptPending { state: PendingState::Pending }),
    })
}
