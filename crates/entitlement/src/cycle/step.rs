//! One night of one person-year.

use std::borrow::Cow;

use chrono::NaiveDate;
use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, Dates};
use super::edition::Edition;
use super::effect::{Effect, EffectKind};
use super::event::{Event, What};
use super::person::Person;
use super::person_year::{PersonYear, Stage, StageName};
use super::quiet::QuietHours;
use super::rule::Rule;

/// The night that is being stepped.
#[derive(Clone, Copy, Debug)]
pub struct Night<'a> {
    /// The calendar of the person-year's year.
    pub calendar: &'a Calendar,
    pub at: Timestamp,
    pub quiet: QuietHours,
    /// [`Edition::LATEST`], but for whoever plays an old night again.
    pub edition: Edition,
}

/// What a night made of a person-year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub after: PersonYear,
    /// In the order in which they happened.
    pub transitions: Vec<Transition>,
    pub effects: Vec<Effect>,
    /// The rules that it follows from.
    pub edition: Edition,
}

/// One move between stages, for the auditor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transition {
    pub from: StageName,
    pub to: StageName,
    pub rule: Rule,
    pub at: Timestamp,
    /// The evidence it rests on, where it rests on one.
    pub evidence: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepFault {
    #[error("the person, the calendar or the evidence is not this person-year's")]
    OfAnother,
    #[error("the events are not in the order of their numbers")]
    Order,
    /// One that is committed late would never be applied, and it may be a proof.
    #[error("an event between the applied ones and these is missing")]
    Gap,
    #[error("one person signed twice")]
    SamePerson,
}

/// Applies the events that were not applied before, then everything the calendar has due by this night.
///
/// The same night again changes nothing and asks for nothing. An earlier night than the last one counts as the last one:
/// a clock that goes backwards undoes nothing. Missed nights are caught up in one, and never to the person's cost: a form
/// has its days before the calendar goes on, and a notice is always its full time ahead of a suspension.
pub fn step(
    before: &PersonYear,
    person: &Person,
    events: &[Event],
    night: &Night<'_>,
) -> Result<Step, StepFault> {
    check(before, person, events, night)?;
    let day = night.at.date_naive();
    let mut turn = Turn {
        person,
        night,
        dates: night.calendar.dates_of(person),
        today: before.night.map_or(day, |last| last.max(day)),
        record: before.clone(),
        transitions: Vec::new(),
        effects: Vec::new(),
    };
    for event in events.iter().filter(|event| event.seq > before.applied) {
        turn.happen(event);
        turn.record.applied = event.seq;
    }
    turn.pass_time();
    turn.record.night = Some(turn.today);
    Ok(Step {
        after: turn.record,
        transitions: turn.transitions,
        effects: turn.effects,
        edition: night.edition,
    })
}

fn check(before: &PersonYear, person: &Person, events: &[Event], night: &Night<'_>) -> Result<(), StepFault> {
    if before.person != person.id || before.year != night.calendar.year() {
        return Err(StepFault::OfAnother);
    }
    if !events.is_sorted_by(|one, next| one.seq < next.seq) {
        return Err(StepFault::Order);
    }
    let unread = events.iter().map(|event| event.seq).filter(|seq| *seq > before.applied);
    let expected = std::iter::successors(before.applied.checked_add(1), |seq| seq.checked_add(1));
    if unread.zip(expected).any(|(seq, expected)| seq != expected) {
        return Err(StepFault::Gap);
    }
    for event in events {
        match &event.what {
            What::ProofReceived { evidence }
            | What::ProofAccepted { evidence, .. }
            | What::ProofRefused { evidence, .. }
                if evidence.person != person.id =>
            {
                return Err(StepFault::OfAnother);
            }
            What::AccountChecked { by: [one, other] } | What::AccountRefused { by: [one, other] }
                if one == other =>
            {
                return Err(StepFault::SamePerson);
            }
            What::SuspensionApproved { approval } if approval.by[0] == approval.by[1] => {
                return Err(StepFault::SamePerson);
            }
            _ => {}
        }
    }
    Ok(())
}

/// A step in the making.
pub(super) struct Turn<'a> {
    pub person: &'a Person,
    pub night: &'a Night<'a>,
    pub dates: Cow<'a, Dates>,
    pub today: NaiveDate,
    pub record: PersonYear,
    transitions: Vec<Transition>,
    effects: Vec<Effect>,
}

impl Turn<'_> {
    pub(super) fn move_to(&mut self, stage: Stage, rule: Rule, evidence: Option<&str>) {
        self.transitions.push(Transition {
            from: self.record.stage.name(),
            to: stage.name(),
            rule,
            at: self.night.at,
            evidence: evidence.map(str::to_owned),
        });
        self.record.stage = stage;
    }

    /// Asks for something once a person-year; `what` tells it from the year's other effects.
    pub(super) fn ask(&mut self, what: &str, rule: Rule, kind: EffectKind) {
        let key = format!("{}/{}/{what}", self.record.person, self.record.year);
        self.effects.push(Effect { key, rule, kind });
    }

    /// Asks for something that a later night may ask for again, when a hold or a wrong report of death lay between.
    pub(super) fn ask_today(&mut self, what: &str, rule: Rule, kind: EffectKind) {
        self.ask(&format!("{what}/{}", self.today), rule, kind);
    }

    /// Asks for something once a person, whichever year asks first.
    pub(super) fn ask_once(&mut self, what: &str, rule: Rule, kind: EffectKind) {
        let key = format!("{}/{what}", self.record.person);
        self.effects.push(Effect { key, rule, kind });
    }

    /// Takes back a mailing of this very night that a later one replaces.
    pub(super) fn drop_mailing(&mut self) {
        self.effects.retain(|effect| !matches!(effect.kind, EffectKind::MailPaper { .. }));
    }

    /// Takes back the end of a payment that this very night asked for, and what hangs on it; false when payroll may have heard of
    /// it before.
    pub(super) fn drop_end(&mut self) -> bool {
        let unheard = self.effects.iter().any(|it| matches!(it.kind, EffectKind::StopPayment { .. }));
        self.effects.retain(|effect| match effect.kind {
            EffectKind::StopPayment { .. } | EffectKind::RevokeCertificates => !unheard,
            EffectKind::InviteSurvivor { .. } => false,
            _ => true,
        });
        unheard
    }

    /// Nobody is suspended now: a hold-out of the country or of the person, or something undecided.
    pub(super) fn stands_in_the_way(&self) -> Option<Rule> {
        if !self.record.waiting.is_empty() {
            return Some(Rule::ProofWaits);
        }
        let held = self.record.is_held(self.today)
            || self.night.calendar.hold_out(self.person.country, self.today).is_some();
        held.then_some(Rule::HeldOut)
    }
}
