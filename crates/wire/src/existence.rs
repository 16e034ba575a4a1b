//! The Fund's request for a proof of life and the answer a beneficiary's device gives.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::residence::ResidenceNote;

/// What `GET` of the request link shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExistenceRequest {
    pub id: String,
    pub organisation: Organisation,
    pub beneficiary: Beneficiary,
    pub year: u16,
    /// base64url, single use; empty once the request was answered.
    pub challenge: String,
    /// Until when this challenge is taken: minutes, and a fresh one comes with the next look.
    pub expires_at: chrono::DateTime<chrono::Utc>,
    /// Until when the question itself can be answered, with whatever challenge; an older Fund does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_by: Option<chrono::DateTime<chrono::Utc>>,
    pub state: ExistenceState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_offer_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Within so many days an officer usually decides; of a question that is open or answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_days: Option<u16>,
    /// What to record for the challenge; absent where the Fund has no picture of the person to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<CaptureRequest>,
    /// What became of the latest pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<CaptureOutcome>,
    /// What the Fund holds, once the proof is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ExistenceReceipt>,
    /// Of an answer that was refused, and of one that was accepted after an appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal: Option<ExistenceAppeal>,
    /// The paper form that was sent from the wallet last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<ExistenceForm>,
    /// What remains of the pictures, and why; absent where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<PicturesKept>,
    /// The proof is here, and the place that the pension depends on is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceAsked>,
    /// The years for which an answer that is made now counts, in their order; of a question that is not open, nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closes: Vec<i32>,
    /// The Fund looks at where the person lives, or did so lately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence: Option<ResidenceNote>,
}

/// The person is asked to show by another way in which country they live. It touches neither the proof nor a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceAsked {
    /// Until when.
    pub due_at: chrono::DateTime<chrono::Utc>,
}

/// Where the person shows the place with their own device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceQuestion {
    /// The link of another question; its answer brings the place.
    pub request_uri: String,
}

/// Until when the pictures of a proof are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PicturesKept {
    pub why: KeptFor,
    /// When they go; of a legal hold, when somebody looks again. Absent while that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum KeptFor {
    /// An officer has to decide.
    Decision,
    /// They were not good enough, and the person may try again.
    Tried,
    /// As long as the person, or the Fund, may object to what was decided.
    Objection,
    /// An appeal has to be decided.
    Appeal,
    /// A court, an auditor or an inquiry needs them.
    LegalHold,
    /// Nothing of them remains but digests.
    Erased,
}

/// A signed paper form, sent as a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExistenceForm {
    pub state: FormState,
    pub sent_at: chrono::DateTime<chrono::Utc>,
    /// What the person quotes, once it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why nothing was kept: `picture`, `no-code`, `several`, `not-ours`, `other-person` or `unsigned`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum FormState {
    /// An officer looks at it.
    Waiting,
    Accepted,
    Refused,
    /// Nothing was kept; `reason` says why.
    Unread,
}

/// The receipt of an accepted proof, the same whatever its channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExistenceReceipt {
    /// What the person quotes.
    pub reference: String,
    /// `own-device`, `kiosk`, `paper`, `upload`, `letter`, `visit`, `video-call` or `authority`.
    pub channel: String,
    /// When the person was there.
    pub captured_at: chrono::DateTime<chrono::Utc>,
    /// When it reached the Fund.
    pub received_at: chrono::DateTime<chrono::Utc>,
    pub accepted_at: chrono::DateTime<chrono::Utc>,
    /// The years it closed.
    pub years: Vec<i32>,
    /// The last day on which the person is covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<chrono::NaiveDate>,
    /// The first day on which the next proof can be made.
    pub next_opens: chrono::NaiveDate,
    /// Whether `GET …/receipt` gives it as a letter signed by the Fund.
    pub letter: bool,
}

/// Where an appeal stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExistenceAppeal {
    pub state: AppealState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Until when another officer decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<chrono::DateTime<chrono::Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum AppealState {
    /// Nothing was sent yet.
    Possible,
    Open,
    /// The refusal was wrong: the proof counts.
    Upheld,
    /// The refusal stands: another way is offered.
    NotUpheld,
}

/// What somebody says against the refusal of their answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealWords {
    /// At most 2,000 characters; none are needed.
    #[serde(default)]
    pub words: String,
}

// What people say of themselves is in no log.
impl std::fmt::Debug for AppealWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppealWords(..)")
    }
}

/// A challenge to be answered later, from a device that has no network when the proof is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AheadChallenge {
    /// base64url, single use.
    pub challenge: String,
    pub issued_at: chrono::DateTime<chrono::Utc>,
    /// The answer has to arrive before.
    pub expires_at: chrono::DateTime<chrono::Utc>,
    /// What to record for it; absent where the Fund has no picture of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<CaptureRequest>,
}

/// Pictures that an answer may have, taken while the person does what is asked. The first is quiet, before any movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaptureRequest {
    /// In this order: `left` and `right` as the person sees them, `up`, `closer`, `blink`.
    pub movements: Vec<String>,
    pub fewest_frames: u8,
    pub most_frames: u8,
    /// From the first frame to the last.
    pub most_seconds: u16,
    pub most_frame_bytes: u32,
    /// A place is needed to compare the country of residence; otherwise it may be left out.
    pub location_required: bool,
    /// After so many more tries an officer looks at the pictures as they are.
    pub tries_left: u8,
    /// The words that `deviceKind` of the answer may be; an older service has none and refuses it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device_kinds: Vec<String>,
}

/// The verdict on the latest pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaptureOutcome {
    /// `tryAgain` or `personLooks`.
    pub verdict: String,
    /// Codes such as `noFace`, `tooDark`, `otherPerson`, `notFollowed`.
    pub reasons: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Organisation {
    pub did: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Beneficiary {
    pub given_name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExistenceState {
    Open,
    Answered,
    Confirmed,
    Refused,
    Expired,
}

/// The device's answer.
///
/// `deviceSignature` is ES256 by `holderKey` over the JCS bytes of this message without that member and without `capture`;
/// `parts` are signed in the place of the pictures, so that those can be deleted. The WebAuthn challenge is the SHA-256 of JCS `{requestId, challenge, holderKeyThumbprint}`: the passkey vouches for the person, the
/// device key for the bundle, and neither can be moved to another request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExistenceAnswer {
    pub challenge: String,
    /// P-256 public key as a JWK.
    #[schema(value_type = Object)]
    pub holder_key: Value,
    /// With `assertion`, where the person has a passkey; otherwise there is `desk`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<AnswerPasskey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion: Option<Assertion>,
    /// The word of an operator at a station of the Fund, for a person whose key a wallet service keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskStatement>,
    /// When the person was there, by the clock of the device: RFC 3339 in UTC, in seconds. Needed at a desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<String>,
    /// base64url of SHA-256 over salt, kind and content of each part of `capture`: the frames, then the place
    /// (`entitlement::bundle`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
    /// With pictures, where the request names the word: the coarse kind of device that took them, for the Fund's report on
    /// fairness. Nothing finer is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_kind: Option<String>,
    pub device_signature: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<Capture>,
}

/// What an operator says who has the person in front of them. `signature` is ES256 by the station's key over the JCS bytes of
/// `{context: "passerelle desk statement 1", requestId, challenge, holderKeyThumbprint, capturedAt, parts, station, operator,
/// recognisedBy}`, and `helper` where there is one (`entitlement::desk`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeskStatement {
    /// RFC 7638 thumbprint of the key under which the Fund registered the station.
    pub station: String,
    /// The operator's name, at most 100 characters.
    pub operator: String,
    /// `document` or `acquaintance`.
    pub recognised_by: String,
    /// The guardian or attorney who acted for the person, and was there beside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helper: Option<DeskHelper>,
    /// base64url.
    pub signature: String,
}

/// Who helped somebody at a desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeskHelper {
    /// At most 100 characters.
    pub name: String,
    /// `guardian` or `attorney`.
    pub kind: String,
}

/// The parts themselves. Not signed: their digests are.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Capture {
    pub frames: Vec<CapturedFrame>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<CapturedPlace>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CapturedFrame {
    /// 16 bytes in base64url.
    pub salt: String,
    /// After the first frame.
    pub millis: u32,
    /// base64url.
    pub jpeg: String,
}

/// Rounded on the device: nothing finer leaves it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CapturedPlace {
    /// 16 bytes in base64url.
    pub salt: String,
    /// Tenths of a degree.
    pub latitude_tenths: i16,
    pub longitude_tenths: i16,
    pub accuracy_metres: u32,
}

// No face and no place in a log.

impl std::fmt::Debug for Capture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Capture({} frames)", self.frames.len())
    }
}

impl std::fmt::Debug for CapturedFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CapturedFrame(..)")
    }
}

impl std::fmt::Debug for CapturedPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CapturedPlace(..)")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnswerPasskey {
    pub credential_id: String,
    pub public_key_cose: String,
    pub rp_id: String,
    pub origin: String,
}

/// A WebAuthn assertion; every member is base64url. `clientDataJSON` keeps the spelling of WebAuthn Level 3, 5.8.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assertion {
    pub authenticator_data: String,
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
    pub signature: String,
}
