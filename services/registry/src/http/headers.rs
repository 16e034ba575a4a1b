use actix_web::http::header::ContentType;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get};
use registry_client::Checkpoint;
use registry_types::{Canonical, SetChange};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::Problem;

use super::problem::no_block_yet;
use super::records::{octets, wants_octets};
use super::views::HeaderView;
use crate::node::Node;

const CHANGES: usize = 32;

/// The newest decided header with its certificate.
#[utoipa::path(tag = "chain", responses((status = 200, body = HeaderView), (status = 503, body = Problem)))]
#[get("/v1/headers/latest")]
pub async fn latest_header(node: Data<Node>) -> Result<HttpResponse, Problem> {
    let (header, certificate) = node.snapshot().head().cloned().ok_or_else(no_block_yet)?;
    Ok(HttpResponse::Ok().json(HeaderView::new(header, certificate)))
}

/// The newest decided header with the validators of the next height: what a reader starts from that pins its hash,
/// or proves it from an older one.
#[utoipa::path(tag = "chain", responses((status = 200, body = Object), (status = 503, body = Problem)))]
#[get("/v1/checkpoint")]
pub async fn find_checkpoint(node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let (header, certificate) = snapshot.head().cloned().ok_or_else(no_block_yet)?;
    let validators = snapshot.tip().validators.clone();
    let checkpoint =
        Checkpoint::new(header, certificate, validators).map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(checkpoint.to_json()))
}

/// A decided header with its certificate.
#[utoipa::path(
    tag = "chain",
    params(("height" = u64, Path)),
    responses((status = 200, body = HeaderView), (status = 404, body = Problem))
)]
#[get("/v1/headers/{height}")]
pub async fn find_header(height: Path<u64>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let header = snapshot.header(*height)?.ok_or_else(Problem::not_found)?;
    let certificate = snapshot.certificate(*height)?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(HeaderView::new(header, certificate)))
}

/// A decided block; `Accept: application/octet-stream` gives its canonical bytes.
#[utoipa::path(
    tag = "chain",
    params(("height" = u64, Path)),
    responses((status = 200, body = Object), (status = 404, body = Problem))
)]
#[get("/v1/blocks/{height}")]
pub async fn find_block(
    request: HttpRequest,
    height: Path<u64>,
    node: Data<Node>,
) -> Result<HttpResponse, Problem> {
    let block = node.snapshot().block(*height)?.ok_or_else(Problem::not_found)?;
    Ok(if wants_octets(&request) { octets(block.to_bytes()) } else { HttpResponse::Ok().json(block) })
}

#[derive(Deserialize, IntoParams)]
pub struct ChangesQuery {
    /// The height that brought the validator set the caller knows; 0 for the genesis.
    #[serde(default)]
    after: u64,
}

#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    head: HeaderView,
    #[schema(value_type = Object)]
    next: registry_types::ValidatorSet,
    /// The governors restarted the chain after this header, with `next`.
    #[schema(value_type = Option<Object>)]
    restart: Option<registry_types::RestartCertificate>,
}

impl From<SetChange> for ChangeView {
    fn from(change: SetChange) -> Self {
        let restart = change.restart.map(|restart| restart.certificate);
        Self { head: HeaderView::new(change.header, change.certificate), next: change.next, restart }
    }
}

/// Headers that hand over to another validator set, oldest first, 32 at most.
#[utoipa::path(
    tag = "chain",
    params(ChangesQuery),
    responses((status = 200, body = Vec<ChangeView>), (status = 400, description = "The query is not a height", body = Problem))
)]
#[get("/v1/validators/changes")]
pub async fn list_validator_changes(
    request: HttpRequest,
    query: Query<ChangesQuery>,
    node: Data<Node>,
) -> Result<HttpResponse, Problem> {
    let changes = node.snapshot().changes_after(query.after, CHANGES)?;
    if wants_octets(&request) {
        return Ok(octets(changes.to_bytes()));
    }
    Ok(HttpResponse::Ok().json(changes.into_iter().map(ChangeView::from).collect::<Vec<_>>()))
}

/// The genesis. Its hash is the chain id; readers who must be certain get the file from the members instead.
#[utoipa::path(tag = "chain", responses((status = 200, body = Object)))]
#[get("/v1/genesis")]
pub async fn load_genesis(node: Data<Node>) -> HttpResponse {
    HttpResponse::Ok().json(node.genesis())
}
