//! The wallets that may use the authorization code flow.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{AttesterConfig, Config, ConfigError};

/// A wallet that may use the authorization code flow.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientConfig {
    pub client_id: String,
    /// Shown to the person who signs in.
    pub name: String,
    /// Compared character by character: `https`, a private-use scheme, or `http` on the same machine; `http://127.0.0.1/…`
    /// and `http://[::1]/…` without a port have any (RFC 8252, 7.3).
    pub redirect_uris: Vec<String>,
    /// Whether its access tokens must be bound to a key (DPoP).
    #[serde(default)]
    pub dpop_bound_access_tokens: bool,
    /// Whether it must authenticate with an attestation of one of the attesters.
    #[serde(default)]
    pub attested: bool,
}

impl Config {
    pub(super) fn check_clients(&self) -> Result<(), ConfigError> {
        self.attesters.iter().try_for_each(AttesterConfig::check)?;
        let mut seen = BTreeSet::new();
        for client in &self.clients {
            let id = client.client_id.as_str();
            if !(1..=255).contains(&id.len()) || client.name.trim().is_empty() || !seen.insert(id) {
                return Err(ConfigError::Client(id.to_owned()));
            }
            if client.attested && self.attesters.is_empty() {
                return Err(ConfigError::NoAttester(id.to_owned()));
            }
            let wrong = client.redirect_uris.iter().find(|uri| !is_redirect_uri(uri));
            let none = client.redirect_uris.is_empty().then(String::new);
            if let Some(uri) = wrong.cloned().or(none) {
                return Err(ConfigError::RedirectUri { client: id.to_owned(), uri });
            }
        }
        Ok(())
    }
}

/// RFC 6749, 3.1.2 and RFC 8252, 7: absolute, without a fragment, and nothing that a browser would run.
fn is_redirect_uri(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let reaches_an_app = match url.scheme() {
        "https" => true,
        "http" => {
            matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
                || url.host_str().is_some_and(|host| host.ends_with(".localhost"))
        }
        "javascript" | "data" | "file" | "blob" | "about" | "vbscript" | "ftp" | "ws" | "wss" => false,
        _ => true,
    };
    reaches_an_app && url.fragment().is_none() && text.len() <= 2048
}
