//! Policies as data: what a verifier asks for, which checks must pass, how long it keeps what it learnt.

mod draft;
mod purposes;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use wire::verifications::{CheckName, PolicyView};
use wire::vp::dcql::{ClaimsQuery, DcqlError, Query};

pub use draft::readable;
pub use purposes::Purposes;
pub use rules::Rules;

/// Longest time for which a policy may keep claims: thirty days.
const MAX_RETENTION_SECONDS: u64 = 30 * 86_400;

/// One policy, as its JSON says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    pub name: String,
    pub version: u32,
    pub title: String,
    pub description: String,
    /// Shown to the person who is asked.
    pub purpose: String,
    /// The purpose that bounds what is asked for; an agency's own policy always has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose_code: Option<String>,
    /// Checks that must pass; the others are made and reported where they can be.
    pub required: BTreeSet<CheckName>,
    /// Whether the credential must name a status list.
    pub status_entry: bool,
    /// Whether an anchoring receipt must prove the time of issue.
    pub anchored: bool,
    pub claims_retention_seconds: u64,
    /// What is asked for; a policy without it only checks what is handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<Query>,
    #[serde(default)]
    pub rules: Rules,
}

/// Why a set of policies cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error("the policies are not in the expected form")]
    Form(#[from] serde_json::Error),
    #[error("policy {name} asks for something impossible")]
    Query { name: String, source: DcqlError },
    #[error("policy {0} is defined twice")]
    Duplicate(String),
    #[error("policy {0} leaves out a check that no policy may leave out")]
    TooWeak(String),
    #[error("policy {0} keeps claims for more than thirty days")]
    Retention(String),
    #[error("policy {name} states the purpose {code}, which nobody defined")]
    UnknownPurpose { name: String, code: String },
    #[error("policy {name} asks for more than its purpose allows: {claim}")]
    BeyondPurpose { name: String, claim: String },
    #[error("purpose {0} is defined twice")]
    DuplicatePurpose(String),
}

/// The policies that are configured, by name, and the purposes that bound them and those of the agencies.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    by_name: BTreeMap<String, Policy>,
    purposes: Purposes,
}

impl Policies {
    /// The policies of the demonstration.
    pub fn embedded() -> Result<Self, PolicyError> {
        let purposes = Purposes::embedded()?;
        Self { purposes, ..Self::default() }.with(include_str!("../policies/demo.json"))
    }

    /// Adds the purposes of a JSON text.
    pub fn with_purposes(mut self, json: &str) -> Result<Self, PolicyError> {
        self.purposes = self.purposes.with(json)?;
        Ok(self)
    }

    /// Adds the policies of a JSON text.
    pub fn with(mut self, json: &str) -> Result<Self, PolicyError> {
        for policy in serde_json::from_str::<Vec<Policy>>(json)? {
            policy.validate()?;
            policy.keep_to_purpose(&self.purposes)?;
            let name = policy.name.clone();
            if self.by_name.insert(name.clone(), policy).is_some() {
                return Err(PolicyError::Duplicate(name));
            }
        }
        Ok(self)
    }

    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Policy> {
        self.by_name.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.by_name.values()
    }

    #[must_use]
    pub fn purposes(&self) -> &Purposes {
        &self.purposes
    }
}

impl Policy {
    /// Data minimisation: what is asked for is bounded by the purpose that the policy states.
    fn keep_to_purpose(&self, purposes: &Purposes) -> Result<(), PolicyError> {
        let Some(code) = &self.purpose_code else { return Ok(()) };
        let purpose = purposes
            .find(code)
            .ok_or_else(|| PolicyError::UnknownPurpose { name: self.name.clone(), code: code.clone() })?;
        let mut queries = self.query.iter().flat_map(|query| &query.credentials);
        match queries.find_map(|query| purposes::beyond(purpose, query)) {
            Some(claim) => Err(PolicyError::BeyondPurpose { name: self.name.clone(), claim }),
            None => Ok(()),
        }
    }

    /// Whether it can be used at all, whatever its purpose allows.
    pub fn validate(&self) -> Result<(), PolicyError> {
        // A signature that nobody checked, or one by a key that is not the issuer's, is never good enough.
        let always =
            [CheckName::Form, CheckName::Proof, CheckName::IssuerKey, CheckName::Validity, CheckName::Policy];
        if !always.iter().all(|check| self.required.contains(check)) {
            return Err(PolicyError::TooWeak(self.name.clone()));
        }
        if self.claims_retention_seconds > MAX_RETENTION_SECONDS {
            return Err(PolicyError::Retention(self.name.clone()));
        }
        match &self.query {
            None => Ok(()),
            Some(query) => {
                query.validate_own().map_err(|source| PolicyError::Query { name: self.name.clone(), source })
            }
        }
    }

    #[must_use]
    pub fn requires(&self, check: CheckName) -> bool {
        self.required.contains(&check)
    }

    /// The types that answer the policy; empty where any type does.
    #[must_use]
    pub fn types(&self) -> BTreeSet<String> {
        let mut types = BTreeSet::new();
        for credential in self.query.iter().flat_map(|query| &query.credentials) {
            types.extend(credential.meta.vct_values.iter().flatten().cloned());
            types.extend(credential.meta.type_values.iter().flatten().flatten().cloned());
        }
        types
    }

    #[must_use]
    pub fn view(&self) -> PolicyView {
        let credentials = || self.query.iter().flat_map(|query| &query.credentials);
        // In the order in which the policy asks.
        let mut claims: Vec<String> = Vec::new();
        for claim in credentials().flat_map(|credential| credential.claims.iter().flatten()) {
            let name = claim_name(claim).unwrap_or_default();
            if !claims.contains(&name) {
                claims.push(name);
            }
        }
        PolicyView {
            name: self.name.clone(),
            version: self.version,
            title: self.title.clone(),
            description: self.description.clone(),
            purpose: self.purpose.clone(),
            formats: credentials().map(|credential| credential.format.clone()).collect(),
            types: self.types().into_iter().collect(),
            claims,
            required_checks: CheckName::ALL.into_iter().filter(|check| self.requires(*check)).collect(),
            anchored: self.anchored,
            claims_retention_seconds: self.claims_retention_seconds,
            holder_assurance: self.rules.holder_assurance.clone(),
            representative: self.rules.representative,
        }
    }
}

/// The claim's name below the subject, with dots; none for a path through a list.
fn claim_name(claim: &ClaimsQuery) -> Option<String> {
    let keys = claim.path.keys()?;
    Some(keys.strip_prefix(&["credentialSubject"]).unwrap_or(&keys).join("."))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn embedded_policies_are_usable() {
        let policies = Policies::embedded().unwrap();
        let names: Vec<_> = policies.iter().map(|policy| policy.name.as_str()).collect();
        assert_eq!(names, ["entitlement", "open", "separation", "staff-identity", "staff-identity-anchored"]);
        assert!(!policies.find("open").unwrap().requires(CheckName::Accreditation));
        assert!(policies.find("staff-identity").unwrap().requires(CheckName::Accreditation));
        let view = policies.find("staff-identity").unwrap().view();
        assert_eq!(view.claims, ["givenName", "familyName", "worksFor", "jobTitle", "dutyStation"]);
    }

    #[test]
    fn policy_without_a_signature_check_is_refused() {
        let json = include_str!("../policies/demo.json").replace(r#""proof", "#, "");
        assert!(matches!(Policies::default().with(&json), Err(PolicyError::TooWeak(_))));
    }

    #[test]
    fn policy_defined_twice_is_refused() {
        let twice = Policies::embedded().unwrap().with(include_str!("../policies/demo.json"));
        assert!(matches!(twice, Err(PolicyError::Duplicate(_))));
    }

    #[test]
    fn configured_policy_that_asks_for_more_than_its_purpose_is_refused() {
        let demo = include_str!("../policies/demo.json");
        let more = demo.replace("dutyStation", "gradeLevel");
        let start = || Policies { purposes: Purposes::embedded().unwrap(), ..Policies::default() };
        let refused = start().with(&more);
        assert!(matches!(refused, Err(PolicyError::BeyondPurpose { claim, .. }) if claim == "gradeLevel"));
        let unknown = start().with(&demo.replace("\"identification\"", "\"curiosity\""));
        assert!(matches!(unknown, Err(PolicyError::UnknownPurpose { code, .. }) if code == "curiosity"));
    }
}
