//! What an agency hands over itself: one credential or presentation, or a batch.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};

use super::Report;
use crate::anchors::Receipt;

/// `POST /v1/verify`: a credential or a presentation that the agency already has.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyRequest {
    pub policy: String,
    /// A verifiable credential (object) or an SD-JWT (string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = object_or_text)]
    pub credential: Option<Value>,
    /// A verifiable presentation (object) or an SD-JWT with a key binding JWT (string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = object_or_text)]
    pub presentation: Option<Value>,
    /// Proof of the time of issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// The nonce that the presentation must answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// The audience that the presentation must name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

/// JSON with a proof, or a token as text.
fn object_or_text() -> Schema {
    let of = |kind| ObjectBuilder::new().schema_type(SchemaType::new(kind));
    OneOfBuilder::new().item(of(Type::Object)).item(of(Type::String)).build().into()
}

/// Most items of a batch.
pub const MAX_BATCH: usize = 100;

/// `POST /v1/verify/batch`: credentials and presentations that the agency already has, under one policy.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyBatch {
    pub policy: String,
    /// 1 to 100.
    #[schema(min_items = 1, max_items = 100)]
    pub items: Vec<BatchItem>,
}

/// One of a batch; the members are those of `POST /v1/verify`.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchItem {
    /// Comes back with the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A verifiable credential (object) or an SD-JWT (string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = object_or_text)]
    pub credential: Option<Value>,
    /// A verifiable presentation (object) or an SD-JWT with a key binding JWT (string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = object_or_text)]
    pub presentation: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

/// 200 answer of `POST /v1/verify/batch`, in the order of the items.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchResults {
    pub results: Vec<BatchResult>,
}

/// A report, or a problem (RFC 9457) where the item could not be read.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchResult {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub problem: Option<Value>,
}
