//! What a status list says beside "revoked": whether there is something newer to ask for.
//!
//! A list of the purpose `message` (Bitstring Status List 1.0, 2.1) can be read by anybody who holds a credential, or
//! held one, so it never says why a person lost theirs: an inquiry, a separation and a death all say nothing.

use serde_json::{Value, json};

use crate::{ReasonCode, Status};

/// Bits of an entry: `statusSize`.
pub const MESSAGE_BITS: u8 = 2;

/// One of the values of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusMessage {
    Nothing,
    /// A newer credential of the same type took its place.
    Replaced,
    /// The key or the phone was lost; the person gets a new credential for a new key.
    NewKey,
    IssuedInError,
}

impl StatusMessage {
    pub const ALL: [Self; 4] = [Self::Nothing, Self::Replaced, Self::NewKey, Self::IssuedInError];

    /// The message of a copy, by its status and the reason of its last change.
    #[must_use]
    pub const fn of(status: Status, reason: ReasonCode) -> Self {
        match (status, reason) {
            (Status::Revoked, ReasonCode::Superseded | ReasonCode::DataChanged) => Self::Replaced,
            (Status::Revoked, ReasonCode::KeyLost) => Self::NewKey,
            (Status::Revoked, ReasonCode::IssuedInError) => Self::IssuedInError,
            _ => Self::Nothing,
        }
    }

    #[must_use]
    pub const fn value(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Replaced => 1,
            Self::NewKey => 2,
            Self::IssuedInError => 3,
        }
    }

    /// For people who read the credential.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Nothing => "nothing to add",
            Self::Replaced => "replaced by a newer credential: ask the holder for it",
            Self::NewKey => {
                "the holder's key was replaced: ask the holder for the credential bound to the new one"
            }
            Self::IssuedInError => "issued in error",
        }
    }

    /// `statusMessage` of an entry: every value with its words, as the specification demands.
    #[must_use]
    pub fn vocabulary() -> Value {
        Self::ALL.map(|it| json!({"status": format!("{:#x}", it.value()), "message": it.text()})).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nobodys_business_is_not_said() {
        use ReasonCode::{Deceased, Inquiry, Separated};
        for reason in [Deceased, Inquiry, Separated, ReasonCode::Other] {
            assert_eq!(StatusMessage::of(Status::Revoked, reason), StatusMessage::Nothing);
        }
        assert_eq!(StatusMessage::of(Status::Suspended, ReasonCode::KeyLost), StatusMessage::Nothing);
        assert_eq!(StatusMessage::of(Status::Revoked, ReasonCode::KeyLost), StatusMessage::NewKey);
    }

    #[test]
    fn every_value_has_its_words_and_fits_into_an_entry() {
        let words = StatusMessage::vocabulary();
        assert_eq!(words.as_array().map(Vec::len), Some(1 << MESSAGE_BITS));
        assert_eq!(words.pointer("/2/status"), Some(&json!("0x2")));
        for (at, message) in StatusMessage::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(message.value()), at);
        }
    }
}
