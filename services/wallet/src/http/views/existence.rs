//! The yearly proof of existence.

use chrono::{DateTime, Utc};
use holding::existence::{Existence, Progress as ExistenceProgress};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::existence::{CaptureOutcome, CaptureRequest};

use super::{PartyView, ToSignView};
use crate::app::existence::Place;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExistenceLink {
    pub request_uri: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExistenceKey {
    pub device_key: String,
    /// How many of the kept pictures belong to the answer; 0 for none.
    #[serde(default)]
    pub frames: u8,
    #[serde(default)]
    pub place: Option<PlaceBody>,
}

/// Where the device is. It rounds before anything leaves it.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlaceBody {
    /// Tenths of a degree.
    pub latitude_tenths: i16,
    pub longitude_tenths: i16,
    pub accuracy_metres: u32,
}

impl From<PlaceBody> for Place {
    fn from(body: PlaceBody) -> Self {
        Self {
            latitude_tenths: body.latitude_tenths,
            longitude_tenths: body.longitude_tenths,
            accuracy_metres: body.accuracy_metres,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FrameBody {
    /// After the first picture.
    pub millis: u32,
    /// base64url, at most 96 KiB of JPEG.
    pub jpeg: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExistenceView {
    pub id: String,
    /// `opened`, `sending`, `answered`, `confirmed`, `refused` or `expired`.
    pub state: &'static str,
    pub organisation: PartyView,
    pub year: i64,
    pub given_name: String,
    pub expires_at: DateTime<Utc>,
    /// Eight characters that an officer compares: of this wallet's answer while `answered`, of the one that
    /// counted once `confirmed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The opened offer of the certificate, once confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_id: Option<String>,
    /// The pictures that the Fund asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<CaptureRequest>,
    /// Why the latest pictures were not enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<CaptureOutcome>,
    /// Places of the pictures that are here already.
    pub frames: Vec<u8>,
}

impl ExistenceView {
    pub fn new(id: &str, existence: &Existence) -> Self {
        let (reference, offer_id) = match &existence.progress {
            ExistenceProgress::Confirmed { reference, offer_id, .. } => (reference.clone(), offer_id.clone()),
            ExistenceProgress::Answered { reference, .. } => (reference.clone(), None),
            _ => (None, None),
        };
        Self {
            id: id.to_owned(),
            state: existence.state(),
            organisation: (&existence.fund).into(),
            year: existence.year,
            given_name: existence.given_name.clone(),
            expires_at: existence.expires_at,
            reference,
            offer_id,
            capture: existence.capture.clone(),
            outcome: existence.outcome.clone(),
            frames: existence.frames.keys().copied().collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SigningStep {
    pub to_sign: Vec<ToSignView>,
}
