//! What is kept of a verdict: its reasons as codes, the models, and whether the pictures match.

use presence::{Decision, Reason, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::faces::Compared;

/// What is kept of a verdict.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    reasons: Vec<Value>,
    #[serde(default)]
    pub(super) models: Vec<presence::ModelIdentity>,
    #[serde(default)]
    frames: Vec<String>,
    /// Only where acceptance may be automatic: what let the pictures pass, and who signed for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detector: Option<presence::Evaluation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    risk: Option<presence::RiskSignature>,
}

impl Kept {
    pub(super) fn accepted_by(&self) -> String {
        match (&self.detector, &self.risk) {
            (Some(detector), Some(risk)) => format!(
                "Every check passed, also {} {} ({}, {}). Risk signed by {}, document {}.",
                detector.detector,
                detector.version,
                detector.report,
                detector.method,
                risk.signer,
                risk.document_sha256
            ),
            _ => String::new(),
        }
    }
}

/// After the last try whatever is left goes to a person.
pub(super) fn kept_of(compared: Compared, is_last: bool) -> (Verdict, Kept) {
    match compared {
        Compared::NoReference => {
            let reasons = vec![Value::String("noReference".to_owned())];
            let kept = Kept { reasons, models: Vec::new(), frames: Vec::new(), detector: None, risk: None };
            (Verdict::PersonLooks, kept)
        }
        Compared::Judged(decision) => {
            let verdict = match decision.verdict {
                Verdict::TryAgain if is_last => Verdict::PersonLooks,
                verdict => verdict,
            };
            let as_json = |reason: &Reason| serde_json::to_value(reason).ok();
            let reasons = decision.reasons.iter().filter_map(as_json).collect();
            let Decision { models, frames, detector, risk, .. } = *decision;
            (verdict, Kept { reasons, models, frames, detector, risk })
        }
    }
}

/// What may stand beside a match: the engine compared, and left it to an officer for another reason. Everything else says that it
/// was not compared, that it does not match, or that the pictures may not be of somebody who is there.
const MATCHED: [&str; 4] = ["officerConfirms", "riskNotSigned", "detectorFailed", "detectorUnsure"];

/// Whether the pictures were compared with the Fund's and match. What cannot be read does not.
pub(in crate::app) fn is_match(decision: &str) -> bool {
    let Ok(kept) = serde_json::from_str::<Kept>(decision) else { return false };
    kept.reasons.iter().all(|reason| reason.as_str().is_some_and(|code| MATCHED.contains(&code)))
}

/// The codes of stored reasons: `noFace`, or the inner one of `{"quality": "tooDark"}`.
pub(super) fn reasons(decision: &str) -> Vec<String> {
    let kept: Option<Kept> = serde_json::from_str(decision).ok();
    let plain = |reason: Value| match reason {
        Value::String(code) => Some(code),
        Value::Object(members) => {
            members.into_iter().find_map(|(_, inner)| inner.as_str().map(str::to_owned))
        }
        _ => None,
    };
    kept.map(|kept| kept.reasons.into_iter().filter_map(plain).collect()).unwrap_or_default()
}

/// The name of a variant without content, as it is written.
pub(super) fn code<T: Serialize>(value: &T) -> Option<String> {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use presence::{ChallengeFault, Quality};

    use super::*;

    fn kept(reasons: &[Reason]) -> String {
        let reasons = reasons.iter().map(|reason| serde_json::to_value(reason).unwrap()).collect();
        serde_json::to_string(&Kept {
            reasons,
            models: Vec::new(),
            frames: Vec::new(),
            detector: None,
            risk: None,
        })
        .unwrap()
    }

    #[test]
    fn only_what_was_compared_and_fits_is_a_match() {
        for matched in [
            &[][..],
            &[Reason::OfficerConfirms],
            &[Reason::RiskNotSigned],
            &[Reason::DetectorFailed],
            &[Reason::DetectorUnsure],
        ] {
            assert!(is_match(&kept(matched)), "{matched:?}");
        }
        for other in [
            Reason::Unreadable,
            Reason::TooLarge,
            Reason::TooSmall,
            Reason::NoFace,
            Reason::SeveralFaces,
            Reason::EngineFailed,
            Reason::Quality(Quality::TooDark),
            Reason::OtherPerson,
            Reason::Uncertain,
            Reason::Challenge(ChallengeFault::NotFollowed),
            Reason::AttackSuspected,
        ] {
            assert!(!is_match(&kept(&[other])), "{other:?}");
            assert!(!is_match(&kept(&[Reason::OfficerConfirms, other])), "{other:?}");
        }
        for damaged in ["", "{}", "null", r#"{"reasons":["noReference"],"models":[],"frames":[]}"#] {
            assert!(!is_match(damaged), "{damaged}");
        }
    }
}
