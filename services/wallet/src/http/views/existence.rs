//! The yearly proof of existence.

use chrono::{DateTime, Utc};
use holding::existence::{Existence, Progress as ExistenceProgress};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use wire::existence::{
    CaptureOutcome, CaptureRequest, CapturedPlace, ExistenceAppeal, ExistenceForm, ExistenceReceipt,
    PicturesKept, PlaceAsked,
};
use wire::residence::ResidenceNote;

use super::{PartyView, ToSignView};
use crate::app::existence::Place;
use crate::app::offline_proof::{MadeAhead, TakenAlong};

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
    /// Of a picture that was taken without a network: the 16 bytes that its digest was signed with, base64url.
    #[serde(default)]
    pub salt: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealBody {
    /// What an officer should know, at most 2,000 characters; none are needed.
    #[serde(default)]
    pub words: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AheadKey {
    pub device_key: String,
}

/// What a phone takes along.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AheadView {
    pub id: String,
    pub organisation: String,
    pub given_name: String,
    pub year: i64,
    pub challenge: String,
    /// The proof has to reach the Fund before.
    pub expires_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<CaptureRequest>,
    /// The device key as it stands in the answer.
    #[schema(value_type = Object)]
    pub holder_key: Value,
    /// PublicKeyCredentialRequestOptionsJSON.
    #[schema(value_type = Object)]
    pub public_key: Value,
    pub passkeys: Vec<AheadPasskey>,
    pub rp_id: String,
    pub origin: String,
    /// What stands in the answer as `deviceKind`, where there are pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_kind: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AheadPasskey {
    pub credential_id: String,
    pub public_key_cose: String,
}

impl AheadView {
    pub fn new(id: &str, taken: TakenAlong) -> Self {
        let passkeys = taken
            .passkeys
            .into_iter()
            .map(|(credential_id, public_key_cose)| AheadPasskey { credential_id, public_key_cose });
        Self {
            id: id.to_owned(),
            organisation: taken.existence.fund.name().to_owned(),
            given_name: taken.existence.given_name,
            year: taken.existence.year,
            challenge: taken.ahead.challenge,
            device_kind: taken.ahead.device_kind,
            expires_at: taken.ahead.expires_at,
            capture: taken.ahead.capture,
            holder_key: taken.holder_key,
            public_key: taken.public_key,
            passkeys: passkeys.collect(),
            rp_id: taken.rp_id,
            origin: taken.origin,
        }
    }
}

/// A proof that was made without a network.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AheadAnswer {
    pub device_key: String,
    /// When the person was there: RFC 3339 in UTC, in seconds.
    pub captured_at: String,
    #[serde(default)]
    pub frames: u8,
    #[serde(default)]
    pub place: Option<CapturedPlace>,
    /// As it was taken along, where it was signed.
    #[serde(default)]
    pub device_kind: Option<String>,
    /// AuthenticationResponseJSON over the challenge that was taken along.
    #[schema(value_type = Object)]
    pub assertion: Value,
    /// ES256 of the device key over JCS of the answer without pictures, base64url.
    pub signature: String,
}

impl From<AheadAnswer> for MadeAhead {
    fn from(body: AheadAnswer) -> Self {
        let AheadAnswer { device_key, captured_at, frames, place, device_kind, assertion, signature } = body;
        Self { device_key, captured_at, frames, place, device_kind, assertion, signature }
    }
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
    /// When the challenge is over; looking again brings a fresh one.
    pub expires_at: DateTime<Utc>,
    /// The end of the question, where the Fund said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_by: Option<DateTime<Utc>>,
    /// Eight characters that an officer compares: of this wallet's answer while `answered`, of the one that
    /// counted once `confirmed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Within so many days an officer usually decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual_days: Option<u16>,
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
    /// When the person was there and when the Fund had it, while it waits there; they differ where there was no network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime<Utc>>,
    /// What the Fund holds, once it accepted the proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ExistenceReceipt>,
    /// Where an appeal against a refusal stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal: Option<ExistenceAppeal>,
    /// What became of a paper form that was sent instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<ExistenceForm>,
    /// An appeal that the Fund does not have yet.
    pub appeal_on_its_way: bool,
    /// What remains of the pictures at the Fund, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<PicturesKept>,
    /// The Fund has the proof and asks for the place: `POST …/place` gives a question for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceAsked>,
    /// The years for which an answer that is made now counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closes: Vec<i32>,
    /// The Fund looks at where the person lives, or did so lately.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residence: Option<ResidenceNote>,
}

impl ExistenceView {
    pub fn new(id: &str, existence: &Existence) -> Self {
        let (made_at, received_at) = match &existence.progress {
            ExistenceProgress::Answered { at, made_at, .. } => (*made_at, Some(*at)),
            _ => (None, None),
        };
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
            usual_days: existence.usual_days,
            expires_at: existence.expires_at,
            answer_by: existence.answer_by,
            reference,
            offer_id,
            capture: existence.capture.clone(),
            outcome: existence.outcome.clone(),
            frames: existence.frames.keys().copied().collect(),
            made_at,
            received_at,
            receipt: existence.receipt.clone(),
            appeal: existence.appeal.clone(),
            form: existence.form.clone(),
            appeal_on_its_way: existence.appealing.is_some(),
            kept: existence.kept.clone(),
            place: existence.place.clone(),
            closes: existence.closes.clone(),
            residence: existence.residence.clone(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SigningStep {
    pub to_sign: Vec<ToSignView>,
}
