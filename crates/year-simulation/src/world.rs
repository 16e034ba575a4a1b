//! The days and nights: people act by day, the cycle steps by night.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use clock::Timestamp;
use entitlement::cycle::{
    Calendar, CalendarFault, CaseKind, Counts, Edition, Event, Night, PersonYear, ProofBook, QuietHours,
    Stage, StageName, Step, StepFault, SuspensionList, What, step,
};

use crate::dice::{Dice, later};
use crate::figures::{Day, Figures};
use crate::office::Desk;
use crate::people::{CRISIS, Citizen, date};
use crate::reactions::Act;
use crate::watch::Watch;

/// What one history is made of.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub people: usize,
    pub seed: u64,
    /// Video calls a working day for every thousand people.
    pub calls_per_thousand: f64,
}

/// One person with the cycles of both years.
pub(crate) struct Life {
    pub citizen: Citizen,
    pub years: Vec<PersonYear>,
    pub events: Vec<Event>,
    pub seq: u64,
    /// Evidence by number, so that two captures never look alike.
    pub proofs: u64,
    pub tried: Vec<entitlement::cycle::Channel>,
}

pub struct World {
    pub(crate) dice: Dice,
    pub(crate) today: NaiveDate,
    pub(crate) lives: Vec<Life>,
    pub(crate) plans: BTreeMap<NaiveDate, Vec<(usize, Act)>>,
    pub(crate) desk: Desk,
    pub(crate) book: ProofBook,
    pub(crate) waiting: usize,
    pub figures: Figures,
    pub watch: Watch,
    calendars: Vec<Calendar>,
    /// Who comes onto the register on a later day.
    latecomers: BTreeMap<NaiveDate, Vec<Citizen>>,
}

/// The simulated time ends here: the summer after the first suspensions, to see who is paid again.
const LAST_DAY: (i32, u32, u32) = (2027, 9, 30);

impl World {
    pub fn new(settings: Settings) -> Result<Self, CalendarFault> {
        let hold_out = format!(
            "\n[[hold-outs]]\ncountry = \"{CRISIS}\"\nfrom = \"2026-03-01\"\nuntil = \"2027-08-31\"\n\
             reason = \"no post, no network\"\nsigner = \"chief of operations\"\n"
        );
        let texts = [
            include_str!("../../entitlement/calendars/2026.toml"),
            include_str!("../../entitlement/calendars/2027.toml"),
        ];
        let calendars: Result<_, _> =
            texts.iter().map(|text| Calendar::parse(&format!("{text}{hold_out}"))).collect();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let slots = (settings.people as f64 / 1000.0 * settings.calls_per_thousand).ceil() as usize;
        let mut world = Self {
            dice: Dice::new(settings.seed),
            today: date(2026, 1, 1),
            lives: Vec::with_capacity(settings.people),
            plans: BTreeMap::new(),
            desk: Desk::new(slots),
            book: ProofBook::default(),
            waiting: 0,
            figures: Figures::default(),
            watch: Watch::default(),
            calendars: calendars?,
            latecomers: BTreeMap::new(),
        };
        for _ in 0..settings.people {
            let citizen = Citizen::draw(world.lives.len(), &world.dice);
            match citizen.known_from {
                Some(day) => world.latecomers.entry(day).or_default().push(citizen),
                None => world.settle(citizen),
            }
        }
        Ok(world)
    }

    /// Lives every day to the end.
    pub fn run(&mut self) -> Result<(), StepFault> {
        let (year, month, day) = LAST_DAY;
        while self.today <= date(year, month, day) {
            if self.today == date(2027, 1, 1) {
                self.begin_second_year();
            }
            for (who, act) in self.plans.remove(&self.today).unwrap_or_default() {
                self.act(who, act);
            }
            for mut citizen in self.latecomers.remove(&self.today).unwrap_or_default() {
                citizen.person.id = format!("{:09}", self.lives.len());
                self.figures.latecomers += 1;
                self.settle(citizen);
            }
            self.approve_suspensions();
            self.step_everybody()?;
            self.take_stock();
            self.today = later(self.today, 1);
        }
        self.close();
        Ok(())
    }

    /// Puts a person on the register, with a cycle for each year that has begun.
    pub(crate) fn settle(&mut self, citizen: Citizen) {
        let who = self.lives.len();
        let first = PersonYear::new(&citizen.person.id, 2026);
        let mut years = vec![first];
        self.watch.person_year_began(2026);
        if self.today >= date(2027, 1, 1) {
            years.push(PersonYear::new(&citizen.person.id, 2027));
            self.watch.person_year_began(2027);
        }
        self.lives.push(Life { citizen, years, events: Vec::new(), seq: 0, proofs: 0, tried: Vec::new() });
        self.plan_life(who);
    }

    pub(crate) fn plan(&mut self, day: NaiveDate, who: usize, act: Act) {
        // What falls on a day that is over happens today or tomorrow.
        self.plans.entry(day.max(later(self.today, 1))).or_default().push((who, act));
    }

    pub(crate) fn tell(&mut self, who: usize, what: What) {
        let at = self.now();
        if let Some(life) = self.lives.get_mut(who) {
            life.seq += 1;
            life.events.push(Event { seq: life.seq, at, what });
        }
    }

    /// Two in the morning.
    pub(crate) fn now(&self) -> Timestamp {
        self.today.and_time(NaiveTime::from_hms_opt(2, 0, 0).unwrap_or_default()).and_utc()
    }

    fn begin_second_year(&mut self) {
        for life in &mut self.lives {
            let mut next = PersonYear::new(&life.citizen.person.id, 2027);
            // Events of the old year are behind the new record.
            next.applied = life.seq - u64::try_from(life.events.len()).unwrap_or_default();
            life.years.push(next);
            self.watch.person_year_began(2027);
        }
    }

    /// The nightly job. Now and then it is cut somewhere and starts again from the first person.
    fn step_everybody(&mut self) -> Result<(), StepFault> {
        let repeat = self.dice.of_ten_thousand(300);
        self.figures.nights_repeated += u64::from(repeat);
        for who in 0..self.lives.len() {
            let steps = self.step_one(who, repeat)?;
            for (before, made) in steps {
                self.react(who, &before, &made);
            }
        }
        Ok(())
    }

    fn step_one(&mut self, who: usize, repeat: bool) -> Result<Vec<(PersonYear, Step)>, StepFault> {
        let (at, today) = (self.now(), self.today);
        let Some(life) = self.lives.get_mut(who) else { return Ok(Vec::new()) };
        let events = std::mem::take(&mut life.events);
        let mut steps = Vec::new();
        for (record, calendar) in life.years.iter_mut().zip(&self.calendars) {
            if events.is_empty() && record.is_answered() {
                continue;
            }
            let night = Night { calendar, at, quiet: QuietHours::default(), edition: Edition::LATEST };
            let made = step(record, &life.citizen.person, &events, &night)?;
            self.figures.steps += 1;
            if repeat {
                let again = step(&made.after, &life.citizen.person, &events, &night)?;
                self.watch.repeated(today, &made.after, &again);
            }
            let held = life.citizen.is_in_crisis(today)
                || made.after.cases.values().any(|kind| *kind != CaseKind::Residence);
            self.watch.see(today, record, &made, held);
            let before = std::mem::replace(record, made.after.clone());
            if !made.transitions.is_empty() || !made.effects.is_empty() {
                steps.push((before, made));
            }
        }
        Ok(steps)
    }

    /// On the 20th from May on, a list for the next month's payroll: prepared by one, approved by two others.
    fn approve_suspensions(&mut self) {
        use chrono::Datelike as _;
        if self.today < date(2027, 5, 20) || self.today.day() != 20 {
            return;
        }
        let Some(calendar) = self.calendars.first() else { return };
        let payroll = later(self.today, 12);
        let cycles = self.lives.iter().filter_map(|life| Some((life.years.first()?, &life.citizen.person)));
        let list = SuspensionList::dry_run(
            &self.today.to_string(),
            payroll,
            calendar,
            cycles,
            ("clerk", self.now()),
        );
        let approved = list.and_then(|list| {
            let digest = list.digest();
            list.approved(&digest, "first officer", self.now())?.approved(
                &digest,
                "second officer",
                self.now(),
            )
        });
        let Ok(list) = approved else { return };
        for entry in &list.entries {
            let (Ok(who), Some(approval)) = (entry.person.parse(), list.approval_of(entry)) else { continue };
            self.tell(who, What::SuspensionApproved { approval });
        }
    }

    fn take_stock(&mut self) {
        let people = u64::try_from(self.lives.len()).unwrap_or_default();
        for (index, calendar) in self.calendars.iter().enumerate() {
            let cycles = self.lives.iter().filter_map(|life| life.years.get(index));
            let counts = Counts::of(cycles);
            if counts.total() == 0 {
                continue;
            }
            self.watch.reconcile(self.today, calendar.year(), &counts, people);
            if index == 0 {
                self.figures.days.push(Day {
                    on: self.today,
                    first_year: counts,
                    calls: self.desk.calls_on(self.today),
                    waiting_for_officer: self.waiting,
                });
            }
        }
    }

    fn close(&mut self) {
        for life in &self.lives {
            life.years.iter().for_each(|cycle| self.watch.close(self.today, cycle));
            let paid = life.years.first().is_some_and(|cycle| {
                matches!(cycle.stage, Stage::Reinstated { .. })
                    || cycle.stage == Stage::Closed { how: entitlement::cycle::Closure::PaidAgain }
            });
            let suspended =
                life.years.first().is_some_and(|cycle| cycle.stage.name() == StageName::Suspended);
            if life.citizen.is_alive(self.today) {
                self.figures.alive_suspended += u64::from(paid || suspended);
                self.figures.alive_paid_again += u64::from(paid);
            }
        }
        self.figures.turned_away = self.desk.turned_away;
        self.figures.counted_for_two_years = self.watch.counted_for_two();
    }
}
