//! What may be done to the status of somebody's credentials, and for which reasons.

use crate::{ReasonCode, Status};

/// One of three acts; a revocation is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusAct {
    Suspend,
    Reinstate,
    Revoke,
}

impl StatusAct {
    pub const ALL: [Self; 3] = [Self::Suspend, Self::Reinstate, Self::Revoke];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::Revoke => "revoke",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == text)
    }

    /// Where a copy goes by it.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Suspend => Status::Suspended,
            Self::Reinstate => Status::Valid,
            Self::Revoke => Status::Revoked,
        }
    }

    /// Whether it changes anything of a copy that has this status.
    #[must_use]
    pub fn concerns(self, status: Status) -> bool {
        match self {
            Self::Suspend => status == Status::Valid,
            Self::Reinstate => status == Status::Suspended,
            Self::Revoke => status != Status::Revoked,
        }
    }

    /// The reasons that fit; those that the service itself writes down are none of them.
    #[must_use]
    pub const fn reasons(self) -> &'static [ReasonCode] {
        match self {
            Self::Suspend => {
                &[ReasonCode::Inquiry, ReasonCode::KeyLost, ReasonCode::DataChanged, ReasonCode::Other]
            }
            Self::Reinstate => &[ReasonCode::InquiryClosed, ReasonCode::Other],
            Self::Revoke => &[
                ReasonCode::ContractEnded,
                ReasonCode::Separated,
                ReasonCode::Deceased,
                ReasonCode::KeyLost,
                ReasonCode::DataChanged,
                ReasonCode::IssuedInError,
                ReasonCode::Other,
            ],
        }
    }

    /// The reason of that name, where it fits.
    #[must_use]
    pub fn reason(self, text: &str) -> Option<ReasonCode> {
        ReasonCode::parse(text).filter(|code| self.reasons().contains(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_its_act_alone() {
        assert_eq!(StatusAct::Suspend.reason("inquiry"), Some(ReasonCode::Inquiry));
        assert_eq!(StatusAct::Revoke.reason("inquiry"), None);
        // The service's own words are nobody's choice.
        for act in StatusAct::ALL {
            assert_eq!(act.reason(ReasonCode::Superseded.as_str()), None);
            assert_eq!(act.reason(ReasonCode::PeriodOver.as_str()), None);
            assert_eq!(StatusAct::parse(act.as_str()), Some(act));
        }
    }
}
