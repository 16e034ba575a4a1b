//! All journals of one moment, from which an auditor draws a sample that the Fund could not choose.
//!
//! The Fund gives the frame first: each person by pseudonymous number with the last link of their journal. The auditor then says
//! a seed, such as the numbers of a lottery of that evening. Which people are drawn follows from both. The journals that are
//! handed in later must hold the links of the frame, so that none was written anew for the audit.

use std::collections::{BTreeMap, BTreeSet};

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Export, Link, beginning, hex};

/// More people than that are in no fund that this was made for.
pub const MOST_PEOPLE: usize = 1_000_000;

/// Everybody with a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Frame {
    /// DID of the Fund.
    pub organisation: String,
    /// Of one moment.
    pub made_at: Timestamp,
    /// By pseudonymous number, in order.
    pub people: Vec<FramePerson>,
}

/// Where one journal stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FramePerson {
    /// The pseudonymous number.
    pub person: String,
    /// How many entries it had.
    pub entries: u64,
    /// The link after the last of them, in hex.
    pub head: String,
}

impl Frame {
    /// What is wrong with the frame itself.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        if self.people.len() > MOST_PEOPLE {
            return Some(format!("more than {MOST_PEOPLE} people"));
        }
        let sorted = self.people.is_sorted_by(|one, next| one.person < next.person);
        (!sorted).then(|| "the people are not in order, or one is there twice".to_owned())
    }

    /// Whom this seed draws: so many with the smallest digests of seed and number, in the order of their numbers.
    #[must_use]
    pub fn draw(&self, seed: &str, count: usize) -> BTreeSet<&str> {
        let rank = |person: &str| -> [u8; 32] {
            let mut hash = Sha256::new();
            hash.update(b"passerelle frame draw 1\0");
            hash.update(u64::try_from(seed.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(seed);
            hash.update(person);
            hash.finalize().into()
        };
        let mut ranked: Vec<([u8; 32], &str)> =
            self.people.iter().map(|it| (rank(&it.person), it.person.as_str())).collect();
        ranked.sort_unstable();
        ranked.into_iter().take(count).map(|(_, person)| person).collect()
    }

    /// Why this journal is not the one of the frame; nothing when it is, and went on at most.
    #[must_use]
    pub fn differs(&self, export: &Export) -> Option<String> {
        if export.organisation != self.organisation {
            return Some("the journal is of another organisation than the frame".to_owned());
        }
        let known: BTreeMap<&str, &FramePerson> =
            self.people.iter().map(|it| (it.person.as_str(), it)).collect();
        let Some(framed) = known.get(export.person.as_str()) else {
            return Some("the frame has no such person".to_owned());
        };
        let link = link_after(export, framed.entries);
        match link.is_some_and(|link| hex(&link) == framed.head) {
            true => None,
            false => Some(format!("entry {} is not the one of the frame", framed.entries)),
        }
    }
}

/// Computed from the entries, never read from the file.
fn link_after(export: &Export, entries: u64) -> Option<Link> {
    let many = usize::try_from(entries).ok().filter(|many| *many <= export.entries.len())?;
    let link = |last: Link, it: &super::Exported| it.entry.link(&last);
    Some(export.entries.iter().take(many).fold(beginning(&export.person), link))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn frame(many: usize) -> Frame {
        let person = |at: usize| FramePerson {
            person: format!("P{at:05}"),
            entries: 0,
            head: hex(&beginning(&format!("P{at:05}"))),
        };
        Frame {
            organisation: "did:passerelle:x".into(),
            made_at: Timestamp::UNIX_EPOCH,
            people: (0..many).map(person).collect(),
        }
    }

    fn journal(person: &str) -> Export {
        Export {
            version: super::super::VERSION,
            organisation: "did:passerelle:x".into(),
            person: person.into(),
            made_at: Timestamp::UNIX_EPOCH,
            entries: Vec::new(),
            calendars: Vec::new(),
            head: hex(&beginning(person)),
            anchors: Vec::new(),
        }
    }

    #[test]
    fn seed_decides_who_is_drawn_and_each_is_drawn_once() {
        let frame = frame(1000);
        let drawn = frame.draw("4 8 15 16 23 42", 50);
        assert_eq!((drawn.len(), &drawn), (50, &frame.draw("4 8 15 16 23 42", 50)));
        assert_ne!(drawn, frame.draw("4 8 15 16 23 43", 50));
        assert!(
            frame.draw("4 8 15 16 23 42", 60).is_superset(&drawn),
            "a larger sample holds the smaller one"
        );
        assert_eq!(frame.draw("x", 5000).len(), 1000);
        // About as many of the first half as of the second.
        let first = frame.draw("y", 400).iter().filter(|person| **person < "P00500").count();
        assert!((150..250).contains(&first), "{first}");
    }

    #[test]
    fn journal_that_was_written_anew_is_found() {
        let frame = frame(3);
        assert_eq!((frame.fault(), frame.differs(&journal("P00001"))), (None, None));
        assert!(frame.differs(&journal("P00009")).is_some());
        let other = Export { organisation: "did:passerelle:y".into(), ..journal("P00001") };
        assert!(frame.differs(&other).is_some());
        let mut longer = frame.clone();
        longer.people.iter_mut().for_each(|it| it.entries = 1);
        assert!(longer.differs(&journal("P00001")).is_some(), "an entry is missing");
        let mut forged = frame.clone();
        forged.people.iter_mut().for_each(|it| it.head = "00".repeat(32));
        assert!(forged.differs(&journal("P00001")).is_some());
        let mut twice = frame;
        twice.people.push(twice.people.first().unwrap().clone());
        assert!(twice.fault().is_some());
    }
}
