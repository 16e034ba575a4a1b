//! The Fund's rules, one test each.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod asking;
mod calendar;
mod endings;
mod evidence;
mod journal;
mod late;
mod mended;
mod nights;
mod properties;
mod suspension;
mod taken_back;
mod year;

use chrono::{NaiveDate, TimeZone as _, Utc};
use clock::Timestamp;

use super::*;

const ID: &str = "p1";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Two in the morning, when the nightly job runs.
fn night(text: &str) -> Timestamp {
    Utc.from_utc_datetime(&day(text).and_hms_opt(2, 0, 0).unwrap())
}

fn calendar() -> Calendar {
    Calendar::of_year(2026).unwrap()
}

fn person() -> Person {
    Person {
        id: ID.into(),
        born: day("1950-05-05"),
        country: "ITA".parse().unwrap(),
        track: Track::One,
        in_payment_since: Some(day("2015-07-01")),
        on_hold_since: None,
        medium: Medium::App,
        utc_offset_minutes: 60,
    }
}

fn evidence(id: &str, made: &str) -> Evidence {
    Evidence {
        id: id.into(),
        person: ID.into(),
        channel: Channel::OwnDevice,
        operator: None,
        helper: None,
        captured_at: night(made),
        received_at: night(made),
        digests: vec![format!("{:0>64}", hex(id))],
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn accepted(id: &str, made: &str) -> What {
    What::ProofAccepted { evidence: evidence(id, made), by: "officer".into() }
}

fn received(id: &str, made: &str) -> What {
    What::ProofReceived { evidence: evidence(id, made) }
}

/// One person-year on its way, and everything it asked for.
struct Cycle {
    calendar: Calendar,
    edition: Edition,
    person: Person,
    record: PersonYear,
    events: Vec<Event>,
    transitions: Vec<Transition>,
    effects: Vec<Effect>,
}

impl Cycle {
    fn new() -> Self {
        Self::with(calendar(), person())
    }

    fn with(calendar: Calendar, person: Person) -> Self {
        let record = PersonYear::new(&person.id, calendar.year());
        Self {
            calendar,
            edition: Edition::LATEST,
            person,
            record,
            events: Vec::new(),
            transitions: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// Something happens; the next night sees it.
    fn then(mut self, what: What) -> Self {
        let seq = u64::try_from(self.events.len()).unwrap() + 1;
        self.events.push(Event { seq, at: night("2026-01-01"), what });
        self
    }

    /// One night.
    fn on(mut self, text: &str) -> Self {
        let (calendar, edition) = (&self.calendar, self.edition);
        let night = Night { calendar, at: night(text), quiet: QuietHours::default(), edition };
        let step = step(&self.record, &self.person, &self.events, &night).unwrap();
        self.record = step.after;
        self.transitions.extend(step.transitions);
        self.effects.extend(step.effects);
        self
    }

    /// Every night from the one after the last to this one.
    fn until(mut self, text: &str) -> Self {
        let mut next = self.record.night.map_or(day("2026-01-01"), |last| last.succ_opt().unwrap());
        while next <= day(text) {
            self = self.on(&next.to_string());
            next = next.succ_opt().unwrap();
        }
        self
    }

    fn stage(&self) -> StageName {
        self.record.stage.name()
    }

    fn rules(&self) -> Vec<Rule> {
        self.transitions.iter().map(|transition| transition.rule).collect()
    }

    fn asked(&self, wanted: fn(&EffectKind) -> bool) -> usize {
        self.effects.iter().filter(|effect| wanted(&effect.kind)).count()
    }

    /// Two officers approve the list that has this person on it.
    fn approved(self) -> Self {
        let approval = approval(self.record.notice_on);
        self.then(What::SuspensionApproved { approval })
    }

    fn suspended() -> Self {
        let cycle = Self::new().until("2027-05-20").approved().until("2027-06-01");
        assert_eq!(cycle.stage(), StageName::Suspended);
        cycle
    }
}

fn approval(notice_on: Option<NaiveDate>) -> Approval {
    Approval {
        list: "june".into(),
        year: 2026,
        notice_on: notice_on.unwrap_or_default(),
        payroll: day("2027-06-01"),
        by: ["a".into(), "b".into()],
    }
}

fn is_paper(kind: &EffectKind) -> bool {
    matches!(kind, EffectKind::MailPaper { .. })
}

fn is_reminder(kind: &EffectKind) -> bool {
    matches!(kind, EffectKind::Remind { .. })
}

fn is_notice(kind: &EffectKind) -> bool {
    matches!(kind, EffectKind::SendNotice { .. })
}
