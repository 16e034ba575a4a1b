//! The yearly proof of existence, from the Fund's challenge to its confirmation (contracts of the issuer's
//! existence endpoint): passkey, then device key, each over something that names the other.

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use wire::existence::ExistenceAnswer;

use crate::party::Party;

/// A request for a proof, and how far it went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Existence {
    pub request_uri: String,
    pub request_id: String,
    pub challenge: String,
    pub fund: Party,
    pub given_name: String,
    pub year: i64,
    pub expires_at: Timestamp,
    pub progress: Progress,
}

/// How far a proof has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Progress {
    Opened,
    /// The page is to ask for the passkey.
    Asserting {
        holder_thumbprint: String,
    },
    /// The passkey answered; the page is to sign the bundle. `answer` lacks the device signature only.
    Signing {
        holder_thumbprint: String,
        answer: ExistenceAnswer,
    },
    /// The answer is whole; it is sent until it is acknowledged, always the same bytes.
    Sending {
        answer: ExistenceAnswer,
    },
    /// The Fund has an answer. `reference` is that of this wallet's own; there is none when another wallet
    /// answered, for then the officer's reference must not be found here.
    Answered {
        at: Timestamp,
        #[serde(default)]
        reference: Option<String>,
    },
    Confirmed {
        reference: Option<String>,
        offer_uri: Option<String>,
        offer_id: Option<String>,
    },
    Refused,
    Expired,
}

/// Why a step cannot be taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepFault {
    #[error("the request has expired")]
    Expired,
    #[error("the request has been answered already")]
    Answered,
    #[error("the passkey has not been asked yet")]
    NotPrepared,
}

impl Existence {
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self.progress {
            Progress::Opened | Progress::Asserting { .. } | Progress::Signing { .. } => "opened",
            Progress::Sending { .. } => "sending",
            Progress::Answered { .. } => "answered",
            Progress::Confirmed { .. } => "confirmed",
            Progress::Refused => "refused",
            Progress::Expired => "expired",
        }
    }

    /// The person may begin, or begin again.
    pub fn may_answer(&self, now: Timestamp) -> Result<(), StepFault> {
        match self.progress {
            Progress::Opened | Progress::Asserting { .. } | Progress::Signing { .. }
                if self.expires_at > now =>
            {
                Ok(())
            }
            Progress::Opened | Progress::Asserting { .. } | Progress::Signing { .. } | Progress::Expired => {
                Err(StepFault::Expired)
            }
            Progress::Sending { .. }
            | Progress::Answered { .. }
            | Progress::Confirmed { .. }
            | Progress::Refused => Err(StepFault::Answered),
        }
    }

    /// The WebAuthn challenge: it names the request, the Fund's challenge and the key that the certificate
    /// will be bound to, so that an assertion can be moved to none other.
    pub fn webauthn_challenge(&self, holder_thumbprint: &str) -> Result<[u8; 32], serde_json::Error> {
        let bundle = json!({
            "requestId": self.request_id, "challenge": self.challenge, "holderKeyThumbprint": holder_thumbprint,
        });
        Ok(Sha256::digest(serde_json_canonicalizer::to_vec(&bundle)?).into())
    }
}

/// The bytes the device key signs: JCS of the answer without `deviceSignature`.
pub fn device_signing_input(answer: &ExistenceAnswer) -> Result<Vec<u8>, serde_json::Error> {
    let mut value = serde_json::to_value(answer)?;
    if let Value::Object(members) = &mut value {
        members.remove("deviceSignature");
    }
    serde_json_canonicalizer::to_vec(&value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wire::existence::{AnswerPasskey, Assertion};

    use super::*;

    fn existence() -> Existence {
        Existence {
            request_uri: "https://i.example/t/unjspf/existence/x".into(),
            request_id: "r1".into(),
            challenge: "c1".into(),
            fund: Party::unverified("i.example"),
            given_name: "Rosa".into(),
            year: 2026,
            expires_at: chrono::DateTime::UNIX_EPOCH + chrono::Duration::minutes(10),
            progress: Progress::Opened,
        }
    }

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
            passkey: AnswerPasskey {
                credential_id: "i".into(),
                public_key_cose: "p".into(),
                rp_id: "w".into(),
                origin: "o".into(),
            },
            assertion: Assertion {
                authenticator_data: "a".into(),
                client_data_json: "d".into(),
                signature: "s".into(),
            },
            device_signature: "ignored".into(),
        };
        let text = String::from_utf8(device_signing_input(&answer).unwrap()).unwrap();
        assert!(!text.contains("deviceSignature"));
        assert!(text.starts_with(
            r#"{"assertion":{"authenticatorData":"a","clientDataJSON":"d","signature":"s"},"challenge":"c1""#
        ));
    }

    #[test]
    fn answer_is_possible_until_the_end_and_once() {
        let start = chrono::DateTime::UNIX_EPOCH;
        assert!(existence().may_answer(start).is_ok());
        assert_eq!(existence().may_answer(start + chrono::Duration::minutes(10)), Err(StepFault::Expired));
        let answered =
            Existence { progress: Progress::Answered { at: start, reference: None }, ..existence() };
        assert_eq!(answered.may_answer(start), Err(StepFault::Answered));
    }
}
