//! The verifier's own REST: starting a verification, reading it, and the report with every check by name.

mod hand_over;
mod report;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::vp::transaction::ApprovalText;

pub use hand_over::{BatchItem, BatchResult, BatchResults, MAX_BATCH, VerifyBatch, VerifyRequest};
pub use report::{Check, CheckName, CheckResult, CredentialSummary, FurtherCredential, Outcome, Report};

/// Longest purpose an agency may show to the person.
pub const MAX_PURPOSE: usize = 200;

/// `POST /v1/verifications`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartVerification {
    /// Name of a policy of `GET /v1/policies`.
    pub policy: String,
    /// Why the person is asked, in their words; the policy's own purpose where it is left out. At most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Where the wallet sends the person afterwards on the same device; must be registered for the client. A
    /// `response_code` is added to its query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// How the wallet is asked: `did`, `did-encrypted`, or a profile that the operator configured; the verifier's usual one
    /// where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// What the person is to approve beside showing the credential, at most 4; their key signs over each. Only SD-JWT VCs can
    /// carry an approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals: Option<Vec<ApprovalText>>,
}

/// 201 answer of `POST /v1/verifications`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartedVerification {
    pub id: String,
    pub state: State,
    /// Opens the wallet of this deployment.
    pub link: String,
    /// The same request for any other wallet (`openid4vp://`).
    pub openid_link: String,
    /// Where a wallet fetches the request; absent when the request is unsigned and whole in the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_uri: Option<String>,
    /// An SVG image of `link` as a QR code; empty when the link is too long for one.
    pub qr_svg: String,
    /// RFC 3339.
    pub expires_at: String,
}

/// `GET /v1/verifications/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerificationView {
    pub id: String,
    pub policy: String,
    pub purpose: String,
    pub state: State,
    pub created_at: String,
    pub expires_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<String>,
    /// The error code the wallet answered with, when the state is `refused`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// Present when the query named the response code that the person's browser brought back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_code_matches: Option<bool>,
    /// Where the person comes back to a `returnUrl`, only together with the right response code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

/// Where a verification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = VerificationState)]
pub enum State {
    /// The person has not answered.
    Waiting,
    /// An answer is here and being checked.
    Received,
    /// Checked; the report says with what result.
    Verified,
    /// The person or their wallet declined.
    Refused,
    /// Nobody answered in time.
    Expired,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Received, Self::Verified, Self::Refused, Self::Expired];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Received => "received",
            Self::Verified => "verified",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing will change any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            Self::Waiting | Self::Received => false,
            Self::Verified | Self::Refused | Self::Expired => true,
        }
    }
}

/// `GET /v1/policies`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PolicyList {
    pub policies: Vec<PolicyView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyView {
    pub name: String,
    pub version: u32,
    pub title: String,
    pub description: String,
    pub purpose: String,
    pub formats: Vec<String>,
    pub types: Vec<String>,
    /// Names of the claims the person is asked for.
    pub claims: Vec<String>,
    pub required_checks: Vec<CheckName>,
    /// Whether a receipt must prove the time of issue.
    pub anchored: bool,
    pub claims_retention_seconds: u64,
    /// How surely the wallet must have known its person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder_assurance: Option<crate::policies::HolderAssurance>,
    /// What becomes of an answer that somebody gave for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<crate::representative::ByRepresentative>,
}

/// Answer of the VC API's verifying routes: 200 when `verified`, 400 when not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VcApiResult {
    pub verified: bool,
    /// The policy that was applied; on an open instance one in which accreditation is optional.
    pub policy: String,
    /// `optional`: a good answer here does not say that the issuer was entitled to issue.
    pub accreditation: String,
    /// What made it fail; empty when verified.
    pub problem_details: Vec<ProblemDetail>,
    /// What a caller should know though it does not fail.
    pub warnings: Vec<ProblemDetail>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// A problem of the VC Data Model 2.0 (7.2) or of a securing mechanism, by its published URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemDetail {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn states_and_checks_are_spelled_alike_in_text_and_json() {
        for state in State::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        for name in CheckName::ALL {
            assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
        }
        assert_eq!(serde_json::to_value(CheckResult::NotChecked).unwrap(), CheckResult::NotChecked.as_str());
    }

    #[test]
    fn unknown_members_of_a_start_are_refused() {
        assert!(serde_json::from_str::<StartVerification>(r#"{"policy":"open","claims":[]}"#).is_err());
    }
}
