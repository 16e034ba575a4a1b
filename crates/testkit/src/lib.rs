//! Runs the real services for tests, and plays the people and devices around them.
//!
//! It deliberately imports no service and none of our cryptography: what it makes (passkeys, key
//! proofs, key bindings) is written a second time, from the specifications, so that a test is an
//! independent peer. Read [`Stack`], [`Agent`] and [`HolderKey`] first.

mod agent;
mod authenticator;
mod authority;
mod cbor;
pub mod faces;
mod holder;
mod postgres;
mod softhsm;
mod stack;

pub use agent::{Agent, Answer};
pub use authenticator::{Attestation, Authenticator};
pub use authority::{Authority, x5c_of};
pub use holder::{HolderKey, SdJwt, jcs, jwt_payload};
pub use postgres::Postgres;
pub use reqwest::Method;
pub use softhsm::SoftHsm;
pub use stack::{Mode, Service, Stack, StackOptions, binary, free_base_port};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// base64url without padding, as every protocol here writes bytes.
#[must_use]
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes behind base64url; padding is tolerated, as some peers add it.
pub fn unb64(text: &str) -> anyhow::Result<Vec<u8>> {
    Ok(URL_SAFE_NO_PAD.decode(text.trim_end_matches('='))?)
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Seconds since 1970; tests of whole services live in real time.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the services under test run on the system's clock")]
pub fn unix_now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
