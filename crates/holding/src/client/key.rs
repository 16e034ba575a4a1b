//! The key of one reception and its renewals.

use std::sync::OnceLock;

use clock::Entropy;
use keys::{Algorithm, PublicKey, SoftwareKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::encoding::{base64url, from_base64url};
use crate::signing::compact_jws;

/// A P-256 key, kept as its secret inside of what is sealed under the person's data key. It is stored before it is used, so that
/// what is bound to it after a crash can still be used.
pub struct ClientKey {
    secret: Zeroizing<[u8; 32]>,
    /// What signs, made at the first use: a reception is read more often than its key is used, and used several times then.
    signer: OnceLock<SoftwareKey>,
}

/// The key could not sign. It was checked when it was made and when it was read, so this is the machine's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key of a reception cannot be used")]
pub struct ClientKeyFault;

impl ClientKey {
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        loop {
            let mut secret = Zeroizing::new([0u8; 32]);
            entropy.fill(secret.as_mut());
            // Fails once in 2^32.
            if let Some(key) = Self::from_secret(secret) {
                return key;
            }
        }
    }

    pub fn public_key(&self) -> Result<PublicKey, ClientKeyFault> {
        Ok(*keys::Signer::public_key(self.signer()?))
    }

    /// A compact JWS with ES256. `header` makes the header from the public key.
    pub(super) fn sign(
        &self,
        header: impl FnOnce(&PublicKey) -> Value,
        payload: &Value,
    ) -> Result<String, ClientKeyFault> {
        let signer = self.signer()?;
        let input = signing_input(&header(keys::Signer::public_key(signer)), payload);
        let signature = signer.sign_now(&input).map_err(|_| ClientKeyFault)?;
        Ok(compact_jws(&input, &signature))
    }

    fn from_secret(secret: Zeroizing<[u8; 32]>) -> Option<Self> {
        SoftwareKey::is_secret(Algorithm::P256, secret.as_ref())
            .then(|| Self { secret, signer: OnceLock::new() })
    }

    fn signer(&self) -> Result<&SoftwareKey, ClientKeyFault> {
        if let Some(signer) = self.signer.get() {
            return Ok(signer);
        }
        let signer = SoftwareKey::from_secret(Algorithm::P256, self.secret.as_ref());
        let signer = signer.map_err(|_| ClientKeyFault)?;
        Ok(self.signer.get_or_init(|| signer))
    }
}

impl Clone for ClientKey {
    fn clone(&self) -> Self {
        Self { secret: self.secret.clone(), signer: OnceLock::new() }
    }
}

impl PartialEq for ClientKey {
    fn eq(&self, other: &Self) -> bool {
        self.secret == other.secret
    }
}

impl Eq for ClientKey {}

pub(super) fn signing_input(header: &Value, payload: &Value) -> Vec<u8> {
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(payload)).into_bytes()
}

impl Serialize for ClientKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(base64url(self.secret.as_ref())))
    }
}

impl<'de> Deserialize<'de> for ClientKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let bytes = from_base64url(&text).map(Zeroizing::new);
        let secret = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
        let key = secret.and_then(|secret| Self::from_secret(Zeroizing::new(secret)));
        key.ok_or_else(|| de::Error::custom("not a key of P-256"))
    }
}

impl std::fmt::Debug for ClientKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ClientKey")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clock::SeededEntropy;
    use serde_json::json;

    use super::*;

    #[test]
    fn key_is_the_same_after_it_was_kept_and_another_each_time_it_is_made() {
        let entropy = SeededEntropy::new(1);
        let key = ClientKey::generate(&entropy);
        let kept = serde_json::to_value(&key).unwrap();
        assert_eq!(serde_json::from_value::<ClientKey>(kept).unwrap(), key);
        assert_ne!(ClientKey::generate(&entropy), key);
        assert_eq!(format!("{key:?}"), "ClientKey");
    }

    #[test]
    fn what_is_no_key_is_not_read() {
        for wrong in
            [json!(""), json!("AAAA"), json!(base64url(&[0; 32])), json!(base64url(&[255; 32])), json!(7)]
        {
            assert!(serde_json::from_value::<ClientKey>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
