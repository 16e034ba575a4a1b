//! Acts on an organisation's signing keys: what was ordered, and what became of it.

use crate::Timestamp;

/// What becomes of a key of the DID document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// A new key is listed beside it and signs from then on.
    Rotate,
    /// It leaves the document, where a newer one of its kind stays.
    Retire,
    /// It leaves the document for a new one, and is marked: nothing it signed counts without an earlier anchor.
    MarkCompromised,
}

/// An approved change, from its order to its end. Whatever cuts it off, it is found here and finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAct {
    pub id: String,
    pub change: KeyChange,
    /// Without the `#`.
    pub fragment: String,
    /// The key that was meant, since a fragment may have named others before.
    pub multikey: String,
    /// The fragment of the key that takes its place, once it has a name.
    pub fresh: Option<String>,
    pub ordered_by: String,
    pub ordered_at: Timestamp,
    pub state: KeyActState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyActState {
    Open,
    Done {
        at: Timestamp,
    },
    /// Somebody ended the attempts. What is on the chain by then stays there.
    GivenUp {
        at: Timestamp,
    },
}

impl KeyChange {
    pub const ALL: [Self; 3] = [Self::Rotate, Self::Retire, Self::MarkCompromised];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rotate => "rotate-key",
            Self::Retire => "retire-key",
            Self::MarkCompromised => "mark-key-compromised",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == text)
    }
}

impl KeyActState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done { .. } => "done",
            Self::GivenUp { .. } => "given-up",
        }
    }
}
