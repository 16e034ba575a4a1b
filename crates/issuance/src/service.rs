//! The end of a person's service, what ends with it, and offers that replace what a person holds.

use crate::{CredentialType, ReasonCode};

/// Why a person's service ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceEnd {
    Separated,
    Deceased,
}

/// Why somebody is offered credentials of which they may hold earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reissue {
    /// Nothing is replaced.
    First,
    /// The key is gone: what it holds is suspended at once, because somebody else may have it.
    PhoneLost,
    /// Name, grade or duty station changed.
    DataChanged,
    /// The contract goes on.
    Renewal,
    /// The organisation's own signing key was stolen or lost.
    SignedByLostKey,
}

impl ServiceEnd {
    pub const ALL: [Self; 2] = [Self::Separated, Self::Deceased];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Separated => "separated",
            Self::Deceased => "deceased",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.as_str() == text)
    }

    #[must_use]
    pub const fn reason(self) -> ReasonCode {
        match self {
            Self::Separated => ReasonCode::Separated,
            Self::Deceased => ReasonCode::Deceased,
        }
    }

    /// Whether a credential of that type hangs on the service. A pension goes on after a separation and ends with death;
    /// whatever says that somebody works here, or is cleared to,
    /// ends with both. What somebody learned, and that the service ended, stays true for the living.
    #[must_use]
    pub const fn ends(self, kind: CredentialType) -> bool {
        match kind {
            CredentialType::StaffIdentity
            | CredentialType::Employment
            | CredentialType::SecurityClearance
            | CredentialType::MedicalClearance => true,
            CredentialType::TrainingCompletion
            | CredentialType::Separation
            | CredentialType::DigitalCertificateOfEntitlement => matches!(self, Self::Deceased),
        }
    }
}

impl Reissue {
    pub const ALL: [Self; 5] =
        [Self::First, Self::PhoneLost, Self::DataChanged, Self::Renewal, Self::SignedByLostKey];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::PhoneLost => "phone-lost",
            Self::DataChanged => "data-changed",
            Self::Renewal => "renewal",
            Self::SignedByLostKey => "signed-by-lost-key",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.as_str() == text)
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::First => "Something new",
            Self::PhoneLost => "New phone or lost key",
            Self::DataChanged => "Data changed",
            Self::Renewal => "Contract extended",
            Self::SignedByLostKey => "Signing key compromised",
        }
    }

    /// What happens to earlier credentials, in the words of an office.
    #[must_use]
    pub const fn consequence(self) -> &'static str {
        match self {
            Self::First => "Earlier credentials stay as they are",
            Self::PhoneLost => {
                "Earlier credentials are suspended now and revoked when the new phone has the new ones; open offers are withdrawn"
            }
            Self::DataChanged | Self::Renewal => {
                "Earlier credentials stay valid until the person takes the new ones"
            }
            Self::SignedByLostKey => {
                "Earlier credentials are revoked when the person takes the new ones; those without an anchor count no more already"
            }
        }
    }

    /// Why an earlier copy is revoked once the new one is issued; none where nothing is replaced.
    #[must_use]
    pub const fn replaces_with(self) -> Option<ReasonCode> {
        match self {
            Self::First => None,
            Self::PhoneLost => Some(ReasonCode::KeyLost),
            Self::DataChanged | Self::Renewal | Self::SignedByLostKey => Some(ReasonCode::Superseded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_on_the_service_ends_with_it() {
        use CredentialType::{DigitalCertificateOfEntitlement, Employment, StaffIdentity};
        for kind in [StaffIdentity, Employment] {
            assert!(ServiceEnd::Separated.ends(kind) && ServiceEnd::Deceased.ends(kind), "{kind}");
        }
        assert!(!ServiceEnd::Separated.ends(DigitalCertificateOfEntitlement), "a pension begins then");
        assert!(ServiceEnd::Deceased.ends(DigitalCertificateOfEntitlement));
    }

    #[test]
    fn only_a_first_offer_replaces_nothing() {
        let reasons = Reissue::ALL.map(Reissue::replaces_with);
        let superseded = Some(ReasonCode::Superseded);
        assert_eq!(reasons, [None, Some(ReasonCode::KeyLost), superseded, superseded, superseded]);
        for why in Reissue::ALL {
            assert_eq!(Reissue::parse(why.as_str()), Some(why));
        }
    }
}
