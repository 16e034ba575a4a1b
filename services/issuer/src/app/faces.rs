//! The face engine and the map of countries, and how much they may take.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use clock::Timestamp;
use entitlement::bundle::MOST_FRAME_BYTES;
use presence::{
    Automatic, Boundaries, BoundariesFault, BoundaryPolicy, Busy, Decision, EmbeddedEngine, FaceEngine as _,
    Frame, Judge, Limits, LocationPolicy as _, LookFault, Picture, Pool, Presented, Prompt, Quality,
    ServerChallenge, Template, Thresholds,
};

use crate::config::PresenceConfig;
use crate::detector::ProgramDetector;

/// A frame is what a phone's camera gives, made small; ten of them are decoded at the same time.
const LIMITS: Limits = Limits { bytes: MOST_FRAME_BYTES, side: 1280, scans: 30 };
/// The reference was encoded here.
const REFERENCE_LIMITS: Limits = Limits { bytes: 1 << 20, side: 1280, scans: 30 };
/// Threads of the engine, whoever asks: more do not make it faster on small networks.
const ENGINE_THREADS: usize = 2;

/// What judges pictures and places, within bounds.
pub(crate) struct Faces {
    engine: Arc<OnceLock<Option<EmbeddedEngine>>>,
    pool: Pool,
    places: BoundaryPolicy,
    thresholds: Thresholds,
    /// Nothing where an officer confirms each.
    detector: Option<Arc<ProgramDetector>>,
    /// Answers whose pictures are being looked at.
    in_hand: Mutex<HashSet<[u8; 32]>>,
    pub movements: Vec<Prompt>,
    pub appeal: chrono::Duration,
}

/// An answer is in hand until this is dropped.
pub(super) struct InHand<'a> {
    faces: &'a Faces,
    digest: [u8; 32],
}

/// Why there is no verdict. Nothing the person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FacesFault {
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error("these pictures are being looked at already")]
    InHand,
    #[error("the face models do not load")]
    Models,
}

/// What the engine makes of a picture that is to become the Fund's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Good,
    /// No face, or several.
    Look(LookFault),
    /// One face, and not good enough to compare with.
    Poor(Quality),
}

/// What came of comparing pictures.
pub(super) enum Compared {
    Judged(Box<Decision>),
    /// The Fund's own picture shows no face, or several: a person has to look.
    NoReference,
}

impl Faces {
    pub(crate) fn new(
        config: &PresenceConfig,
        detector: Option<ProgramDetector>,
    ) -> Result<Self, BoundariesFault> {
        Ok(Self {
            engine: Arc::default(),
            pool: Pool::new(config.running, config.waiting),
            places: BoundaryPolicy::new(Boundaries::embedded()?, config.tolerance_km),
            thresholds: config.thresholds,
            detector: detector.map(Arc::new),
            in_hand: Mutex::default(),
            movements: config.movements.clone(),
            appeal: chrono::Duration::days(config.appeal_days.into()),
        })
    }

    /// A wallet that waited too long sends the same again; it is not judged twice at the same time.
    pub(super) fn take(&self, digest: [u8; 32]) -> Result<InHand<'_>, FacesFault> {
        let fresh = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner).insert(digest);
        if fresh { Ok(InHand { faces: self, digest }) } else { Err(FacesFault::InHand) }
    }

    /// Compares frames with the Fund's picture, on a thread of the pool. The models are loaded by whoever comes first. The
    /// detector of attacks is asked where acceptance may be automatic.
    pub(super) async fn judge(
        &self,
        reference: Vec<u8>,
        (challenge, frames, received_at): (presence::Challenge, Vec<Frame>, Timestamp),
        automatic: bool,
    ) -> Result<Compared, FacesFault> {
        let (engine, thresholds) = (Arc::clone(&self.engine), self.thresholds);
        let detector = self.detector.clone().filter(|_| automatic);
        let work = move || {
            let engine = engine.get_or_init(|| EmbeddedEngine::load(ENGINE_THREADS).ok());
            let engine = engine.as_ref().ok_or(FacesFault::Models)?;
            let Some(reference) = template(engine, &reference) else { return Ok(Compared::NoReference) };
            let judge = Judge {
                engine,
                verification: &ServerChallenge { thresholds },
                thresholds,
                limits: LIMITS,
                automatic: match detector.as_deref() {
                    None => Automatic::Off,
                    Some(detector) => Automatic::Signed { detector, signature: &detector.signature },
                },
            };
            let presented =
                Presented { reference: &reference, challenge: &challenge, frames: &frames, received_at };
            Ok(Compared::Judged(Box::new(judge.decide(&presented))))
        };
        self.pool.run(work).await?
    }

    /// Whether a picture shows one good face, on a thread of the pool.
    pub(super) async fn see(&self, jpeg: Vec<u8>) -> Result<Seen, FacesFault> {
        let (engine, thresholds) = (Arc::clone(&self.engine), self.thresholds);
        let work = move || {
            let engine = engine.get_or_init(|| EmbeddedEngine::load(ENGINE_THREADS).ok());
            let engine = engine.as_ref().ok_or(FacesFault::Models)?;
            let Ok(picture) = Picture::from_jpeg(&jpeg, REFERENCE_LIMITS) else {
                return Ok(Seen::Look(LookFault::Engine));
            };
            Ok(match engine.look(&picture) {
                Ok(look) => look.quality(&thresholds).map_or(Seen::Good, Seen::Poor),
                Err(fault) => Seen::Look(fault),
            })
        };
        self.pool.run(work).await?
    }

    /// What a place says about the declared country (ISO 3166-1 alpha-3). The place itself goes no further.
    pub(super) fn compare(&self, point: presence::Point, declared: &str) -> presence::Finding {
        self.places.compare(point, declared)
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.faces.in_hand.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.digest);
    }
}

fn template(engine: &EmbeddedEngine, jpeg: &[u8]) -> Option<Template> {
    let picture = Picture::from_jpeg(jpeg, REFERENCE_LIMITS).ok()?;
    engine.look(&picture).ok().map(|look| look.template)
}
