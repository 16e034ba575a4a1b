//! Yearly proofs that a station takes while it has no network.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, post};
use web::{Json, JsonLimits, Problem};

use super::App;
use super::auth::{SignedIn, station};
use super::views::{QueueReady, QueueTaken, SealedProof};

/// Seven pictures, sealed.
pub const SEALED_LIMITS: JsonLimits = JsonLimits { max_bytes: 1_400_000, max_depth: 3 };

/// Prepares a proof for the case that the line goes during the visit: what the station seals it with. It serves once.
#[utoipa::path(tag = "existence", security(("session" = [])), params(("id" = String, Path)), responses(
    (status = 201, body = QueueReady), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("/existence/{id}/desk/prepared")]
pub async fn prepare_queued(app: App, person: SignedIn, id: Path<String>) -> Result<HttpResponse, Problem> {
    let ready = app.wallet.prepare_queued(&person.0, &id).await?;
    Ok(HttpResponse::Created().json(QueueReady::from(ready)))
}

/// Brings a proof that was made without a network, from the station and by the officer who took it. Taken once; the same again is
/// answered alike.
#[utoipa::path(tag = "officers", security(("session" = [])), params(("id" = String, Path)), request_body = SealedProof,
    responses((status = 200, body = QueueTaken), (status = "4XX", body = Problem), (status = "5XX", body = Problem)))]
#[post("")]
pub async fn bring_queued(
    request: HttpRequest,
    app: App,
    person: SignedIn,
    id: Path<String>,
    body: Json<SealedProof>,
) -> Result<Json<QueueTaken>, Problem> {
    let here = station(&request, &app).await?;
    let state = app.wallet.bring_queued(&person.0, here.as_ref(), &id, &body.0.sealed).await?;
    Ok(Json(QueueTaken { state }))
}
