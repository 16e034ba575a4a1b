//! Certificates and what is required of wallets' keys.

use std::collections::BTreeMap;
use std::path::PathBuf;

use issuance::CredentialType;
use issuance::attestation::AttestationRequirement;
use keys::PublicKey;
use serde::{Deserialize, Serialize};

use super::{ConfigError, TenantConfig};

/// A wallet provider whose attestations are believed: by the key it signs them with, or by the authority that certifies such
/// keys. One of the two.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttesterConfig {
    pub name: String,
    /// A public key of P-256 or Ed25519.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwk: Option<serde_json::Value>,
    /// A PEM file of authorities' certificates. They vouch for every certificate below them, so they must be for attesters
    /// alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates: Option<PathBuf>,
}

/// The certificate of one of an organisation's P-256 keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateConfig {
    /// A PEM file: the key's certificate, then those between it and the anchor.
    pub chain: PathBuf,
    /// A PEM file: the anchor, with which the chain is checked and which is not sent.
    pub anchor: PathBuf,
}

/// By type of credential.
pub type KeyAttestations = BTreeMap<CredentialType, AttestationRequirement>;

impl AttesterConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let is_key = |jwk| matches!(PublicKey::from_jwk(jwk), Ok(PublicKey::Ed25519(_) | PublicKey::P256(_)));
        match (&self.jwk, &self.certificates) {
            (Some(jwk), None) if is_key(jwk) => Ok(()),
            (None, Some(_)) => Ok(()),
            _ => Err(ConfigError::Attester(self.name.clone())),
        }
    }
}

impl TenantConfig {
    /// Nobody could meet a requirement where nobody is trusted to attest.
    pub(super) fn check_attestations(&self, attesters: &[AttesterConfig]) -> Result<(), ConfigError> {
        let foreign = self.key_attestations.keys().any(|kind| !self.types.contains(kind));
        if foreign || (attesters.is_empty() && !self.key_attestations.is_empty()) {
            return Err(ConfigError::KeyAttestations(self.id.clone()));
        }
        Ok(())
    }
}
