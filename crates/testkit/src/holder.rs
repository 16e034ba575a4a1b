//! A holder's device key in software, and what it signs.

use anyhow::{Context as _, Result};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

use crate::{b64, sha256, unb64, unix_now};

/// A P-256 key as a phone would hold it.
#[derive(Clone)]
pub struct HolderKey(SigningKey);

impl HolderKey {
    /// The same label gives the same key.
    #[must_use]
    #[expect(clippy::missing_panics_doc, clippy::expect_used, reason = "a SHA-256 output is a valid scalar")]
    pub fn from_label(label: &str) -> Self {
        Self(SigningKey::from_slice(&sha256(format!("holder {label}"))).expect("below the group's order"))
    }

    /// The public key as a JWK with only the required members, in RFC 7638 order.
    #[must_use]
    pub fn jwk(&self) -> Value {
        let point = self.0.verifying_key().to_encoded_point(false);
        let coordinate =
            |part: Option<&p256::FieldBytes>| b64(part.map(|bytes| bytes.to_vec()).unwrap_or_default());
        json!({ "crv": "P-256", "kty": "EC", "x": coordinate(point.x()), "y": coordinate(point.y()) })
    }

    /// The same with its private half, for a program that signs with it.
    #[must_use]
    pub fn private_jwk(&self) -> Value {
        let mut jwk = self.jwk();
        if let Some(members) = jwk.as_object_mut() {
            members.insert("d".to_owned(), b64(self.0.to_bytes()).into());
        }
        jwk
    }

    #[must_use]
    pub fn did_jwk(&self) -> String {
        format!("did:jwk:{}", b64(self.jwk().to_string()))
    }

    /// RFC 7638.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        b64(sha256(jcs(&self.jwk())))
    }

    /// ES256: raw `r || s`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(message);
        signature.to_bytes().to_vec()
    }

    /// A compact JWS over `claims`.
    #[must_use]
    pub fn jws(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", b64(signature))
    }

    /// OID4VCI 1.0, appendix F.1: the `jwt` key proof with the key in `jwk`.
    #[must_use]
    pub fn key_proof(&self, credential_issuer: &str, nonce: &str) -> String {
        self.jws(
            &json!({ "alg": "ES256", "typ": "openid4vci-proof+jwt", "jwk": self.jwk() }),
            &json!({ "aud": credential_issuer, "iat": unix_now(), "nonce": nonce }),
        )
    }

    /// RFC 9901, 4.3: appends the key binding to a presentation that ends with `~`.
    #[must_use]
    pub fn bind(&self, presentation: &str, audience: &str, nonce: &str) -> String {
        let claims = json!({
            "iat": unix_now(), "aud": audience, "nonce": nonce, "sd_hash": b64(sha256(presentation)),
        });
        format!("{presentation}{}", self.jws(&json!({ "alg": "ES256", "typ": "kb+jwt" }), &claims))
    }
}

/// The parts of an SD-JWT.
#[derive(Clone, Debug)]
pub struct SdJwt {
    pub jwt: String,
    /// Each with the claim's name, as sent.
    pub disclosures: Vec<(String, String)>,
}

impl SdJwt {
    pub fn parse(text: &str) -> Result<Self> {
        let mut parts = text.split('~');
        let jwt = parts.next().context("empty")?.to_owned();
        let mut disclosures = Vec::new();
        for part in parts.filter(|part| !part.is_empty() && !part.contains('.')) {
            let decoded: Value = serde_json::from_slice(&unb64(part)?)?;
            let name = decoded.get(1).and_then(Value::as_str).unwrap_or_default().to_owned();
            disclosures.push((name, part.to_owned()));
        }
        Ok(Self { jwt, disclosures })
    }

    /// Only the named claims, ending with `~`, ready for a key binding.
    #[must_use]
    pub fn disclose(&self, names: &[&str]) -> String {
        let chosen = self.disclosures.iter().filter(|(name, _)| names.contains(&name.as_str()));
        let chosen: String = chosen.map(|(_, part)| format!("{part}~")).collect();
        format!("{}~{chosen}", self.jwt)
    }

    /// The signed payload, unverified.
    pub fn payload(&self) -> Result<Value> {
        jwt_payload(&self.jwt)
    }
}

/// The payload of a compact JWS, unverified.
pub fn jwt_payload(jwt: &str) -> Result<Value> {
    Ok(serde_json::from_slice(&unb64(jwt.split('.').nth(1).context("not a compact JWS")?)?)?)
}

/// RFC 8785.
#[must_use]
pub fn jcs(value: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use p256::ecdsa::signature::Verifier as _;

    #[test]
    fn a_key_proof_verifies_with_the_key_it_names() {
        let key = HolderKey::from_label("asha");
        let proof = key.key_proof("http://localhost:7101/t/undp", "n-1");
        let (signed, signature) = proof.rsplit_once('.').unwrap();
        let signature = Signature::from_slice(&unb64(signature).unwrap()).unwrap();
        key.0.verifying_key().verify(signed.as_bytes(), &signature).unwrap();
        assert_eq!(jwt_payload(&proof).unwrap()["nonce"], "n-1");
    }

    #[test]
    fn disclosing_keeps_only_the_chosen_claims() {
        let part = |name: &str| b64(json!(["salt", name, "x"]).to_string());
        let text = format!("a.b.c~{}~{}~", part("givenName"), part("birthDate"));
        let parsed = SdJwt::parse(&text).unwrap();
        assert_eq!(parsed.disclose(&["givenName"]), format!("a.b.c~{}~", part("givenName")));
        assert_eq!(parsed.disclose(&["givenName", "birthDate"]), text);
    }

    #[test]
    fn the_did_is_the_jwk() {
        let key = HolderKey::from_label("asha");
        let did = key.did_jwk();
        let inside: Value =
            serde_json::from_slice(&unb64(did.strip_prefix("did:jwk:").unwrap()).unwrap()).unwrap();
        assert_eq!(inside, key.jwk());
        assert_eq!(key.thumbprint().len(), 43);
    }
}
