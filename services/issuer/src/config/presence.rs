//! Whether pictures of beneficiaries are asked for, and how they are judged.

use std::collections::BTreeSet;

use presence::{BoundaryPolicy, PROMPTS, Prompt, Thresholds};
use serde::{Deserialize, Serialize};

use super::{ConfigError, DetectorConfig};

/// Proofs with pictures. Without this section none is asked for, and an officer visits or calls as before.
///
/// Acceptance is automatic with an evaluated detector of attacks and a signed risk alone (`detector`): nothing embedded deserves
/// to be one. Without it an officer confirms each proof.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PresenceConfig {
    /// Proofs that are judged at the same time; each takes a core for a second or two.
    pub running: usize,
    /// Proofs that wait for that; one more is told to come back.
    pub waiting: usize,
    /// The movements that are drawn from, at least three: `left`, `right`, `up`, `closer`, `blink`.
    pub movements: Vec<Prompt>,
    /// How far beyond the border of the declared country a place still counts as in it; 20 at least.
    pub tolerance_km: f64,
    /// How long the pictures are kept after an officer decided: as long as the person can object.
    pub appeal_days: u32,
    pub thresholds: Thresholds,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detector: Option<DetectorConfig>,
}

impl Default for PresenceConfig {
    fn default() -> Self {
        Self {
            running: 1,
            waiting: 16,
            movements: Prompt::ALL.to_vec(),
            tolerance_km: BoundaryPolicy::LEAST_TOLERANCE_KM,
            appeal_days: 30,
            thresholds: Thresholds::default(),
            detector: None,
        }
    }
}

impl PresenceConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let different: BTreeSet<_> = self.movements.iter().map(|movement| *movement as u8).collect();
        let right = different.len() >= PROMPTS
            && different.len() == self.movements.len()
            && (1..=16).contains(&self.running)
            && self.waiting <= 1024
            && (BoundaryPolicy::LEAST_TOLERANCE_KM..=200.0).contains(&self.tolerance_km)
            && (1..=400).contains(&self.appeal_days);
        self.detector.as_ref().map_or(Ok(()), DetectorConfig::check)?;
        if right { Ok(()) } else { Err(ConfigError::Presence) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn three_different_movements_are_needed() {
        assert!(PresenceConfig::default().check().is_ok());
        for movements in [r#"["left", "right"]"#, r#"["left", "right", "left"]"#] {
            let config: PresenceConfig =
                serde_json::from_str(&format!("{{\"movements\": {movements}}}")).unwrap();
            assert!(config.check().is_err(), "{movements}");
        }
        let config: PresenceConfig =
            serde_json::from_str(r#"{"movements": ["left", "right", "closer"]}"#).unwrap();
        assert!(config.check().is_ok());
        assert!(serde_json::from_str::<PresenceConfig>(r#"{"automatic": true}"#).is_err());
    }
}
