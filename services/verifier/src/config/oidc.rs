//! Applications of agencies that sign people in by OpenID Connect.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

/// The bridge answers only where at least one application is registered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    #[serde(default)]
    pub clients: Vec<OidcClient>,
}

/// One registered application; everything about it is checked at start.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcClient {
    pub id: String,
    /// Shown to the person who signs in.
    pub name: String,
    /// Compared letter by letter. `https`, or `http` on this machine itself.
    pub redirect_uris: Vec<String>,
    /// A file with the client secret, 32 characters at least. Without it the client is a public one.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// What the person presents.
    pub policy: String,
    /// Why, in the person's words; the policy's own purpose where it is left out.
    #[serde(default)]
    pub purpose: Option<String>,
    /// Name in the ID token to the claim of the credential: `given_name = "givenName"`, `organization =
    /// "worksFor.name"`. Several claims with blanks between them are joined: `name = "givenName familyName"`.
    #[serde(default)]
    pub claims: BTreeMap<String, String>,
}
