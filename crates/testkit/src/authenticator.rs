//! A WebAuthn authenticator in software: one P-256 resident credential per site and user.
//!
//! WebAuthn Level 3, 6.1 (authenticator data), 6.5 (attestation), 5.8.1 (client data).

use anyhow::{Context as _, Result, bail};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

use crate::{b64, cbor, sha256, unb64};

/// How a registration vouches for the new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attestation {
    None,
    /// `packed` self attestation: the new key signs for itself.
    PackedSelf,
}

/// What a phone's platform authenticator would hold.
#[derive(Clone)]
pub struct Authenticator {
    seed: [u8; 32],
    origin: String,
    pub attestation: Attestation,
    /// Whether the person passes the screen lock: the UV flag.
    pub user_verified: bool,
    passkeys: Vec<Passkey>,
    counter: u32,
}

#[derive(Clone)]
struct Passkey {
    rp_id: String,
    user_handle: Vec<u8>,
    id: Vec<u8>,
    key: SigningKey,
}

impl Authenticator {
    /// `origin` is what the browser would put into the client data; `label` seeds the keys.
    #[must_use]
    pub fn new(origin: &str, label: &str) -> Self {
        Self {
            seed: sha256(format!("authenticator {label}")),
            origin: origin.trim_end_matches('/').to_owned(),
            attestation: Attestation::None,
            user_verified: true,
            passkeys: Vec::new(),
            counter: 0,
        }
    }

    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// `navigator.credentials.create`: answers creation options (with or without the `publicKey`
    /// wrapper) with a registration response in WebAuthn's JSON form.
    pub fn register(&mut self, options: &Value) -> Result<Value> {
        let options = options.get("publicKey").unwrap_or(options);
        let rp_id = self.rp_id(options.pointer("/rp/id"))?;
        let user_handle = unb64(options.pointer("/user/id").and_then(Value::as_str).context("no user.id")?)?;
        let es256 = options.get("pubKeyCredParams").and_then(Value::as_array).is_some_and(|offered| {
            offered.iter().any(|one| one.get("alg").and_then(Value::as_i64) == Some(-7))
        });
        if !es256 {
            bail!("the site does not accept ES256: {options}");
        }
        let id = sha256([self.seed.as_slice(), rp_id.as_bytes(), &user_handle].concat()).to_vec();
        let key = SigningKey::from_slice(&sha256([b"key".as_slice(), &id].concat()))?;

        let client_data = self.client_data("webauthn.create", options)?;
        let mut auth_data = self.authenticator_data(&rp_id, 0x40);
        auth_data.extend_from_slice(&[0; 16]);
        auth_data.extend_from_slice(&u16::try_from(id.len())?.to_be_bytes());
        auth_data.extend_from_slice(&id);
        auth_data.extend_from_slice(&cose_key(&key));
        let (format, statement) = match self.attestation {
            Attestation::None => ("none", cbor::map(&[])),
            Attestation::PackedSelf => {
                let signed = [auth_data.as_slice(), &sha256(&client_data)].concat();
                let signature: Signature = key.sign(&signed);
                (
                    "packed",
                    cbor::map(&[
                        (cbor::text("alg"), cbor::int(-7)),
                        (cbor::text("sig"), cbor::bytes(signature.to_der().as_bytes())),
                    ]),
                )
            }
        };
        let attestation = cbor::map(&[
            (cbor::text("fmt"), cbor::text(format)),
            (cbor::text("attStmt"), statement),
            (cbor::text("authData"), cbor::bytes(&auth_data)),
        ]);
        let answer = json!({
            "id": b64(&id), "rawId": b64(&id), "type": "public-key",
            "authenticatorAttachment": "platform",
            "response": {
                "attestationObject": b64(attestation),
                "clientDataJSON": b64(&client_data),
                "transports": ["internal"],
            },
            "clientExtensionResults": { "credProps": { "rk": true } },
        });
        self.passkeys.retain(|known| known.id != id);
        self.passkeys.push(Passkey { rp_id, user_handle, id, key });
        Ok(answer)
    }

    /// `navigator.credentials.get`: answers request options with an assertion in WebAuthn's JSON form.
    pub fn log_in(&mut self, options: &Value) -> Result<Value> {
        let options = options.get("publicKey").unwrap_or(options);
        let rp_id = self.rp_id(options.get("rpId"))?;
        let allowed: Vec<&str> = options
            .get("allowCredentials")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(|one| one.get("id").and_then(Value::as_str)).collect())
            .unwrap_or_default();
        let passkey = self
            .passkeys
            .iter()
            .rev()
            .find(|known| {
                known.rp_id == rp_id && (allowed.is_empty() || allowed.contains(&b64(&known.id).as_str()))
            })
            .cloned()
            .with_context(|| format!("no passkey for {rp_id} among {allowed:?}"))?;
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", options)?;
        let auth_data = self.authenticator_data(&rp_id, 0);
        let signature: Signature = passkey.key.sign(&[auth_data.as_slice(), &sha256(&client_data)].concat());
        Ok(json!({
            "id": b64(&passkey.id), "rawId": b64(&passkey.id), "type": "public-key",
            "authenticatorAttachment": "platform",
            "response": {
                "authenticatorData": b64(auth_data),
                "clientDataJSON": b64(client_data),
                "signature": b64(signature.to_der().as_bytes()),
                "userHandle": b64(&passkey.user_handle),
            },
            "clientExtensionResults": {},
        }))
    }

    /// The newest passkey's identifier and public key in COSE form.
    #[must_use]
    pub fn passkey(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        self.passkeys.last().map(|known| (known.id.clone(), cose_key(&known.key)))
    }

    fn rp_id(&self, named: Option<&Value>) -> Result<String> {
        let host = url::Url::parse(&self.origin)?.host_str().context("origin has no host")?.to_owned();
        let rp_id = named.and_then(Value::as_str).map_or_else(|| host.clone(), str::to_owned);
        if host != rp_id && !host.ends_with(&format!(".{rp_id}")) {
            bail!("a browser at {host} refuses the relying party {rp_id}");
        }
        Ok(rp_id)
    }

    fn client_data(&self, kind: &str, options: &Value) -> Result<Vec<u8>> {
        let challenge = options.get("challenge").and_then(Value::as_str).context("no challenge")?;
        let challenge = challenge.trim_end_matches('=');
        Ok(format!(
            r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{}","crossOrigin":false}}"#,
            self.origin
        )
        .into_bytes())
    }

    fn authenticator_data(&self, rp_id: &str, more_flags: u8) -> Vec<u8> {
        let verified = if self.user_verified { 0x04 } else { 0 };
        let mut out = sha256(rp_id).to_vec();
        out.push(0x01 | verified | more_flags);
        out.extend_from_slice(&self.counter.to_be_bytes());
        out
    }
}

/// The public key as a COSE_Key (RFC 9052, 7), in canonical order.
fn cose_key(key: &SigningKey) -> Vec<u8> {
    let point = key.verifying_key().to_encoded_point(false);
    let coordinate = |part: Option<&p256::FieldBytes>| part.map(|bytes| bytes.to_vec()).unwrap_or_default();
    cbor::map(&[
        (cbor::int(1), cbor::int(2)),
        (cbor::int(3), cbor::int(-7)),
        (cbor::int(-1), cbor::int(1)),
        (cbor::int(-2), cbor::bytes(&coordinate(point.x()))),
        (cbor::int(-3), cbor::bytes(&coordinate(point.y()))),
    ])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use p256::ecdsa::signature::Verifier as _;

    fn creation() -> Value {
        json!({ "publicKey": {
            "rp": { "id": "wallet.localhost", "name": "Wallet" },
            "user": { "id": b64([7; 16]), "name": "asha", "displayName": "Asha" },
            "challenge": b64([1; 32]),
            "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        }})
    }

    #[test]
    fn an_assertion_verifies_with_the_registered_key() {
        let mut phone = Authenticator::new("http://wallet.localhost:7102", "asha");
        let made = phone.register(&creation()).unwrap();
        let got = phone
            .log_in(&json!({ "publicKey": { "challenge": b64([9; 32]), "rpId": "wallet.localhost" } }))
            .unwrap();
        assert_eq!(got["id"], made["id"]);
        let auth_data = unb64(got["response"]["authenticatorData"].as_str().unwrap()).unwrap();
        assert_eq!(auth_data[32], 0x05, "user present and verified");
        let client_data = unb64(got["response"]["clientDataJSON"].as_str().unwrap()).unwrap();
        let signature = unb64(got["response"]["signature"].as_str().unwrap()).unwrap();
        let signed = [auth_data, sha256(client_data).to_vec()].concat();
        let key = *phone.passkeys[0].key.verifying_key();
        key.verify(&signed, &Signature::from_der(&signature).unwrap()).unwrap();
    }

    #[test]
    fn packed_attestation_contains_a_signature() {
        let mut phone = Authenticator::new("http://wallet.localhost:7102", "asha");
        phone.attestation = Attestation::PackedSelf;
        let made = phone.register(&creation()).unwrap();
        let object = unb64(made["response"]["attestationObject"].as_str().unwrap()).unwrap();
        assert!(object.windows(6).any(|w| w == b"packed"));
    }

    #[test]
    fn another_site_is_refused() {
        let mut phone = Authenticator::new("http://elsewhere.localhost:7102", "asha");
        assert!(phone.register(&creation()).is_err());
    }

    #[test]
    fn without_a_passkey_there_is_no_assertion() {
        let mut phone = Authenticator::new("http://wallet.localhost:7102", "asha");
        assert!(phone.log_in(&json!({ "challenge": "AQ", "rpId": "wallet.localhost" })).is_err());
    }
}
