//! Frames, challenges and doubles for the tests of the engine.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::LazyLock;

use clock::Timestamp;
use presence::{
    AttackDetector, AttackFault, AttackScore, Automatic, Challenge, Decision, EmbeddedEngine, Evaluation,
    FaceEngine as _, Frame, Judge, Limits, Picture, Presented, Prompt, Reason, RiskSignature,
    ServerChallenge, Template, Thresholds,
};

static ENGINE: LazyLock<EmbeddedEngine> = LazyLock::new(|| EmbeddedEngine::load(1).unwrap());

pub use testkit::faces::{beside, blurred, closer, darker, empty, photo, smaller, still, turn};

pub fn engine() -> &'static EmbeddedEngine {
    &ENGINE
}

/// A proof in the making.
pub struct Scene {
    pub reference: Template,
    pub challenge: Challenge,
    pub frames: Vec<Frame>,
    pub received_at: Timestamp,
}

impl Scene {
    pub fn of(jpegs: Vec<Vec<u8>>) -> Self {
        let reference = Picture::from_jpeg(&photo("astronaut.png"), Limits::default()).unwrap();
        let received_at = "2026-05-01T10:00:30Z".parse().unwrap();
        Self {
            reference: engine().look(&reference).unwrap().template,
            challenge: Challenge {
                id: "c".into(),
                prompts: [Prompt::Right, Prompt::Left, Prompt::Closer],
                expires_at: "2026-05-01T10:01:30Z".parse().unwrap(),
            },
            frames: (0..).zip(jpegs).map(|(at, jpeg)| Frame { millis: at * 900, jpeg }).collect(),
            received_at,
        }
    }

    /// The fixture's turns, and then a step closer.
    pub fn turning() -> Self {
        let mut jpegs = [0, 31, 53, 70, 92].map(turn).to_vec();
        jpegs.extend([closer(&turn(92)), turn(92)]);
        Self::of(jpegs)
    }

    pub fn decide(&self) -> Decision {
        self.decide_with(Automatic::Off)
    }

    pub fn decide_with(&self, automatic: Automatic<'_>) -> Decision {
        let verification = ServerChallenge::default();
        let judge = Judge {
            engine: engine(),
            verification: &verification,
            thresholds: Thresholds::default(),
            limits: Limits::default(),
            automatic,
        };
        judge.decide(&Presented {
            reference: &self.reference,
            challenge: &self.challenge,
            frames: &self.frames,
            received_at: self.received_at,
        })
    }

    pub fn reason(&self) -> Reason {
        self.decide().reasons[0]
    }
}

/// An operator's detector that always says the same.
pub struct Detector(Evaluation, AttackScore);

impl Detector {
    pub fn saying(score: AttackScore) -> Self {
        let evaluation = Evaluation {
            detector: "double".into(),
            version: "1.0".into(),
            report: "test laboratory, report 1".into(),
            method: "for tests".into(),
        };
        Self(evaluation, score)
    }
}

impl AttackDetector for Detector {
    fn evaluation(&self) -> &Evaluation {
        &self.0
    }

    fn score(&self, _frames: &[Picture]) -> Result<AttackScore, AttackFault> {
        Ok(self.1)
    }
}

pub fn signature() -> RiskSignature {
    RiskSignature {
        detector: "double".into(),
        version: "1.0".into(),
        signer: "chief risk officer".into(),
        document_sha256: "a".repeat(64),
    }
}
