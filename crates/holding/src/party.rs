//! Who stands on the other side: an organisation proven from the registry, or only a host name.

use serde::{Deserialize, Serialize};

/// An issuer, a verifier or the Fund, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The DID whose key signed what the party said, if it signed.
    pub did: Option<String>,
    /// The host the message came from; shown as it is when nothing better is proven.
    pub host: String,
    /// The organisation's name in the registry. Never a name the party gave itself.
    pub organisation: Option<String>,
}

impl Party {
    #[must_use]
    pub fn unverified(host: &str) -> Self {
        Self { did: None, host: host.to_owned(), organisation: None }
    }

    /// True when the name was proven from chain state.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.organisation.is_some()
    }

    /// The name to show.
    #[must_use]
    pub fn name(&self) -> &str {
        self.organisation.as_deref().unwrap_or(&self.host)
    }
}
