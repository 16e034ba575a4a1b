//! The status of a copy, the rule by which it moves, and where it stands in the status lists.

use clock::Entropy;

use crate::status_message::{MESSAGE_BITS, StatusMessage};
use crate::{Format, Timestamp};

/// Herd privacy (Bitstring Status List 1.0, 6.1): a list never has fewer entries, however few are used.
pub const LIST_LENGTH: u32 = 131_072;

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Valid,
    Suspended,
    Revoked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    #[error("a revoked credential stays revoked")]
    Final,
}

/// Why a status changed: a code that may be audited, and words that stay in the database.
#[derive(Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: ReasonCode,
    pub note: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonCode {
    ContractEnded,
    Separated,
    Deceased,
    KeyLost,
    DataChanged,
    IssuedInError,
    Inquiry,
    InquiryClosed,
    /// The day to which it was suspended has come.
    PeriodOver,
    /// A newer credential of the same type took its place.
    Superseded,
    Other,
}

/// Where a copy goes, why, until when, and with whose approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusMove {
    pub to: Status,
    pub reason: Reason,
    /// A suspension that lifts itself; of no meaning for the other statuses.
    pub until: Option<Timestamp>,
    /// The second person, where one was needed.
    pub approved_by: Option<String>,
}

/// An entry of a list, as far as it decides about the value: the copy's status and the reason of its last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub status: Status,
    pub reason: ReasonCode,
}

/// One list serves one purpose. The two bits of a token list hold both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListKind {
    Revocation,
    Suspension,
    /// Whether there is something newer to ask for; only where the organisation publishes it.
    Message,
    Token,
}

/// `revocation-1`: the last part of the list's URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusListId {
    pub kind: ListKind,
    pub number: u32,
}

/// The place of one copy in one list; never given to another copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusIndex {
    pub list: StatusListId,
    pub index: u32,
}

impl Status {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Valid, Self::Suspended, Self::Revoked].into_iter().find(|status| status.as_str() == text)
    }

    /// Revoking is final; everything else may be undone, and repeating changes nothing.
    pub fn moved_to(self, to: Self) -> Result<Self, StatusError> {
        match (self, to) {
            (Self::Revoked, Self::Valid | Self::Suspended) => Err(StatusError::Final),
            (_, to) => Ok(to),
        }
    }
}

impl Standing {
    /// What an entry of a list of that kind holds. A revoked copy is not also suspended: one sentence for the reader.
    #[must_use]
    pub const fn value_in(self, kind: ListKind) -> u8 {
        match (kind, self.status) {
            (ListKind::Revocation, Status::Revoked) | (ListKind::Suspension, Status::Suspended) => 1,
            (ListKind::Revocation | ListKind::Suspension, _) => 0,
            (ListKind::Message, status) => StatusMessage::of(status, self.reason).value(),
            (ListKind::Token, status) => token_value(status),
        }
    }
}

/// Token Status List, 7.1: 0 valid, 1 invalid, 2 suspended.
#[must_use]
pub const fn token_value(status: Status) -> u8 {
    match status {
        Status::Valid => 0,
        Status::Revoked => 1,
        Status::Suspended => 2,
    }
}

impl StatusMove {
    #[must_use]
    pub const fn new(to: Status, reason: Reason) -> Self {
        Self { to, reason, until: None, approved_by: None }
    }
}

impl std::fmt::Debug for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reason").field("code", &self.code).finish_non_exhaustive()
    }
}

impl From<ReasonCode> for Reason {
    fn from(code: ReasonCode) -> Self {
        Self { code, note: None }
    }
}

impl ReasonCode {
    pub const ALL: [Self; 11] = [
        Self::ContractEnded,
        Self::Separated,
        Self::Deceased,
        Self::KeyLost,
        Self::DataChanged,
        Self::IssuedInError,
        Self::Inquiry,
        Self::InquiryClosed,
        Self::PeriodOver,
        Self::Superseded,
        Self::Other,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ContractEnded => "contract-ended",
            Self::Separated => "separated",
            Self::Deceased => "deceased",
            Self::KeyLost => "key-lost",
            Self::DataChanged => "data-changed",
            Self::IssuedInError => "issued-in-error",
            Self::Inquiry => "inquiry",
            Self::InquiryClosed => "inquiry-closed",
            Self::PeriodOver => "period-over",
            Self::Superseded => "superseded",
            Self::Other => "other",
        }
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::ContractEnded => "Contract ended",
            Self::Separated => "Separated from service",
            Self::Deceased => "Deceased",
            Self::KeyLost => "Phone or key lost",
            Self::DataChanged => "Data changed",
            Self::IssuedInError => "Issued in error",
            Self::Inquiry => "Inquiry opened",
            Self::InquiryClosed => "Inquiry closed",
            Self::PeriodOver => "Suspension ended on its day",
            Self::Superseded => "Replaced by a newer one",
            Self::Other => "Other",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

impl ListKind {
    pub const ALL: [Self; 4] = [Self::Revocation, Self::Suspension, Self::Message, Self::Token];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revocation => "revocation",
            Self::Suspension => "suspension",
            Self::Message => "message",
            Self::Token => "token",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The lists in which a copy of that format stands, where its issuer publishes messages or does not.
    #[must_use]
    pub const fn of_format(format: Format, messages: bool) -> &'static [Self] {
        match (format, messages) {
            (Format::SdJwt, _) => &[Self::Token],
            (Format::LdpVc(_) | Format::VcJwt | Format::VcSdJwt | Format::VcCose, true) => {
                &[Self::Revocation, Self::Suspension, Self::Message]
            }
            (Format::LdpVc(_) | Format::VcJwt | Format::VcSdJwt | Format::VcCose, false) => {
                &[Self::Revocation, Self::Suspension]
            }
        }
    }

    /// Bits of an entry.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::Revocation | Self::Suspension => 1,
            Self::Message => MESSAGE_BITS,
            Self::Token => 2,
        }
    }
}

impl StatusListId {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, number) = text.split_once('-')?;
        let number: u32 = number.parse().ok()?;
        let id = Self { kind: ListKind::parse(kind)?, number };
        // One spelling for each list: `revocation-01` is no list.
        (id.to_string() == text && number > 0).then_some(id)
    }
}

impl std::fmt::Display for StatusListId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.kind.as_str(), self.number)
    }
}

impl StatusIndex {
    /// Draws a place at random, because neighbours in a list must not tell who was issued with whom.
    #[must_use]
    pub fn draw(list: StatusListId, entropy: &dyn Entropy) -> Self {
        let index = clock::below(entropy, LIST_LENGTH.into());
        Self { list, index: u32::try_from(index).unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revoked_credential_cannot_be_reinstated() {
        use Status::{Revoked, Suspended, Valid};
        assert_eq!(Valid.moved_to(Suspended), Ok(Suspended));
        assert_eq!(Suspended.moved_to(Valid), Ok(Valid));
        assert_eq!(Suspended.moved_to(Revoked), Ok(Revoked));
        assert_eq!(Revoked.moved_to(Revoked), Ok(Revoked));
        assert_eq!(Revoked.moved_to(Valid), Err(StatusError::Final));
        assert_eq!(Revoked.moved_to(Suspended), Err(StatusError::Final));
    }

    #[test]
    fn list_values_follow_the_purpose() {
        for (status, revocation, suspension, token) in
            [(Status::Valid, 0, 0, 0), (Status::Suspended, 0, 1, 2), (Status::Revoked, 1, 0, 1)]
        {
            let standing = Standing { status, reason: ReasonCode::Superseded };
            assert_eq!(standing.value_in(ListKind::Revocation), revocation);
            assert_eq!(standing.value_in(ListKind::Suspension), suspension);
            assert_eq!(standing.value_in(ListKind::Message), u8::from(status == Status::Revoked));
            assert_eq!(standing.value_in(ListKind::Token), token);
        }
    }

    #[test]
    fn list_names_have_one_spelling() {
        let list = StatusListId { kind: ListKind::Token, number: 12 };
        assert_eq!(StatusListId::parse(&list.to_string()), Some(list));
        for wrong in ["", "token", "token-", "token-0", "token-01", "token-+1", "other-1", "token-1-1"] {
            assert_eq!(StatusListId::parse(wrong), None, "{wrong}");
        }
    }
}
