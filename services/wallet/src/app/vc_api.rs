//! Deriving for machines: a credential with a base proof comes in, what is to be shown goes out. Nothing is kept.

use credential::Fault;
use credential::data_integrity::{self, SecureError};
use serde_json::Value;

use super::Wallet;

#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    #[error("the VC API is not open here")]
    Closed,
    #[error("the credential cannot be shown in part")]
    Faults(Vec<Fault>),
    #[error("too much work is waiting")]
    Overloaded,
    #[error("no proof could be derived")]
    Proof(#[source] SecureError),
}

impl From<SecureError> for DeriveError {
    fn from(error: SecureError) -> Self {
        match error {
            SecureError::Document(faults) => Self::Faults(faults),
            SecureError::Overloaded => Self::Overloaded,
            other => Self::Proof(other),
        }
    }
}

impl Wallet {
    /// What the issuer made mandatory and what the JSON Pointers name. It is the holder's act and not a verification:
    /// from a base proof that is not the issuer's something is derived that no verifier believes.
    pub async fn derive_by_api(&self, credential: &Value, pointers: &[String]) -> Result<Value, DeriveError> {
        if !self.open_vc_api {
            return Err(DeriveError::Closed);
        }
        Ok(data_integrity::derive(credential, pointers).await?)
    }
}
