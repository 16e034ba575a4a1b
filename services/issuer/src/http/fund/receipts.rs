//! Receipts of proofs, the same for every channel.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use issuance::Scope;
use serde_json::{Value, json};
use web::Problem;

use super::register::file;
use super::{Token, machine};
use crate::app::{Issuer, ReceiptState, ReceiptView};
use crate::http::extract::Of;

/// The receipt of a proof as it was anchored, with the receipt of the chain
///
/// `anchor` is for SHA-256 of `document` in JCS; it is null while the commitment is on its way. A proof that waits or was
/// refused has no document.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("proof" = String, Path, description = "The number of the evidence")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)))]
#[get("/receipts/{proof}")]
pub(super) async fn find_proof_receipt(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    machine(&app, &of, &token, Scope::FundCycle).await?;
    Ok(HttpResponse::Ok().json(receipt_file(&app.fund_receipt(&of.0.id, &path.1).await?)))
}

/// The receipt as a letter in the person's language: PDF/A-3 with the receipt signed by the Fund inside
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("proof" = String, Path, description = "The number of the evidence")),
    responses((status = 200, body = String, content_type = "application/pdf"), (status = "4XX", body = Problem)))]
#[get("/receipts/{proof}/receipt.pdf")]
pub(super) async fn find_receipt_pdf(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::FundCycle).await?;
    Ok(file("application/pdf", "receipt.pdf", app.receipt_pdf(&by, &path.1).await?))
}

/// What a person keeps beside the letter.
pub(in crate::http) fn receipt_file(view: &ReceiptView) -> Value {
    let anchor = match &view.anchor {
        ReceiptState::Anchored(receipt) => json!(receipt),
        ReceiptState::Pending => Value::Null,
    };
    json!({ "state": view.receipt.state, "document": view.document, "anchor": anchor })
}
