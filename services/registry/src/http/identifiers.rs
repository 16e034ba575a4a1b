use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE, VARY};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get};
use did::{Document, Evidence, ProvenRecord, ResolveError};
use registry_state::View as _;
use registry_types::{DidRecord, state_key};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;
use web::Problem;

use super::views::time;
use crate::node::Node;

/// Media types of DID Core 1.0, 6, and of DID Resolution, 8.
const DOCUMENT: &str = "application/did+ld+json";
const RESULT: &str = "application/did-resolution";

/// Which version of a document is wanted (DID Core 1.0, 3.2.1); the present one when neither is named.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct VersionQuery {
    /// The number of the version, from 1.
    version_id: Option<String>,
    /// The version that held at this time, RFC 3339.
    version_time: Option<String>,
}

enum Wanted {
    Present,
    Numbered(u32),
    At(u64),
}

impl VersionQuery {
    fn wanted(&self) -> Option<Wanted> {
        match (self.version_id.as_deref(), self.version_time.as_deref()) {
            (None, None) => Some(Wanted::Present),
            (Some(id), None) => id.parse().ok().filter(|id| *id > 0).map(Wanted::Numbered),
            (None, Some(text)) => {
                let time = chrono::DateTime::parse_from_rfc3339(text).ok()?;
                time.timestamp_millis().try_into().ok().map(Wanted::At)
            }
            (Some(_), Some(_)) => None,
        }
    }
}

impl Wanted {
    /// The id of the version; for the present version of a deactivated DID there is none.
    fn version_id(&self, record: &DidRecord) -> Result<Option<u32>, ResolveError> {
        let found = match *self {
            Self::Present if record.deactivated() => return Ok(None),
            Self::Present => newest(record),
            Self::Numbered(id) => record.version(id).map(|_| id),
            Self::At(time_ms) => record.version_id_at(time_ms),
        };
        found.map(Some).ok_or(ResolveError::NotFound)
    }
}

fn newest(record: &DidRecord) -> Option<u32> {
    u32::try_from(record.versions.len()).ok().filter(|id| *id > 0)
}

/// Resolve a DID (DID Resolution, HTTP(S) binding).
///
/// Answers a whole resolution result, or the bare document for `Accept: application/did+ld+json`,
/// `application/did+json` or `application/did`. Knows did:passerelle, did:key and did:jwk.
#[utoipa::path(
    tag = "identifiers",
    params(("did" = String, Path), VersionQuery),
    responses(
        (status = 200, content_type = "application/did-resolution", body = Object),
        (status = 400, description = "invalidDid, or invalidOptions for a version that cannot be read", content_type = "application/did-resolution", body = Object),
        (status = 404, description = "notFound", content_type = "application/did-resolution", body = Object),
        (status = 406, description = "representationNotSupported", content_type = "application/did-resolution", body = Object),
        (status = 410, description = "Deactivated", content_type = "application/did-resolution", body = Object),
        (status = 501, description = "methodNotSupported", content_type = "application/did-resolution", body = Object),
    )
)]
#[get("/1.0/identifiers/{did:.+}")]
pub async fn resolve(
    request: HttpRequest,
    did: Path<String>,
    version: Query<VersionQuery>,
    node: Data<Node>,
) -> Result<HttpResponse, Problem> {
    let Some(wanted) = Representation::of(&request) else {
        return Ok(failure(StatusCode::NOT_ACCEPTABLE, "representationNotSupported"));
    };
    let Some(version) = version.wanted() else {
        return Ok(failure(StatusCode::BAD_REQUEST, "invalidOptions"));
    };
    Ok(match answer(&node, &did, &version) {
        Ok(answer) => answer.response(wanted),
        Err(ResolveError::InvalidDid) => failure(StatusCode::BAD_REQUEST, "invalidDid"),
        Err(ResolveError::NotFound) => failure(StatusCode::NOT_FOUND, "notFound"),
        Err(ResolveError::MethodNotSupported) => failure(StatusCode::NOT_IMPLEMENTED, "methodNotSupported"),
        Err(ResolveError::Unavailable(reason)) => {
            tracing::error!(reason, "a DID cannot be resolved");
            failure(StatusCode::INTERNAL_SERVER_ERROR, "internalError")
        }
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Representation {
    Result(&'static str),
    Document(&'static str),
}

impl Representation {
    /// The first media type of `Accept` that we have.
    fn of(request: &HttpRequest) -> Option<Self> {
        let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
        accept.split(',').find_map(|choice| {
            let media = choice.split(';').next().unwrap_or_default().trim();
            match media {
                "application/did-resolution" | "*/*" | "application/*" | "text/html" => {
                    Some(Self::Result(RESULT))
                }
                "application/json" => Some(Self::Result("application/json")),
                // Universal Resolver drivers ask for JSON-LD with the profile of resolution results.
                "application/ld+json" => {
                    Some(Self::Result("application/ld+json;profile=\"https://w3id.org/did-resolution\""))
                }
                DOCUMENT => Some(Self::Document(DOCUMENT)),
                "application/did+json" => Some(Self::Document("application/did+json")),
                "application/did" => Some(Self::Document("application/did")),
                _ => None,
            }
        })
    }
}

struct Answer {
    document: Document,
    metadata: Value,
    deactivated: bool,
}

impl Answer {
    fn response(self, wanted: Representation) -> HttpResponse {
        let status = if self.deactivated { StatusCode::GONE } else { StatusCode::OK };
        let mut response = HttpResponse::build(status);
        response.insert_header((VARY, "accept"));
        match wanted {
            Representation::Document(media) => {
                response.insert_header((CONTENT_TYPE, media)).body(self.document.to_json().to_string())
            }
            Representation::Result(media) => {
                let result = json!({
                    "@context": "https://w3id.org/did-resolution/v1",
                    "didDocument": self.document.to_json(),
                    "didResolutionMetadata": { "contentType": DOCUMENT },
                    "didDocumentMetadata": self.metadata,
                });
                response.insert_header((CONTENT_TYPE, media)).body(result.to_string())
            }
        }
    }
}

fn answer(node: &Node, did: &str, version: &Wanted) -> Result<Answer, ResolveError> {
    let plain = |document| Answer { document, metadata: json!({}), deactivated: false };
    if !did::is_did(did) {
        return Err(ResolveError::InvalidDid);
    }
    match did.split(':').nth(1) {
        // A document that is made from its own identifier never had another version.
        Some("key" | "jwk") if !matches!(version, Wanted::Present) => Err(ResolveError::NotFound),
        Some("key") => did::resolve_key(did).map(plain),
        Some("jwk") => did::resolve_jwk(did).map(plain),
        Some("passerelle") => on_chain(node, did, version),
        _ => Err(ResolveError::MethodNotSupported),
    }
}

fn on_chain(node: &Node, did: &str, version: &Wanted) -> Result<Answer, ResolveError> {
    if !registry_types::is_did(did) {
        return Err(ResolveError::InvalidDid);
    }
    let snapshot = node.snapshot();
    let unavailable = |error: registry_state::ViewError| ResolveError::Unavailable(error.to_string());
    let record: DidRecord =
        snapshot.find(&state_key::did(did)).map_err(unavailable)?.ok_or(ResolveError::NotFound)?;
    let version = version.version_id(&record)?;
    let tip = snapshot.tip();
    let metadata = metadata(did, &record, version, (tip.height, &tip.hash));
    let block_time = i64::try_from(tip.time_ms).ok().and_then(chrono::DateTime::from_timestamp_millis);
    let evidence =
        Evidence { height: tip.height, block_time: block_time.unwrap_or_default(), header_hash: tip.hash };
    let resolution = did::resolution_of(did, ProvenRecord { record: Some(record), evidence })?;
    let past = version.and_then(|id| resolution.history.get(usize::try_from(id.checked_sub(1)?).ok()?));
    let document = past.map_or(resolution.document, |version| version.document.clone());
    Ok(Answer { document, metadata, deactivated: resolution.deactivated })
}

/// DID Core 1.0, 7.1.3, and where the proof is.
fn metadata(
    did: &str,
    record: &DidRecord,
    version: Option<u32>,
    (height, header_hash): (u64, &[u8; 32]),
) -> Value {
    let from = |id: u32| record.version(id).map(|version| time(version.from_ms));
    let shown = version.or_else(|| newest(record)).unwrap_or_default();
    let mut metadata = json!({
        "created": from(1),
        "updated": from(shown),
        "versionId": shown.to_string(),
        "deactivated": record.deactivated(),
        "registry": {
            "height": height,
            "headerHash": hex::encode(header_hash),
            "organisation": record.organisation,
            "recoveredVersions": record.recovered,
            "proof": format!("/v1/records/did/{did}?proof=true"),
        },
    });
    let next = shown.saturating_add(1);
    if let (Some(next_update), Some(metadata)) = (from(next), metadata.as_object_mut()) {
        metadata.insert("nextUpdate".to_owned(), json!(next_update));
        metadata.insert("nextVersionId".to_owned(), json!(next.to_string()));
    }
    metadata
}

fn failure(status: StatusCode, error: &'static str) -> HttpResponse {
    let result = json!({
        "@context": "https://w3id.org/did-resolution/v1",
        "didDocument": null,
        "didResolutionMetadata": { "error": error },
        "didDocumentMetadata": {},
    });
    HttpResponse::build(status).insert_header((CONTENT_TYPE, RESULT)).body(result.to_string())
}
