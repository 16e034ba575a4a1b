//! What a person shared with somebody, and the signed receipt of what was done with it.
//!
//! A receipt is a JWT of the verifier's (`services/verifier/README.md`, "The receipt"): it names the answer by its digest, says
//! when it was checked and with what result, and holds no claim. It is the verifier's word; the signature makes it stand to it.

use chrono::Duration;
use clock::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use wire::verifications::{CheckName, CheckResult, Outcome};

use crate::encoding::base64url;
use crate::mandate::Representative;
use crate::party::Party;

/// The type of a receipt's JWT.
pub const RECEIPT_TYPE: &str = "verification-receipt+jwt";
/// Of a receipt, in bytes. One holds nine checks and their evidence.
pub const LONGEST_RECEIPT: usize = 64 * 1024;
/// A receipt that has not come after so many tries, about two days, is not waited for any more.
const MAX_TRIES: u32 = 14;

/// One act of sharing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sharing {
    pub to: Party,
    /// In the verifier's words.
    pub purpose: Option<String>,
    /// How long the verifier says that it keeps the claims, in seconds; nothing where it did not say.
    pub keeps_seconds: Option<u64>,
    pub at: Timestamp,
    pub credentials: Vec<SharedCredential>,
    /// Titles of what was approved by the same answer.
    pub approved: Vec<String>,
    /// Who decided for the person, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<Representative>,
    /// As a receipt names the answer ([`answer_digest`]); nothing of what was shown without a network.
    pub answer_digest: Option<String>,
    pub receipt: Receipt,
}

/// What of one credential went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedCredential {
    pub name: String,
    /// Its issuer's name.
    pub issuer: String,
    /// In words.
    pub claims: Vec<String>,
}

/// What is known of the verifier's receipt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Receipt {
    /// The verifier gives none.
    None,
    /// Not yet there.
    Waiting { uri: String, tries: u32 },
    /// Signed by whoever asked, about this answer.
    Signed { uri: String, jwt: String, checked: Checked },
    /// What came cannot be believed.
    Unsound { uri: String, fault: ReceiptFault },
    /// It never came, or the verifier has deleted it.
    Missing { uri: String },
}

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    pub at: Timestamp,
    pub outcome: Outcome,
    pub checks: Vec<(CheckName, CheckResult)>,
}

/// Why a receipt does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub enum ReceiptFault {
    #[error("the receipt does not have its form")]
    Form,
    #[error("the receipt is not signed by whoever asked")]
    Signer,
    #[error("the receipt is about another answer")]
    Answer,
}

/// The claims of a receipt's JWT that are read here; others are ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptClaims {
    pub iss: String,
    #[serde(default)]
    pub answer_digest: Option<String>,
    pub report: ReceiptReport,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptReport {
    pub checked_at: Timestamp,
    pub outcome: Outcome,
    #[serde(default)]
    pub checks: Vec<ReceiptCheck>,
}

#[derive(Debug, Deserialize)]
pub struct ReceiptCheck {
    pub name: CheckName,
    pub result: CheckResult,
}

impl Receipt {
    /// The receipt of an answer that was just taken.
    #[must_use]
    pub fn promised(uri: Option<String>) -> Self {
        uri.map_or(Self::None, |uri| Self::Waiting { uri, tries: 0 })
    }

    /// The stable word for machines and for the database.
    #[must_use]
    pub const fn state(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Waiting { .. } => "waiting",
            Self::Signed { .. } => "signed",
            Self::Unsound { .. } => "unsound",
            Self::Missing { .. } => "missing",
        }
    }

    /// Where the verifier shows it as a page.
    #[must_use]
    pub fn uri(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Waiting { uri, .. }
            | Self::Signed { uri, .. }
            | Self::Unsound { uri, .. }
            | Self::Missing { uri } => Some(uri),
        }
    }

    /// Asked for, and not there: when it is asked for again, if at all.
    #[must_use]
    pub fn not_yet(self, now: Timestamp) -> (Self, Option<Timestamp>) {
        match self {
            Self::Waiting { uri, tries } if tries + 1 >= MAX_TRIES => (Self::Missing { uri }, None),
            Self::Waiting { uri, tries } => {
                let seconds = 4_i64.saturating_mul(2_i64.saturating_pow(tries)).min(6 * 3_600);
                (Self::Waiting { uri, tries: tries + 1 }, Some(now + Duration::seconds(seconds)))
            }
            other => (other, None),
        }
    }
}

impl Sharing {
    /// Reads a receipt whose signature holds; `signer` is the DID whose key made it.
    pub fn check_receipt(&self, claims: &ReceiptClaims, signer: &str) -> Result<Checked, ReceiptFault> {
        // Where a certificate named the verifier there is no DID to compare with; the receipt came from its host, and speaks
        // for the DID that signed it.
        let expected = self.to.did.as_deref().unwrap_or(signer);
        if signer != expected || claims.iss != signer {
            return Err(ReceiptFault::Signer);
        }
        if claims.answer_digest.is_none() || claims.answer_digest != self.answer_digest {
            return Err(ReceiptFault::Answer);
        }
        let report = &claims.report;
        let checks = report.checks.iter().take(CheckName::ALL.len());
        let checks = checks.map(|check| (check.name, check.result)).collect();
        Ok(Checked { at: report.checked_at, outcome: report.outcome, checks })
    }
}

/// How a receipt names an answer: SHA-256 over `response`, `vp_token`, `anchor_receipts` and `error` of the form, for each
/// whether it is there, its length as eight bytes, and its text; in base64url.
#[must_use]
pub fn answer_digest(form: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for name in ["response", "vp_token", "anchor_receipts", "error"] {
        let part = form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        hash.update([u8::from(part.is_some())]);
        let part = part.unwrap_or_default();
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    base64url(&hash.finalize())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    const WFP: &str = "did:passerelle:wfp";

    fn sharing() -> Sharing {
        Sharing {
            representative: None,
            to: Party { did: Some(WFP.into()), ..Party::unverified("v.example") },
            purpose: None,
            keeps_seconds: Some(0),
            at: chrono::DateTime::UNIX_EPOCH,
            credentials: vec![],
            approved: vec![],
            answer_digest: Some(answer_digest(&form("token"))),
            receipt: Receipt::promised(Some("https://v.example/receipts/1/k".into())),
        }
    }

    fn form(token: &str) -> Vec<(String, String)> {
        vec![("vp_token".into(), token.into()), ("state".into(), "s".into())]
    }

    fn claims(change: impl FnOnce(&mut serde_json::Value)) -> ReceiptClaims {
        let mut claims = json!({
            "iss": WFP, "jti": "1", "answerDigest": answer_digest(&form("token")),
            "report": { "id": "1", "checkedAt": "2026-11-01T08:00:00Z", "outcome": "valid",
                "checks": [{ "name": "proof", "result": "pass", "required": true, "code": "ok" }] },
        });
        change(&mut claims);
        serde_json::from_value(claims).unwrap()
    }

    #[test]
    fn receipt_counts_when_it_is_the_verifiers_and_about_this_answer() {
        let checked = sharing().check_receipt(&claims(|_| {}), WFP).unwrap();
        assert_eq!(checked.outcome, Outcome::Valid);
        assert_eq!(checked.checks, [(CheckName::Proof, CheckResult::Pass)]);
        let other = "did:passerelle:other";
        let of_other = claims(|claims| claims["iss"] = json!(other));
        assert_eq!(sharing().check_receipt(&of_other, other), Err(ReceiptFault::Signer));
        assert_eq!(sharing().check_receipt(&of_other, WFP), Err(ReceiptFault::Signer));
        for digest in [json!(null), json!(answer_digest(&form("another")))] {
            let about_other = claims(|claims| claims["answerDigest"] = digest);
            assert_eq!(sharing().check_receipt(&about_other, WFP), Err(ReceiptFault::Answer));
        }
    }

    #[test]
    fn answer_is_named_by_what_the_verifier_checks_of_it() {
        let same = vec![("state".into(), "t".into()), ("vp_token".into(), "token".into())];
        assert_eq!(answer_digest(&form("token")), answer_digest(&same));
        let moved = vec![("response".into(), "token".into())];
        assert_ne!(answer_digest(&form("token")), answer_digest(&moved));
    }

    #[test]
    fn receipt_is_waited_for_ever_more_patiently_and_not_for_ever() {
        let mut now = chrono::DateTime::UNIX_EPOCH;
        let mut receipt = sharing().receipt;
        for _ in 1..MAX_TRIES {
            let (next, due) = receipt.not_yet(now);
            assert!(due.is_some_and(|due| due > now));
            (receipt, now) = (next, due.unwrap());
        }
        assert!((now - chrono::DateTime::UNIX_EPOCH).num_hours() < 48);
        let (last, due) = receipt.not_yet(now);
        assert_eq!((last.state(), due), ("missing", None));
    }
}
