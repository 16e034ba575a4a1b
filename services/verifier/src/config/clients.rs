//! Agency clients that are registered by whoever runs the service.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

/// A client that shows its key instead of a secret (`private_key_jwt`); everything about it is checked at start.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyClientConfig {
    pub id: String,
    pub name: String,
    /// A file with its JWK Set (RFC 7517, 5), public keys alone. Two keys overlap while one takes the place of the other.
    pub jwks: PathBuf,
    /// Where a wallet may send the person back.
    #[serde(default)]
    pub return_urls: Vec<Url>,
}
