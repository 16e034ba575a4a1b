//! Erasing a person, as an HR system or a privacy office asks for it: a person approves it at the console.

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, post};
use issuance::Scope;
use web::Problem;
use wire::hr::{ErasureOrder, OrderOutcome};

use super::machine;
use super::message::outcome;
use crate::app::Issuer;
use crate::http::extract::Of;
use crate::http::fund::Token;
use crate::http::fund::message::json;

/// Proposes that everything which leads to a person is erased
///
/// It is refused while a credential is valid or a legal hold stands, and says until when. An approver decides at the console;
/// the same order again is answered with what waits.
#[utoipa::path(tag = "hr", security(("bearer" = [])), params(("tenant" = String, Path, description = "Organisation"),
    ("person" = String, Path, description = "Given by this service")), request_body = ErasureOrder,
    responses((status = 202, body = OrderOutcome, description = "A second person approves"), (status = "4XX", body = Problem)))]
#[post("/people/{person}/erasure")]
pub(super) async fn propose_erasure(
    of: Of,
    token: Token,
    path: Path<(String, String)>,
    payload: Payload,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let by = machine(&app, &of, &token, Scope::Credentials).await?;
    let order: ErasureOrder = json(payload).await?;
    Ok(outcome(app.propose_erasure(&by, &path.1, &order.reason).await?))
}
