//! What remains of the pictures of a proof, in the person's words.

use clock::Timestamp;
use wire::existence::{KeptFor, PicturesKept};

use crate::words::Words;

/// One sentence: why, and until when.
pub struct Remains(pub String);

impl Remains {
    /// What was to go by now is said to be gone, also where the Fund cannot be asked just now.
    pub fn new(words: Words, kept: &PicturesKept, now: Timestamp) -> Self {
        let over = kept.until.is_some_and(|until| until <= now);
        let id = match kept.why {
            KeptFor::Decision => "remains-decision",
            KeptFor::Appeal => "remains-appeal",
            KeptFor::LegalHold => "remains-legal-hold",
            KeptFor::Tried | KeptFor::Objection if over => "remains-erased",
            KeptFor::Tried => "remains-tried",
            KeptFor::Objection => "remains-objection",
            KeptFor::Erased => "remains-erased",
        };
        let day = kept.until.map(|until| words.day(&until)).unwrap_or_default();
        Self(words.say(id).with("day", day).plain())
    }
}
