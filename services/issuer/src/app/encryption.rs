//! Credential requests and responses encrypted on top of TLS (OID4VCI 1.0, 10).

use credential::jwe::{DecryptionKey, Encryption, EncryptionFault, Recipient};
use serde_json::Value;

use super::{CredentialError, Issuer, Tenant};

/// To whom an answer is encrypted, and how.
#[derive(Clone, Debug)]
pub struct ReplyTo {
    recipient: Recipient,
    encryption: Encryption,
}

impl Issuer {
    /// The key to which requests to an organisation are encrypted. It follows from the service's secret, so that every
    /// process has it.
    pub(crate) fn encryption_key(&self, tenant: &Tenant) -> DecryptionKey {
        DecryptionKey::from_seed(&self.secrets.encryption_seed(&tenant.id))
    }

    /// The request inside of a JWE.
    pub fn open_request(&self, tenant: &Tenant, message: &str) -> Result<Vec<u8>, CredentialError> {
        Ok(self.encryption_key(tenant).decrypt(message)?)
    }

    /// What `credential_response_encryption` asks for. In a request that was not encrypted itself anybody on the way could
    /// have put another key in its place, so section 8.2 forbids it.
    pub fn reply_to(
        &self,
        parameters: Option<&Value>,
        was_encrypted: bool,
    ) -> Result<Option<ReplyTo>, CredentialError> {
        let Some(parameters) = parameters else { return Ok(None) };
        if parameters.get("zip").is_some() {
            return Err(EncryptionFault::Compression.into());
        }
        let encryption = parameters.get("enc").and_then(Value::as_str).unwrap_or_default();
        let encryption = Encryption::parse(encryption)?;
        let recipient = Recipient::from_jwk(parameters.get("jwk").ok_or(EncryptionFault::Key)?)?;
        if !was_encrypted {
            return Err(EncryptionFault::PlainRequest.into());
        }
        Ok(Some(ReplyTo { recipient, encryption }))
    }

    /// An answer as a JWE.
    pub fn seal_answer(&self, to: &ReplyTo, answer: &[u8]) -> Result<String, CredentialError> {
        Ok(to.recipient.encrypt(answer, to.encryption, self.entropy.as_ref())?)
    }
}
