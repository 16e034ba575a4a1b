//! The verifier's own REST: starting a verification, reading it, and the report with every check by name.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};

use crate::anchors::Receipt;
use crate::policies::PredicateFinding;
use crate::vp::transaction::ApprovalText;

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

/// `POST /v1/verify`: a credential or a presentation that the agency already has.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyRequest {
    pub policy: String,
    /// A verifiable credential (object) or an SD-JWT (string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = object_or_text)]
    pub credential: Option<Value>,
    /// A verifiable presentation (object) or an SD-JWT with a key binding JWT (string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = object_or_text)]
    pub presentation: Option<Value>,
    /// Proof of the time of issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// The nonce that the presentation must answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// The audience that the presentation must name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

/// JSON with a proof, or a token as text.
fn object_or_text() -> Schema {
    let of = |kind| ObjectBuilder::new().schema_type(SchemaType::new(kind));
    OneOfBuilder::new().item(of(Type::Object)).item(of(Type::String)).build().into()
}

/// Most items of a batch.
pub const MAX_BATCH: usize = 100;

/// `POST /v1/verify/batch`: credentials and presentations that the agency already has, under one policy.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyBatch {
    pub policy: String,
    /// 1 to 100.
    #[schema(min_items = 1, max_items = 100)]
    pub items: Vec<BatchItem>,
}

/// One of a batch; the members are those of `POST /v1/verify`.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchItem {
    /// Comes back with the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A verifiable credential (object) or an SD-JWT (string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = object_or_text)]
    pub credential: Option<Value>,
    /// A verifiable presentation (object) or an SD-JWT with a key binding JWT (string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = object_or_text)]
    pub presentation: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

/// 200 answer of `POST /v1/verify/batch`, in the order of the items.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchResults {
    pub results: Vec<BatchResult>,
}

/// A report, or a problem (RFC 9457) where the item could not be read.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchResult {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub problem: Option<Value>,
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

/// The outcome of one verification: the whole answer, and each check by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub id: String,
    pub policy: String,
    pub policy_version: u32,
    /// RFC 3339.
    pub checked_at: String,
    pub outcome: Outcome,
    /// The outcome in one sentence for a person at a desk.
    pub sentence: String,
    /// One entry per check, always all nine, in a fixed order.
    pub checks: Vec<Check>,
    /// One entry per predicate of the policy; one that does not hold also fails the check `policy`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predicates: Vec<PredicateFinding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialSummary>,
    /// What the credential says; left out once the policy's retention time is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub claims: Option<Value>,
    /// RFC 3339; when `claims` are erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims_kept_until: Option<String>,
    /// The other credentials, where the request asked for more than one; their checks are in `checks` by worst result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<FurtherCredential>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FurtherCredential {
    pub credential: CredentialSummary,
    pub checks: Vec<Check>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub claims: Option<Value>,
}

/// Whose credential of what kind; nothing about the person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialSummary {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_id: Option<String>,
    pub format: String,
    pub issuer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_name: Option<String>,
    pub types: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// Block time of the anchoring receipt, where one proves the time of issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every required check passed.
    Valid,
    /// At least one check failed.
    Invalid,
    /// Nothing failed, but a required check could not be made.
    Undetermined,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    pub name: CheckName,
    pub result: CheckResult,
    /// Whether the policy needs a pass.
    pub required: bool,
    /// Stable word for machines.
    pub code: String,
    /// One plain sentence for a person.
    pub sentence: String,
    /// What the result rests on: header height, hash and age, list version, key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    pub evidence: BTreeMap<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CheckName {
    Form,
    Proof,
    IssuerKey,
    Accreditation,
    Schema,
    Validity,
    Status,
    HolderBinding,
    Policy,
}

impl CheckName {
    /// The order of a report.
    pub const ALL: [Self; 9] = [
        Self::Form,
        Self::Proof,
        Self::IssuerKey,
        Self::Accreditation,
        Self::Schema,
        Self::Validity,
        Self::Status,
        Self::HolderBinding,
        Self::Policy,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Proof => "proof",
            Self::IssuerKey => "issuerKey",
            Self::Accreditation => "accreditation",
            Self::Schema => "schema",
            Self::Validity => "validity",
            Self::Status => "status",
            Self::HolderBinding => "holderBinding",
            Self::Policy => "policy",
        }
    }

    /// What the check is called on a page.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Form => "Form",
            Self::Proof => "Signature",
            Self::IssuerKey => "Issuer's key",
            Self::Accreditation => "Accreditation",
            Self::Schema => "Content",
            Self::Validity => "Dates",
            Self::Status => "Suspended or revoked",
            Self::HolderBinding => "Person presenting it",
            Self::Policy => "What was asked for",
        }
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CheckResult {
    Pass,
    Fail,
    NotChecked,
}

impl CheckResult {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotChecked => "notChecked",
        }
    }
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
