//! That the Fund looks at where the person lives: what it means, what to do, and how it ended.

use clock::Timestamp;
use wire::residence::{ResidenceNote, ResidenceState};

use crate::words::{Sentence, Words};

/// The longest number that is shown, in characters: it comes from another service.
const LONGEST_NUMBER: usize = 120;

/// The note, in words.
pub struct Residence {
    pub tone: &'static str,
    /// The name of the sentence above.
    pub title: &'static str,
    pub lines: Vec<Sentence>,
    /// Whom to call. Digits have a direction of their own.
    pub telephone: Option<String>,
}

impl Residence {
    pub fn new(words: Words, note: &ResidenceNote) -> Self {
        let day = |id: &str, at: Option<&Timestamp>| at.map(|at| words.say(id).with("day", words.day(at)));
        let said = |what, pay| [day(what, note.closed_at.as_ref()), Some(words.say(pay))];
        let (tone, title, lines) = match note.state {
            ResidenceState::Open => {
                let mut lines = vec![words.say("residence-open-what")];
                lines.extend(day("residence-open-until", note.due_at.as_ref()));
                lines.extend([words.say("residence-payment"), words.say("residence-open-do")]);
                ("waiting", "residence-open", lines)
            }
            ResidenceState::Stays => {
                let lines = said("residence-stays", "residence-payment");
                ("success", "residence-over", lines.into_iter().flatten().collect())
            }
            ResidenceState::Moved => {
                let lines = said("residence-moved", "residence-moved-payment");
                ("plain", "residence-over", lines.into_iter().flatten().collect())
            }
            ResidenceState::NotShown => {
                let lines = said("residence-not-shown", "residence-not-shown-do");
                ("warning", "residence-over", lines.into_iter().flatten().collect())
            }
        };
        let calls = note.state != ResidenceState::Stays;
        let telephone = telephone(note).filter(|_| calls);
        let unknown = (calls && telephone.is_none()).then(|| words.say("residence-call"));
        Self { tone, title, lines: lines.into_iter().chain(unknown).collect(), telephone }
    }
}

/// The groups of a number stand in one line; of several numbers each.
fn telephone(note: &ResidenceNote) -> Option<String> {
    let short = |number: &&String| number.chars().count() <= LONGEST_NUMBER;
    let kept = |number: &String| number.replace(' ', "\u{a0}").replace(";\u{a0}", "; ");
    note.telephone.as_ref().filter(short).map(kept)
}
