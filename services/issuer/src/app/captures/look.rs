//! The pictures of an answer, sealed under the key of whose they are, and shown to somebody who decides.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clock::Timestamp;
use entitlement::Request;
use issuance::Actor;
use issuance::audit::Act;
use presence::{Frame, Prompt};
use serde::{Deserialize, Serialize};
use store_issuer::{StoredCapture, Transaction};

use super::verdict::{Kept, reasons};
use super::{ExistenceError, Issuer, PlaceKept, Whose};

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
    /// The movements that were asked for, in their order.
    pub movements: Vec<Prompt>,
    /// The Fund's own picture, as a data URL.
    pub reference: Option<String>,
    pub erase_at: Option<Timestamp>,
}

impl Issuer {
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
        let frames = self.open_frames(&mut tx, &by.tenant, &row).await?;
        let reference = self.open_reference(&mut tx, &by.tenant, &request.beneficiary).await?;
        if !frames.is_empty() {
            let act = Act { action: "existence.look", target: &request.id, detail: "" };
            tx.audit(by, act, self.now()).await?;
            tx.commit().await?;
        }
        let kept: Option<Kept> = serde_json::from_str(&row.decision).ok();
        Ok(Some(CaptureView {
            reasons: reasons(&row.decision),
            verdict: row.verdict.clone(),
            place: row.place.as_deref().and_then(|place| serde_json::from_str(place).ok()),
            models: kept.map(|kept| kept.models.into_iter().map(|it| it.name).collect()).unwrap_or_default(),
            tries,
            frames,
            movements: self.movements_of(&row),
            reference,
            erase_at: row.erase_at,
        }))
    }

    /// The movements that a kept answer was to make. The value of its challenge, which says them, is in what the device signed.
    fn movements_of(&self, row: &StoredCapture) -> Vec<Prompt> {
        #[derive(Deserialize)]
        struct Signed {
            challenge: String,
        }
        let signed: Option<Signed> = serde_json::from_slice(&row.signed).ok();
        let asked = signed.zip(self.faces.as_ref()).and_then(|(signed, faces)| {
            presence::Challenge::of_value(&signed.challenge, &faces.movements, row.judged_at)
        });
        asked.map(|asked| asked.prompts.to_vec()).unwrap_or_default()
    }

    pub(super) async fn seal_frames(
        &self,
        tx: &mut Transaction,
        whose: (&str, Whose<'_>),
        row: &StoredCapture,
        frames: &[Frame],
    ) -> Result<Vec<u8>, store_issuer::Error> {
        let sealed = |frame: &Frame| SealedFrame { millis: frame.millis, jpeg: STANDARD.encode(&frame.jpeg) };
        let frames: Vec<_> = frames.iter().map(sealed).collect();
        // Numbers and texts always have a form in JSON.
        let plain = serde_json::to_vec(&frames).unwrap_or_default();
        self.seal_picture(tx, whose, &purpose(whose.0, &row.request_id, &row.digest), &plain).await
    }

    async fn open_frames(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        row: &StoredCapture,
    ) -> Result<Vec<String>, store_issuer::Error> {
        let sealed = tx.find_capture_frames(tenant, &row.request_id, &row.digest).await?;
        let Some(sealed) = sealed else { return Ok(Vec::new()) };
        let purpose = purpose(tenant, &row.request_id, &row.digest);
        let opened = self.open_picture(tx, tenant, &purpose, &sealed).await?;
        let frames = opened.and_then(|plain| serde_json::from_slice::<Vec<SealedFrame>>(&plain).ok());
        let url = |frame: SealedFrame| format!("data:image/jpeg;base64,{}", frame.jpeg);
        Ok(frames.unwrap_or_default().into_iter().map(url).collect())
    }
}

/// Bound into the seal, so that pictures of one answer cannot be put in the place of another's.
pub(in crate::app) fn purpose(tenant: &str, request: &str, digest: &[u8; 32]) -> Vec<u8> {
    format!("pictures of {tenant}/{request}/{}", hex::encode(digest)).into_bytes()
}
