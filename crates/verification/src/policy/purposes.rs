//! What a purpose allows to be asked for: data minimisation as data.

use std::collections::BTreeMap;

use wire::policies::Purpose;
use wire::vp::dcql::CredentialQuery;

use super::PolicyError;

/// Purposes by code. Claims are names below the subject, with dots; a name allows what is below it too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purposes(BTreeMap<String, Purpose>);

impl Purposes {
    /// The purposes that come with the program.
    pub(super) fn embedded() -> Result<Self, PolicyError> {
        Self::default().with(include_str!("../../policies/purposes.json"))
    }

    /// Adds the purposes of a JSON text. A code that is there already may not be given another meaning.
    pub(super) fn with(mut self, json: &str) -> Result<Self, PolicyError> {
        for purpose in serde_json::from_str::<Vec<Purpose>>(json)? {
            let code = purpose.code.clone();
            if self.0.insert(code.clone(), purpose).is_some() {
                return Err(PolicyError::DuplicatePurpose(code));
            }
        }
        Ok(self)
    }

    #[must_use]
    pub fn find(&self, code: &str) -> Option<&Purpose> {
        self.0.get(code)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Purpose> {
        self.0.values()
    }
}

/// Whether the purpose allows any claim of credentials of this type.
pub(super) fn allows_type(purpose: &Purpose, type_iri: &str) -> bool {
    purpose.claims.contains_key(type_iri)
}

pub(super) fn allows(purpose: &Purpose, type_iri: &str, claim: &str) -> bool {
    purpose.claims.get(type_iri).is_some_and(|allowed| allowed.iter().any(|one| covers(one, claim)))
}

/// Whether `claim` is `name` or something below it.
pub(super) fn covers(name: &str, claim: &str) -> bool {
    claim == name || claim.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
}

/// The first claim of a query that the purpose does not allow. A query that names no claims asks for all of them.
pub(super) fn beyond(purpose: &Purpose, query: &CredentialQuery) -> Option<String> {
    let types = query.meta.vct_values.iter().flatten();
    let types: Vec<&String> = types.chain(query.meta.type_values.iter().flatten().flatten()).collect();
    let Some(claims) = &query.claims else { return Some(format!("every claim of {}", query.id)) };
    claims.iter().find_map(|claim| {
        let name = super::claim_name(claim).unwrap_or_else(|| "(a list)".to_owned());
        let allowed = !types.is_empty() && types.iter().all(|one| allows(purpose, one, &name));
        (!allowed).then_some(name)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const STAFF: &str = "https://schemas.passerelle.example/v1#StaffIdentity";

    #[test]
    fn purpose_bounds_the_claims_of_each_type() {
        let purposes = Purposes::embedded().unwrap();
        let purpose = purposes.find("premises-access").unwrap();
        assert!(allows(purpose, STAFF, "givenName"));
        assert!(allows(purpose, STAFF, "worksFor.name"), "what is below an allowed claim is allowed");
        assert!(!allows(purpose, STAFF, "birthDate"));
        assert!(!allows(purpose, STAFF, "givenNameAtBirth"), "a longer name is another claim");
        assert!(!allows(purpose, "https://schemas.passerelle.example/v1#MedicalClearance", "clearedFor"));
    }

    #[test]
    fn purpose_cannot_be_given_another_meaning() {
        let again = r#"[{"code":"travel","title":"Anything","claims":{}}]"#;
        let refused = Purposes::embedded().unwrap().with(again);
        assert!(matches!(refused, Err(PolicyError::DuplicatePurpose(code)) if code == "travel"));
    }
}
