//! Who signed in, as one application knows them: a pairwise identifier (OpenID Connect Core 1.0, 8).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::Value;
use verification::vocabulary;
use wire::verifications::Report;

/// The claim that names a person for good within an organisation.
const IDENTIFIER: &str = "identifier";

/// A keyed hash of organisation and staff identifier, another one for each client, so that two applications cannot
/// find out that they know the same person, and nobody finds the identifier by trying all of them without the key.
/// None where the policy asks for no stable identifier.
#[must_use]
pub fn pairwise(key: &[u8], client: &str, report: &Report) -> Option<String> {
    let claims = report.claims.as_ref()?;
    let identifier = claims.get(IDENTIFIER).and_then(Value::as_str).filter(|text| !text.is_empty())?;
    let credential = report.credential.as_ref()?;
    // A staff number names one person only within its organisation, whoever issues for it.
    let organisation = credential.types.iter().find_map(|kind| vocabulary::organisation(kind, claims));
    let organisation = organisation.unwrap_or(&credential.issuer);
    let mut hash = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in ["oidc subject 1", client, organisation, identifier] {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    Some(URL_SAFE_NO_PAD.encode(hash.sign()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;
    use wire::verifications::{CredentialSummary, Outcome};

    use super::*;

    fn report(identifier: &str, organisation: &str) -> Report {
        Report {
            claims: Some(json!({ "identifier": identifier, "worksFor": { "id": organisation } })),
            credential: Some(CredentialSummary {
                issuer: "did:passerelle:issuer".into(),
                types: vec!["https://schemas.passerelle.example/v1#StaffIdentity".into()],
                ..CredentialSummary::default()
            }),
            ..serde_json::from_value(json!({
                "id": "r", "policy": "p", "policyVersion": 1, "checkedAt": "", "outcome": Outcome::Valid,
                "sentence": "", "checks": []
            }))
            .unwrap()
        }
    }

    fn subject(client: &str, identifier: &str, organisation: &str) -> String {
        pairwise(&[1; 32], client, &report(identifier, organisation)).unwrap()
    }

    #[test]
    fn person_is_the_same_at_one_client_and_another_at_the_next() {
        let one = subject("a", "10001", "did:passerelle:undp");
        assert_eq!(one, subject("a", "10001", "did:passerelle:undp"));
        assert_eq!(one.len(), 43);
        for other in [
            subject("b", "10001", "did:passerelle:undp"),
            subject("a", "10002", "did:passerelle:undp"),
            subject("a", "10001", "did:passerelle:wfp"),
            pairwise(&[2; 32], "a", &report("10001", "did:passerelle:undp")).unwrap(),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn without_identifier_there_is_no_stable_subject() {
        assert_eq!(pairwise(&[1; 32], "a", &report("", "did:passerelle:undp")), None);
        assert_eq!(pairwise(&[1; 32], "a", &Report { claims: None, ..report("1", "o") }), None);
    }
}
