//! What a verifier owes in a query of its own, and a wallet forgives in another's.

use std::collections::BTreeSet;

use super::authorities::is_known;
use super::{CredentialQuery, DcqlError, Query};

impl Query {
    /// Beside [`Query::validate`]: kinds of credentials are named, no claim is asked for twice (6.1), and authorities are of
    /// types that can be checked.
    pub fn validate_own(&self) -> Result<(), DcqlError> {
        self.validate()?;
        self.credentials.iter().try_for_each(CredentialQuery::validate_own)
    }
}

impl CredentialQuery {
    fn validate_own(&self) -> Result<(), DcqlError> {
        let meta = &self.meta;
        match self.format.as_str() {
            "dc+sd-jwt" if meta.vct_values.is_none() => return Err(DcqlError::MissingMeta("vct_values")),
            "ldp_vc" | "jwt_vc_json" | "vc+jwt" | "vc+sd-jwt" | "vc+cose" if meta.type_values.is_none() => {
                return Err(DcqlError::MissingMeta("type_values"));
            }
            _ => {}
        }
        let mut paths = BTreeSet::new();
        if !self.claims.iter().flatten().all(|claim| paths.insert(&claim.path)) {
            return Err(DcqlError::DuplicateClaim);
        }
        match self.trusted_authorities.iter().flatten().find(|one| !is_known(&one.kind)) {
            Some(unknown) => Err(DcqlError::UnknownAuthority(unknown.kind.clone())),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn query(members: Value) -> Query {
        let mut credential = json!({"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]}});
        credential.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        serde_json::from_value(json!({ "credentials": [credential] })).unwrap()
    }

    #[test]
    fn what_a_wallet_forgives_a_verifier_does_not_ask() {
        for (members, error) in [
            (json!({"meta": {}}), DcqlError::MissingMeta("vct_values")),
            (json!({"format": "ldp_vc", "meta": {}}), DcqlError::MissingMeta("type_values")),
            (json!({"claims": [{"path": ["a"]}, {"path": ["a"]}]}), DcqlError::DuplicateClaim),
            (
                json!({"trusted_authorities": [{"type": "etsi_tl", "values": ["https://lotl.example.com"]}]}),
                DcqlError::UnknownAuthority("etsi_tl".to_owned()),
            ),
        ] {
            let query = query(members);
            assert_eq!(query.validate(), Ok(()));
            assert_eq!(query.validate_own(), Err(error));
        }
        assert_eq!(query(json!({"claims": [{"path": ["a"]}, {"path": ["a", 0]}]})).validate_own(), Ok(()));
    }
}
