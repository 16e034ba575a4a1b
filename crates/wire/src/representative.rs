//! That somebody acted for the holder: our member `representative` of answers and of key proofs, and what is made of it.
//!
//! Ours says `guardian` or `attorney` where such a one acted under a mandate, and never who it was. As with [`crate::amr`], a wallet
//! is not attested, so its word counts only where it lowers trust, and silence claims nothing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const LONGEST: usize = 16;

/// As what somebody acted for the holder, in a word of the wallet's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Representative(String);

impl Representative {
    /// A word of at most sixteen letters; `None` is no such word.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let is_word =
            (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_word.then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What becomes of an answer that somebody gave for the holder. A policy without a word about it takes it like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ByRepresentative {
    /// The answer is invalid.
    Refuse,
    /// The answer is undetermined: somebody looks whether this act may be done for the person.
    AnotherWay,
}

/// What an issuer's metadata says of a configuration, our member `representative`: wallets that know it tell the person before a
/// code is used up.
pub const REFUSED: &str = "refuse";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_short_word_is_one() {
        let read = |text: &str| Representative::of_text(text).map(|word| word.as_str().to_owned());
        assert_eq!(read("guardian").as_deref(), Some("guardian"));
        assert_eq!(read("parent").as_deref(), Some("parent"), "another wallet's word");
        for odd in ["", " ", "a b", "guardian!", "<b>", &"x".repeat(17), "опекун"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
