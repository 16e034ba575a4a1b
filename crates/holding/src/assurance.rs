//! How surely a session is its person's, and which acts ask for a fresh proof of that.

use serde::{Deserialize, Serialize};

/// How the person showed that it is they. The order is that of trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Assurance {
    /// A PIN that this service counts the tries of, and a signature by a key of the device.
    Pin,
    /// A passkey with user verification.
    Passkey,
}

impl Assurance {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::Passkey => "passkey",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pin, Self::Passkey].into_iter().find(|one| one.as_str() == text)
    }

    /// Authentication method references (RFC 8176, 2). A passkey may be synchronised, so neither `hwk` nor `swk` is
    /// claimed for it.
    #[must_use]
    pub const fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Pin => &["pin", "swk"],
            Self::Passkey => &["pop", "user"],
        }
    }

    /// What issuers and verifiers are told. The wallet's word is not attested, so it is given only where it lowers trust:
    /// nobody lies to be trusted less, and silence claims nothing.
    #[must_use]
    pub const fn told(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Pin => Some(self.methods()),
            Self::Passkey => None,
        }
    }
}

/// What an open session alone does not suffice for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    DeleteAccount,
    /// Taking everything along, as one file that can be read.
    Export,
    /// Removing a credential at an officer's desk; on a device of one's own the open session is enough.
    RemoveAtDesk,
    /// Printing a card that anybody can show who has it.
    PrintCard,
    /// Showing something to somebody whom neither the registry nor a certificate names.
    PresentToUnproven,
    /// Adding, changing or removing a passkey, a PIN or a recovery code.
    ChangeWaysIn,
}

impl Act {
    /// Whether a weaker way in than the account's strongest is not enough. Otherwise whoever learnt a PIN could make it a
    /// passkey of their own, and shut the person out.
    #[must_use]
    pub const fn needs_strongest(self) -> bool {
        match self {
            Self::ChangeWaysIn => true,
            Self::DeleteAccount
            | Self::Export
            | Self::RemoveAtDesk
            | Self::PrintCard
            | Self::PresentToUnproven => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkey_is_trusted_more_than_a_pin_and_only_the_pin_is_told() {
        assert!(Assurance::Passkey > Assurance::Pin);
        assert_eq!(Assurance::Pin.told(), Some(["pin", "swk"].as_slice()));
        assert_eq!(Assurance::Passkey.told(), None);
    }

    #[test]
    fn word_of_the_store_is_read_back() {
        for one in [Assurance::Pin, Assurance::Passkey] {
            assert_eq!(Assurance::parse(one.as_str()), Some(one));
        }
        assert_eq!(Assurance::parse("password"), None);
    }
}
