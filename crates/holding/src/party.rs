//! Who stands on the other side: an organisation proven from the registry or by a certificate, or only a host name.

use std::collections::BTreeMap;

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
    /// What a proven organisation calls itself in other languages, by their codes, as its signed metadata has it. Nobody proved
    /// these, so they stand beside the registered name and never in its place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
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
        Self { did: None, host: host.to_owned(), organisation: None, names: BTreeMap::new(), certified: None }
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

    /// What it calls itself in this language, by its code; nothing where the registry does not say who it is, or where that is the
    /// registered name.
    #[must_use]
    pub fn own_name(&self, language: &str) -> Option<&str> {
        let registered = self.organisation.as_deref()?;
        self.names.get(language).map(String::as_str).filter(|name| *name != registered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_name_stands_beside_a_proven_one_alone() {
        let names =
            BTreeMap::from([("ar".to_owned(), "الصندوق".to_owned()), ("fr".to_owned(), "Fund".to_owned())]);
        let unknown = Party { names, ..Party::unverified("fund.example") };
        assert_eq!(unknown.own_name("ar"), None);
        let proven = Party { organisation: Some("Fund".to_owned()), ..unknown };
        assert_eq!((proven.name(), proven.own_name("ar")), ("Fund", Some("الصندوق")));
        assert_eq!(
            (proven.own_name("fr"), proven.own_name("ru")),
            (None, None),
            "said once, and only what is there"
        );
    }
}
