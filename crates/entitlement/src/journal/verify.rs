//! An auditor's work on an export: every link, every commitment, and every night once more.

use std::collections::BTreeMap;

use super::{
    AnchoredLink, Asked, ChainReceipt, Export, Exported, Link, MOST_ANCHORED, MOST_ENTRIES, Public, Secret,
    VERSION, beginning, hex, record_digest,
};
use crate::cycle::{Calendar, Edition, Event, Night, Person, PersonYear, QuietHours, StageName, step};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What, in words.
    pub what: &'static str,
    /// Nothing when it holds; otherwise the first place where it does not.
    pub fault: Option<String>,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// In the order in which they were made.
    pub checks: Vec<Check>,
    /// Where each year stands after the last night, as computed here.
    pub years: BTreeMap<i32, StageName>,
    /// How many nights were played again.
    pub nights: usize,
    /// Links that lead to a root for the chain. Whether the chain holds the root, only the chain's proof says.
    pub bound: Vec<Bound>,
}

/// One link of the journal with the root that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The link after this entry.
    pub entry: u64,
    /// When that entry was written, as it says.
    pub at: clock::Timestamp,
    /// The root over links of many journals: the document that the receipt is for.
    pub root: Link,
    /// Nothing while the root is on its way to the chain.
    pub receipt: Option<ChainReceipt>,
    /// The chain's proof of the anchor, if the file has it.
    pub proof: Option<String>,
}

impl Report {
    /// Whether every check holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.checks.iter().all(|check| check.fault.is_none())
    }
}

/// Checks an export with nothing but this crate. A fault in one check does not keep the others from being made.
#[must_use]
pub fn verify(export: &Export) -> Report {
    let mut replay = Replay::new(export);
    let mut checks = vec![
        Check { what: "the form of the file is known and bounded", fault: form(export) },
        Check { what: "the links are unbroken from the first entry to the last", fault: links(export) },
        Check { what: "every commitment opens to what is shown", fault: commitments(export) },
        Check { what: "no event is missing", fault: events(export) },
        Check { what: "the rules give the same result in every night", fault: replay.run() },
    ];
    let (bound, fault) = match bound(export) {
        Ok(bound) => (bound, None),
        Err(fault) => (Vec::new(), Some(fault)),
    };
    checks.push(Check { what: "every proof of inclusion begins with a link of this journal", fault });
    let years = replay.records.iter().map(|(year, record)| (*year, record.stage.name())).collect();
    Report { checks, years, nights: replay.nights, bound }
}

fn form(export: &Export) -> Option<String> {
    if !(1..=VERSION).contains(&export.version) {
        return Some(format!("version {} is not known here, only 1 to {VERSION}", export.version));
    }
    if export.anchors.len() > MOST_ANCHORED {
        return Some(format!("more than {MOST_ANCHORED} anchors"));
    }
    (export.entries.len() > MOST_ENTRIES).then(|| format!("more than {MOST_ENTRIES} entries"))
}

fn links(export: &Export) -> Option<String> {
    let mut last: Link = beginning(&export.person);
    for (expected, Exported { entry, .. }) in (1..).zip(&export.entries) {
        if entry.n != expected {
            return Some(format!("entry {expected} is missing"));
        }
        last = entry.link(&last);
    }
    (hex(&last) != export.head).then(|| "the last link is not the head".to_owned())
}

/// Each anchored link is computed from the entries, never read from the file, so that a proof cannot be of another journal.
fn bound(export: &Export) -> Result<Vec<Bound>, String> {
    let mut links = BTreeMap::new();
    let mut last = beginning(&export.person);
    for Exported { entry, .. } in export.entries.iter().take(MOST_ENTRIES) {
        last = entry.link(&last);
        links.insert(entry.n, (last, entry.at));
    }
    let one = |it: &AnchoredLink| {
        let (link, at) = links.get(&it.entry).ok_or(format!("there is no entry {}", it.entry))?;
        let root = it.root(link).ok_or(format!("the path from entry {} is of no tree", it.entry))?;
        if it.receipt.as_ref().is_some_and(|receipt| receipt.issuer != export.organisation) {
            return Err(format!("the receipt for entry {} is of another organisation", it.entry));
        }
        let (receipt, proof) = (it.receipt.clone(), it.proof.clone());
        Ok(Bound { entry: it.entry, at: *at, root, receipt, proof })
    };
    export.anchors.iter().take(MOST_ANCHORED).map(one).collect()
}

fn commitments(export: &Export) -> Option<String> {
    let opens = |it: &&Exported| {
        salt(&it.salt).is_some_and(|salt| it.secret.commitment(&salt) == it.entry.commitment)
    };
    let closed = export.entries.iter().find(|it| !opens(it))?;
    Some(format!("entry {}", closed.entry.n))
}

pub(super) fn salt(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn events(export: &Export) -> Option<String> {
    let mut expected = 1;
    for Exported { entry, secret, .. } in &export.entries {
        let Public::Event { seq, .. } = &entry.public else { continue };
        let Secret::Event(event) = secret else { return Some(format!("entry {} shows no event", entry.n)) };
        if *seq != expected || event.seq != expected {
            return Some(format!("event {expected}"));
        }
        expected += 1;
    }
    None
}

struct Replay<'a> {
    export: &'a Export,
    calendars: BTreeMap<String, Calendar>,
    seen: Vec<Event>,
    records: BTreeMap<i32, PersonYear>,
    nights: usize,
    /// The newest rules that a night went by.
    edition: Edition,
}

impl<'a> Replay<'a> {
    fn new(export: &'a Export) -> Self {
        let calendars = export.calendars.iter().take(1000);
        let calendars = calendars.filter_map(|text| {
            let calendar = Calendar::parse_json(text).ok()?;
            Some((calendar.digest(), calendar))
        });
        Self {
            export,
            calendars: calendars.collect(),
            seen: Vec::new(),
            records: BTreeMap::new(),
            nights: 0,
            edition: Edition::first(),
        }
    }

    fn run(&mut self) -> Option<String> {
        for it in self.export.entries.iter().take(MOST_ENTRIES) {
            match (&it.entry.public, &it.secret) {
                (Public::Event { .. }, Secret::Event(event)) => self.seen.push((**event).clone()),
                (Public::Night { .. }, Secret::Night { facts, record }) => {
                    if let Err(fault) = self.night(&it.entry.public, facts, record) {
                        return Some(format!("entry {}: {fault}", it.entry.n));
                    }
                    self.nights += 1;
                }
                _ => return Some(format!("entry {}: what is shown is of another kind", it.entry.n)),
            }
        }
        None
    }

    fn night(&mut self, public: &Public, facts: &Person, record: &str) -> Result<(), String> {
        let Public::Night { year, at, applied, calendar, transitions, asked, edition } = public else {
            return Err("it is no night".to_owned());
        };
        if *edition < self.edition {
            return Err("it goes by older rules than a night before it".to_owned());
        }
        self.edition = *edition;
        let calendar = self.calendars.get(calendar).ok_or("its calendar is not in the file")?;
        let before = self.records.remove(year);
        let before = before.unwrap_or_else(|| PersonYear::new(&self.export.person, *year));
        let known: Vec<Event> = self.seen.iter().filter(|event| event.seq <= *applied).cloned().collect();
        let night = Night { calendar, at: *at, quiet: QuietHours::default(), edition: *edition };
        let made = step(&before, facts, &known, &night).map_err(|fault| fault.to_string())?;
        if made.transitions != *transitions {
            return Err("other moves follow from the rules".to_owned());
        }
        let effects = made.effects.iter().map(|it| Asked { key: it.key.clone(), rule: it.rule });
        if !effects.eq(asked.iter().cloned()) {
            return Err("the rules ask for something else".to_owned());
        }
        if record_digest(&made.after) != record {
            return Err("another record follows from the rules".to_owned());
        }
        self.records.insert(*year, made.after);
        Ok(())
    }
}
