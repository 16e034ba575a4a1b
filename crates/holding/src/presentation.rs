//! One request for a presentation, from the question to the answer. Every step is stored before the
//! next begins, so that a crash, a reload or a second tap never sends two different answers.

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::activity::Activity;
use crate::dcql::Selection;
use crate::mandate::Representative;
use crate::party::Party;
use crate::path::ConcretePath;
use crate::request::Request;
use crate::sharing::{Receipt, SharedCredential, Sharing, answer_digest};
use crate::signing::ToSign;

/// A request a person was shown, and how far it went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Presentation {
    pub request: Request,
    pub verifier: Party,
    pub progress: Progress,
}

/// How far an answer has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Progress {
    /// Shown, nothing decided.
    Asked,
    /// Consented; the page is to sign.
    Prepared {
        selection: Selection,
        items: Vec<PreparedItem>,
    },
    /// The answer is whole and stored; it is sent until it is acknowledged, always the same bytes.
    Sending {
        answer: Answer,
    },
    Sent {
        at: Timestamp,
        redirect_uri: Option<String>,
    },
    Refused {
        at: Timestamp,
        redirect_uri: Option<String>,
    },
    /// The verifier turned the answer down for good.
    Failed {
        reason: String,
    },
}

/// One credential of the answer, waiting for its signature.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PreparedItem {
    pub query: String,
    pub credential: String,
    pub holder_thumbprint: String,
    pub disclose: Vec<ConcretePath>,
    /// What was derived to be shown of a credential with a base proof, which is not derived twice alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derived: Option<serde_json::Value>,
    /// Positions of the transactions that its key authorises.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transactions: Vec<usize>,
    /// Fixed when it was prepared, so that preparing again gives the bytes that were signed.
    pub created: Timestamp,
    pub to_sign: Option<ToSign>,
}

/// The form to post, and what will be written into the person's record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    pub form: Vec<(String, String)>,
    pub kind: AnswerKind,
    pub claims: Vec<String>,
    /// The same by credential.
    #[serde(default)]
    pub credentials: Vec<SharedCredential>,
    /// Titles of what is approved by it.
    #[serde(default)]
    pub approved: Vec<String>,
    /// The officer at whose desk the person decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<String>,
    /// Who decided for the person, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<Representative>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AnswerKind {
    Presentation,
    Refusal,
}

/// Why a step cannot be taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepFault {
    #[error("the request has expired")]
    Expired,
    #[error("the request has been answered already")]
    Answered,
    #[error("nothing was prepared to be signed")]
    NotPrepared,
}

impl Presentation {
    /// The stable word for machines and for the database.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self.progress {
            Progress::Asked | Progress::Prepared { .. } => "asked",
            Progress::Sending { .. } => "sending",
            Progress::Sent { .. } => "sent",
            Progress::Refused { .. } => "refused",
            Progress::Failed { .. } => "failed",
        }
    }

    /// The person may still choose, and choose again.
    pub fn may_decide(&self, now: Timestamp) -> Result<(), StepFault> {
        match self.progress {
            Progress::Asked | Progress::Prepared { .. } if self.request.expires_at <= now => {
                Err(StepFault::Expired)
            }
            Progress::Asked | Progress::Prepared { .. } => Ok(()),
            Progress::Sending { .. }
            | Progress::Sent { .. }
            | Progress::Refused { .. }
            | Progress::Failed { .. } => Err(StepFault::Answered),
        }
    }

    /// The verifier has taken the answer.
    #[must_use]
    pub fn acknowledged(self, kind: AnswerKind, at: Timestamp, redirect_uri: Option<String>) -> Self {
        let progress = match kind {
            AnswerKind::Presentation => Progress::Sent { at, redirect_uri },
            AnswerKind::Refusal => Progress::Refused { at, redirect_uri },
        };
        Self { progress, ..self }
    }

    /// What is kept of an answer that was taken; nothing of a refusal.
    #[must_use]
    pub fn sharing(&self, answer: &Answer, at: Timestamp, receipt: Option<String>) -> Option<Sharing> {
        (answer.kind == AnswerKind::Presentation).then(|| Sharing {
            to: self.verifier.clone(),
            purpose: self.request.purpose.clone(),
            keeps_seconds: self.request.keeps_seconds,
            at,
            credentials: answer.credentials.clone(),
            approved: answer.approved.clone(),
            representative: answer.representative.clone(),
            answer_digest: Some(answer_digest(&answer.form)),
            receipt: Receipt::promised(receipt),
        })
    }

    /// The line for the person's record, with the link to a receipt if the verifier gave one.
    #[must_use]
    pub fn activity(&self, answer: &Answer, receipt: Option<String>) -> Activity {
        let to = self.verifier.name().to_owned();
        let proven = self.verifier.is_proven() || self.verifier.is_certified();
        let purpose = self.request.purpose.clone();
        match answer.kind {
            AnswerKind::Presentation => {
                Activity::Presented { to, proven, purpose, claims: answer.claims.clone(), receipt }
            }
            AnswerKind::Refusal => Activity::Refused { to, proven, purpose },
        }
    }
}

/// The place to send the person afterwards, if it may be followed at all: the web, and only from a page
/// that says so. `javascript:` and app links of strangers are not followed.
#[must_use]
pub fn safe_redirect(uri: &str, response_uri: &url::Url) -> Option<String> {
    let url = url::Url::parse(uri).ok()?;
    let secure = url.scheme() == "https" || (url.scheme() == "http" && response_uri.scheme() == "http");
    (secure && url.username().is_empty() && url.password().is_none() && uri.len() <= 2048)
        .then(|| url.to_string())
}

/// The link to a receipt, if it may be kept: on the host that took the answer, and nowhere else.
#[must_use]
pub fn safe_receipt(uri: &str, response_uri: &url::Url) -> Option<String> {
    let found = safe_redirect(uri, response_uri)?;
    let same = url::Url::parse(&found).ok()?.origin() == response_uri.origin();
    same.then_some(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn redirect_is_followed_only_to_the_web() {
        let response = url::Url::parse("https://v.example/r").unwrap();
        assert!(safe_redirect("https://desk.example/done#response_code=1", &response).is_some());
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "intent://x",
            "http://desk.example/",
            "/relative",
            "https://user:pass@desk.example/",
        ] {
            assert_eq!(safe_redirect(bad, &response), None, "{bad}");
        }
        let loopback = url::Url::parse("http://localhost:7103/r").unwrap();
        assert!(safe_redirect("http://localhost:7103/done", &loopback).is_some());
    }

    #[test]
    fn receipt_is_kept_only_from_the_host_that_took_the_answer() {
        let response = url::Url::parse("https://v.example/oid4vp/responses/1").unwrap();
        assert!(safe_receipt("https://v.example/receipts/1/key", &response).is_some());
        for bad in
            ["https://v.example:8443/receipts/1", "https://other.example/receipts/1", "javascript:alert(1)"]
        {
            assert_eq!(safe_receipt(bad, &response), None, "{bad}");
        }
    }
}
