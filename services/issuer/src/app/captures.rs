//! Pictures that come with an answer: what is asked for, the verdict on them, who sees them, and their end.
//!
//! Pictures are kept sealed: 72 hours where the person is to try again, else until the time for objecting to the officer's
//! decision is over. A place is compared in memory and forgotten; country and class of accuracy remain.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::Duration;
use clock::Timestamp;
use entitlement::bundle::{BundleFault, MOST_FRAME_BYTES, MOST_FRAMES, Opened, Part, check_parts};
use entitlement::cycle::CountryCode;
use entitlement::{Challenge, DeviceKind, Request};
use issuance::audit::Act;
use issuance::{Actor, Subject};
use presence::{Accuracy, Decision, Finding, Frame, Point, PointFault, Reason, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store_issuer::{StoredCapture, Transaction};
use wire::existence::{Capture, CaptureOutcome, CaptureRequest, ExistenceAnswer};

use super::existence::ExistenceError;
use super::faces::Compared;
use super::{Issuer, Tenant};

/// After so many an officer looks at the pictures as they are: one person in six never gets good ones.
const TRIES: usize = 3;
const FEWEST_FRAMES: u8 = 6;
const MOST_SECONDS: u16 = 90;
const DEVICE_FORM: ExistenceError = ExistenceError::Form(
    "one of the words of the request, with pictures of the person's own device: deviceKind",
);
/// How long pictures are kept that led to nothing.
pub(super) const TRIED_HOURS: i64 = 72;

/// The parts of an answer, decoded and held against what the device signed.
pub(super) struct Taken {
    frames: Vec<Frame>,
    place: Option<(i16, i16, u32)>,
    device: Option<DeviceKind>,
}

/// The verdict on an answer's pictures, ready to be stored.
pub(super) struct Judged {
    pub verdict: Verdict,
    row: StoredCapture,
    sealed: Vec<u8>,
    device: Option<DeviceKind>,
    accepted_by: String,
}

impl Judged {
    /// For the record of an automatic acceptance: which detector, whose report, whose signature.
    pub fn accepted_by(&self) -> String {
        self.accepted_by.clone()
    }
}

/// What is kept of a verdict.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    reasons: Vec<Value>,
    #[serde(default)]
    models: Vec<presence::ModelIdentity>,
    #[serde(default)]
    frames: Vec<String>,
    /// Only where acceptance may be automatic: what let the pictures pass, and who signed for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detector: Option<presence::Evaluation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    risk: Option<presence::RiskSignature>,
}

impl Kept {
    fn accepted_by(&self) -> String {
        match (&self.detector, &self.risk) {
            (Some(detector), Some(risk)) => format!(
                "Every check passed, also {} {} ({}, {}). Risk signed by {}, document {}.",
                detector.detector,
                detector.version,
                detector.report,
                detector.method,
                risk.signer,
                risk.document_sha256
            ),
            _ => String::new(),
        }
    }
}

/// What is kept of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "is")]
pub enum PlaceKept {
    Compared { finding: Finding, accuracy: Accuracy },
    Unusable { why: String },
}

#[derive(Serialize, Deserialize)]
struct SealedFrame {
    millis: u32,
    jpeg: String,
}

/// The latest pictures of an answer, for an officer.
#[derive(Clone, Debug, Default)]
pub struct CaptureView {
    pub verdict: String,
    /// Codes as in `CaptureOutcome`.
    pub reasons: Vec<String>,
    pub place: Option<PlaceKept>,
    pub models: Vec<String>,
    pub tries: usize,
    /// Data URLs (RFC 2397), in order of time; empty once they are erased.
    pub frames: Vec<String>,
    /// The Fund's own picture, as a data URL.
    pub reference: Option<String>,
    pub erase_at: Option<Timestamp>,
}

/// Decodes the parts and holds them against the digests that the device signed. An answer without pictures has neither.
pub(super) fn taken(answer: &ExistenceAnswer) -> Result<Option<Taken>, ExistenceError> {
    let Some(Capture { frames, place }) = &answer.capture else {
        return match answer.parts.is_empty() {
            // Nothing is judged, so nothing about the device is needed.
            true if answer.device_kind.is_some() => Err(DEVICE_FORM),
            true => Ok(None),
            false => Err(ExistenceError::Bundle(BundleFault::Digest)),
        };
    };
    if frames.len() > MOST_FRAMES || answer.parts.len() > MOST_FRAMES + 1 {
        return Err(ExistenceError::Bundle(BundleFault::Many));
    }
    let mut decoded = Vec::with_capacity(frames.len());
    for frame in frames {
        decoded.push((salt(&frame.salt)?, frame.millis, bytes(&frame.jpeg, "base64url: jpeg")?));
    }
    let mut opened: Vec<Opened<'_>> = Vec::with_capacity(decoded.len() + 1);
    for (salt, millis, jpeg) in &decoded {
        opened.push(Opened { salt: *salt, part: Part::Frame { millis: *millis, jpeg } });
    }
    if let Some(place) = place {
        let part = Part::Place {
            latitude_tenths: place.latitude_tenths,
            longitude_tenths: place.longitude_tenths,
            accuracy_metres: place.accuracy_metres,
        };
        opened.push(Opened { salt: salt(&place.salt)?, part });
    }
    let digest = |text: &String| {
        let digest = bytes(text, "base64url: parts")?;
        digest.try_into().map_err(|_| ExistenceError::Form("a SHA-256 digest: parts"))
    };
    let signed: Vec<[u8; 32]> = answer.parts.iter().map(digest).collect::<Result<_, _>>()?;
    check_parts(&signed, &opened).map_err(ExistenceError::Bundle)?;
    let place =
        place.as_ref().map(|place| (place.latitude_tenths, place.longitude_tenths, place.accuracy_metres));
    let frames = decoded.into_iter().map(|(_, millis, jpeg)| Frame { millis, jpeg }).collect();
    Ok(Some(Taken { frames, place, device: device(answer)? }))
}

/// The kind of device that took the pictures. A station is known by its key.
fn device(answer: &ExistenceAnswer) -> Result<Option<DeviceKind>, ExistenceError> {
    match (&answer.desk, &answer.device_kind) {
        (Some(_), None) => Ok(Some(DeviceKind::Kiosk)),
        (None, None) => Ok(None),
        (None, Some(told)) => told.parse().map(Some).map_err(|_| DEVICE_FORM),
        (Some(_), Some(_)) => Err(DEVICE_FORM),
    }
}

impl Issuer {
    /// What to record for the challenge of an open question: nothing where the Fund has no picture of the person.
    pub(super) async fn wanted_capture(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request: &Request,
        challenge: &Challenge,
    ) -> Result<Option<CaptureRequest>, ExistenceError> {
        let Some(asked) = self.movements(challenge) else { return Ok(None) };
        if tx.find_portrait(&tenant.id, &request.beneficiary).await?.is_none() {
            return Ok(None);
        }
        let declared = match tx.find_subject(&tenant.id, &request.beneficiary).await? {
            Some(subject) => self.declared_residence(tx, &tenant.id, &subject.number).await?,
            None => None,
        };
        let before = tx.list_captures(&tenant.id, &request.id).await?;
        let left = TRIES.saturating_sub(before.len()).max(1);
        Ok(Some(CaptureRequest {
            movements: asked.prompts.iter().filter_map(code).collect(),
            fewest_frames: FEWEST_FRAMES,
            most_frames: u8::try_from(MOST_FRAMES).unwrap_or(u8::MAX),
            most_seconds: MOST_SECONDS,
            most_frame_bytes: u32::try_from(MOST_FRAME_BYTES).unwrap_or(u32::MAX),
            location_required: declared.is_some_and(|declared| declared.two_track),
            tries_left: u8::try_from(left).unwrap_or(u8::MAX),
            device_kinds: DeviceKind::TOLD.map(|kind| kind.as_str().to_owned()).to_vec(),
        }))
    }

    fn movements(&self, challenge: &Challenge) -> Option<presence::Challenge> {
        let faces = self.faces.as_ref()?;
        presence::Challenge::of_value(&challenge.value, &faces.movements, challenge.until)
    }

    /// The latest verdict, in codes.
    pub(super) async fn latest_outcome(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request: &str,
    ) -> Result<Option<CaptureOutcome>, ExistenceError> {
        let latest = tx.list_captures(&tenant.id, request).await?.into_iter().next();
        Ok(latest.map(|it| CaptureOutcome { reasons: reasons(&it.decision), verdict: it.verdict }))
    }

    /// Judges pictures against the Fund's own. Outside of any transaction: it takes a second or two.
    pub(super) async fn judge_capture(
        &self,
        tenant: &Tenant,
        request: &Request,
        (taken, challenge, automatic): (Taken, &str, bool),
        signed: (&[u8; 32], &[u8], &[u8]),
    ) -> Result<Judged, ExistenceError> {
        let now = self.now();
        let (digest, signed, signature) = signed;
        let mut tx = self.store.read().await?;
        let subject = tx.find_subject(&tenant.id, &request.beneficiary).await?;
        let subject = subject.ok_or(ExistenceError::UnknownPerson)?;
        let reference = self.open_portrait_jpeg(&mut tx, &tenant.id, &subject.id).await?;
        let before = tx.list_captures(&tenant.id, &request.id).await?.len();
        let declared = self.declared_country(&mut tx, &tenant.id, &subject).await?;
        let residence = self.declared_residence(&mut tx, &tenant.id, &subject.number).await?;
        drop(tx);
        let (Some(faces), Some(reference), Some(challenge)) =
            (self.faces.as_ref(), reference, request.challenge_of(challenge))
        else {
            return Err(ExistenceError::NoPicturesWanted);
        };
        let movements = self.movements(challenge).ok_or(ExistenceError::NoPicturesWanted)?;
        let device = taken.device;
        let place = taken.place.map(|place| self.place_kept(declared.as_deref(), place));
        // Whose pension depends on the country is accepted by an officer unless they were seen in it.
        let automatic = automatic && (residence.is_none_or(|it| !it.two_track) || is_at_home(place.as_ref()));
        let sealed = self.seal_frames(&tenant.id, &request.id, digest, &taken.frames);
        let compared = faces.judge(reference, (movements, taken.frames, now), automatic).await?;
        let (verdict, kept) = kept_of(compared, before + 1 >= TRIES);
        let row = StoredCapture {
            request_id: request.id.clone(),
            digest: *digest,
            judged_at: now,
            verdict: code(&verdict).unwrap_or_default(),
            decision: serde_json::to_string(&kept).map_err(|_| ExistenceError::Form("JSON"))?,
            place: place.and_then(|place| serde_json::to_string(&place).ok()),
            signed: signed.to_vec(),
            signature: signature.to_vec(),
            has_frames: true,
            erase_at: (verdict == Verdict::TryAgain).then(|| now + Duration::hours(TRIED_HOURS)),
        };
        metrics::counter!("issuer_captures_total", "verdict" => row.verdict.clone()).increment(1);
        let accepted_by = kept.accepted_by();
        Ok(Judged { verdict, row, sealed, device, accepted_by })
    }

    /// Compares in memory; of the coordinates nothing is kept.
    fn place_kept(
        &self,
        declared: Option<&str>,
        (latitude, longitude, metres): (i16, i16, u32),
    ) -> PlaceKept {
        let unusable = |why: PointFault| PlaceKept::Unusable { why: why.to_string() };
        let degrees = |tenths: i16| f64::from(tenths) / 10.0;
        let accuracy = match Accuracy::of_metres(f64::from(metres)) {
            Ok(accuracy) => accuracy,
            Err(fault) => return unusable(fault),
        };
        let point = match Point::rounded(degrees(latitude), degrees(longitude)) {
            Ok(point) => point,
            Err(fault) => return unusable(fault),
        };
        match (declared, &self.faces) {
            (Some(declared), Some(faces)) => {
                PlaceKept::Compared { finding: faces.compare(point, declared), accuracy }
            }
            _ => PlaceKept::Unusable { why: "no country of residence is declared".to_owned() },
        }
    }

    /// The country of residence by the register of the Fund's year, else by the list of those who are asked.
    async fn declared_country(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        subject: &Subject,
    ) -> Result<Option<String>, ExistenceError> {
        let registered = self.declared_residence(tx, tenant, &subject.number).await?;
        let listed = || subject.claims.get("country").and_then(Value::as_str).map(str::to_owned);
        Ok(registered.map(|registered| registered.country).or_else(listed))
    }

    /// The country that the pictures of an answer were taken in, as far as the device said so.
    pub(super) async fn seen_country(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        request: &Request,
        subject: &Subject,
    ) -> Result<Option<CountryCode>, ExistenceError> {
        let Some(digest) = request.evidence().map(|evidence| evidence.digest) else { return Ok(None) };
        let rows = tx.list_captures(tenant, &request.id).await?;
        let place = rows.into_iter().find(|row| row.digest == digest).and_then(|row| row.place);
        let country = match place.as_deref().and_then(|place| serde_json::from_str(place).ok()) {
            Some(PlaceKept::Compared { finding: Finding::Inside | Finding::AtTheBorder, .. }) => {
                self.declared_country(tx, tenant, subject).await?
            }
            Some(PlaceKept::Compared { finding: Finding::Elsewhere { country }, .. }) => Some(country),
            Some(PlaceKept::Compared { finding: Finding::NoCountry, .. } | PlaceKept::Unusable { .. })
            | None => None,
        };
        Ok(country.and_then(|country| country.parse().ok()))
    }

    pub(super) async fn put_capture(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        judged: &Judged,
    ) -> Result<(), ExistenceError> {
        tx.insert_capture(&tenant.id, &judged.row, &judged.sealed).await?;
        self.mark_kind(tx, &tenant.id, &judged.row, judged.device).await?;
        let act =
            Act { action: "existence.pictures", target: &judged.row.request_id, detail: &judged.row.verdict };
        Ok(tx.audit(&Actor::system(&tenant.id), act, judged.row.judged_at).await?)
    }

    /// For the report on fairness: the kind of person, never who.
    async fn mark_kind(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &StoredCapture,
        device: Option<DeviceKind>,
    ) -> Result<(), ExistenceError> {
        let Some(request) = tx.find_existence(tenant, &row.request_id).await? else { return Ok(()) };
        let Some(subject) = tx.find_subject(tenant, &request.beneficiary).await? else { return Ok(()) };
        let mark = store_issuer::fund::PictureMark {
            request: row.request_id.clone(),
            digest: row.digest,
            year: request.year,
            country: String::new(),
            birth_year: 0,
            verdict: row.verdict.clone(),
            judged_at: row.judged_at,
            device: device.map(DeviceKind::as_str).unwrap_or_default().to_owned(),
        };
        Ok(self.mark_pictures(tx, tenant, &subject.number, mark).await?)
    }

    /// The pictures of an answer beside the Fund's own, for somebody who decides. Who looked is in the audit trail.
    pub async fn look_at_capture(
        &self,
        by: &Actor,
        request: &Request,
    ) -> Result<Option<CaptureView>, ExistenceError> {
        let mut tx = self.store.write("look_at_capture").await?;
        let rows = tx.list_captures(&by.tenant, &request.id).await?;
        let tries = rows.len();
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let sealed = tx.find_capture_frames(&by.tenant, &request.id, &row.digest).await?;
        let frames = sealed.map(|sealed| self.open_frames(&by.tenant, &row, &sealed)).unwrap_or_default();
        let reference = self.open_portrait(&mut tx, &by.tenant, &request.beneficiary).await?;
        if !frames.is_empty() {
            let act = Act { action: "existence.look", target: &request.id, detail: "" };
            tx.audit(by, act, self.now()).await?;
            tx.commit().await?;
        }
        let kept: Option<Kept> = serde_json::from_str(&row.decision).ok();
        Ok(Some(CaptureView {
            reasons: reasons(&row.decision),
            verdict: row.verdict,
            place: row.place.as_deref().and_then(|place| serde_json::from_str(place).ok()),
            models: kept.map(|kept| kept.models.into_iter().map(|it| it.name).collect()).unwrap_or_default(),
            tries,
            frames,
            reference,
            erase_at: row.erase_at,
        }))
    }

    /// When the pictures of a decided request go.
    pub(in crate::app) fn appeal_ends(&self, decided_at: Timestamp) -> Timestamp {
        decided_at + self.faces.as_ref().map_or(Duration::hours(TRIED_HOURS), |faces| faces.appeal)
    }

    fn seal_frames(&self, tenant: &str, request: &str, digest: &[u8; 32], frames: &[Frame]) -> Vec<u8> {
        let sealed = |frame: &Frame| SealedFrame { millis: frame.millis, jpeg: STANDARD.encode(&frame.jpeg) };
        let frames: Vec<_> = frames.iter().map(sealed).collect();
        // Numbers and texts always have a form in JSON.
        let plain = serde_json::to_vec(&frames).unwrap_or_default();
        self.sealing.seal(&purpose(tenant, request, digest), &plain, self.entropy.as_ref())
    }

    fn open_frames(&self, tenant: &str, row: &StoredCapture, sealed: &[u8]) -> Vec<String> {
        let opened = self.sealing.open(&purpose(tenant, &row.request_id, &row.digest), sealed);
        let frames = opened.ok().and_then(|plain| serde_json::from_slice::<Vec<SealedFrame>>(&plain).ok());
        let url = |frame: SealedFrame| format!("data:image/jpeg;base64,{}", frame.jpeg);
        frames.unwrap_or_default().into_iter().map(url).collect()
    }
}

fn is_at_home(place: Option<&PlaceKept>) -> bool {
    matches!(place, Some(PlaceKept::Compared { finding: Finding::Inside | Finding::AtTheBorder, .. }))
}

/// After the last try whatever is left goes to a person.
fn kept_of(compared: Compared, is_last: bool) -> (Verdict, Kept) {
    match compared {
        Compared::NoReference => {
            let reasons = vec![Value::String("noReference".to_owned())];
            let kept = Kept { reasons, models: Vec::new(), frames: Vec::new(), detector: None, risk: None };
            (Verdict::PersonLooks, kept)
        }
        Compared::Judged(decision) => {
            let verdict = match decision.verdict {
                Verdict::TryAgain if is_last => Verdict::PersonLooks,
                verdict => verdict,
            };
            let as_json = |reason: &Reason| serde_json::to_value(reason).ok();
            let reasons = decision.reasons.iter().filter_map(as_json).collect();
            let Decision { models, frames, detector, risk, .. } = *decision;
            (verdict, Kept { reasons, models, frames, detector, risk })
        }
    }
}

/// What may stand beside a match: the engine compared, and left it to an officer for another reason. Everything else says that it
/// was not compared, that it does not match, or that the pictures may not be of somebody who is there.
const MATCHED: [&str; 4] = ["officerConfirms", "riskNotSigned", "detectorFailed", "detectorUnsure"];

/// Whether the pictures were compared with the Fund's and match. What cannot be read does not.
pub(super) fn is_match(decision: &str) -> bool {
    let Ok(kept) = serde_json::from_str::<Kept>(decision) else { return false };
    kept.reasons.iter().all(|reason| reason.as_str().is_some_and(|code| MATCHED.contains(&code)))
}

/// The codes of stored reasons: `noFace`, or the inner one of `{"quality": "tooDark"}`.
pub(super) fn reasons(decision: &str) -> Vec<String> {
    let kept: Option<Kept> = serde_json::from_str(decision).ok();
    let plain = |reason: Value| match reason {
        Value::String(code) => Some(code),
        Value::Object(members) => {
            members.into_iter().find_map(|(_, inner)| inner.as_str().map(str::to_owned))
        }
        _ => None,
    };
    kept.map(|kept| kept.reasons.into_iter().filter_map(plain).collect()).unwrap_or_default()
}

/// The name of a variant without content, as it is written.
fn code<T: Serialize>(value: &T) -> Option<String> {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned))
}

fn salt(text: &str) -> Result<[u8; 16], ExistenceError> {
    bytes(text, "base64url: salt")?.try_into().map_err(|_| ExistenceError::Form("16 bytes: salt"))
}

fn bytes(text: &str, member: &'static str) -> Result<Vec<u8>, ExistenceError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| ExistenceError::Form(member))
}

fn purpose(tenant: &str, request: &str, digest: &[u8; 32]) -> Vec<u8> {
    format!("pictures of {tenant}/{request}/{}", hex::encode(digest)).into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use presence::{ChallengeFault, Quality};

    use super::*;

    fn kept(reasons: &[Reason]) -> String {
        let reasons = reasons.iter().map(|reason| serde_json::to_value(reason).unwrap()).collect();
        serde_json::to_string(&Kept {
            reasons,
            models: Vec::new(),
            frames: Vec::new(),
            detector: None,
            risk: None,
        })
        .unwrap()
    }

    #[test]
    fn only_what_was_compared_and_fits_is_a_match() {
        for matched in [
            &[][..],
            &[Reason::OfficerConfirms],
            &[Reason::RiskNotSigned],
            &[Reason::DetectorFailed],
            &[Reason::DetectorUnsure],
        ] {
            assert!(is_match(&kept(matched)), "{matched:?}");
        }
        for other in [
            Reason::Unreadable,
            Reason::TooLarge,
            Reason::TooSmall,
            Reason::NoFace,
            Reason::SeveralFaces,
            Reason::EngineFailed,
            Reason::Quality(Quality::TooDark),
            Reason::OtherPerson,
            Reason::Uncertain,
            Reason::Challenge(ChallengeFault::NotFollowed),
            Reason::AttackSuspected,
        ] {
            assert!(!is_match(&kept(&[other])), "{other:?}");
            assert!(!is_match(&kept(&[Reason::OfficerConfirms, other])), "{other:?}");
        }
        for damaged in ["", "{}", "null", r#"{"reasons":["noReference"],"models":[],"frames":[]}"#] {
            assert!(!is_match(damaged), "{damaged}");
        }
    }
}
