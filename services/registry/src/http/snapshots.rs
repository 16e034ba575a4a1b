use actix_web::web::{Data, Path, block};
use actix_web::{HttpResponse, get};
use web::Problem;

use super::records::octets;
use crate::node::Node;
use crate::store::export::Exports;

/// The newest snapshot for nodes that join: its manifest in canonical borsh.
///
/// It names header, certificate, validators, and the hash of each chunk. A reader believes it by the
/// certificate, and the chunks by the state root that they make.
#[utoipa::path(
    tag = "chain",
    responses(
        (status = 200, description = "The manifest", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "The node has written no snapshot yet", body = Problem),
    )
)]
#[get("/v1/snapshots/latest")]
pub async fn latest_snapshot(node: Data<Node>) -> Result<HttpResponse, Problem> {
    let manifest = read(&node, |exports| exports.manifest(exports.heights().last().copied()?)).await?;
    Ok(octets(manifest))
}

/// One chunk of a snapshot, about a megabyte: records in the order of their places, in canonical borsh.
#[utoipa::path(
    tag = "chain",
    params(("height" = u64, Path), ("chunk" = u32, Path, description = "From 0")),
    responses(
        (status = 200, description = "The chunk", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "No such chunk, or the snapshot gave way to newer ones", body = Problem),
    )
)]
#[get("/v1/snapshots/{height}/{chunk}")]
pub async fn find_chunk(path: Path<(u64, u32)>, node: Data<Node>) -> Result<HttpResponse, Problem> {
    let (height, chunk) = path.into_inner();
    Ok(octets(read(&node, move |exports| exports.chunk(height, chunk)).await?))
}

/// Reads a file away from the threads that answer requests.
async fn read(
    node: &Node,
    file: impl FnOnce(&Exports) -> Option<Vec<u8>> + Send + 'static,
) -> Result<Vec<u8>, Problem> {
    let exports = node.exports().clone();
    let bytes = block(move || file(&exports)).await.ok().flatten();
    bytes.ok_or_else(Problem::not_found)
}
