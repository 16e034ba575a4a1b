//! A year written down, exported, and checked by somebody else.

use super::*;
use crate::journal::{
    AnchoredLink, Entry, Export, Exported, Public, Secret, beginning, hex, night as night_entry,
    record_digest, verify,
};

/// The same bookkeeping as a service does, for one person and one year.
struct Book {
    export: Export,
    last: [u8; 32],
    record: PersonYear,
    events: Vec<Event>,
    edition: Edition,
}

impl Book {
    fn new() -> Self {
        let calendar = calendar();
        let export = Export {
            version: crate::journal::VERSION,
            organisation: "did:passerelle:x".into(),
            person: ID.into(),
            made_at: night("2027-07-01"),
            entries: Vec::new(),
            calendars: vec![calendar.to_json()],
            head: String::new(),
            anchors: Vec::new(),
        };
        let record = PersonYear::new(ID, 2026);
        Self { export, last: beginning(ID), record, events: Vec::new(), edition: Edition::LATEST }
    }

    fn write(&mut self, at: Timestamp, public: Public, secret: Secret) {
        let n = u64::try_from(self.export.entries.len()).unwrap() + 1;
        let salt = [7; 32];
        let entry = Entry { n, at, public, commitment: secret.commitment(&salt) };
        self.last = entry.link(&self.last);
        self.export.entries.push(Exported { entry, salt: hex(&salt), secret });
        self.export.head = hex(&self.last);
    }

    fn happen(&mut self, what: What, on: &str) {
        let seq = u64::try_from(self.events.len()).unwrap() + 1;
        let event = Event { seq, at: night(on), what };
        self.events.push(event.clone());
        let public = Public::Event { seq, name: event.what.name().into() };
        self.write(event.at, public, Secret::Event(Box::new(event)));
    }

    fn on(&mut self, text: &str) {
        let calendar = calendar();
        let edition = self.edition;
        let now = Night { calendar: &calendar, at: night(text), quiet: QuietHours::default(), edition };
        let made = step(&self.record, &person(), &self.events, &now).unwrap();
        let (facts, record) = (Box::new(person()), record_digest(&made.after));
        self.write(now.at, night_entry(now.at, &calendar.digest(), &made), Secret::Night { facts, record });
        self.record = made.after;
    }
}

fn year() -> Export {
    let mut book = Book::new();
    book.on("2026-01-02");
    book.on("2026-06-30");
    book.happen(received("e", "2026-07-20"), "2026-07-20");
    book.happen(accepted("e", "2026-07-20"), "2026-07-21");
    book.on("2026-07-22");
    book.export
}

#[test]
fn export_is_checked_by_somebody_else_with_every_night_again() {
    let report = verify(&year());
    assert!(report.holds(), "{:?}", report.checks);
    assert_eq!((report.nights, report.years.get(&2026)), (3, Some(&StageName::Closed)));
    let text = serde_json::to_string(&year()).unwrap();
    assert!(verify(&serde_json::from_str(&text).unwrap()).holds());
}

/// Which checks fail, by their place.
fn failing(change: impl FnOnce(&mut Export)) -> Vec<usize> {
    let mut export = year();
    change(&mut export);
    let checks = verify(&export).checks;
    (0..checks.len()).filter(|at| checks[*at].fault.is_some()).collect()
}

#[test]
fn each_change_of_an_export_is_found() {
    assert_eq!(failing(|_| {}), Vec::<usize>::new());
    assert_eq!(failing(|it| it.version = 4), [0]);
    assert_eq!(failing(|it| drop(it.entries.pop())), [1]);
    assert_eq!(failing(|it| it.head = "00".repeat(32)), [1]);
    assert!(failing(|it| drop(it.entries.remove(2))).contains(&1));
    assert_eq!(failing(|it| it.person = "p2".into())[0], 1);
    assert_eq!(failing(|it| it.entries[0].salt = "00".repeat(32)), [2]);
    assert_eq!(failing(|it| it.calendars.clear()), [4]);
    let another = |it: &mut Export| {
        let Secret::Night { facts, .. } = &mut it.entries[1].secret else { unreachable!() };
        facts.in_payment_since = None;
    };
    assert_eq!(failing(another), [2, 4]);
    let another = |it: &mut Export| {
        let Public::Night { transitions, .. } = &mut it.entries[1].entry.public else { unreachable!() };
        transitions[0].rule = Rule::SecondMailing;
    };
    assert_eq!(failing(another), [1, 4]);
}

#[test]
fn journal_of_an_older_edition_replays_and_none_goes_back_to_it() {
    let mut book = Book { edition: Edition::First, ..Book::new() };
    book.on("2027-06-20");
    assert!(!serde_json::to_string(&book.export).unwrap().contains("edition"), "as it was written then");
    book.edition = Edition::Second;
    book.happen(accepted("e", "2027-06-25"), "2027-06-25");
    book.on("2027-06-26");
    let report = verify(&book.export);
    assert!(report.holds(), "{:?}", report.checks);
    let other = |it: &mut Export| {
        let Public::Night { edition, .. } = &mut it.entries[0].entry.public else { unreachable!() };
        *edition = Edition::LATEST;
    };
    let mut changed = book.export.clone();
    other(&mut changed);
    assert!(!verify(&changed).holds());
    book.edition = Edition::First;
    book.on("2027-06-27");
    let said = verify(&book.export).checks.into_iter().find_map(|check| check.fault).unwrap();
    assert!(said.contains("older rules"), "{said}");
    let newer = serde_json::to_string(&year()).unwrap().replace("\"edition\":3", "\"edition\":4");
    assert!(serde_json::from_str::<Export>(&newer).unwrap_err().to_string().contains("newer version"));
}

#[test]
fn calendar_survives_json_with_the_same_digest() {
    let calendar = calendar();
    let again = Calendar::parse_json(&calendar.to_json()).unwrap();
    assert_eq!((again.digest(), again), (calendar.digest(), calendar));
}

/// The journal with its link after entry `entry` among fifteen others.
fn anchored(mut export: Export, entry: u64) -> (Export, [u8; 32]) {
    let mut link = beginning(ID);
    for it in export.entries.iter().filter(|it| it.entry.n <= entry) {
        link = it.entry.link(&link);
    }
    let leaves = (0..16).map(|at| merkle::leaf(&[at; 32], if at == 5 { &link } else { &[9; 32] }));
    let tree = merkle::Tree::build(leaves.collect()).unwrap();
    let path = tree.path(5).unwrap().iter().map(|hash| hex(hash)).collect();
    let (salt, receipt, proof) = (hex(&[5; 32]), None, None);
    export.anchors.push(AnchoredLink { entry, salt, leaf_index: 5, leaf_count: 16, path, receipt, proof });
    (export, tree.root())
}

#[test]
fn anchored_link_leads_to_the_root_of_its_night_and_no_other_journal_does() {
    let (export, root) = anchored(year(), 3);
    let report = verify(&export);
    assert!(report.holds(), "{:?}", report.checks);
    assert_eq!((report.bound[0].entry, report.bound[0].root), (3, root));
    // An entry that is changed, also the last one before the anchor, leads elsewhere: the chain does not know that root.
    let mut forged = export.clone();
    forged.entries[2].entry.at = night("2026-07-19");
    assert_ne!(verify(&forged).bound[0].root, root);
    // One that comes after the anchor does not touch it.
    let mut longer = export.clone();
    longer.entries[4].entry.at = night("2026-07-23");
    assert_eq!(verify(&longer).bound[0].root, root);
}

#[test]
fn anchors_that_are_none_are_refused() {
    let (good, _) = anchored(year(), 3);
    let receipt = |issuer: &str| {
        serde_json::json!({"version": 1, "issuer": issuer, "sequence": 1, "salt": "", "leafIndex": 0, "leafCount": 16,
            "path": []})
    };
    type Change = fn(&mut Export);
    let changes: [(&str, Change); 4] = [
        ("no such entry", |export| export.anchors[0].entry = 99),
        ("a path too short", |export| drop(export.anchors[0].path.pop())),
        ("no salt", |export| export.anchors[0].salt = "zz".into()),
        ("a place outside", |export| export.anchors[0].leaf_index = 16),
    ];
    for (what, change) in changes {
        let mut export = good.clone();
        change(&mut export);
        let report = verify(&export);
        assert!(!report.holds() && report.bound.is_empty(), "{what}");
    }
    for (issuer, holds) in [("did:passerelle:x", true), ("did:passerelle:y", false)] {
        let mut export = good.clone();
        export.anchors[0].receipt = Some(serde_json::from_value(receipt(issuer)).unwrap());
        assert_eq!(verify(&export).holds(), holds, "{issuer}");
    }
    let mut old = serde_json::to_value(year()).unwrap();
    old.as_object_mut().unwrap().remove("anchors");
    old["version"] = 1.into();
    assert!(verify(&serde_json::from_value(old).unwrap()).holds(), "a file of before anchors");
}
