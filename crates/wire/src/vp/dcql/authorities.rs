//! Trusted authorities (6.1.1): whether a credential's issuer is certified by somebody the verifier names.
//!
//! It keeps a wallet from showing what would be rejected. A verifier still decides by itself whom it trusts.

use super::CredentialQuery;

/// 6.1.1.1: identifiers of the authorities' keys in the credential's certificates, base64url.
pub const AKI: &str = "aki";
/// Ours, by the rule that a type is a collision-resistant name: DIDs of issuers in the registry.
pub const REGISTRY_ISSUER: &str = "https://schemas.passerelle.example/trust/registry-issuer";

/// What is known of the authorities over a credential.
#[derive(Clone, Copy, Debug, Default)]
pub struct Authorities<'a> {
    pub key_ids: &'a [String],
    /// The issuer's identifier.
    pub issuer: Option<&'a str>,
}

/// Whether conditions of this type can be checked here.
#[must_use]
pub fn is_known(kind: &str) -> bool {
    matches!(kind, AKI | REGISTRY_ISSUER)
}

impl CredentialQuery {
    /// True where no authority is named, or one of those named is over the credential. An unknown type matches nothing.
    #[must_use]
    pub fn trusts(&self, known: Authorities<'_>) -> bool {
        self.trusted_authorities.as_ref().is_none_or(|conditions| {
            conditions.iter().any(|condition| match condition.kind.as_str() {
                AKI => condition.values.iter().any(|value| known.key_ids.contains(value)),
                REGISTRY_ISSUER => condition.values.iter().any(|value| Some(value.as_str()) == known.issuer),
                _ => false,
            })
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn trusts(conditions: Option<Value>) -> bool {
        let mut query = json!({"id": "a", "format": "dc+sd-jwt", "meta": {}});
        if let Some(conditions) = conditions {
            query["trusted_authorities"] = conditions;
        }
        let query: CredentialQuery = serde_json::from_value(query).unwrap();
        let key_ids = ["s9tIpPmhxdiuNkHMEWNpYim8S8Y".to_owned()];
        query.trusts(Authorities { key_ids: &key_ids, issuer: Some("did:passerelle:undp") })
    }

    #[test]
    fn one_matching_value_of_one_known_type_is_enough() {
        let aki = |values: Value| json!({"type": "aki", "values": values});
        let issuer = |value: &str| json!({"type": REGISTRY_ISSUER, "values": [value]});
        let other = json!({"type": "openid_federation", "values": ["https://trustanchor.example.com"]});
        for (conditions, expected) in [
            (None, true),
            (Some(json!([aki(json!(["other", "s9tIpPmhxdiuNkHMEWNpYim8S8Y"]))])), true),
            (Some(json!([aki(json!(["other"]))])), false),
            (Some(json!([aki(json!(["other"])), issuer("did:passerelle:undp")])), true),
            (Some(json!([issuer("did:passerelle:wfp")])), false),
            (Some(json!([other.clone()])), false),
            (Some(json!([other, issuer("did:passerelle:undp")])), true),
        ] {
            assert_eq!(trusts(conditions.clone()), expected, "{conditions:?}");
        }
    }
}
