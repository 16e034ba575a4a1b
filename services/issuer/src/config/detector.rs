//! The operator's evaluated detector of attacks, and the signed risk that makes acceptance automatic.

use std::path::PathBuf;
use std::time::Duration;

use presence::{Evaluation, RiskSignature};
use serde::{Deserialize, Serialize};

use super::ConfigError;

const LONGEST_NAME: usize = 200;

/// A program that tells a living face from a picture, a screen, a mask or an injected video, with whoever evaluated it and
/// whoever signed for the risk. See `crates/presence/DETECTOR.md` for what it reads and writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetectorConfig {
    /// Absolute; started once for each proof that passed every other check.
    pub program: PathBuf,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// It is stopped after that, and an officer looks.
    #[serde(default = "usual_timeout")]
    pub timeout_seconds: u32,
    /// Its name and version as it says them itself, the laboratory's report, and the method.
    pub evaluation: Evaluation,
    pub risk: RiskConfig,
}

/// The operator's word that proofs may be accepted with nobody looking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskConfig {
    pub signer: String,
    /// The detector's version that was signed for: another one accepts nothing.
    pub version: String,
    /// The signed document.
    pub document: PathBuf,
    /// Of the document, lower-case hex: what is compared at start, and what goes into the evidence.
    pub document_sha256: String,
}

const fn usual_timeout() -> u32 {
    10
}

impl DetectorConfig {
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.into())
    }

    pub(crate) fn signature(&self) -> RiskSignature {
        RiskSignature {
            detector: self.evaluation.detector.clone(),
            version: self.risk.version.clone(),
            signer: self.risk.signer.clone(),
            document_sha256: self.risk.document_sha256.clone(),
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let Evaluation { detector, version, report, method } = &self.evaluation;
        let named = [detector, version, report, method, &self.risk.signer];
        let named = named.iter().all(|text| !text.trim().is_empty() && text.len() <= LONGEST_NAME);
        let digest = &self.risk.document_sha256;
        let digested = digest.len() == 64
            && digest.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let right = named
            && digested
            && self.program.is_absolute()
            && (1..=60).contains(&self.timeout_seconds)
            && self.signature().covers(&self.evaluation);
        if right { Ok(()) } else { Err(ConfigError::Detector) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const WHOLE: &str = r#"{"program": "/opt/pad", "evaluation": {"detector": "pad", "version": "2",
        "report": "laboratory, 17", "method": "ISO/IEC 30107-3"}, "risk": {"signer": "chief", "version": "2",
        "document": "/etc/risk.pdf", "document_sha256":
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}"#;

    fn check(text: &str) -> bool {
        serde_json::from_str::<DetectorConfig>(text).is_ok_and(|config| config.check().is_ok())
    }

    #[test]
    fn nothing_may_be_missing_and_the_signed_version_is_the_evaluated_one() {
        assert!(check(WHOLE));
        for (part, instead) in [
            ("/opt/pad", "pad"),
            ("laboratory, 17", " "),
            ("ISO/IEC 30107-3", ""),
            ("chief", ""),
            (r#""version": "2",\n        "document""#, r#""document""#),
            ("aaaa", "AAAA"),
            ("aaaa", "a"),
            (r#""signer""#, r#""automatic": true, "signer""#),
        ] {
            let part = part.replace("\\n", "\n");
            assert!(WHOLE.contains(&part), "{part}");
            assert!(!check(&WHOLE.replacen(&part, instead, 1)), "{part}");
        }
        assert!(!check(&WHOLE.replacen(r#""version": "2""#, r#""version": "1""#, 1)), "another version");
    }
}
