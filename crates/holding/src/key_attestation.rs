//! What this service, as the provider of the wallet, attests of keys that it keeps in a PKCS#11 token (OID4VCI 1.0, appendix D).
//!
//! It says what the operator knows of the token and of how people are recognised, and nothing that nobody looked at. A key in a
//! browser is never attested: the service cannot see where it is.

use chrono::Duration;
use clock::Timestamp;
use keys::PublicKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::encoding::base64url;

/// The values of appendix D.2, from the strongest. Others are addresses (`https`) of who defines them.
const RESISTANCE: [&str; 4] =
    ["iso_18045_high", "iso_18045_moderate", "iso_18045_enhanced-basic", "iso_18045_basic"];
const MOST_VALUES: usize = 8;
/// An attestation goes into one key proof, which lives as long as its nonce.
const LIFE_MINUTES: i64 = 15;

/// What is said of kept keys. A list that is empty says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeyStatement {
    /// What the token withstands, as it was certified.
    pub key_storage: Vec<String>,
    /// What the way withstands by which the person is recognised before the key signs: here a PIN with counted tries, or a card.
    pub user_authentication: Vec<String>,
}

/// By what an issuer knows who attests. One of the two, as in a key proof (appendix F.1).
#[derive(Clone, Copy, Debug)]
pub enum SignedBy<'a> {
    /// The key itself, named by its thumbprint, to issuers that were given it.
    Key(&'a PublicKey),
    /// Its certificates, for `x5c` (HAIP 1.0, 4.5.1).
    Certificates(&'a Value),
}

/// A statement that no issuer could read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "keys.attestation: {0:?} is neither one of iso_18045_high, iso_18045_moderate, iso_18045_enhanced-basic, iso_18045_basic \
     (OID4VCI 1.0, appendix D.2) nor an https address; at most 8 of each"
)]
pub struct StatementFault(pub String);

impl KeyStatement {
    /// Refuses values that mean nothing to anybody.
    pub fn check(&self) -> Result<(), StatementFault> {
        for values in [&self.key_storage, &self.user_authentication] {
            let unknown = |value: &&String| !is_value(value);
            if let Some(wrong) = values.iter().find(unknown).or_else(|| values.get(MOST_VALUES)) {
                return Err(StatementFault(wrong.clone()));
            }
        }
        Ok(())
    }

    /// Whether it is as much as an issuer requires (12.2.4, `key_attestations_required`): of each list that is there, one value.
    #[must_use]
    pub fn meets(&self, required: &Value) -> bool {
        let Some(required) = required.as_object() else { return false };
        let met = |name: &str, said: &[String]| match required.get(name) {
            None => true,
            Some(Value::Array(accepted)) => {
                accepted.iter().filter_map(Value::as_str).any(|value| said.iter().any(|one| one == value))
            }
            Some(_) => false,
        };
        met("key_storage", &self.key_storage) && met("user_authentication", &self.user_authentication)
    }

    /// The signing input `header.payload` of the attestation of one key, for the attester's ES256 signature.
    #[must_use]
    pub fn signing_input(
        &self,
        attester: SignedBy<'_>,
        key: &PublicKey,
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Vec<u8> {
        let (name, value) = match attester {
            SignedBy::Key(key) => ("kid", key.jwk_thumbprint().into()),
            SignedBy::Certificates(x5c) => ("x5c", x5c.clone()),
        };
        let header = json!({ "typ": "key-attestation+jwt", "alg": "ES256", name: value });
        let (from, until) = (now.timestamp(), (now + Duration::minutes(LIFE_MINUTES)).timestamp());
        let mut payload = json!({ "iat": from, "exp": until, "attested_keys": [key.to_jwk()] });
        let said = [
            ("nonce", nonce.map(Value::from)),
            ("key_storage", (!self.key_storage.is_empty()).then(|| json!(self.key_storage))),
            (
                "user_authentication",
                (!self.user_authentication.is_empty()).then(|| json!(self.user_authentication)),
            ),
        ];
        if let Some(members) = payload.as_object_mut() {
            members.extend(said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        }
        let part = |value: &Value| base64url(value.to_string().as_bytes());
        format!("{}.{}", part(&header), part(&payload)).into_bytes()
    }
}

fn is_value(value: &str) -> bool {
    let address = || url::Url::parse(value).is_ok_and(|url| url.scheme() == "https");
    value.len() <= 200 && (RESISTANCE.contains(&value) || address())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::encoding::from_base64url;

    fn said(storage: &[&str], authentication: &[&str]) -> KeyStatement {
        let owned = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
        KeyStatement { key_storage: owned(storage), user_authentication: owned(authentication) }
    }

    #[test]
    fn what_nobody_vouched_for_is_not_said() {
        let (attester, key) = (PublicKey::P256([2; 33]), PublicKey::P256([3; 33]));
        let payload = |statement: &KeyStatement, nonce| {
            let now = chrono::DateTime::UNIX_EPOCH;
            let input =
                String::from_utf8(statement.signing_input(SignedBy::Key(&attester), &key, nonce, now))
                    .unwrap();
            let payload = from_base64url(input.split_once('.').unwrap().1).unwrap();
            serde_json::from_slice::<Value>(&payload).unwrap()
        };
        let silent = json!({ "iat": 0, "exp": 900, "attested_keys": [key.to_jwk()] });
        assert_eq!(payload(&KeyStatement::default(), None), silent);
        let full = payload(&said(&["iso_18045_high"], &["iso_18045_basic"]), Some("n"));
        assert_eq!(
            (&full["nonce"], &full["key_storage"], &full["user_authentication"]),
            (&json!("n"), &json!(["iso_18045_high"]), &json!(["iso_18045_basic"]))
        );
    }

    #[test]
    fn attester_is_known_by_its_key_or_by_its_certificates_and_never_by_both() {
        let key = PublicKey::P256([2; 33]);
        let header = |by: SignedBy<'_>| {
            let input = KeyStatement::default().signing_input(by, &key, None, chrono::DateTime::UNIX_EPOCH);
            let input = String::from_utf8(input).unwrap();
            let header = from_base64url(input.split_once('.').unwrap().0).unwrap();
            serde_json::from_slice::<Value>(&header).unwrap()
        };
        let named = header(SignedBy::Key(&key));
        assert_eq!((named["kid"].as_str(), named.get("x5c")), (Some(key.jwk_thumbprint().as_str()), None));
        let chain = json!(["MIIB"]);
        let certified = header(SignedBy::Certificates(&chain));
        assert_eq!((&certified["x5c"], certified.get("kid")), (&chain, None));
    }

    #[test]
    fn values_are_those_of_the_specification_or_addresses() {
        assert!(said(&["iso_18045_high", "https://un.example/keys/1"], &["iso_18045_basic"]).check().is_ok());
        for wrong in ["high", "http://un.example/keys", "javascript:1", ""] {
            assert!(said(&[wrong], &[]).check().is_err(), "{wrong}");
            assert!(said(&[], &[wrong]).check().is_err(), "{wrong}");
        }
        assert!(said(&["iso_18045_high"; 9], &[]).check().is_err());
    }
}
