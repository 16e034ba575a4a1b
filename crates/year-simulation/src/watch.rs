//! The invariants, kept in a book of their own: nothing here trusts the record it judges.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entitlement::cycle::{
    Counts, Effect, EffectKind, Evidence, Flows, PersonYear, Rule, Stage, StageName, Step, Transition,
};

/// A rule that was broken, on which night and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    pub on: NaiveDate,
    pub person: String,
    pub rule: &'static str,
}

/// What the watcher knows: which proofs reached the Fund and what became of them, as people experienced it.
#[derive(Debug, Default)]
pub struct Watch {
    /// By person: evidence, year of capture, and whether it was refused.
    proofs: BTreeMap<String, Vec<(String, i32, bool)>>,
    counted: BTreeMap<(String, i32), String>,
    counted_for: BTreeMap<String, BTreeSet<i32>>,
    keys: BTreeSet<String>,
    /// When the first form of a year was asked for.
    asked: BTreeMap<(String, i32), NaiveDate>,
    /// Years that were the person's once, and those in which payment is held.
    opened: BTreeSet<(String, i32)>,
    held: BTreeSet<(String, i32)>,
    flows: BTreeMap<i32, Flows>,
    pub breaches: Vec<Breach>,
}

impl Watch {
    pub fn person_year_began(&mut self, year: i32) {
        self.flows.entry(year).or_default().begin(1);
    }

    pub fn proof_received(&mut self, evidence: &Evidence) {
        let proof = (evidence.id.clone(), evidence.year(), false);
        self.proofs.entry(evidence.person.clone()).or_default().push(proof);
    }

    pub fn proof_refused(&mut self, evidence: &Evidence) {
        for (id, _, refused) in self.proofs.entry(evidence.person.clone()).or_default() {
            *refused |= *id == evidence.id;
        }
    }

    /// Judges one step; `held` says whether the world itself knows a reason against suspension.
    pub fn see(&mut self, on: NaiveDate, before: &PersonYear, step: &Step, held: bool) {
        let person = &before.person;
        self.flows.entry(before.year).or_default().record(&step.transitions);
        for transition in &step.transitions {
            self.see_move(on, (person, before.year), transition);
        }
        // Back on hold after an end that was none is no new suspension.
        let back = before.ended_from.is_some();
        if !back
            && before.stage.name() != StageName::Suspended
            && step.after.stage.name() == StageName::Suspended
        {
            self.see_suspension(on, &step.after, held);
        }
        if before.proof.is_none()
            && let Some(proof) = &step.after.proof
        {
            self.see_counted(on, person, before.year, &proof.evidence);
        }
        for effect in &step.effects {
            if matches!(effect.kind, EffectKind::MailPaper { .. }) {
                self.asked.entry((person.clone(), before.year)).or_insert(on);
            }
            self.see_effect(on, before, effect);
        }
    }

    /// An end that was an error opens no year that was never the person's, and pays nobody whom two officers put on hold.
    fn see_move(&mut self, on: NaiveDate, (person, year): (&str, i32), made: &Transition) {
        let of = (person.to_owned(), year);
        let back = matches!(made.rule, Rule::DeathWithdrawn | Rule::EndWithdrawn);
        if back && made.to == StageName::Open && !self.opened.contains(&of) {
            self.breach(on, person, "no error opens a year that was never the person's");
        }
        if back && made.to != StageName::Suspended && self.held.contains(&of) {
            self.breach(on, person, "no error lifts a suspension without a proof");
        }
        match made.to {
            StageName::Open => self.opened.insert(of),
            StageName::Suspended => self.held.insert(of),
            StageName::Reinstated => self.held.remove(&of),
            _ => false,
        };
    }

    fn see_suspension(&mut self, on: NaiveDate, after: &PersonYear, held: bool) {
        let proofs = self.proofs.get(&after.person);
        let valid = proofs
            .is_some_and(|proofs| proofs.iter().any(|(_, year, refused)| *year >= after.year && !refused));
        let notice = after.notice_on.is_some_and(|notice| on - notice >= chrono::Duration::days(14));
        let asked = self.asked.get(&(after.person.clone(), after.year));
        let asked = asked.is_some_and(|asked| on - *asked >= chrono::Duration::days(45));
        for (broken, rule) in [
            (valid, "nobody is suspended with a proof on record"),
            (held, "nobody is suspended while a hold-out stands"),
            (!notice, "nobody is suspended without two weeks' notice"),
            (!asked, "nobody is suspended who was not asked and given the return days"),
        ] {
            if broken {
                self.breach(on, &after.person, rule);
            }
        }
    }

    fn see_counted(&mut self, on: NaiveDate, person: &str, year: i32, evidence: &str) {
        if self.counted.insert((evidence.to_owned(), year), person.to_owned()).is_some() {
            self.breach(on, person, "no proof counts twice for one year");
        }
        let mine = self.proofs.get(person).and_then(|proofs| proofs.iter().find(|(id, ..)| id == evidence));
        match mine {
            None => self.breach(on, person, "no proof counts for two people"),
            Some((_, _, true)) => self.breach(on, person, "no refused proof counts"),
            Some((_, made, false)) if *made < year => {
                self.breach(on, person, "no proof counts ahead");
            }
            Some(_) => {}
        }
        self.counted_for.entry(evidence.to_owned()).or_default().insert(year);
    }

    fn see_effect(&mut self, on: NaiveDate, before: &PersonYear, effect: &Effect) {
        // Several years may ask for the same receipt or the same revocation; an outbox does it once.
        let shared = matches!(
            effect.kind,
            EffectKind::SendReceipt { .. }
                | EffectKind::OfferAnotherChannel { .. }
                | EffectKind::OpenCase { .. }
                | EffectKind::StopPayment { .. }
                | EffectKind::RevokeCertificates
                | EffectKind::InviteSurvivor { .. }
        );
        // One resumption after an error is of the person and not of a year.
        let shared = shared || effect.key.split('/').nth(1) == Some("resume-payment");
        if !self.keys.insert(effect.key.clone()) && !shared {
            self.breach(on, &before.person, "nothing is asked for twice");
        }
        let accepted = before.proof.is_some();
        if accepted && matches!(effect.kind, EffectKind::MailPaper { .. } | EffectKind::Remind { .. }) {
            self.breach(on, &before.person, "nobody is written to after a proof");
        }
    }

    /// After a night: entered less left is what stands in each stage, and nobody got lost.
    pub fn reconcile(&mut self, on: NaiveDate, year: i32, counts: &Counts, people: u64) {
        let flows = self.flows.entry(year).or_default();
        if !flows.differences(counts).is_empty() || counts.total() != people {
            self.breach(on, "", "all counts reconcile to zero");
        }
    }

    /// At the end: whoever is paid no more has no unrefused proof that a decision was made on.
    pub fn close(&mut self, on: NaiveDate, cycle: &PersonYear) {
        if let (Stage::Suspended { .. }, Some(_), false) = (&cycle.stage, &cycle.proof, cycle.account_changed)
        {
            self.breach(on, &cycle.person, "a proof reinstates");
        }
    }

    /// How many proofs closed two years.
    pub fn counted_for_two(&self) -> u64 {
        let two = self.counted_for.values().filter(|years| years.len() == 2).count();
        u64::try_from(two).unwrap_or(u64::MAX)
    }

    pub fn repeated(&mut self, on: NaiveDate, before: &PersonYear, again: &Step) {
        if again.after != *before || !again.effects.is_empty() || !again.transitions.is_empty() {
            self.breach(on, &before.person, "a repeated night changes nothing");
        }
    }

    fn breach(&mut self, on: NaiveDate, person: &str, rule: &'static str) {
        self.breaches.push(Breach { on, person: person.to_owned(), rule });
    }
}
