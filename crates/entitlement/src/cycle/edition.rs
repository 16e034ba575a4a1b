//! Editions of the rules. A night is played again under the edition that it was stepped under.

use serde::{Deserialize, Serialize};

/// Which rules a night goes by. A journal names it for each night, so what was decided before a rule changed is still
/// recomputed as it was decided; in one journal editions never go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Edition {
    /// Whoever came late was taken through everything that the calendar had due in one night.
    First,
    /// Each form has its days before the calendar goes on, and nobody is asked for a year that was over before the Fund knew
    /// the person.
    Second,
    /// An end that was an error gives the year back as it stood: nobody enters a year that was never theirs, and nobody comes off a
    /// suspension without a proof. An end and its taking back in one night ask payroll for nothing.
    Third,
}

impl Edition {
    /// What nights of this version go by.
    pub const LATEST: Self = Self::Third;

    /// What a journal means that names none.
    pub(crate) const fn first() -> Self {
        Self::First
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    pub(crate) fn is_first(&self) -> bool {
        *self == Self::First
    }
}

impl From<Edition> for u8 {
    fn from(edition: Edition) -> Self {
        match edition {
            Edition::First => 1,
            Edition::Second => 2,
            Edition::Third => 3,
        }
    }
}

impl TryFrom<u8> for Edition {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::First),
            2 => Ok(Self::Second),
            3 => Ok(Self::Third),
            _ => Err(format!(
                "edition {number} of the rules is not known here: use a newer version of this program"
            )),
        }
    }
}
