//! From frames to a verdict that names every reason.

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::attack::{AttackDetector, AttackScore, Evaluation, RiskSignature};
use crate::challenge::{Challenge, ChallengeFault, ChallengeVerification, Moment};
use crate::face::{FaceEngine, LookFault, Match, ModelIdentity, Quality, Template};
use crate::picture::{Limits, Picture, PictureFault};
use crate::thresholds::Thresholds;

/// Frames from more than this are not even decoded.
const MOST_FRAMES: usize = 10;

/// One picture as the device sent it.
#[derive(Clone)]
pub struct Frame {
    /// After the first frame.
    pub millis: u32,
    pub jpeg: Vec<u8>,
}

/// What a person presents, and what it is held against.
pub struct Presented<'a> {
    pub reference: &'a Template,
    pub challenge: &'a Challenge,
    pub frames: &'a [Frame],
    pub received_at: Timestamp,
}

/// The parts that judge.
pub struct Judge<'a> {
    pub engine: &'a dyn FaceEngine,
    pub verification: &'a dyn ChallengeVerification,
    pub thresholds: Thresholds,
    pub limits: Limits,
    pub automatic: Automatic<'a>,
}

/// Whether a proof may be accepted with nobody looking.
pub enum Automatic<'a> {
    /// The default: an officer confirms each.
    Off,
    /// The operator attached an evaluated detector and signed the risk for it.
    Signed { detector: &'a dyn AttackDetector, signature: &'a RiskSignature },
}

/// What happens next. In words to the person: confirmed, a person will look at it, or once more (then another way).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    Confirmed,
    PersonLooks,
    /// The caller counts the tries and offers another channel after a few.
    TryAgain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    Unreadable,
    TooLarge,
    TooSmall,
    NoFace,
    SeveralFaces,
    EngineFailed,
    Quality(Quality),
    OtherPerson,
    /// Between the thresholds.
    Uncertain,
    Challenge(ChallengeFault),
    /// Automatic acceptance is off.
    OfficerConfirms,
    /// The signature is for another detector or incomplete.
    RiskNotSigned,
    DetectorFailed,
    DetectorUnsure,
    AttackSuspected,
}

/// The verdict with everything an auditor needs, and nothing biometric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    pub verdict: Verdict,
    pub reasons: Vec<Reason>,
    pub models: Vec<ModelIdentity>,
    pub detector: Option<Evaluation>,
    /// Who signed the risk of that detector, over what.
    pub risk: Option<RiskSignature>,
    /// SHA-256 of each frame, in lower-case hex.
    pub frames: Vec<String>,
}

impl Judge<'_> {
    /// Blocking work of about a second: run it in a [`crate::Pool`].
    #[must_use]
    pub fn decide(&self, presented: &Presented<'_>) -> Decision {
        let (verdict, reason) = match self.judge(presented) {
            Ok(()) => (Verdict::Confirmed, None),
            Err(reason) => (verdict_of(reason), Some(reason)),
        };
        let hex = |frame: &Frame| {
            Sha256::digest(&frame.jpeg).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        Decision {
            verdict,
            reasons: reason.into_iter().collect(),
            models: self.engine.identity(),
            detector: match self.automatic {
                Automatic::Off => None,
                Automatic::Signed { detector, .. } => Some(detector.evaluation().clone()),
            },
            risk: match self.automatic {
                Automatic::Off => None,
                Automatic::Signed { signature, .. } => Some(signature.clone()),
            },
            frames: presented.frames.iter().take(MOST_FRAMES).map(hex).collect(),
        }
    }

    /// The first reason not to accept.
    fn judge(&self, presented: &Presented<'_>) -> Result<(), Reason> {
        if presented.frames.len() > MOST_FRAMES {
            return Err(Reason::Challenge(ChallengeFault::Frames));
        }
        let decode = |frame: &Frame| Picture::from_jpeg(&frame.jpeg, self.limits).map_err(of_picture);
        let pictures: Vec<_> = presented.frames.iter().map(decode).collect::<Result<_, _>>()?;
        let moments = self.look(presented.frames, &pictures)?;
        let quiet = moments.first().ok_or(Reason::Challenge(ChallengeFault::Frames))?;
        if let Some(quality) = quiet.look.quality(&self.thresholds) {
            return Err(Reason::Quality(quality));
        }
        let likeness = quiet.look.template.matches(presented.reference, &self.thresholds);
        if likeness == Match::Other {
            return Err(Reason::OtherPerson);
        }
        self.verification
            .verify(presented.challenge, &moments, presented.received_at)
            .map_err(Reason::Challenge)?;
        if likeness == Match::PersonLooks {
            return Err(Reason::Uncertain);
        }
        self.may_be_automatic(&pictures)
    }

    fn look(&self, frames: &[Frame], pictures: &[Picture]) -> Result<Vec<Moment>, Reason> {
        let look = |(frame, picture): (&Frame, &Picture)| {
            let look = self.engine.look(picture).map_err(of_look)?;
            Ok(Moment { millis: frame.millis, look })
        };
        frames.iter().zip(pictures).map(look).collect()
    }

    fn may_be_automatic(&self, pictures: &[Picture]) -> Result<(), Reason> {
        let Automatic::Signed { detector, signature } = self.automatic else {
            return Err(Reason::OfficerConfirms);
        };
        if !signature.covers(detector.evaluation()) {
            return Err(Reason::RiskNotSigned);
        }
        match detector.score(pictures) {
            Ok(AttackScore::Genuine) => Ok(()),
            Ok(AttackScore::Unsure) => Err(Reason::DetectorUnsure),
            Ok(AttackScore::Attack) => Err(Reason::AttackSuspected),
            Err(_) => Err(Reason::DetectorFailed),
        }
    }
}

/// What a person can mend is tried again; what they cannot goes to a person.
fn verdict_of(reason: Reason) -> Verdict {
    match reason {
        Reason::Unreadable
        | Reason::TooLarge
        | Reason::TooSmall
        | Reason::NoFace
        | Reason::SeveralFaces
        | Reason::Quality(_)
        | Reason::OtherPerson
        | Reason::Challenge(_) => Verdict::TryAgain,
        Reason::EngineFailed
        | Reason::Uncertain
        | Reason::OfficerConfirms
        | Reason::RiskNotSigned
        | Reason::DetectorFailed
        | Reason::DetectorUnsure
        | Reason::AttackSuspected => Verdict::PersonLooks,
    }
}

fn of_picture(fault: PictureFault) -> Reason {
    match fault {
        PictureFault::TooLong(_) | PictureFault::TooLarge(_) => Reason::TooLarge,
        PictureFault::TooSmall(_) => Reason::TooSmall,
        PictureFault::Unreadable => Reason::Unreadable,
    }
}

fn of_look(fault: LookFault) -> Reason {
    match fault {
        LookFault::NoFace => Reason::NoFace,
        LookFault::SeveralFaces => Reason::SeveralFaces,
        LookFault::Engine => Reason::EngineFailed,
    }
}
