//! What people do, and what they make of the Fund's letters.

use chrono::NaiveDate;
use entitlement::cycle::{
    Admission, BenefitEnd, CaseKind, Channel, EffectKind, Evidence, HoldKind, PersonYear, ResidenceCheck,
    Stage, StageName, Step, Track, What, judge, next_channel,
};

use crate::dice::later;
use crate::people::{Answers, Citizen, date};
use crate::world::World;

/// Something that happens to one person on one day.
#[derive(Clone, Debug)]
pub enum Act {
    /// Holds the phone up.
    Capture,
    /// Signs a form, which then travels.
    Sign,
    Call,
    /// Something signed or captured on another day reaches the Fund.
    Arrive {
        channel: Channel,
        made: NaiveDate,
        number: u64,
    },
    Decide {
        evidence: Box<Evidence>,
        accept: bool,
    },
    ReportDeath,
    ConfirmDeath,
    /// Somebody took the person for dead.
    WrongReport,
    CorrectReport,
    EnterHospital,
    Remarry,
    PaymentResumes,
    CheckAccount,
    /// Somebody else's certificate of death, or a slip in a row.
    WrongDeath,
    TakeDeathBack,
}

impl World {
    /// What will happen to a person whatever the Fund does.
    pub(crate) fn plan_life(&mut self, who: usize) {
        let Some(citizen) = self.lives.get(who).map(|life| life.citizen.clone()) else { return };
        let first_year_only = date(2026, 1, 1);
        if let Answers::By(days) = citizen.answers {
            let act = || if citizen.digital { Act::Capture } else { Act::Sign };
            self.plan(later(first_year_only, days), who, act());
            self.plan(later(date(2027, 1, 1), days), who, act());
        }
        if let Some(died) = citizen.died_on {
            self.plan(self.dice.after(died, 5, 120), who, Act::ReportDeath);
        }
        if self.dice.of_ten_thousand(5) {
            self.plan(self.dice.after(first_year_only, 1, 500), who, Act::WrongReport);
        }
        if self.dice.of_ten_thousand(40) {
            self.plan(self.dice.after(first_year_only, 1, 600), who, Act::WrongDeath);
        }
        if self.dice.of_ten_thousand(30) {
            self.plan(self.dice.after(date(2027, 4, 1), 0, 60), who, Act::EnterHospital);
        }
        if self.dice.of_ten_thousand(5) {
            self.plan(self.dice.after(first_year_only, 1, 600), who, Act::Remarry);
        }
    }

    pub(crate) fn act(&mut self, who: usize, act: Act) {
        let Some(citizen) = self.lives.get(who).map(|life| life.citizen.clone()) else { return };
        let able = citizen.is_alive(self.today) && !citizen.is_in_crisis(self.today);
        match act {
            Act::Capture if able => self.capture(who, &citizen),
            Act::Call if able => {
                let number = self.next_proof(who);
                self.arrive(who, Channel::VideoCall, self.today, number);
            }
            Act::Sign if able || (!citizen.is_alive(self.today) && citizen.heirs_sign) => {
                self.sign(who, &citizen);
            }
            // In a crisis people try again when it is over.
            Act::Capture | Act::Sign | Act::Call if citizen.is_alive(self.today) => {
                self.plan(self.dice.after(date(2027, 8, 1), 0, 25), who, Act::Capture);
            }
            Act::Capture | Act::Sign | Act::Call => {}
            Act::Arrive { channel, made, number } => self.arrive(who, channel, made, number),
            Act::Decide { evidence, accept } => self.decide(who, &evidence, accept),
            Act::ReportDeath => {
                self.tell(who, What::CaseOpened { case: "death".into(), kind: CaseKind::DeathReported });
                self.plan(self.dice.after(self.today, 3, 20), who, Act::ConfirmDeath);
            }
            Act::ConfirmDeath => self.confirm_death(who, &citizen),
            Act::WrongReport if able => {
                self.tell(who, What::CaseOpened { case: "wrong".into(), kind: CaseKind::DeathReported });
                self.plan(self.dice.after(self.today, 5, 30), who, Act::CorrectReport);
            }
            Act::CorrectReport => {
                self.tell(who, What::CaseClosed { case: "wrong".into(), by: "officer".into() });
            }
            Act::EnterHospital if able => self.tell(
                who,
                What::HoldPlaced {
                    hold: "hospital".into(),
                    kind: HoldKind::Hospital,
                    reason: "told by the family".into(),
                    by: "officer".into(),
                    until: Some(later(self.today, 60)),
                },
            ),
            Act::Remarry if able => {
                self.tell(who, What::BenefitEnded { on: self.today, why: BenefitEnd::Remarriage });
                self.stop_paying(who);
            }
            Act::WrongDeath if able => {
                self.tell(who, What::DeathConfirmed { on: self.today, by: "officer".into() });
                self.plan(self.dice.after(self.today, 1, 40), who, Act::TakeDeathBack);
            }
            Act::TakeDeathBack if citizen.is_alive(self.today) => {
                self.figures.deaths_taken_back += 1;
                self.tell(who, What::DeathWithdrawn { by: "officer".into() });
            }
            Act::WrongReport | Act::EnterHospital | Act::Remarry | Act::WrongDeath | Act::TakeDeathBack => {}
            Act::PaymentResumes => self.tell(who, What::PaymentResumed { on: self.today }),
            Act::CheckAccount => {
                let by = ["first".into(), "second".into()];
                let is_theirs = self.dice.of_ten_thousand(5000);
                let answer =
                    if is_theirs { What::AccountChecked { by } } else { What::AccountRefused { by } };
                self.tell(who, answer);
            }
        }
    }

    /// One capture in six fails and goes to a person.
    fn capture(&mut self, who: usize, citizen: &Citizen) {
        let number = self.next_proof(who);
        if self.dice.of_ten_thousand(1600) {
            self.figures.faces_failed += 1;
        } else if self.dice.of_ten_thousand(300) {
            // Captured offline and sent when there is a line again.
            let act = Act::Arrive { channel: Channel::OwnDevice, made: self.today, number };
            self.plan(self.dice.after(self.today, 1, 12), who, act);
            return;
        } else {
            let Some(evidence) = self.receive(who, Channel::OwnDevice, self.today, number) else { return };
            self.check_residence(who, citizen, &evidence);
            self.decide_now(who, &evidence);
            return;
        }
        let Some(evidence) = self.receive(who, Channel::OwnDevice, self.today, number) else { return };
        let accept = self.dice.of_ten_thousand(5500);
        self.decide_later(who, evidence, accept, 1, 4);
    }

    fn sign(&mut self, who: usize, citizen: &Citizen) {
        let number = self.next_proof(who);
        if self.dice.of_ten_thousand(if citizen.moved { 1000 } else { 250 }) {
            self.figures.letters_lost += 1;
            return;
        }
        let act = || Act::Arrive { channel: Channel::Paper, made: self.today, number };
        let (first, again) = (act(), act());
        self.plan(self.dice.after(self.today, 4, 40), who, first);
        if self.dice.of_ten_thousand(100) {
            // The same form, posted and uploaded.
            self.plan(self.dice.after(self.today, 2, 60), who, again);
        }
    }

    fn arrive(&mut self, who: usize, channel: Channel, made: NaiveDate, number: u64) {
        let Some(evidence) = self.receive(who, channel, made, number) else { return };
        if channel == Channel::VideoCall {
            return self.decide_now(who, &evidence);
        }
        let accept = !self.dice.of_ten_thousand(200);
        self.decide_later(who, evidence, accept, 0, 6);
    }

    /// The door: checks the record and whether the proof is new.
    fn receive(&mut self, who: usize, channel: Channel, made: NaiveDate, number: u64) -> Option<Evidence> {
        let received_at = self.now();
        let captured_at = made.and_time(received_at.time()).and_utc();
        let person = self.lives.get(who)?.citizen.person.id.clone();
        let evidence = Evidence {
            id: format!("{person}-{number}-{}", self.today),
            channel,
            operator: channel.has_operator().then(|| "officer".to_owned()),
            helper: None,
            captured_at,
            received_at,
            digests: vec![format!("{:0>64}", format!("{person}{number:04}"))],
            person,
        };
        if self.dice.of_ten_thousand(1) {
            // Somebody sends a neighbour's proof as their own.
            let stolen = Evidence { person: "nobody".into(), ..evidence.clone() };
            let known = self.book.admit(&evidence).is_ok();
            self.figures.proof_of_another += u64::from(known && self.book.admit(&stolen).is_err());
        } else if !matches!(self.book.admit(&evidence), Ok(Admission::New)) {
            self.figures.same_proof_again += 1;
            return None;
        }
        self.figures.proofs_received += 1;
        self.watch.proof_received(&evidence);
        self.tell(who, What::ProofReceived { evidence: evidence.clone() });
        Some(evidence)
    }

    fn check_residence(&mut self, who: usize, citizen: &Citizen, evidence: &Evidence) {
        let abroad = citizen.moved.then(|| "PRT".parse().ok()).flatten();
        let seen = Some(abroad.unwrap_or(citizen.person.country));
        let check = judge(citizen.person.track, citizen.person.country, seen);
        let differs = matches!(check, ResidenceCheck::Differs { .. });
        self.figures.residence_cases += u64::from(differs && citizen.person.track == Track::Two);
        self.tell(who, What::ResidenceChecked { evidence: evidence.id.clone(), check });
    }

    fn decide_now(&mut self, who: usize, evidence: &Evidence) {
        self.waiting += 1;
        self.decide(who, evidence, true);
    }

    fn decide_later(&mut self, who: usize, evidence: Evidence, accept: bool, low: u64, high: u64) {
        self.waiting += 1;
        let day = self.dice.after(self.today, low, high);
        self.plan(day, who, Act::Decide { evidence: Box::new(evidence), accept });
    }

    fn decide(&mut self, who: usize, evidence: &Evidence, accept: bool) {
        self.waiting -= 1;
        if accept {
            self.figures.proofs_accepted += 1;
            *self.figures.channels.entry(evidence.channel).or_default() += 1;
            self.tell(who, What::ProofAccepted { evidence: evidence.clone(), by: "officer".into() });
        } else {
            self.figures.proofs_refused += 1;
            self.watch.proof_refused(evidence);
            self.tell(
                who,
                What::ProofRefused {
                    evidence: evidence.clone(),
                    by: "officer".into(),
                    reason: "not recognised".into(),
                },
            );
        }
    }

    fn confirm_death(&mut self, who: usize, citizen: &Citizen) {
        let Some(on) = citizen.died_on else { return };
        self.tell(who, What::DeathConfirmed { on, by: "officer".into() });
        self.stop_paying(who);
        if self.dice.of_ten_thousand(3000) {
            let survivor = Citizen::survivor(self.lives.len(), citizen, later(self.today, 20), &self.dice);
            let id = survivor.person.id.clone();
            self.tell(who, What::Converted { survivor: id, on: self.today });
            self.settle(survivor);
        }
    }

    fn stop_paying(&mut self, who: usize) {
        if let Some(life) = self.lives.get_mut(who) {
            life.citizen.person.in_payment_since = None;
        }
    }

    /// A person opens the post.
    pub(crate) fn react(&mut self, who: usize, before: &PersonYear, made: &Step) {
        for transition in &made.transitions {
            *self.figures.rules.entry(transition.rule).or_default() += 1;
        }
        for effect in &made.effects {
            self.react_to(who, &effect.kind);
        }
        let Some(life) = self.lives.get_mut(who) else { return };
        match (before.stage.name(), &made.after.stage) {
            (from, Stage::Suspended { since, .. }) if from != StageName::Suspended => {
                life.citizen.person.on_hold_since = Some(*since);
                if self.dice.of_ten_thousand(500) {
                    self.tell(who, What::AccountChanged);
                }
                if before.stage.name() == StageName::SuspensionProposed && self.dice.of_ten_thousand(500) {
                    self.plan(self.dice.after(self.today, 1, 10), who, Act::WrongDeath);
                }
            }
            // Also from behind a death that was none.
            (StageName::Suspended | StageName::Closed, Stage::Reinstated { .. }) => {
                life.citizen.person.on_hold_since = None;
                let payroll = self.dice.after(self.today, 5, 30);
                self.plan(payroll, who, Act::PaymentResumes);
            }
            _ => {}
        }
    }

    fn react_to(&mut self, who: usize, kind: &EffectKind) {
        let Some(citizen) = self.lives.get(who).map(|life| life.citizen.clone()) else { return };
        let answer = || if citizen.digital { Act::Capture } else { Act::Sign };
        match kind {
            EffectKind::MailPaper { mailing, .. } => {
                self.figures.letters += 1;
                // Asked alone, between everybody's first form and the last day.
                let alone = (date(2026, 7, 1)..date(2027, 6, 1)).contains(&self.today);
                self.figures.latecomers_asked_late +=
                    u64::from(*mailing == 1 && alone && citizen.known_from.is_some());
                let reached = !self.dice.of_ten_thousand(if citizen.moved { 6000 } else { 300 });
                self.figures.letters_lost += u64::from(!reached);
                let last = if *mailing == 1 { Answers::FirstMailing } else { Answers::SecondMailing };
                if reached && citizen.answers <= last {
                    self.plan(self.dice.after(self.today, 6, 75), who, answer());
                }
            }
            EffectKind::ListForFollowUp if citizen.answers <= Answers::FollowUp => {
                self.plan(self.dice.after(self.today, 5, 120), who, answer());
            }
            EffectKind::SendNotice { .. } => {
                self.figures.notices += 1;
                if citizen.answers <= Answers::Notice {
                    self.plan(self.dice.after(self.today, 2, 16), who, answer());
                }
            }
            EffectKind::HoldPayment { .. } if citizen.answers <= Answers::Hold => {
                self.plan(self.dice.after(self.today, 3, 60), who, answer());
            }
            EffectKind::Remind { .. } => self.figures.reminders += 1,
            EffectKind::OfferAnotherChannel { tried, .. } => self.try_another(who, *tried),
            EffectKind::OpenCase { kind: CaseKind::Account } => {
                self.plan(self.dice.after(self.today, 3, 20), who, Act::CheckAccount);
            }
            EffectKind::OpenCase { kind: CaseKind::ProofAfterDeath } => self.figures.doubts_after_death += 1,
            _ => {}
        }
    }

    /// The next way, with a call only while there is a slot.
    fn try_another(&mut self, who: usize, tried: Channel) {
        let slot = self.desk.free_day(self.today);
        let Some(life) = self.lives.get_mut(who) else { return };
        life.tried.push(tried);
        let next = next_channel(&life.tried, slot.is_some());
        match (next, slot) {
            (Channel::VideoCall, Some(day)) => {
                self.desk.take(day);
                self.plan(day, who, Act::Call);
            }
            _ => {
                self.desk.turned_away += u64::from(slot.is_none());
                self.plan(self.dice.after(self.today, 5, 30), who, Act::Sign);
            }
        }
    }

    fn next_proof(&mut self, who: usize) -> u64 {
        let Some(life) = self.lives.get_mut(who) else { return 0 };
        life.proofs += 1;
        life.proofs
    }
}
