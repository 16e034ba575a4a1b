//! The digest by which one copy of a credential is anchored.

use ring::digest::{SHA256, digest as hash};

use crate::data_integrity::linkable_digest;
use crate::input::Input;

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(hash(&SHA256, bytes).as_ref());
    out
}

/// SHA-256 of the JCS form of the whole secured credential, of the issuer-signed JWT of an SD-JWT and of the issuer's signature
/// in a proof of `ecdsa-sd-2023` (the parts that stay the same whatever the holder discloses), of a JWT, or of a COSE_Sign1 as
/// it is.
#[must_use]
pub fn digest(input: &Input) -> [u8; 32] {
    match input {
        Input::Json(value) => linkable_digest(value).unwrap_or_else(|| sha256(&crate::canonical_json(value))),
        Input::Compact(text) => sha256(text.split('~').next().unwrap_or_default().as_bytes()),
        Input::Jwt(text) => sha256(text.as_bytes()),
        Input::Cose(bytes) => sha256(bytes),
    }
}
