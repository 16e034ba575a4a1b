use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use registry_types::TransactionId;
use serde::Deserialize;
use utoipa::IntoParams;
use web::Problem;

use super::views::TransactionView;
use crate::node::{Node, Standing};

#[derive(Deserialize, IntoParams)]
pub struct SubmitQuery {
    /// Hold the answer until the transaction's block is decided, 20 seconds at most.
    #[serde(default)]
    wait: bool,
}

/// Hand in a signed transaction.
///
/// The body is the canonical borsh form. Sending the same bytes again is harmless and gives the same answer,
/// before and after the block is decided, also after a restart.
#[utoipa::path(
    tag = "transactions",
    params(SubmitQuery),
    request_body(content_type = "application/octet-stream", content = Vec<u8>),
    responses(
        (status = 200, description = "Decided", body = TransactionView),
        (status = 202, description = "Waiting for a block", body = TransactionView),
        (status = 400, description = "No transaction, or with a wrong signature", body = Problem),
        (status = 403, description = "The key may not do this", body = Problem),
        (status = 404, description = "Names something that is not there", body = Problem),
        (status = 409, description = "Does not fit the present state", body = Problem),
        (status = 413, description = "Larger than a transaction may be", body = Problem),
        (status = 415, description = "Not application/octet-stream", body = Problem),
        (status = 422, description = "The rules do not allow it", body = Problem),
        (status = 429, description = "Too many transactions of this key wait", body = Problem),
        (status = 503, description = "Too many transactions wait, or the node has stopped", body = Problem),
    )
)]
#[post("/v1/transactions")]
pub async fn post_transaction(
    request: HttpRequest,
    query: Query<SubmitQuery>,
    body: Bytes,
    node: Data<Node>,
) -> Result<HttpResponse, Problem> {
    require_octets(&request)?;
    let (id, standing) = node.submit(&body, query.wait).await?;
    let status = match standing {
        Standing::Committed(_) => StatusCode::OK,
        Standing::Pending => StatusCode::ACCEPTED,
    };
    Ok(HttpResponse::build(status).json(TransactionView::new(id, standing)))
}

/// Where a transaction is.
#[utoipa::path(
    tag = "transactions",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses(
        (status = 200, body = TransactionView),
        (status = 404, description = "Not on the chain and not waiting here", body = Problem),
    )
)]
#[get("/v1/transactions/{id}")]
pub async fn find_transaction(id: Path<String>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let id: TransactionId = id.parse().map_err(|_| Problem::not_found())?;
    let standing = node.find(id)?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(TransactionView::new(id, standing)))
}

fn require_octets(request: &HttpRequest) -> Result<(), Problem> {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(super::records::OCTETS) {
        return Ok(());
    }
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::new(status, "unsupported-media-type", "The body has the wrong media type")
        .detail("send the transaction's bytes as application/octet-stream"))
}
