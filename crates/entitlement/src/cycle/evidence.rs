//! The record of one proof of life, and the book in which no proof stands twice.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Duration};
use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::channel::{Channel, Helper};

/// How far a capture may lie after its receipt: forms are dated in the person's local day.
const LOCAL_DAY: Duration = Duration::hours(24);
/// Pictures, pages and files of one proof.
pub const MOST_DIGESTS: usize = 64;
/// The longest id or name in evidence and events, in bytes.
pub const LONGEST_ID: usize = 200;

/// One proof of life, as every channel leaves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Its number in the register of proofs.
    pub id: String,
    /// Whose life it proves, by pseudonymous number.
    pub person: String,
    /// The way it came.
    pub channel: Channel,
    /// The officer or kiosk operator, where there was one.
    pub operator: Option<String>,
    /// Who helped the person, where somebody did.
    pub helper: Option<Helper>,
    /// When the person was seen or signed. Offline captures and letters arrive later.
    pub captured_at: Timestamp,
    /// When it reached the Fund.
    pub received_at: Timestamp,
    /// SHA-256 of each thing that was seen, in lower-case hex; from one to [`MOST_DIGESTS`].
    pub digests: Vec<String>,
}

/// Why something is no evidence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what each is")]
pub enum EvidenceFault {
    #[error("an id, an operator or a helper of the evidence is empty or longer than {LONGEST_ID} bytes")]
    Name,
    #[error("the evidence has no digest of what was seen, or more than {MOST_DIGESTS}")]
    NoDigest,
    #[error("a digest is 64 characters of lower-case hex")]
    Digest,
    #[error("the evidence of this channel names its operator")]
    NoOperator,
    #[error("the proof was made after it was received")]
    MadeLater,
    #[error("the same proof stands under another person")]
    OfAnother,
}

/// What became of evidence at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Nothing of it was seen before.
    New,
    /// The same proof once more: the answer is the receipt of this first one.
    Again {
        /// The evidence under which it stands.
        first: String,
    },
}

/// Every digest ever seen and whose it is. A store keeps the same promise by a unique index.
#[derive(Clone, Debug, Default)]
pub struct ProofBook(BTreeMap<String, (String, String)>);

impl Evidence {
    /// The year the proof counts for: one made on or after 1 January (UTC) of a year counts for that year.
    ///
    /// It never counts for a year that had not begun when it was received. A form dated in the person's local day may bear
    /// tomorrow's date, and a clock may be wrong by years; neither reaches ahead.
    #[must_use]
    pub fn year(&self) -> i32 {
        self.captured_at.year().min(self.received_at.year())
    }

    /// Whether it can close a year: its own, or a missed one before. It never counts ahead.
    #[must_use]
    pub fn closes(&self, year: i32) -> bool {
        self.year() >= year
    }

    /// Whether every member is there and bounded; the evidence of a channel with an operator names that operator.
    pub fn check(&self) -> Result<(), EvidenceFault> {
        let named = |name: &String| !name.trim().is_empty() && name.len() <= LONGEST_ID;
        let helper = self.helper.as_ref().map(|helper| &helper.id);
        if ![Some(&self.id), Some(&self.person), helper].into_iter().flatten().all(named)
            || self.operator.as_ref().is_some_and(|name| name.len() > LONGEST_ID)
        {
            return Err(EvidenceFault::Name);
        }
        let hex = |digest: &String| {
            digest.len() == 64 && digest.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
        };
        if self.digests.is_empty() || self.digests.len() > MOST_DIGESTS {
            return Err(EvidenceFault::NoDigest);
        }
        if !self.digests.iter().all(hex) {
            return Err(EvidenceFault::Digest);
        }
        if self.channel.has_operator() && self.operator.as_ref().is_none_or(|name| name.trim().is_empty()) {
            return Err(EvidenceFault::NoOperator);
        }
        // Not a sum: that panics at the end of time, and both moments come from outside.
        match self.captured_at.signed_duration_since(self.received_at) > LOCAL_DAY {
            true => Err(EvidenceFault::MadeLater),
            false => Ok(()),
        }
    }
}

impl ProofBook {
    /// Checks evidence and writes it down, unless it stands there already.
    pub fn admit(&mut self, evidence: &Evidence) -> Result<Admission, EvidenceFault> {
        evidence.check()?;
        let known: Vec<_> = evidence.digests.iter().filter_map(|digest| self.0.get(digest)).collect();
        if known.iter().any(|(person, _)| *person != evidence.person) {
            return Err(EvidenceFault::OfAnother);
        }
        let first = known.first().map(|(_, first)| first.clone());
        let stands_under = first.as_ref().unwrap_or(&evidence.id);
        // Also what is new beside something known: left out, it could be shown as another person's proof.
        for digest in &evidence.digests {
            let entry = || (evidence.person.clone(), stands_under.clone());
            self.0.entry(digest.clone()).or_insert_with(entry);
        }
        Ok(first.map_or(Admission::New, |first| Admission::Again { first }))
    }
}
