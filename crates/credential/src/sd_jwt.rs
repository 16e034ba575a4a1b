//! SD-JWT (RFC 9901) and SD-JWT VC: issued, presented with key binding, parsed strictly.

use clock::{Entropy, Timestamp};
use keys::PublicKey;
use serde_json::{Map, Value};

use crate::data_integrity::SigningKey;
use crate::outcome::Fault;

/// A step into claims.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathElement {
    Name(String),
    Index(usize),
}

pub type ClaimPath = Vec<PathElement>;

/// What to issue.
#[derive(Clone, Debug)]
pub struct NewSdJwt {
    /// The payload in clear, `iss`, `vct`, `iat`, `exp`, `status` and so on among it; `cnf` is added.
    pub claims: Map<String, Value>,
    /// Which claims the holder may withhold. Inner paths may be listed besides outer ones.
    pub disclosable: Vec<ClaimPath>,
    pub holder_key: Option<PublicKey>,
    /// Digests that belong to nothing, in each object with withheld claims.
    pub decoys: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    #[error("the claims cannot be issued as they are")]
    Claims(Vec<Fault>),
    #[error(transparent)]
    Signing(#[from] keys::SignError),
}

/// Issues with `typ: dc+sd-jwt` and the key's DID URL as `kid`. The result ends with `~`.
pub async fn issue(_new: &NewSdJwt, _key: &SigningKey, _entropy: &dyn Entropy) -> Result<String, IssueError> {
    Err(IssueError::Claims(Vec::new()))
}

/// An SD-JWT taken apart, its disclosures resolved, its signature not verified.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub header: Map<String, Value>,
    /// The claims with everything that is disclosed, without `_sd` and `_sd_alg`.
    pub claims: Map<String, Value>,
    /// Paths of the claims that come from disclosures: those the holder may withhold.
    pub disclosable: Vec<ClaimPath>,
    pub key_binding: Option<String>,
}

/// Parses strictly (RFC 9901, 7.1).
pub fn parse(_text: &str) -> Result<Parsed, Fault> {
    Err(Fault::new(crate::CheckName::Form, "sdJwtForm", "not an SD-JWT"))
}

/// A presentation that lacks only the holder's signature. Equal inputs give equal bytes to sign.
#[derive(Clone, Debug)]
pub struct PreparedPresentation {
    /// Sign these bytes: ES256 or EdDSA over them as they are.
    pub to_sign: Vec<u8>,
}

impl PreparedPresentation {
    #[must_use]
    pub fn finish(self, _signature: &[u8]) -> String {
        String::new()
    }
}

/// Keeps the disclosures of these paths (with those they stand in) and drops the others.
pub fn select(_sd_jwt: &str, _reveal: &[ClaimPath]) -> Result<String, Fault> {
    Err(Fault::new(crate::CheckName::Form, "sdJwtForm", "not an SD-JWT"))
}

/// First half of presenting: selects, and makes the key-binding JWT up to its signature.
pub fn present(
    _sd_jwt: &str,
    _reveal: &[ClaimPath],
    _nonce: &str,
    _audience: &str,
    _issued_at: Timestamp,
) -> Result<PreparedPresentation, Fault> {
    Err(Fault::new(crate::CheckName::Form, "sdJwtForm", "not an SD-JWT"))
}
