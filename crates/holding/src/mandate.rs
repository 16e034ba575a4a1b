//! A guardian or an attorney who acts for somebody whose wallet this service keeps: recorded by one officer from a document,
//! confirmed by another one, for named acts and a bounded time.
//!
//! The representative has a PIN of their own and comes to an officer's desk like the person does. Every line of the record has
//! their name, and the person reads of the mandate before anything is done under it. To show that somebody is alive is for that
//! person: a mandate holds it only where it was asked for, and then the officer still has the person in front of them.

use std::collections::BTreeSet;

use chrono::{Duration, NaiveDate};
use clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::request::plain_text;

/// The longest mandate, in days: three years. One that goes on is recorded anew, from its document.
pub const LONGEST_DAYS: i64 = 1096;
/// How many days ahead a mandate may be recorded.
pub const MOST_DAYS_AHEAD: i64 = 366;
/// How many days a second officer has to confirm.
pub const CONFIRM_DAYS: i64 = 14;
/// How many mandates of one wallet may be open at a time.
pub const MOST_OPEN: usize = 5;
/// The longest name, reference or authority, in characters.
pub const LONGEST_TEXT: usize = 120;
/// The longest reason or way of knowing, in characters.
pub const LONGEST_WORDS: usize = 300;

/// On what a mandate rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A court or another authority appointed them.
    Guardian,
    /// The person gave them a power of attorney.
    Attorney,
}

impl Kind {
    /// The word of messages and of the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guardian => "guardian",
            Self::Attorney => "attorney",
        }
    }
}

/// What can be done for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Act {
    /// Taking credentials that are offered.
    Receive,
    /// Showing them to somebody who asks.
    Present,
    /// Helping with the yearly proof: with their PIN in the place of the person's, who has to be there.
    Prove,
}

/// Who does something for the person, as records and receipts name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Representative {
    pub name: String,
    pub kind: Kind,
}

/// The document that an officer saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub reference: String,
    /// The court, notary or office that issued it.
    pub authority: String,
}

/// What an officer records.
#[derive(Clone, Debug)]
pub struct Terms {
    pub representative: Representative,
    pub acts: BTreeSet<Act>,
    pub document: Document,
    /// The first day, in UTC.
    pub starts_on: NaiveDate,
    /// The last day, in UTC.
    pub ends_on: NaiveDate,
}

/// What one officer stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The officer's account.
    pub officer: String,
    pub name: String,
    /// How the officer knew whom they had in front of them, in the officer's words.
    pub seen: String,
    pub at: Timestamp,
}

/// By whom a mandate was ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "camelCase")]
pub enum EndedBy {
    /// The person for whom it was.
    Owner,
    Officer {
        name: String,
        /// In the officer's words, for officers.
        why: String,
    },
    /// The wallet went to a device of its person's own.
    CustodyEnd,
}

/// How far a mandate has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum State {
    Recorded,
    Confirmed { word: Word },
    Ended { at: Timestamp, how: EndedBy },
}

/// A mandate, as it is sealed under the data key of the person for whom it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    pub representative: Representative,
    pub acts: BTreeSet<Act>,
    pub document: Document,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub recorded: Word,
    pub state: State,
}

/// What a mandate is worth at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A second officer has to confirm it.
    Waiting,
    /// No second officer did in time.
    Lapsed,
    /// Confirmed, and its first day has not come.
    Upcoming,
    InForce,
    /// Its last day is over.
    Over,
    Ended,
}

/// Why a mandate is not recorded, or not taken further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MandateFault {
    #[error("a name, a reference and an issuing authority have 1 to {LONGEST_TEXT} characters each")]
    Text,
    #[error("choose at least one act")]
    NoAct,
    #[error("a mandate starts today at the earliest, and within a year")]
    Start,
    #[error(
        "a mandate ends on its first day at the earliest, and within three years; then it is recorded anew"
    )]
    End,
    #[error("say how you know who is in front of you, or why it ends")]
    Unsaid,
    #[error("the officer who recorded a mandate does not confirm it")]
    SameOfficer,
    #[error("an officer does not decide on their own wallet")]
    OwnWallet,
    #[error("a wallet has at most {MOST_OPEN} open mandates; end one first")]
    TooMany,
    #[error("the mandate is over")]
    Over,
}

/// A text as it may be kept: plain, and not empty.
fn text(text: &str, longest: usize, fault: MandateFault) -> Result<String, MandateFault> {
    let plain = plain_text(text, longest);
    let short = text.trim().chars().count() <= longest;
    if plain.is_empty() || !short { Err(fault) } else { Ok(plain) }
}

impl Word {
    /// What an officer says now; `seen` must not be empty.
    pub fn given(officer: &str, name: &str, seen: &str, now: Timestamp) -> Result<Self, MandateFault> {
        let seen = text(seen, LONGEST_WORDS, MandateFault::Unsaid)?;
        Ok(Self { officer: officer.to_owned(), name: name.to_owned(), seen, at: now })
    }
}

impl Mandate {
    /// Records a mandate for the wallet of this account; it serves for nothing yet.
    pub fn record(account: &str, terms: Terms, by: Word) -> Result<Self, MandateFault> {
        if by.officer == account {
            return Err(MandateFault::OwnWallet);
        }
        if terms.acts.is_empty() {
            return Err(MandateFault::NoAct);
        }
        let today = by.at.date_naive();
        // Where the officer is, yesterday may not be over.
        let ahead = (terms.starts_on - today).num_days();
        if !(-1..=MOST_DAYS_AHEAD).contains(&ahead) {
            return Err(MandateFault::Start);
        }
        let days = (terms.ends_on - terms.starts_on).num_days();
        if !(0..LONGEST_DAYS).contains(&days) || terms.ends_on < today {
            return Err(MandateFault::End);
        }
        let plain = |part: &str| text(part, LONGEST_TEXT, MandateFault::Text);
        Ok(Self {
            representative: Representative {
                name: plain(&terms.representative.name)?,
                kind: terms.representative.kind,
            },
            acts: terms.acts,
            document: Document {
                reference: plain(&terms.document.reference)?,
                authority: plain(&terms.document.authority)?,
            },
            starts_on: terms.starts_on,
            ends_on: terms.ends_on,
            recorded: by,
            state: State::Recorded,
        })
    }

    /// The word of the database.
    #[must_use]
    pub const fn state(&self) -> &'static str {
        match self.state {
            State::Recorded => "recorded",
            State::Confirmed { .. } => "confirmed",
            State::Ended { .. } => "ended",
        }
    }

    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        let today = now.date_naive();
        match self.state {
            State::Ended { .. } => Standing::Ended,
            State::Recorded if now >= self.lapses_at() || today > self.ends_on => Standing::Lapsed,
            State::Recorded => Standing::Waiting,
            State::Confirmed { .. } if today > self.ends_on => Standing::Over,
            State::Confirmed { .. } if today < self.starts_on => Standing::Upcoming,
            State::Confirmed { .. } => Standing::InForce,
        }
    }

    /// When a second officer must have confirmed.
    #[must_use]
    pub fn lapses_at(&self) -> Timestamp {
        self.recorded.at + Duration::days(CONFIRM_DAYS)
    }

    /// Something can still be done under it, now or later.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        matches!(self.standing(now), Standing::Waiting | Standing::Upcoming | Standing::InForce)
    }

    /// A second officer saw document and representative too.
    pub fn confirmed(self, account: &str, by: Word) -> Result<Self, MandateFault> {
        if self.standing(by.at) != Standing::Waiting {
            return Err(MandateFault::Over);
        }
        if by.officer == account {
            return Err(MandateFault::OwnWallet);
        }
        if by.officer == self.recorded.officer {
            return Err(MandateFault::SameOfficer);
        }
        Ok(Self { state: State::Confirmed { word: by }, ..self })
    }

    /// Ends it, for good.
    pub fn ended(self, how: EndedBy, now: Timestamp) -> Result<Self, MandateFault> {
        if !self.is_open(now) {
            return Err(MandateFault::Over);
        }
        let how = match how {
            EndedBy::Officer { name, why } => {
                EndedBy::Officer { name, why: text(&why, LONGEST_WORDS, MandateFault::Unsaid)? }
            }
            other => other,
        };
        Ok(Self { state: State::Ended { at: now, how }, ..self })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn now() -> Timestamp {
        "2026-03-10T12:00:00Z".parse().unwrap()
    }

    fn word(officer: &str, at: Timestamp) -> Word {
        Word::given(officer, "Awa Ndiaye", "Passport and order compared", at).unwrap()
    }

    fn terms(starts: &str, ends: &str) -> Terms {
        Terms {
            representative: Representative { name: " Omar \u{202e}Diop ".into(), kind: Kind::Guardian },
            acts: [Act::Receive, Act::Present].into(),
            document: Document { reference: "TGI 12/2026".into(), authority: "Court of Dakar".into() },
            starts_on: starts.parse().unwrap(),
            ends_on: ends.parse().unwrap(),
        }
    }

    fn recorded() -> Mandate {
        Mandate::record("rosa", terms("2026-03-12", "2026-12-31"), word("awa", now())).unwrap()
    }

    #[test]
    fn mandate_serves_from_its_first_to_its_last_day_and_only_when_a_second_officer_confirmed() {
        let mandate = recorded();
        assert_eq!(mandate.representative.name, "Omar Diop");
        assert_eq!(mandate.standing(now() + Duration::days(3)), Standing::Waiting);
        let confirmed = mandate.confirmed("rosa", word("li", now())).unwrap();
        assert_eq!(confirmed.standing(now()), Standing::Upcoming);
        assert_eq!(confirmed.standing("2026-03-12T00:00:00Z".parse().unwrap()), Standing::InForce);
        assert_eq!(confirmed.standing("2026-12-31T23:59:59Z".parse().unwrap()), Standing::InForce);
        assert_eq!(confirmed.standing("2027-01-01T00:00:00Z".parse().unwrap()), Standing::Over);
    }

    #[test]
    fn confirming_is_for_another_officer_in_time_and_once() {
        assert_eq!(recorded().confirmed("rosa", word("awa", now())), Err(MandateFault::SameOfficer));
        assert_eq!(recorded().confirmed("li", word("li", now())), Err(MandateFault::OwnWallet));
        let late = now() + Duration::days(CONFIRM_DAYS);
        assert_eq!(recorded().standing(late), Standing::Lapsed);
        assert_eq!(recorded().confirmed("rosa", word("li", late)), Err(MandateFault::Over));
        let confirmed = recorded().confirmed("rosa", word("li", now())).unwrap();
        assert_eq!(confirmed.confirmed("rosa", word("mei", now())), Err(MandateFault::Over));
        assert_eq!(Word::given("li", "Li", " ", now()).unwrap_err(), MandateFault::Unsaid);
    }

    #[test]
    fn ended_mandate_stays_ended_and_an_officer_says_why() {
        let confirmed = recorded().confirmed("rosa", word("li", now())).unwrap();
        let silent = EndedBy::Officer { name: "Li".into(), why: " ".into() };
        assert_eq!(confirmed.clone().ended(silent, now()), Err(MandateFault::Unsaid));
        let ended = confirmed.ended(EndedBy::Owner, now()).unwrap();
        assert_eq!(ended.standing(now()), Standing::Ended);
        assert_eq!(ended.clone().ended(EndedBy::Owner, now()), Err(MandateFault::Over));
        assert_eq!(ended.confirmed("rosa", word("mei", now())), Err(MandateFault::Over));
    }

    #[test]
    fn times_texts_and_acts_are_bounded() {
        let record = |terms| Mandate::record("rosa", terms, word("awa", now())).map(drop);
        assert_eq!(record(terms("2026-03-09", "2026-03-10")), Ok(()));
        assert_eq!(record(terms("2026-03-10", "2029-03-09")), Ok(()));
        assert_eq!(record(terms("2026-03-08", "2026-12-31")), Err(MandateFault::Start));
        assert_eq!(record(terms("2027-03-12", "2027-12-31")), Err(MandateFault::Start));
        assert_eq!(record(terms("2026-03-12", "2026-03-11")), Err(MandateFault::End));
        assert_eq!(record(terms("2026-03-10", "2029-03-11")), Err(MandateFault::End));
        let none = Terms { acts: BTreeSet::new(), ..terms("2026-03-12", "2026-12-31") };
        assert_eq!(record(none), Err(MandateFault::NoAct));
        for name in ["", " \u{200b}", &"x".repeat(121)] {
            let mut wrong = terms("2026-03-12", "2026-12-31");
            wrong.representative.name = name.to_owned();
            assert_eq!(record(wrong), Err(MandateFault::Text), "{name}");
        }
        let own = Mandate::record("awa", terms("2026-03-12", "2026-12-31"), word("awa", now()));
        assert_eq!(own.unwrap_err(), MandateFault::OwnWallet);
    }
}
