//! A year written down, exported, and checked by somebody else.

use super::*;
use crate::journal::{
    Entry, Export, Exported, Public, Secret, beginning, hex, night as night_entry, record_digest, verify,
};

/// The same bookkeeping as a service does, for one person and one year.
struct Book {
    export: Export,
    last: [u8; 32],
    record: PersonYear,
    events: Vec<Event>,
}

impl Book {
    fn new() -> Self {
        let calendar = calendar();
        let export = Export {
            version: 1,
            organisation: "did:passerelle:x".into(),
            person: ID.into(),
            made_at: night("2027-07-01"),
            entries: Vec::new(),
            calendars: vec![calendar.to_json()],
            head: String::new(),
        };
        Self { export, last: beginning(ID), record: PersonYear::new(ID, 2026), events: Vec::new() }
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
        let now = Night { calendar: &calendar, at: night(text), quiet: QuietHours::default() };
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
    assert_eq!(failing(|it| it.version = 2), [0]);
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
fn calendar_survives_json_with_the_same_digest() {
    let calendar = calendar();
    let again = Calendar::parse_json(&calendar.to_json()).unwrap();
    assert_eq!((again.digest(), again), (calendar.digest(), calendar));
}
