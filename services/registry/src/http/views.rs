//! JSON for people and for programs that trust this node. Whoever does not asks for bytes and checks them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry_types::record::{Charter, Dispute, Usage};
use registry_types::{
    Accreditation, Agenda, AnchorRecord, Canonical, Certificate, DidRecord, DocumentRecord, Governors,
    Header, KeyRecord, Organisation, Params, Proposal, ProvenRecord, SchemaRecord, StatusRecord,
    TransactionId, TransactionPlace, ValidatorRecord, ValidatorSet,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::node::Standing;

/// RFC 3339 in UTC with milliseconds.
pub fn time(time_ms: u64) -> String {
    i64::try_from(time_ms)
        .ok()
        .and_then(chrono::DateTime::from_timestamp_millis)
        .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
        .unwrap_or_default()
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransactionView {
    /// 64 hexadecimal digits.
    pub id: String,
    /// `pending` or `committed`.
    pub state: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceView {
    pub height: u64,
    /// Which transaction of the block.
    pub index: u32,
    pub block_time: String,
    pub block_time_ms: u64,
    pub header_hash: String,
}

impl TransactionView {
    pub fn new(id: TransactionId, standing: Standing) -> Self {
        match standing {
            Standing::Pending => Self { id: id.to_string(), state: "pending", place: None },
            Standing::Committed(place) => {
                Self { id: id.to_string(), state: "committed", place: Some(place.into()) }
            }
        }
    }
}

impl From<TransactionPlace> for PlaceView {
    fn from(place: TransactionPlace) -> Self {
        Self {
            height: place.height,
            index: place.index,
            block_time: time(place.block_time_ms),
            block_time_ms: place.block_time_ms,
            header_hash: hex::encode(place.header_hash),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeaderView {
    pub hash: String,
    pub block_time: String,
    #[schema(value_type = Object)]
    pub header: Header,
    #[schema(value_type = Object)]
    pub certificate: Certificate,
}

impl HeaderView {
    pub fn new(header: Header, certificate: Certificate) -> Self {
        Self { hash: hex::encode(header.hash()), block_time: time(header.time_ms), header, certificate }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordView {
    pub key: String,
    /// The record, or null when there is none under this key.
    #[schema(value_type = Option<Object>)]
    pub value: Option<Value>,
    pub height: u64,
    pub block_time: String,
    pub header_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<ProofView>,
}

/// Everything needed to check the record: `valueBytes` and `mapProof` against the header's state root, the
/// certificate's signatures against the validator set. Byte strings are base64url of canonical borsh.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    pub value_bytes: Option<String>,
    pub map_proof: String,
    pub header_bytes: String,
    #[serde(flatten)]
    pub head: HeaderView,
}

impl RecordView {
    pub fn new(key: String, proven: ProvenRecord, with_proof: bool) -> Self {
        let value = proven.value.as_deref().map(|bytes| record_json(&key, bytes));
        let (height, block_time) = (proven.header.height, time(proven.header.time_ms));
        let header_hash = hex::encode(proven.header.hash());
        let proof = with_proof.then(|| ProofView {
            value_bytes: proven.value.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)),
            map_proof: URL_SAFE_NO_PAD.encode(&proven.map_proof),
            header_bytes: URL_SAFE_NO_PAD.encode(proven.header.to_bytes()),
            head: HeaderView::new(proven.header, proven.certificate),
        });
        Self { key, value, height, block_time, header_hash, proof }
    }
}

/// The record as JSON; its bytes in base64url when this node is too old to read them.
pub fn record_json(key: &str, bytes: &[u8]) -> Value {
    fn of<T: Canonical + Serialize>(bytes: &[u8]) -> Option<Value> {
        serde_json::to_value(T::from_bytes(bytes).ok()?).ok()
    }
    let kind = key.split('/').next().unwrap_or_default();
    let json = match kind {
        "org" => of::<Organisation>(bytes),
        "did" => of::<DidRecord>(bytes),
        "accreditation" => of::<Accreditation>(bytes),
        "schema" => of::<SchemaRecord>(bytes),
        "status" => of::<StatusRecord>(bytes),
        "anchor" => of::<AnchorRecord>(bytes),
        "document" => of::<DocumentRecord>(bytes),
        "key" => of::<KeyRecord>(bytes),
        "params" => of::<Params>(bytes),
        "validators" => of::<ValidatorSet>(bytes),
        "governors" => of::<Governors>(bytes),
        "proposal" => of::<Proposal>(bytes),
        "agenda" => of::<Agenda>(bytes),
        "validator" => of::<ValidatorRecord>(bytes),
        "charter" => of::<Charter>(bytes),
        "dispute" => of::<Dispute>(bytes),
        "usage" => of::<Usage>(bytes),
        _ => None,
    };
    json.unwrap_or_else(|| Value::String(URL_SAFE_NO_PAD.encode(bytes)))
}
