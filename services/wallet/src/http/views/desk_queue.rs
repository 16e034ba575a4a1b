//! Proofs without a network at a station.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use wire::existence::CaptureRequest;

use crate::app::desk_queue::Ready;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueReady {
    pub id: String,
    /// Public P-256 key as a JWK: what is taken is sealed under it, and read nowhere but in this service.
    #[schema(value_type = Object)]
    pub key: Value,
    /// It has to be brought before.
    pub expires_at: DateTime<Utc>,
    /// Which movements the pictures show, where the Fund asks for some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<CaptureRequest>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedProof {
    /// A JWE in compact form, `ECDH-ES` with A256GCM, over `{id, pin, recognisedBy, capturedAt, frames: [{millis, jpeg}]}`.
    pub sealed: String,
}

#[derive(Serialize, ToSchema)]
pub struct QueueTaken {
    /// Of the request: `sending`, `answered`, or what came of it otherwise.
    pub state: &'static str,
}

impl From<Ready> for QueueReady {
    fn from(Ready { id, key, expires_at, capture }: Ready) -> Self {
        Self { id, key, expires_at, capture }
    }
}
