//! A request for credentials that waits for a second person (OID4VCI 1.0, 9).

use keys::PublicKey;
use serde_json::{Value, json};

use crate::{Configuration, HolderKey, Timestamp};

/// Who asked for what. Whether it is approved stands in the proposal whose target it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferral {
    pub id: String,
    pub offer_id: String,
    pub configuration: Configuration,
    /// The keys that were proven when it was asked for, in their order.
    pub holders: Vec<HolderKey>,
    pub asked_at: Timestamp,
}

impl Deferral {
    /// The keys as they are stored: `[{"did": …, "jwk": …}]`.
    #[must_use]
    pub fn stored_holders(&self) -> String {
        let keys = self.holders.iter().map(|it| json!({"did": it.did, "jwk": it.public.to_jwk()}));
        Value::Array(keys.collect()).to_string()
    }

    /// The other way round; nothing when the text is none of ours.
    #[must_use]
    pub fn parse_holders(stored: &str) -> Option<Vec<HolderKey>> {
        let keys: Vec<Value> = serde_json::from_str(stored).ok()?;
        keys.iter()
            .map(|key| {
                let did = key.get("did")?.as_str()?.to_owned();
                Some(HolderKey { public: PublicKey::from_jwk(key.get("jwk")?).ok()?, did })
            })
            .collect()
    }

    /// Whether these are the keys it was asked for with, in any order.
    #[must_use]
    pub fn is_of(&self, holders: &[HolderKey]) -> bool {
        let same = |key: &HolderKey| self.holders.iter().any(|it| it.public == key.public);
        holders.len() == self.holders.len() && holders.iter().all(same)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use keys::{Algorithm, Signer as _, SoftwareKey};

    use super::*;
    use crate::{CredentialType, Format};

    #[test]
    fn stored_keys_come_back_and_are_compared_as_a_set() {
        let key = |seed| {
            let key = SoftwareKey::generate(Algorithm::P256, &clock::SeededEntropy::new(seed));
            HolderKey::from_jwk(*key.public_key())
        };
        let deferral = Deferral {
            id: "d".into(),
            offer_id: "o".into(),
            configuration: Configuration::new(CredentialType::Employment, Format::SdJwt),
            holders: vec![key(1), key(2)],
            asked_at: Timestamp::from_timestamp(1_800_000_000, 0).unwrap(),
        };
        assert_eq!(Deferral::parse_holders(&deferral.stored_holders()).unwrap(), deferral.holders);
        assert!(deferral.is_of(&[key(2), key(1)]));
        assert!(!deferral.is_of(&[key(1)]) && !deferral.is_of(&[key(1), key(3)]));
        for wrong in ["", "{}", "[{}]", r#"[{"did":"did:jwk:x","jwk":{"kty":"oct","k":"AA"}}]"#] {
            assert_eq!(Deferral::parse_holders(wrong), None, "{wrong}");
        }
    }
}
