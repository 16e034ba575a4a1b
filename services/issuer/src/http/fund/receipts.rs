//! Receipts of proofs, the same for every channel.

use actix_web::{HttpResponse, get};
use issuance::Scope;
use serde_json::{Value, json};
use web::Problem;

use super::register::file;
use super::{About, Allowed};
use crate::app::{ReceiptState, ReceiptView};

/// The receipt of a proof as it was anchored, with the receipt of the chain
///
/// `anchor` is for SHA-256 of `document` in JCS; it is null while the commitment is on its way. A proof that waits or was
/// refused has no document.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("proof" = String, Path, description = "The number of the evidence")),
    responses((status = 200, body = Object), (status = "4XX", body = Problem)))]
#[get("/receipts/{proof}")]
pub(super) async fn find_proof_receipt(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    Ok(HttpResponse::Ok().json(receipt_file(&app.fund_receipt(&by.tenant, &named).await?)))
}

/// The receipt as a letter in the person's language: PDF/A-3 with the receipt signed by the Fund inside
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("proof" = String, Path, description = "The number of the evidence")),
    responses((status = 200, body = String, content_type = "application/pdf"), (status = "4XX", body = Problem)))]
#[get("/receipts/{proof}/receipt.pdf")]
pub(super) async fn find_receipt_pdf(about: About) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    Ok(file("application/pdf", "receipt.pdf", app.receipt_pdf(&by, &named).await?))
}

/// What a person keeps beside the letter.
pub(in crate::http) fn receipt_file(view: &ReceiptView) -> Value {
    let anchor = match &view.anchor {
        ReceiptState::Anchored(receipt) => json!(receipt),
        ReceiptState::Pending => Value::Null,
    };
    json!({ "state": view.receipt.state, "document": view.document, "anchor": anchor })
}
