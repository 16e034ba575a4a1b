//! Erasing a person of the Fund's register, as the pension system asks for it: a person approves it at the console.

use actix_web::web::Payload;
use actix_web::{HttpResponse, post};
use issuance::Scope;
use web::Problem;
use wire::hr::{ErasureOrder, OrderOutcome};

use super::message::json;
use super::{About, Allowed};
use crate::http::hr::outcome;

/// Proposes that everything which leads to a person of the register is erased
///
/// It is refused while the Fund pays the person, while a year is kept for audit, and while a legal hold stands, and says until
/// when. An approver decides at the console; the same order again is answered with what waits.
#[utoipa::path(tag = "fund", security(("bearer" = [])), params(("tenant" = String, Path, description = "The Fund"),
    ("person" = String, Path, description = "The pseudonymous number")), request_body = ErasureOrder,
    responses((status = 202, body = OrderOutcome, description = "A second person approves"), (status = "4XX", body = Problem)))]
#[post("/people/{person}/erasure")]
pub(super) async fn propose_register_erasure(
    about: About,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let Allowed { by, named, app } = about.allowed(Scope::FundCycle).await?;
    let order: ErasureOrder = json(payload).await?;
    Ok(outcome(app.propose_erasure(&by, &named, &order.reason).await?))
}
