//! Many credentials in one request.

use actix_web::post;
use actix_web::web::Data;
use web::{Json, JsonLimits, Problem};
use wire::verifications::{BatchResult, BatchResults, VerifyBatch};

use super::auth::SignedIn;
use super::language::Spoken;
use crate::app::{Checked, Desk};

/// A hundred credentials with their receipts.
pub(super) const LIMITS: JsonLimits = JsonLimits { max_bytes: 2 * 1024 * 1024, max_depth: 32 };

/// Checks up to 100 credentials or presentations that you already have
///
/// Each has its own result, in the order of the items: a report, or a problem where it could not be read. Nothing of it is
/// stored, so a batch may be sent again. Each item counts as a request.
#[utoipa::path(
    tag = "verifications", operation_id = "verify_batch", request_body = VerifyBatch,
    responses(
        (status = 200, body = BatchResults), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem)
    ),
    security(("bearer" = []), ("client" = ["verify"]))
)]
#[post("")]
pub async fn verify_batch(
    by: SignedIn,
    spoken: Spoken,
    batch: Json<VerifyBatch>,
    desk: Data<Desk>,
) -> Result<Json<BatchResults>, Problem> {
    let results = desk.verify_batch(spoken.0, &by.0, batch.into_inner()).await?;
    Ok(Json(BatchResults { results: results.into_iter().map(told).collect() }))
}

fn told(Checked { id, result }: Checked) -> BatchResult {
    match result {
        Ok(report) => BatchResult { id, report: Some(report), problem: None },
        Err(error) => BatchResult { id, report: None, problem: Some(Problem::from(error).to_json()) },
    }
}
