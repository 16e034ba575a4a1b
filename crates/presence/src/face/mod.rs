//! Faces: found, measured and compared.

mod align;
mod detect;
mod embed;
mod embedded;
mod mesh;
mod model;
mod template;

use serde::{Deserialize, Serialize};

use crate::picture::Picture;
use crate::thresholds::Thresholds;

pub use embedded::EmbeddedEngine;
pub use model::{LoadFault, ModelIdentity};
pub use template::{Match, Template};

/// Sees one face in one picture.
pub trait FaceEngine: Send + Sync {
    /// Refuses a picture with no face or several.
    fn look(&self, picture: &Picture) -> Result<Look, LookFault>;

    /// The models behind the verdicts, for the evidence.
    fn identity(&self) -> Vec<ModelIdentity>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LookFault {
    #[error("there is no face in the picture")]
    NoFace,
    #[error("there is more than one face in the picture")]
    SeveralFaces,
    #[error("the face engine failed")]
    Engine,
}

/// What is seen in one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub template: Template,
    /// Of the detector's box.
    pub face_width_px: f32,
    pub pose: Pose,
    /// Height of the eyes' opening over their width, the mean of both.
    pub eyes: f32,
    pub sharpness: f32,
    pub light: f32,
}

/// Degrees by which a face is turned (positive: to its own left) and tilted (positive: up).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    pub yaw: f32,
    pub pitch: f32,
}

/// Why a picture is not good enough to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Quality {
    TooSmall,
    TooDark,
    TooBright,
    Blurred,
    TurnedAway,
}

impl Look {
    /// The first gate a quiet picture fails, in the order in which a person can mend them.
    #[must_use]
    pub fn quality(&self, thresholds: &Thresholds) -> Option<Quality> {
        let turned = self.pose.yaw.abs().max(self.pose.pitch.abs());
        let gates = [
            (self.face_width_px >= thresholds.least_face_width_px, Quality::TooSmall),
            (self.light >= thresholds.least_light, Quality::TooDark),
            (self.light <= thresholds.most_light, Quality::TooBright),
            (self.sharpness >= thresholds.least_sharpness, Quality::Blurred),
            (turned <= thresholds.most_turned, Quality::TurnedAway),
        ];
        gates.into_iter().find(|(good, _)| !good).map(|(_, fault)| fault)
    }
}
