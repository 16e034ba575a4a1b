//! Every number a verdict depends on, as configuration.

use serde::{Deserialize, Serialize};

/// The defaults are the ones the README gives figures for; others need figures of their own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Thresholds {
    /// L2 distance of two templates up to which they count as one person.
    pub same_person: f32,
    /// Up to here a person looks; above, it is somebody else.
    pub person_looks: f32,
    pub least_face_width_px: f32,
    /// Degrees by which a quiet face may be turned or tilted.
    pub most_turned: f32,
    /// Variance of the Laplacian over the face's 150 pixels.
    pub least_sharpness: f32,
    /// Mean luminance of the face, 0 to 255.
    pub least_light: f32,
    pub most_light: f32,
    /// Degrees of turning or tilting that answer a prompt.
    pub turn: f32,
    /// How many times wider the face must get to be closer.
    pub closer: f32,
    /// Which part of the eyes' opening may remain in a blink.
    pub blink: f32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            same_person: 0.50,
            person_looks: 0.60,
            least_face_width_px: 110.0,
            most_turned: 15.0,
            least_sharpness: 40.0,
            least_light: 45.0,
            most_light: 230.0,
            turn: 7.0,
            closer: 1.25,
            blink: 0.6,
        }
    }
}
