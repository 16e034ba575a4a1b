//! Agency clients that are configuration: each shows a key of its own, and this service keeps nothing that could be
//! stolen.

use keys::{Algorithm, InvalidKey, PublicKey};
use serde_json::Value;
use store_verifier::{Client, StoreError};

use super::{Desk, sha256};
use crate::app::clients::SCOPE;

/// Enough to replace one by another, also where each machine has its own.
const MOST_KEYS: usize = 8;
const LONGEST_ID: usize = 64;

/// A client with its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyClient {
    pub id: String,
    pub name: String,
    pub keys: Vec<PublicKey>,
    pub return_urls: Vec<String>,
}

/// Why a client cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyClientError {
    #[error("an identifier has 1 to {LONGEST_ID} letters, digits, points, dashes and underscores")]
    Id,
    #[error("the file is no JWK Set with 1 to {MOST_KEYS} keys")]
    Set,
    #[error("a key is not for ES256 or EdDSA")]
    Key,
    #[error("the file holds a private key; take it out, and make another one")]
    PrivateKey,
}

impl KeyClient {
    pub fn checked(
        id: &str,
        name: &str,
        jwks: &Value,
        return_urls: Vec<String>,
    ) -> Result<Self, KeyClientError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if !(1..=LONGEST_ID).contains(&id.len()) || !id.bytes().all(plain) {
            return Err(KeyClientError::Id);
        }
        let set = jwks.get("keys").and_then(Value::as_array).ok_or(KeyClientError::Set)?;
        if !(1..=MOST_KEYS).contains(&set.len()) {
            return Err(KeyClientError::Set);
        }
        let keys = set.iter().map(key).collect::<Result<_, _>>()?;
        Ok(Self { id: id.to_owned(), name: name.to_owned(), keys, return_urls })
    }
}

fn key(jwk: &Value) -> Result<PublicKey, KeyClientError> {
    let key = PublicKey::from_jwk(jwk).map_err(|invalid| match invalid {
        InvalidKey::Private => KeyClientError::PrivateKey,
        InvalidKey::Unsupported | InvalidKey::Malformed | InvalidKey::NotOnCurve => KeyClientError::Key,
    })?;
    let signs = matches!(key.algorithm(), Algorithm::P256 | Algorithm::Ed25519);
    signs.then_some(key).ok_or(KeyClientError::Key)
}

impl Desk {
    pub(super) fn key_client(&self, id: &str) -> Option<&KeyClient> {
        self.settings.key_clients.iter().find(|client| client.id == id)
    }

    /// Writes name and return addresses where everything else looks for them. The secret is one that nobody knows; one
    /// of an earlier configuration is not taken any more.
    pub async fn ensure_key_clients(&self) -> Result<(), StoreError> {
        for registered in &self.settings.key_clients {
            let client = Client {
                id: registered.id.clone(),
                name: registered.name.clone(),
                secret_hash: sha256(self.token().as_bytes()),
                scopes: SCOPE.to_owned(),
                return_urls: registered.return_urls.clone(),
                created: self.now(),
            };
            let mut tx = self.store.write("ensure_key_client").await?;
            if !tx.update_client(&client).await? {
                tx.insert_client(&client).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(id: &str, keys: &[Value]) -> Result<KeyClient, KeyClientError> {
        KeyClient::checked(id, "Desk", &json!({ "keys": keys }), Vec::new())
    }

    #[test]
    fn a_client_has_public_keys_of_kinds_that_sign_here() {
        let p256 = json!({"kty": "EC", "crv": "P-256", "kid": "1", "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
            "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"});
        let ed25519 =
            json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        assert_eq!(checked("desk", &[p256.clone(), ed25519]).unwrap().keys.len(), 2);
        assert_eq!(checked("", std::slice::from_ref(&p256)), Err(KeyClientError::Id));
        assert_eq!(checked("a b", std::slice::from_ref(&p256)), Err(KeyClientError::Id));
        assert_eq!(checked("desk", &[]), Err(KeyClientError::Set));
        assert_eq!(checked("desk", &vec![p256.clone(); MOST_KEYS + 1]), Err(KeyClientError::Set));
        assert_eq!(KeyClient::checked("desk", "Desk", &json!([]), Vec::new()), Err(KeyClientError::Set));
        let mut private = p256;
        private["d"] = json!("x");
        assert_eq!(checked("desk", &[private]), Err(KeyClientError::PrivateKey));
        assert_eq!(checked("desk", &[json!({"kty": "oct", "k": "AA"})]), Err(KeyClientError::PrivateKey));
        assert_eq!(
            checked("desk", &[json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"})]),
            Err(KeyClientError::Key)
        );
    }
}
