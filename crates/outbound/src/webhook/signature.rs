//! Secrets and signatures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clock::{Entropy, Timestamp};
use ring::hmac;

/// How long the secret before a rotation still signs beside the new one.
pub const OVERLAP_HOURS: i64 = 24;
/// Standard Webhooks 1.0, "Signature scheme": 24 to 64 bytes.
const SECRET_BYTES: usize = 32;

/// What sender and receiver share.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

/// The headers of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// `webhook-id`, the same in every try.
    pub id: String,
    /// `webhook-timestamp`, in seconds: of this try, so that a receiver can refuse what is replayed later.
    pub timestamp: String,
    /// `webhook-signature`, one for each secret in force, separated by blanks.
    pub signature: String,
}

impl WebhookSecret {
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = vec![0; SECRET_BYTES];
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// To be shown once.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }

    fn sign(&self, text: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        format!("v1,{}", STANDARD.encode(hmac::sign(&key, text.as_bytes())))
    }
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret")
    }
}

/// Signs a body with each secret. The identifier must not hold a full stop, which separates the parts.
#[must_use]
pub fn signed(secrets: &[WebhookSecret], id: &str, body: &str, at: Timestamp) -> Signed {
    debug_assert!(!id.contains('.'));
    let timestamp = at.timestamp().to_string();
    let text = format!("{id}.{timestamp}.{body}");
    let signatures: Vec<String> = secrets.iter().map(|secret| secret.sign(&text)).collect();
    Signed { id: id.to_owned(), timestamp, signature: signatures.join(" ") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at() -> Timestamp {
        Timestamp::from_timestamp(1_614_265_330, 0).unwrap()
    }

    /// The example that the reference libraries of Standard Webhooks test themselves with.
    #[test]
    fn the_published_example_has_its_signature() {
        let secret = WebhookSecret(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        assert_eq!(secret.shown(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = signed(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#, at());
        assert_eq!(signed.timestamp, "1614265330");
        assert_eq!(signed.signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn both_secrets_sign_while_they_overlap() {
        let (old, new) = (WebhookSecret(vec![1; 32]), WebhookSecret(vec![2; 32]));
        let both = signed(&[new.clone(), old.clone()], "m", "{}", at()).signature;
        let alone = |secret: &WebhookSecret| signed(std::slice::from_ref(secret), "m", "{}", at()).signature;
        assert_eq!(both, format!("{} {}", alone(&new), alone(&old)));
        assert_ne!(alone(&new), alone(&old));
        assert!(!format!("{new:?}").contains(&new.shown()));
    }
}
