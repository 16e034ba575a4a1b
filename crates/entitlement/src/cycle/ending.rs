//! How a life or a benefit ends, and what an end that was an error gives back.

use chrono::NaiveDate;

use super::edition::Edition;
use super::effect::EffectKind;
use super::event::CaseKind;
use super::person_year::{Closure, Exemption, Stage};
use super::rule::Rule;
use super::step::Turn;

impl Turn<'_> {
    /// The number of the event is part of the keys: a death that is confirmed again after a withdrawal stops payment again.
    pub(super) fn end(&mut self, how: Closure, on: NaiveDate, rule: Rule, seq: u64) {
        self.note_end(how);
        if self.record.is_ended() {
            return;
        }
        if self.goes_back() {
            self.record.ended_from = Some(self.stage_before());
        }
        self.record.approval = None;
        self.move_to(Stage::Closed { how }, rule, None);
        self.ask_once(&format!("stop-payment/{seq}"), rule, EffectKind::StopPayment { from: on });
        self.ask_once(&format!("revoke/{seq}"), rule, EffectKind::RevokeCertificates);
    }

    /// The person lives: what went on to a survivor did so in error too.
    pub(super) fn take_death_back(&mut self, seq: u64) {
        self.record.cases.retain(|_, kind| *kind != CaseKind::DeathReported);
        let recorded = self.stands_closed_by(Closure::is_of_a_death)
            || self.record.ends.iter().any(Closure::is_of_a_death);
        if recorded {
            let wrong = |end: &Closure| end.is_of_a_death() || matches!(end, Closure::Converted { .. });
            self.take_back(wrong, Rule::DeathWithdrawn, seq);
        }
    }

    /// The benefit goes on.
    pub(super) fn take_end_back(&mut self, seq: u64) {
        self.take_back(Closure::is_of_a_benefit, Rule::EndWithdrawn, seq);
    }

    /// Whatever else ended the life or the benefit stays, from its own day.
    fn take_back(&mut self, wrong: fn(&Closure) -> bool, rule: Rule, seq: u64) {
        self.record.ends.retain(|end| !wrong(end));
        let Stage::Closed { how } = self.record.stage else { return };
        let Some(on) = how.ended_on().filter(|_| wrong(&how)) else { return };
        self.revive(on, rule, seq);
        if let Some((how, on)) = self.record.ends.first().and_then(|how| Some((*how, how.ended_on()?))) {
            let rule = match how {
                Closure::Deceased { .. } => Rule::DeathConfirmed,
                Closure::Converted { .. } => Rule::ConvertedToSurvivor,
                Closure::BenefitEnded { .. } | Closure::Proven | Closure::PaidAgain => Rule::BenefitEnded,
            };
            self.end(how, on, rule, seq);
        }
    }

    /// The year is as it stood before the end that began on this day, or as a proof has made it since.
    fn revive(&mut self, on: NaiveDate, rule: Rule, seq: u64) {
        if self.record.proof.is_none() {
            self.record.proof = self.record.set_aside.take();
        }
        let evidence = self.record.proof.as_ref().map(|proof| proof.evidence.clone());
        let before = self.record.ended_from.take();
        let unheard = self.goes_back() && self.drop_end();
        if let Some(Stage::Suspended { since, list }) = before {
            return self.hold_again((since, list), unheard, rule, seq);
        }
        self.record.notice_on = None;
        let stage = match (before, &evidence) {
            (Some(before @ (Stage::Reinstated { .. } | Stage::Closed { .. })), _) => before,
            (_, Some(_)) => Stage::Closed { how: Closure::Proven },
            (Some(before @ Stage::NotInScope { .. }), None) => before,
            // The letters of before were taken back with the end: whoever is asked again has the days of new ones.
            (_, None) => Stage::Open,
        };
        self.move_to(stage, rule, evidence.as_deref());
        if self.record.account_changed {
            return self.ask_about_account(seq);
        }
        // Payment that another year holds stays on hold.
        let held = self.goes_back() && self.person.on_hold_since.is_some();
        if !unheard && !held {
            let kind = EffectKind::ResumePayment { evidence: None, from: Some(on) };
            self.ask_once(&format!("resume-payment/{seq}"), rule, kind);
        }
    }

    /// The person lives and has not shown it: payroll holds instead of ending, and pays when there is a proof.
    fn hold_again(&mut self, (since, list): (NaiveDate, String), unheard: bool, rule: Rule, seq: u64) {
        self.move_to(Stage::Suspended { since, list: list.clone() }, rule, None);
        let Some(evidence) = self.record.proof.as_ref().map(|proof| proof.evidence.clone()) else {
            if !unheard {
                let kind = EffectKind::HoldPayment { payroll: since, list };
                self.ask(&format!("hold-payment/{seq}"), rule, kind);
            }
            return;
        };
        if self.record.account_changed {
            return self.ask_about_account(seq);
        }
        let rule = Rule::ReinstatedToSameAccount;
        self.move_to(Stage::Reinstated { on: self.today }, rule, Some(&evidence));
        let kind = EffectKind::ResumePayment { evidence: Some(evidence), from: None };
        self.ask_once(&format!("resume-payment/{seq}"), rule, kind);
    }

    /// Whether the rules of this night give a year back as it stood.
    fn goes_back(&self) -> bool {
        self.night.edition >= Edition::Third
    }

    fn stands_closed_by(&self, end: fn(&Closure) -> bool) -> bool {
        matches!(&self.record.stage, Stage::Closed { how } if end(how))
    }

    fn note_end(&mut self, how: Closure) {
        let same = |known: &Closure| std::mem::discriminant(known) == std::mem::discriminant(&how);
        if self.goes_back() && !self.record.ends.iter().any(same) {
            self.record.ends.push(how);
        }
    }

    /// A year that was over before the Fund knew the person is none of theirs, also where the first word of them was the end.
    fn stage_before(&self) -> Stage {
        match (&self.record.stage, self.known_too_late()) {
            (Stage::NotInScope { why: Exemption::NotOpenYet }, Some(why)) => Stage::NotInScope { why },
            (stage, _) => stage.clone(),
        }
    }
}
