//! The slot for a presentation attack detector. Nothing fills it by default, because nothing embedded deserves to.

use serde::{Deserialize, Serialize};

use crate::picture::Picture;

/// Tells a living face from a picture, a screen, a mask or an injected video. Brought by the operator.
pub trait AttackDetector: Send + Sync {
    fn evaluation(&self) -> &Evaluation;

    fn score(&self, frames: &[Picture]) -> Result<AttackScore, AttackFault>;
}

/// Who found the detector good, by which method. Goes into the evidence of each proof it judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evaluation {
    pub detector: String,
    pub version: String,
    /// The laboratory and its report.
    pub report: String,
    /// The method, such as "ISO/IEC 30107-3".
    pub method: String,
}

/// Whether the detector takes the frames for an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AttackScore {
    Genuine,
    Unsure,
    Attack,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the attack detector gave no answer")]
pub struct AttackFault;

/// The operator's word that proofs may be accepted with nobody looking, for one detector in one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskSignature {
    pub detector: String,
    pub version: String,
    pub signer: String,
    /// Digest of the signed document.
    pub document_sha256: String,
}

impl RiskSignature {
    /// Signed for exactly this detector, by somebody, over something.
    #[must_use]
    pub fn covers(&self, evaluation: &Evaluation) -> bool {
        let named = |text: &str| !text.trim().is_empty();
        self.detector == evaluation.detector
            && self.version == evaluation.version
            && named(&self.signer)
            && self.document_sha256.len() == 64
            && named(&evaluation.report)
            && named(&evaluation.method)
    }
}
