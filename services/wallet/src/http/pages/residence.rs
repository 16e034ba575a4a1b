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
}

impl Residence {
    pub fn new(words: Words, note: &ResidenceNote) -> Self {
        let day = |id: &str, at: Option<&Timestamp>| {
            at.map(|at| words.say(id).with("day", words.day(at)))
        };
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
        let lines = lines.into_iter().chain(calls.then(|| telephone(words, note))).collect();
        Self { tone, title, lines }
    }
}

fn telephone(words: Words, note: &ResidenceNote) -> Sentence {
    let short = |number: &&String| number.chars().count() <= LONGEST_NUMBER;
    match note.telephone.as_ref().filter(short) {
        Some(number) => words.say("residence-telephone").with("telephone", number),
        None => words.say("residence-call"),
    }
}
