//! Policies that agencies write themselves: what they send, and what they read of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::representative::ByRepresentative;
use crate::verifications::{CheckResult, PolicyView};

/// `POST /v1/agency-policies`: the next version of a policy. The same content as the newest version makes no new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyDraft {
    /// Lower-case letters, digits and hyphens, at most 64; none of the configured policies has it.
    pub name: String,
    /// At most 100 characters.
    pub title: String,
    /// At most 500 characters.
    pub description: String,
    /// Shown to the person who is asked; at most 200 characters.
    pub purpose: String,
    /// A code of `GET /v1/purposes`; it bounds the claims that may be asked for.
    pub purpose_code: String,
    /// All of them are asked for.
    pub credentials: Vec<CredentialWanted>,
    /// DIDs of the only issuers accepted. Left out: every issuer that was accredited for the type and the
    /// organisation when it issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuers: Option<Vec<String>>,
    /// Whether the person must show that the credential is theirs.
    #[serde(default = "yes")]
    pub holder_binding: bool,
    /// Whether the credential must name a status list.
    #[serde(default = "yes")]
    pub status: bool,
    /// Oldest published status list: 60 seconds to 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_max_age_seconds: Option<u32>,
    /// Oldest state of the registry chain: 5 seconds to a day. The service's own limit holds besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain_max_age_seconds: Option<u32>,
    /// Whether an anchoring receipt must prove the time of issue.
    #[serde(default)]
    pub anchored: bool,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub validity: ValidityWindow,
    /// Claims that this policy must not ask for, whatever its purpose allows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub never_ask: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predicates: Vec<Predicate>,
    /// How surely the wallet must have known its person. Left out: it does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder_assurance: Option<HolderAssurance>,
    /// What becomes of an answer that a guardian or an attorney gave for the person, as the wallet says. Left out: it is taken like
    /// any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<ByRepresentative>,
    /// How long the revealed claims are kept: at most 30 days.
    pub claims_retention_seconds: u32,
}

/// How surely a wallet must have known its person. Wallets are not attested: this turns away those that say themselves that it
/// was less, and says to others nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HolderAssurance {
    pub least: AssuranceLevel,
    pub below: BelowAssurance,
}

/// The levels that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum AssuranceLevel {
    /// A passkey with user verification.
    Passkey,
}

/// What becomes of an answer from below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum BelowAssurance {
    /// The answer is invalid.
    Refuse,
    /// The answer is undetermined: somebody makes sure in another way.
    AnotherWay,
}

/// One credential a policy asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CredentialWanted {
    /// The expanded type, which is also the `vct`.
    #[serde(rename = "type")]
    pub type_iri: String,
    /// Any of these answers: `dc+sd-jwt`, `ldp_vc`, `vc+jwt`, `vc+sd-jwt`, `vc+cose`. Left out: the first two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formats: Option<Vec<String>>,
    /// Names below the subject; a dot leads into an object (`worksFor.name`).
    pub claims: Vec<String>,
}

/// What the dates must allow besides that today is within them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ValidityWindow {
    /// The credential must hold for so long yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_remaining_seconds: Option<u32>,
    /// It must have been issued so recently; the receipt proves when, so the policy is `anchored`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_since_issue_seconds: Option<u32>,
}

/// A question answered from revealed claims, with a finding of its own in the report.
// Externally tagged: with `arbitrary_precision` a number inside an internally tagged enum does not parse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Predicate {
    /// A staff identity, or an employment, that holds today. Reads `worksFor`; of an employment also `startDate`, and
    /// `endDate` where it is revealed.
    CurrentStaff {},
    /// A security clearance of this level or a higher one. Reads `clearanceLevel` and `expiresOn`.
    ClearedTo { level: ClearanceLevel },
    /// A training with this course code, completed at most so many days ago. Reads `courseCode` and `completedOn`.
    Trained { course: String, within_days: u32 },
}

/// From the lowest to the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClearanceLevel {
    Unclassified,
    Confidential,
    StrictlyConfidential,
}

impl ClearanceLevel {
    pub const ALL: [Self; 3] = [Self::Unclassified, Self::Confidential, Self::StrictlyConfidential];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unclassified => "unclassified",
            Self::Confidential => "confidential",
            Self::StrictlyConfidential => "strictly-confidential",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

/// What a predicate came to. No claim stands in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PredicateFinding {
    pub predicate: Predicate,
    pub result: CheckResult,
    /// Stable word for machines.
    pub code: String,
    /// One plain sentence for a person.
    pub sentence: String,
    /// The type it was answered from, and the day that counted.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    pub evidence: std::collections::BTreeMap<String, Value>,
}

/// One version of an agency's policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyVersion {
    pub name: String,
    pub version: u32,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339; since then nothing is started under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<String>,
    /// What was sent.
    pub draft: PolicyDraft,
    /// What it came to: formats, types, claims and required checks.
    pub policy: PolicyView,
}

/// Versions of policies, newest version first within a name; `next` goes into `after` for the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyVersions {
    pub policies: Vec<PolicyVersion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One thing that is wrong with a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyFault {
    /// JSON Pointer (RFC 6901) into what was sent.
    pub path: String,
    /// Stable word for machines.
    pub code: String,
    pub detail: String,
}

/// What a purpose allows to be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Purpose {
    pub code: String,
    pub title: String,
    /// Claims by credential type; a name allows what is below it too.
    pub claims: std::collections::BTreeMap<String, Vec<String>>,
}

/// `GET /v1/purposes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PurposeList {
    pub purposes: Vec<Purpose>,
}

fn yes() -> bool {
    true
}

fn is_empty(window: &ValidityWindow) -> bool {
    *window == ValidityWindow::default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn predicates_are_written_by_their_names() {
        let text = r#"[{"currentStaff":{}},{"clearedTo":{"level":"strictly-confidential"}},{"trained":{"course":"BSAFE","withinDays":365}}]"#;
        let read: Vec<Predicate> = serde_json::from_str(text).unwrap();
        assert_eq!(read.last(), Some(&Predicate::Trained { course: "BSAFE".into(), within_days: 365 }));
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert!(serde_json::from_str::<Predicate>(r#"{"clearedTo":{"level":"top"}}"#).is_err());
        assert!(serde_json::from_str::<Predicate>(r#"{"currentStaff":{"of":"undp"}}"#).is_err());
    }

    #[test]
    fn clearance_levels_have_an_order() {
        assert!(ClearanceLevel::StrictlyConfidential > ClearanceLevel::Confidential);
        for level in ClearanceLevel::ALL {
            assert_eq!(serde_json::to_value(level).unwrap(), level.as_str());
            assert_eq!(ClearanceLevel::parse(level.as_str()), Some(level));
        }
    }
}
