//! Who stands on the other side: an organisation proven from the registry or by a certificate, or only a host name.

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
    /// What the certificate says that signed the party's request, by an authority this wallet trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certified: Option<Certified>,
}

/// The subject of a certificate whose path leads to a configured anchor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certified {
    /// Made fit to be shown.
    pub organisation: Option<String>,
    /// Host names in the certificate.
    pub hosts: Vec<String>,
}

impl Party {
    #[must_use]
    pub fn unverified(host: &str) -> Self {
        Self { did: None, host: host.to_owned(), organisation: None, certified: None }
    }

    /// Somebody whose certificate vouches for what it says.
    #[must_use]
    pub fn certified(host: &str, certified: Certified) -> Self {
        Self { certified: Some(certified), ..Self::unverified(host) }
    }

    /// True when the name was proven from chain state.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.organisation.is_some()
    }

    /// True when a certificate names it that this wallet trusts.
    #[must_use]
    pub fn is_certified(&self) -> bool {
        self.certified.is_some()
    }

    /// The name to show: the registry's before that of a certificate, and the host where there is neither.
    #[must_use]
    pub fn name(&self) -> &str {
        let certified = self.certified.as_ref().and_then(|it| it.organisation.as_deref());
        self.organisation.as_deref().or(certified).unwrap_or(&self.host)
    }
}
