//! The journal of one person: what happened, what each night made of it and by which rule, linked so that nothing can be
//! left out, changed or put in later without the last link changing.
//!
//! An entry has a public part (names of stages and rules, pseudonymous numbers) and a secret one (the event with its
//! evidence, the facts of the register) of which the link holds a salted commitment alone. Whoever destroys salts and secrets
//! leaves links that point to nobody. An [`Export`] gives both to an auditor, who checks it without us: [`verify`] follows
//! the links and plays every night again under the rules of this crate.

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::cycle::{Edition, Event, Person, PersonYear, Rule, Step, Transition};

mod anchored;
mod frame;
mod verify;

pub use anchored::{AnchoredLink, ChainReceipt, MOST_ANCHORED};
pub use frame::{Frame, FramePerson, MOST_PEOPLE};
pub use verify::{Bound, Check, Report, verify};

/// The form of exports that this version writes. Version 1, without anchors, and version 2, whose nights all go by the first
/// edition of the rules, are read as well.
pub const VERSION: u8 = 3;
/// An export of more entries than that was not made by us.
pub const MOST_ENTRIES: usize = 20_000;

/// The part of an entry that names nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum Public {
    /// Something happened.
    Event {
        /// Its number among the events of the person.
        seq: u64,
        /// What, by the name of its kind.
        name: String,
    },
    /// A night that changed a person-year or asked for something.
    Night {
        /// The year of the person-year.
        year: i32,
        /// The night.
        at: Timestamp,
        /// The last event that the night knew.
        applied: u64,
        /// SHA-256 of the calendar it went by, in hex.
        calendar: String,
        /// Moves between stages, each with its rule.
        transitions: Vec<Transition>,
        /// What was asked for, by key and rule.
        asked: Vec<Asked>,
        /// The rules it went by; not written for the first edition, as entries of before.
        #[serde(default = "Edition::first", skip_serializing_if = "Edition::is_first")]
        edition: Edition,
    },
}

/// An effect without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    /// The key under which an outbox does it once.
    pub key: String,
    /// The rule that asked.
    pub rule: Rule,
}

/// The part of an entry that only a commitment stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Secret {
    /// The event itself.
    Event(Box<Event>),
    /// What a night went by, and what it left.
    Night {
        /// The facts of the register in that night.
        facts: Box<Person>,
        /// SHA-256 of the person-year after the night, in hex.
        record: String,
    },
}

/// One entry as it is linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// From 1, without gaps.
    pub n: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What anybody may read.
    pub public: Public,
    /// SHA-256 over salt and secret, in hex.
    pub commitment: String,
}

/// A digest of this journal.
pub type Link = [u8; 32];

/// The link before the first entry; it binds the journal to its person.
#[must_use]
pub fn beginning(person: &str) -> Link {
    Sha256::new().chain_update(b"passerelle journal 1\0").chain_update(person).finalize().into()
}

impl Secret {
    /// What the entry holds in its place.
    #[must_use]
    pub fn commitment(&self, salt: &[u8; 32]) -> String {
        let mut hash = Sha256::new();
        hash.update(b"passerelle journal secret 1\0");
        hash.update(salt);
        hash.update(canonical(self));
        hex(&hash.finalize())
    }
}

impl Entry {
    /// The link of this entry after the one before it.
    #[must_use]
    pub fn link(&self, before: &Link) -> Link {
        let mut hash = Sha256::new();
        hash.update(b"passerelle journal link 1\0");
        hash.update(before);
        hash.update(canonical(self));
        hash.finalize().into()
    }
}

/// The digest of a person-year as a night left it.
#[must_use]
pub fn record_digest(record: &PersonYear) -> String {
    hex(&Sha256::digest(canonical(record)))
}

/// The public part of a night's entry.
#[must_use]
pub fn night(at: Timestamp, calendar: &str, step: &Step) -> Public {
    Public::Night {
        year: step.after.year,
        at,
        applied: step.after.applied,
        calendar: calendar.to_owned(),
        transitions: step.transitions.clone(),
        asked: step.effects.iter().map(|it| Asked { key: it.key.clone(), rule: it.rule }).collect(),
        edition: step.edition,
    }
}

/// One person's journal for somebody who does not trust us.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Export {
    /// [`VERSION`].
    pub version: u8,
    /// The DID of the organisation.
    pub organisation: String,
    /// The pseudonymous number.
    pub person: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// All entries from the first on.
    pub entries: Vec<Exported>,
    /// Every calendar that a night went by, as text whose SHA-256 the nights name.
    pub calendars: Vec<String>,
    /// The last link, in hex.
    pub head: String,
    /// Links of this journal that were bound under a root for the chain, oldest first.
    #[serde(default)]
    pub anchors: Vec<AnchoredLink>,
}

/// An entry with what its commitment stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exported {
    /// What is linked.
    pub entry: Entry,
    /// 32 bytes in hex.
    pub salt: String,
    /// The event, or what the night went by.
    pub secret: Secret,
}

/// JCS (RFC 8785). Types of this crate always have a canonical form: their maps have text for keys and no floats.
fn canonical(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

/// 32 bytes from hexadecimal; nothing when it is something else.
#[must_use]
pub fn from_hex(text: &str) -> Option<[u8; 32]> {
    verify::salt(text)
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
