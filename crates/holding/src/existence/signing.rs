//! What the passkey and the device key sign, each over something that names the other.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use wire::existence::ExistenceAnswer;

use super::Existence;

impl Existence {
    /// The WebAuthn challenge: it names the request, the Fund's challenge and the key that the certificate
    /// will be bound to, so that an assertion can be moved to none other.
    pub fn webauthn_challenge(&self, holder_thumbprint: &str) -> Result<[u8; 32], serde_json::Error> {
        self.webauthn_challenge_of(&self.challenge, holder_thumbprint)
    }

    /// The same for another challenge of the request.
    pub fn webauthn_challenge_of(
        &self,
        challenge: &str,
        holder_thumbprint: &str,
    ) -> Result<[u8; 32], serde_json::Error> {
        let bundle = json!({
            "requestId": self.request_id, "challenge": challenge, "holderKeyThumbprint": holder_thumbprint,
        });
        Ok(Sha256::digest(serde_json_canonicalizer::to_vec(&bundle)?).into())
    }
}

/// The bytes the device key signs: JCS of the answer without `deviceSignature` and without the pictures themselves.
pub fn device_signing_input(answer: &ExistenceAnswer) -> Result<Vec<u8>, serde_json::Error> {
    let mut value = serde_json::to_value(answer)?;
    if let Value::Object(members) = &mut value {
        members.remove("deviceSignature");
        members.remove("capture");
    }
    serde_json_canonicalizer::to_vec(&value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wire::existence::{AnswerPasskey, Assertion, Capture};

    use super::super::tests::existence;
    use super::*;

    #[test]
    fn challenge_changes_with_each_of_its_parts() {
        let base = existence().webauthn_challenge("k1").unwrap();
        assert_ne!(base, existence().webauthn_challenge("k2").unwrap());
        assert_ne!(
            base,
            Existence { request_id: "r2".into(), ..existence() }.webauthn_challenge("k1").unwrap()
        );
        assert_ne!(
            base,
            Existence { challenge: "c2".into(), ..existence() }.webauthn_challenge("k1").unwrap()
        );
        let text = r#"{"challenge":"c1","holderKeyThumbprint":"k1","requestId":"r1"}"#;
        assert_eq!(base, <[u8; 32]>::from(Sha256::digest(text)));
    }

    #[test]
    fn device_signs_everything_but_its_own_signature() {
        let answer = ExistenceAnswer {
            challenge: "c1".into(),
            holder_key: json!({"kty": "EC"}),
            passkey: Some(AnswerPasskey {
                credential_id: "i".into(),
                public_key_cose: "p".into(),
                rp_id: "w".into(),
                origin: "o".into(),
            }),
            assertion: Some(Assertion {
                authenticator_data: "a".into(),
                client_data_json: "d".into(),
                signature: "s".into(),
            }),
            desk: None,
            captured_at: None,
            parts: vec!["d".into()],
            device_kind: Some("android".into()),
            device_signature: "ignored".into(),
            capture: Some(Capture { frames: Vec::new(), place: None }),
        };
        let text = String::from_utf8(device_signing_input(&answer).unwrap()).unwrap();
        assert!(!text.contains("deviceSignature") && !text.contains("capture") && text.contains("parts"));
        assert!(text.contains(r#""deviceKind":"android""#), "{text}");
        assert!(text.starts_with(
            r#"{"assertion":{"authenticatorData":"a","clientDataJSON":"d","signature":"s"},"challenge":"c1""#
        ));
    }
}
