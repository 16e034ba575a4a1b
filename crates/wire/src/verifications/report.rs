//! The report: every check by its name, with its result, code, sentence and evidence.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::policies::PredicateFinding;

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
