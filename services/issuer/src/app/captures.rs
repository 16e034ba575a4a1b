//! Pictures that come with an answer: what is asked for, the verdict on them, who sees them, and their end.
//!
//! Pictures are kept sealed: 72 hours where the person is to try again, else until the time for objecting to the officer's
//! decision is over. A place is compared in memory and forgotten; country and class of accuracy remain.

mod look;
mod parts;
mod places;
mod verdict;

use chrono::Duration;
use clock::Timestamp;
use entitlement::bundle::{MOST_FRAME_BYTES, MOST_FRAMES};
use entitlement::{Challenge, DeviceKind, Request};
use issuance::Actor;
use issuance::audit::Act;
use presence::{Frame, Verdict};
use store_issuer::{StoredCapture, Transaction};
use wire::existence::{CaptureOutcome, CaptureRequest};

pub use self::look::CaptureView;
pub(super) use self::look::purpose;
pub(super) use self::parts::{Taken, taken};
pub use self::places::PlaceKept;
use self::places::is_at_home;
pub(super) use self::verdict::is_match;
use self::verdict::{code, kept_of, reasons};
use super::existence::ExistenceError;
use super::picture_keys::Whose;
use super::{Issuer, Tenant};

/// After so many an officer looks at the pictures as they are: one person in six never gets good ones.
const TRIES: usize = 3;
const FEWEST_FRAMES: u8 = 6;
const MOST_SECONDS: u16 = 90;
/// How long pictures are kept that led to nothing.
pub(super) const TRIED_HOURS: i64 = 72;

/// The verdict on an answer's pictures, ready to be stored.
pub(super) struct Judged {
    pub verdict: Verdict,
    row: StoredCapture,
    frames: Vec<Frame>,
    device: Option<DeviceKind>,
    accepted_by: String,
}

impl Judged {
    /// For the record of an automatic acceptance: which detector, whose report, whose signature.
    pub fn accepted_by(&self) -> String {
        self.accepted_by.clone()
    }

    /// The place, once it was compared, of pictures that match the Fund's.
    pub fn place_of_the_person(&self) -> Option<PlaceKept> {
        let place = self.row.place.as_deref().filter(|_| is_match(&self.row.decision));
        place.and_then(|place| serde_json::from_str(place).ok())
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
        if tx.find_reference(&tenant.id, &request.beneficiary).await?.is_none() {
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
        let reference = self.open_reference_jpeg(&mut tx, &tenant.id, &subject.id).await?;
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
        let frames = taken.frames.clone();
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
        Ok(Judged { verdict, row, frames, device, accepted_by })
    }

    pub(super) async fn put_capture(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        judged: &Judged,
    ) -> Result<(), ExistenceError> {
        let row = &judged.row;
        let found = tx.find_existence(&tenant.id, &row.request_id).await?.ok_or(ExistenceError::Unknown)?;
        let whose = (tenant.id.as_str(), Whose::Subject(&found.beneficiary));
        let sealed = self.seal_frames(tx, whose, row, &judged.frames).await?;
        tx.insert_capture(&tenant.id, row, &sealed).await?;
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

    /// When the pictures of a decided request go.
    pub(in crate::app) fn appeal_ends(&self, decided_at: Timestamp) -> Timestamp {
        decided_at + self.faces.as_ref().map_or(Duration::hours(TRIED_HOURS), |faces| faces.appeal)
    }
}
