use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, post};
use web::Problem;

use crate::gossip::{BATCH_BYTES, NUMBER_HEADER, PEER_HEADER, SIGNATURE_HEADER};
use crate::node::Node;
use crate::peers::{Envelope, PushError};

/// Hand on transactions as another node.
///
/// For nodes only: the batch is signed with the sender's link key, and only peers that this node was told of are let
/// in, each with a budget of its own. Transactions that are known already or break a rule are passed over.
#[utoipa::path(
    tag = "transactions",
    params(
        ("passerelle-peer" = String, Header, description = "The sender's peer id"),
        ("passerelle-push" = u64, Header, description = "Higher than in any earlier push of this peer"),
        ("passerelle-signature" = String, Header, description = "Ed25519 by the link key, hexadecimal"),
    ),
    request_body(content_type = "application/octet-stream", content = Vec<u8>),
    responses(
        (status = 204, description = "Taken"),
        (status = 400, description = "No batch", body = Problem),
        (status = 401, description = "Not from a known peer", body = Problem),
        (status = 409, description = "Pushed before", body = Problem),
        (status = 429, description = "More than the peer's share", body = Problem),
    )
)]
#[post("/v1/peers/transactions")]
pub async fn push_transactions(
    request: HttpRequest,
    body: Payload,
    node: Data<Node>,
) -> Result<HttpResponse, Problem> {
    let envelope = envelope(&request)?;
    // A stranger's bytes are not even read.
    node.require_known(&envelope)?;
    let body = body.to_bytes_limited(BATCH_BYTES).await.map_err(|_| PushError::Malformed)?;
    node.take_push(envelope, body.map_err(|_| PushError::Malformed)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn envelope(request: &HttpRequest) -> Result<Envelope, PushError> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let peer = header(PEER_HEADER).ok_or(PushError::UnknownPeer)?.to_owned();
    let number = header(NUMBER_HEADER).and_then(|text| text.parse().ok()).ok_or(PushError::Signature)?;
    let signature = header(SIGNATURE_HEADER).and_then(|text| hex::decode(text).ok());
    Ok(Envelope { peer, number, signature: signature.ok_or(PushError::Signature)? })
}
