//! The yearly proof of existence, from the Fund's challenge to its confirmation (contracts of the issuer's
//! existence endpoint): passkey, then device key, each over something that names the other.

mod pictures;
mod signing;

use std::collections::BTreeMap;

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use wire::existence::{
    AppealState, Capture, CaptureOutcome, CaptureRequest, CapturedFrame, ExistenceAnswer, ExistenceAppeal,
    ExistenceForm, ExistenceReceipt, FormState, KeptFor, PicturesKept, PlaceAsked,
};
use wire::residence::ResidenceNote;

use crate::party::Party;

pub use signing::device_signing_input;

/// The next try comes after this part of the time that is left, within bounds: a challenge of ten minutes gets more than twenty.
const RESENDS: i64 = 20;
const SOONEST_RESEND_SECONDS: i64 = 5;
const LATEST_RESEND_SECONDS: i64 = 900;

/// A request for a proof, and how far it went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Existence {
    pub request_uri: String,
    pub request_id: String,
    pub challenge: String,
    pub fund: Party,
    pub given_name: String,
    /// Within so many days the Fund usually decides.
    #[serde(default)]
    pub usual_days: Option<u16>,
    pub year: i64,
    /// When the challenge is over; the Fund gives another one.
    pub expires_at: Timestamp,
    /// When the question is over, where the Fund said it.
    #[serde(default)]
    pub answer_by: Option<Timestamp>,
    pub progress: Progress,
    /// What the Fund asks to be recorded.
    #[serde(default)]
    pub capture: Option<CaptureRequest>,
    /// What became of the latest pictures.
    #[serde(default)]
    pub outcome: Option<CaptureOutcome>,
    /// The pictures so far, by their place; they leave with the answer.
    #[serde(default)]
    pub frames: BTreeMap<u8, CapturedFrame>,
    /// What the phone took along to answer without a network.
    #[serde(default)]
    pub ahead: Option<Ahead>,
    /// What the Fund holds, once it accepted the proof.
    #[serde(default)]
    pub receipt: Option<ExistenceReceipt>,
    /// Where an appeal against a refusal stands.
    #[serde(default)]
    pub appeal: Option<ExistenceAppeal>,
    /// What the person says against the refusal, until the Fund has it.
    #[serde(default)]
    pub appealing: Option<String>,
    /// What became of a paper form that was sent instead.
    #[serde(default)]
    pub form: Option<ExistenceForm>,
    /// What remains of the pictures, and why.
    #[serde(default)]
    pub kept: Option<PicturesKept>,
    /// The Fund has the proof and asks for the place.
    #[serde(default)]
    pub place: Option<PlaceAsked>,
    /// The years for which an answer that is made now counts, as the Fund said when it gave the challenge.
    #[serde(default)]
    pub closes: Vec<i32>,
    /// The Fund looks at where the person lives, or did so lately.
    #[serde(default)]
    pub residence: Option<ResidenceNote>,
}

/// A challenge that was fetched to be answered later, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ahead {
    pub challenge: String,
    /// The answer has to reach the Fund before.
    pub expires_at: Timestamp,
    pub capture: Option<CaptureRequest>,
    /// What the phone may say that it is.
    #[serde(default)]
    pub device_kind: Option<String>,
}

/// How far a proof has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Progress {
    Opened,
    /// The page is to ask for the passkey.
    Asserting {
        holder_thumbprint: String,
        #[serde(default)]
        parts: Vec<String>,
        #[serde(default)]
        capture: Option<Capture>,
    },
    /// The passkey answered; the page is to sign the bundle. `answer` lacks the device signature only.
    Signing {
        holder_thumbprint: String,
        answer: ExistenceAnswer,
    },
    /// The answer is whole; it is sent until it is acknowledged, always the same bytes.
    Sending {
        answer: ExistenceAnswer,
    },
    /// The Fund has an answer. `reference` is that of this wallet's own; there is none when another wallet
    /// answered, for then the officer's reference must not be found here.
    Answered {
        at: Timestamp,
        #[serde(default)]
        reference: Option<String>,
        /// When the person was there, by the clock of the device, where the answer was made earlier.
        #[serde(default)]
        made_at: Option<Timestamp>,
    },
    Confirmed {
        reference: Option<String>,
        offer_uri: Option<String>,
        offer_id: Option<String>,
    },
    Refused,
    Expired,
}

/// Why a step cannot be taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepFault {
    #[error("the Fund did not ask for pictures")]
    NoPictures,
    #[error("the picture has another place or size than the Fund asked for, or is no JPEG")]
    Picture,
    #[error("a picture is missing; send it again")]
    PictureMissing,
    #[error("the request has expired")]
    Expired,
    #[error("the request has been answered already")]
    Answered,
    #[error("the passkey has not been asked yet")]
    NotPrepared,
    #[error("there is no refusal that can be looked at again")]
    NothingRefused,
}

impl Existence {
    /// Whether the Fund had pictures when it was asked last, and may have erased them since.
    #[must_use]
    pub fn keeps_pictures(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.why != KeptFor::Erased)
    }

    /// Whether the Fund may say something new of a confirmed proof: of its receipt, pictures or place, or, until the next window,
    /// that it looks at where the person lives.
    #[must_use]
    pub fn asks_again(&self, now: Timestamp) -> bool {
        let is_current = self.receipt.as_ref().is_none_or(|receipt| receipt.next_opens > now.date_naive());
        is_current || self.place.is_some() || self.residence.is_some() || self.keeps_pictures()
    }

    #[must_use]
    pub fn state(&self) -> &'static str {
        match self.progress {
            Progress::Opened | Progress::Asserting { .. } | Progress::Signing { .. } => "opened",
            Progress::Sending { .. } => "sending",
            Progress::Answered { .. } => "answered",
            Progress::Confirmed { .. } => "confirmed",
            Progress::Refused => "refused",
            Progress::Expired => "expired",
        }
    }

    /// The person may begin, or begin again.
    pub fn may_answer(&self, now: Timestamp) -> Result<(), StepFault> {
        match self.progress {
            Progress::Opened | Progress::Asserting { .. } | Progress::Signing { .. }
                if self.expires_at > now =>
            {
                Ok(())
            }
            Progress::Opened | Progress::Asserting { .. } | Progress::Signing { .. } | Progress::Expired => {
                Err(StepFault::Expired)
            }
            Progress::Sending { .. }
            | Progress::Answered { .. }
            | Progress::Confirmed { .. }
            | Progress::Refused => Err(StepFault::Answered),
        }
    }

    /// The person may ask for another look, once.
    pub fn may_appeal(&self) -> Result<(), StepFault> {
        let possible = self.appeal.as_ref().is_some_and(|appeal| appeal.state == AppealState::Possible);
        let form = self.form.as_ref().is_some_and(|form| form.state == FormState::Refused);
        match self.progress {
            Progress::Refused if possible => Ok(()),
            _ if form && possible => Ok(()),
            _ => Err(StepFault::NothingRefused),
        }
    }

    /// What was taken along, while it can be answered.
    pub fn may_answer_ahead(&self, now: Timestamp) -> Result<&Ahead, StepFault> {
        match self.progress {
            Progress::Opened | Progress::Asserting { .. } | Progress::Signing { .. } => {
                self.ahead.as_ref().filter(|ahead| ahead.expires_at > now).ok_or(StepFault::Expired)
            }
            Progress::Expired => Err(StepFault::Expired),
            Progress::Sending { .. }
            | Progress::Answered { .. }
            | Progress::Confirmed { .. }
            | Progress::Refused => Err(StepFault::Answered),
        }
    }

    /// Until when an answer to this challenge of the request can arrive.
    #[must_use]
    pub fn answer_until(&self, challenge: &str) -> Timestamp {
        match &self.ahead {
            Some(ahead) if ahead.challenge == challenge => ahead.expires_at,
            _ => self.expires_at,
        }
    }

    /// When an answer that did not arrive is sent again: soon, and several times before its challenge is over, however long ago
    /// the request was opened.
    #[must_use]
    pub fn resend_at(&self, challenge: &str, now: Timestamp) -> Timestamp {
        let left = (self.answer_until(challenge) - now).num_seconds();
        now + chrono::Duration::seconds((left / RESENDS).clamp(SOONEST_RESEND_SECONDS, LATEST_RESEND_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use entitlement::bundle::{Opened, Part};

    use super::*;

    pub(super) fn existence() -> Existence {
        Existence {
            request_uri: "https://i.example/t/unjspf/existence/x".into(),
            request_id: "r1".into(),
            challenge: "c1".into(),
            fund: Party::unverified("i.example"),
            given_name: "Rosa".into(),
            usual_days: None,
            year: 2026,
            expires_at: chrono::DateTime::UNIX_EPOCH + chrono::Duration::minutes(10),
            answer_by: None,
            progress: Progress::Opened,
            capture: Some(CaptureRequest {
                movements: vec!["left".into(), "up".into(), "closer".into()],
                fewest_frames: 6,
                most_frames: 10,
                most_seconds: 90,
                most_frame_bytes: 1000,
                location_required: false,
                tries_left: 3,
                device_kinds: Vec::new(),
            }),
            outcome: None,
            frames: BTreeMap::new(),
            ahead: None,
            receipt: None,
            appeal: None,
            appealing: None,
            form: None,
            kept: None,
            place: None,
            closes: Vec::new(),
            residence: None,
        }
    }

    #[test]
    fn only_a_refusal_that_was_not_looked_at_again_is_appealed_against() {
        let with = |progress, state| Existence {
            progress,
            appeal: Some(ExistenceAppeal { state, opened_at: None, due_at: None, closed_at: None }),
            ..existence()
        };
        assert_eq!(with(Progress::Refused, AppealState::Possible).may_appeal(), Ok(()));
        for state in [AppealState::Open, AppealState::Upheld, AppealState::NotUpheld] {
            assert_eq!(with(Progress::Refused, state).may_appeal(), Err(StepFault::NothingRefused));
        }
        let opened = with(Progress::Opened, AppealState::Possible);
        assert_eq!(opened.may_appeal(), Err(StepFault::NothingRefused));
        let form = |state| {
            Some(ExistenceForm { state, sent_at: existence().expires_at, reference: None, reason: None })
        };
        assert_eq!(Existence { form: form(FormState::Refused), ..opened.clone() }.may_appeal(), Ok(()));
        let waits = Existence { form: form(FormState::Waiting), ..opened };
        assert_eq!(waits.may_appeal(), Err(StepFault::NothingRefused));
        let unknown = Existence { progress: Progress::Refused, ..existence() };
        assert_eq!(unknown.may_appeal(), Err(StepFault::NothingRefused), "the Fund offers none");
    }

    pub(super) const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 1];

    #[test]
    fn what_was_taken_along_is_answered_while_it_lives_and_once() {
        let start = chrono::DateTime::UNIX_EPOCH;
        let expires_at = start + chrono::Duration::days(14);
        let ahead =
            Ahead { challenge: "a1".into(), expires_at, capture: existence().capture, device_kind: None };
        let mut taken = Existence { ahead: Some(ahead), capture: None, ..existence() };
        assert_eq!(taken.may_answer_ahead(start + chrono::Duration::days(13)).unwrap().challenge, "a1");
        assert_eq!(taken.may_answer_ahead(expires_at), Err(StepFault::Expired));
        assert_eq!(existence().may_answer_ahead(start), Err(StepFault::Expired), "nothing was taken along");
        assert_eq!(taken.keep_frame(0, 0, JPEG, [3; 16]), Err(StepFault::NoPictures));
        taken.keep_frame_ahead(0, 0, JPEG, [3; 16]).unwrap();
        let signed = Opened { salt: [3; 16], part: Part::Frame { millis: 0, jpeg: JPEG } }.digest();
        assert_eq!(taken.bundle(1, None).unwrap().0, [URL_SAFE_NO_PAD.encode(signed)]);
        assert_eq!(taken.keep_frame_ahead(10, 0, JPEG, [3; 16]), Err(StepFault::Picture));
        taken.progress = Progress::Answered { at: start, reference: None, made_at: None };
        assert_eq!(taken.may_answer_ahead(start), Err(StepFault::Answered));
    }

    #[test]
    fn answer_is_possible_until_the_end_and_once() {
        let start = chrono::DateTime::UNIX_EPOCH;
        assert!(existence().may_answer(start).is_ok());
        assert_eq!(existence().may_answer(start + chrono::Duration::minutes(10)), Err(StepFault::Expired));
        let answered = Existence {
            progress: Progress::Answered { at: start, reference: None, made_at: None },
            ..existence()
        };
        assert_eq!(answered.may_answer(start), Err(StepFault::Answered));
    }
}
