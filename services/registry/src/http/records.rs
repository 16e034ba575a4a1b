use actix_web::http::header::{ACCEPT, CONTENT_TYPE, VARY};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get};
use registry_types::{Canonical, limits};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::Problem;

use super::problem::no_block_yet;
use super::views::RecordView;
use crate::node::Node;
use crate::store::BROWSED;

pub const OCTETS: &str = "application/octet-stream";
const PAGE: usize = 100;
/// Kinds with a single record, which have no further key.
const SINGLE: [&str; 5] = ["params", "validators", "governors", "agenda", "charter"];
const KEYED: [&str; 4] = ["anchor", "document", "key", "usage"];

#[derive(Deserialize, IntoParams)]
pub struct RecordQuery {
    /// Add everything that is needed to check the record.
    #[serde(default)]
    proof: bool,
    /// As it was at this height, while the node keeps its proofs; the newest when absent.
    height: Option<u64>,
}

/// A record, or its absence.
///
/// `Accept: application/octet-stream` gives the record with its proof as canonical borsh, which is what the
/// light client asks for; a key that has no record answers 200 with a proof of absence.
#[utoipa::path(
    tag = "records",
    params(
        ("kind" = String, Path, description = "org, did, accreditation, schema, status, anchor, document, key, proposal, validator, dispute, usage, params, validators, governors, agenda or charter"),
        ("key" = String, Path, description = "The rest of the state key; `-` where a kind has one record only"),
        RecordQuery,
    ),
    responses(
        (status = 200, body = RecordView),
        (status = 400, description = "The query is not a height", body = Problem),
        (status = 404, description = "No such kind of record, no record and no proof asked for, or a height that is not decided yet", body = Problem),
        (status = 410, description = "The node no longer keeps the records of this height; `oldest` is the first height that it can prove", body = Problem),
        (status = 503, description = "The chain has no block yet", body = Problem),
    )
)]
#[get("/v1/records/{kind}/{key:.+}")]
pub async fn find_record(
    request: HttpRequest,
    path: Path<(String, String)>,
    query: Query<RecordQuery>,
    node: Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (kind, rest) = path.into_inner();
    let key = state_key(&kind, rest).ok_or_else(Problem::not_found)?;
    let proven = match query.height {
        Some(height) => node.snapshot().prove_at(height, &key)?,
        None => node.snapshot().prove(&key)?.ok_or_else(no_block_yet)?,
    };
    if wants_octets(&request) {
        return Ok(octets(proven.to_bytes()));
    }
    if proven.value.is_none() && !query.proof {
        return Err(Problem::not_found());
    }
    let view = RecordView::new(key, proven, query.proof);
    Ok(HttpResponse::Ok().insert_header((VARY, "accept")).json(view))
}

#[derive(Deserialize, IntoParams)]
pub struct ListQuery {
    /// Continue after this key.
    after: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct RecordList {
    keys: Vec<String>,
    /// What to pass as `after` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Keys of the kinds that are few enough to browse, a hundred at a time. A list is not proven; each record is.
#[utoipa::path(
    tag = "records",
    params(("kind" = String, Path, description = "org, did, schema, accreditation, status, proposal, validator or dispute"), ListQuery),
    responses((status = 200, body = RecordList), (status = 404, body = Problem))
)]
#[get("/v1/records/{kind}")]
pub async fn list_records(
    kind: Path<String>,
    query: Query<ListQuery>,
    node: Data<Node>,
) -> Result<HttpResponse, Problem> {
    if !BROWSED.contains(&kind.as_str()) {
        return Err(Problem::not_found());
    }
    let keys = node.snapshot().listed(&format!("{kind}/"), query.after.as_deref(), PAGE)?;
    let next = (keys.len() == PAGE).then(|| keys.last().cloned()).flatten();
    Ok(HttpResponse::Ok().json(RecordList { keys, next }))
}

pub fn state_key(kind: &str, rest: String) -> Option<String> {
    if rest.len() > limits::IRI_BYTES * 2 {
        return None;
    }
    if SINGLE.contains(&kind) {
        return (rest == "-").then(|| kind.to_owned());
    }
    (BROWSED.contains(&kind) || KEYED.contains(&kind)).then(|| format!("{kind}/{rest}"))
}

pub fn wants_octets(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.starts_with(OCTETS))
}

pub fn octets(bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, OCTETS)).insert_header((VARY, "accept")).body(bytes)
}
