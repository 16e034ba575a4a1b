//! Whether the person before the camera is the person in the register, and in which country: behind traits, with an
//! embedded default.
//!
//! It deliberately neither stores nor sends anything, and it claims little: the README says exactly what. Pictures and
//! coordinates come in and verdicts go out; a face template leaves only for the caller to encrypt.
//! Words of its own: a *look* is what the engine sees in one picture; a *template* is the 128 numbers of a face; a *prompt*
//! is one movement that a person is asked for.
//! Read [`FaceEngine`], [`Judge`] and [`LocationPolicy`] first.

mod attack;
mod challenge;
mod decision;
mod face;
mod location;
mod picture;
mod pool;
mod thresholds;

pub use attack::{AttackDetector, AttackFault, AttackScore, Evaluation, RiskSignature};
pub use challenge::{
    Challenge, ChallengeFault, ChallengeVerification, Moment, PROMPTS, Prompt, ServerChallenge,
};
pub use decision::{Automatic, Decision, Frame, Judge, Presented, Reason, Verdict};
pub use face::{
    EmbeddedEngine, FaceEngine, LoadFault, Look, LookFault, Match, ModelIdentity, Pose, Quality, Template,
};
pub use location::{
    Accuracy, Boundaries, BoundariesFault, BoundaryPolicy, Finding, LocationPolicy, Point, PointFault,
};
pub use picture::{Limits, Picture, PictureFault};
pub use pool::{Busy, Pool};
pub use thresholds::Thresholds;
