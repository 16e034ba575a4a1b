//! The record of one proof of life, and the book in which no proof stands twice.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Duration};
use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::channel::{Channel, Helper};

/// How far a capture may lie after its receipt: forms are dated in the person's local day.
const LOCAL_DAY: Duration = Duration::hours(24);

/// One proof of life, as every channel leaves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    pub id: String,
    pub person: String,
    pub channel: Channel,
    /// The officer or kiosk operator, where there was one.
    pub operator: Option<String>,
    pub helper: Option<Helper>,
    /// When the person was seen or signed. Offline captures and letters arrive later.
    pub captured_at: Timestamp,
    pub received_at: Timestamp,
    /// SHA-256 of each thing that was seen, in lower-case hex; at least one.
    pub digests: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceFault {
    #[error("the evidence has no digest of what was seen")]
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
    New,
    /// The same proof once more: the answer is the receipt of this first one.
    Again {
        first: String,
    },
}

/// Every digest ever seen and whose it is. A store keeps the same promise by a unique index.
#[derive(Clone, Debug, Default)]
pub struct ProofBook(BTreeMap<String, (String, String)>);

impl Evidence {
    /// The year the proof counts for: one made on or after 1 January (UTC) of a year counts for that year.
    #[must_use]
    pub fn year(&self) -> i32 {
        self.captured_at.year()
    }

    /// Whether it can close a year: its own, or a missed one before. It never counts ahead.
    #[must_use]
    pub fn closes(&self, year: i32) -> bool {
        self.year() >= year
    }

    pub fn check(&self) -> Result<(), EvidenceFault> {
        let hex = |digest: &String| {
            digest.len() == 64 && digest.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
        };
        if self.digests.is_empty() {
            return Err(EvidenceFault::NoDigest);
        }
        if !self.digests.iter().all(hex) {
            return Err(EvidenceFault::Digest);
        }
        if self.channel.has_operator() && self.operator.as_ref().is_none_or(|name| name.trim().is_empty()) {
            return Err(EvidenceFault::NoOperator);
        }
        match self.captured_at > self.received_at + LOCAL_DAY {
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
        if let Some((_, first)) = known.first() {
            return Ok(Admission::Again { first: first.clone() });
        }
        for digest in &evidence.digests {
            self.0.insert(digest.clone(), (evidence.person.clone(), evidence.id.clone()));
        }
        Ok(Admission::New)
    }
}
