//! Compact JWS with the two algorithms of this workspace, strict about everything the header says.

use clock::Timestamp;
use did::Resolver;
use keys::{PublicKey, SignError, Signer};
use serde_json::{Map, Value};

use crate::outcome::{Fault, KeyState};

/// A JWS that has been taken apart and not verified.
#[derive(Clone, Debug)]
pub struct Unverified {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
}

/// A JWS whose signature and dates hold.
#[derive(Clone, Debug)]
pub struct Verified {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
    /// The DID URL of the key, for tokens that name one.
    pub key_id: Option<String>,
    pub public_key: PublicKey,
    pub key_state: KeyState,
}

/// Takes a token apart: three parts, JSON objects, `alg` one of ours, no `crit`, no `none`.
pub fn decode(_token: &str) -> Result<Unverified, Fault> {
    Err(Fault::new(crate::CheckName::Form, "jwtForm", "not a JWT"))
}

/// Verifies a token under a known key: `typ`, `alg`, signature, `exp` and `nbf`.
pub fn verify_with_key(token: &str, _typ: &str, _key: &PublicKey, _now: Timestamp) -> Result<Verified, Fault> {
    decode(token).map(|_| unreachable!())
}

/// Verifies a token whose `kid` is a DID URL, listed for assertions in the DID document.
pub async fn verify(
    token: &str,
    _typ: &str,
    _resolver: &dyn Resolver,
    _now: Timestamp,
) -> Result<Verified, Fault> {
    decode(token).map(|_| unreachable!())
}

/// Signs claims; `alg` is set from the key, the rest of the header is the caller's.
pub async fn sign(
    _header: Map<String, Value>,
    _claims: &Map<String, Value>,
    _signer: &dyn Signer,
) -> Result<String, SignError> {
    Err(SignError)
}
