//! What events do to a person-year.

use std::cmp::Ordering;

use chrono::NaiveDate;

use super::effect::EffectKind;
use super::event::{CaseKind, Event, What};
use super::evidence::Evidence;
use super::person::Track;
use super::person_year::{Closure, Counted, Hold, Stage};
use super::residence::ResidenceCheck;
use super::rule::Rule;
use super::step::Turn;

impl Turn<'_> {
    pub(super) fn happen(&mut self, event: &Event) {
        match &event.what {
            What::ProofReceived { evidence } => self.receive(evidence),
            What::ProofAccepted { evidence, by } => self.accept(evidence, by, event.seq),
            What::ProofRefused { evidence, .. } => self.refuse(evidence),
            What::ResidenceChecked { evidence, check } => self.check_residence(evidence, *check),
            What::CaseOpened { case, kind } => {
                self.record.cases.insert(case.clone(), *kind);
            }
            What::CaseClosed { case, .. } => {
                self.record.cases.remove(case);
            }
            What::HoldPlaced { hold, kind, reason, by, until } => {
                let placed = Hold { kind: *kind, reason: reason.clone(), by: by.clone(), until: *until };
                self.record.holds.insert(hold.clone(), placed);
            }
            What::HoldLifted { hold, .. } => {
                self.record.holds.remove(hold);
            }
            What::SuspensionApproved { approval } => {
                // Another year's list, or one from before a hold, approved something else.
                if self.record.stage == Stage::SuspensionProposed
                    && approval.year == self.record.year
                    && self.record.notice_on == Some(approval.notice_on)
                {
                    self.record.approval = Some(approval.clone());
                }
            }
            What::AccountChanged => self.change_account(event.seq),
            What::AccountChecked { .. } => self.settle_account(Rule::ReinstatedAfterAccountCheck, event.seq),
            What::AccountRefused { .. } => self.settle_account(Rule::ReinstatedToAccountOfBefore, event.seq),
            What::PaymentResumed { .. } => {
                if let Stage::Reinstated { .. } = self.record.stage {
                    self.move_to(Stage::Closed { how: Closure::PaidAgain }, Rule::PaymentResumed, None);
                }
            }
            // Written down for whoever reads the journal; it decides nothing.
            What::CertificatesRevoked { .. } | What::MessageSent { .. } | What::LetterPosted { .. } => {}
            What::DeathConfirmed { on, .. } => self.die(*on, event.seq),
            What::DeathWithdrawn { .. } => self.take_death_back(event.seq),
            What::EndWithdrawn { .. } => self.take_end_back(event.seq),
            What::BenefitEnded { on, why } => {
                let how = Closure::BenefitEnded { on: *on, why: *why };
                self.end(how, *on, Rule::BenefitEnded, event.seq);
            }
            What::Converted { survivor, on } => {
                self.end(Closure::Converted { on: *on }, *on, Rule::ConvertedToSurvivor, event.seq);
                let kind = EffectKind::InviteSurvivor { survivor: survivor.clone() };
                self.ask_once(&format!("survivor/{survivor}"), Rule::ConvertedToSurvivor, kind);
            }
        }
    }

    fn receive(&mut self, evidence: &Evidence) {
        let needed = evidence.closes(self.record.year) && !self.record.is_answered();
        let known = self.record.waiting.contains(&evidence.id) || self.record.decided.contains(&evidence.id);
        if needed && self.record.proof.is_none() && !known {
            self.record.waiting.push(evidence.id.clone());
        }
    }

    /// Counts a proof for this year, unless one counts already.
    fn accept(&mut self, evidence: &Evidence, by: &str, seq: u64) {
        self.record.waiting.retain(|waiting| *waiting != evidence.id);
        self.record.decided.insert(evidence.id.clone());
        let rule = match evidence.year().cmp(&self.record.year) {
            Ordering::Less => Rule::ProofOfAnEarlierYear,
            Ordering::Equal => Rule::ProofOfTheYear,
            Ordering::Greater => Rule::ProofOfALaterYear,
        };
        let counted = Counted {
            evidence: evidence.id.clone(),
            channel: evidence.channel,
            captured_at: evidence.captured_at,
            received_at: evidence.received_at,
            accepted_by: by.to_owned(),
            rule,
        };
        if let Stage::Closed { how: Closure::Deceased { on } } = self.record.stage
            && self.doubt(evidence, on)
        {
            // If the record of the death was wrong, nobody asks this person for a second proof.
            if evidence.closes(self.record.year) && self.record.set_aside.is_none() {
                self.record.set_aside = Some(counted);
            }
            return;
        }
        let receipt = EffectKind::SendReceipt { evidence: evidence.id.clone() };
        self.ask_once(&format!("receipt/{}", evidence.id), rule, receipt);
        if !evidence.closes(self.record.year) || self.record.proof.is_some() {
            return;
        }
        if self.record.is_ended() {
            self.record.set_aside.get_or_insert(counted);
            return;
        }
        self.record.proof = Some(counted);
        self.record.waiting.clear();
        self.record.approval = None;
        match self.record.stage {
            Stage::Suspended { .. } if self.record.account_changed => self.ask_about_account(seq),
            Stage::Suspended { .. } => self.reinstate(Rule::ReinstatedToSameAccount),
            _ => self.move_to(Stage::Closed { how: Closure::Proven }, rule, Some(&evidence.id)),
        }
    }

    /// Another way is offered whenever the person still owes a proof, also if the refused one was never seen waiting.
    fn refuse(&mut self, evidence: &Evidence) {
        self.record.waiting.retain(|waiting| *waiting != evidence.id);
        let first = self.record.decided.insert(evidence.id.clone());
        let owes = self.record.proof.is_none() && !self.record.is_answered();
        if first && owes && evidence.closes(self.record.year) {
            let kind =
                EffectKind::OfferAnotherChannel { refused: evidence.id.clone(), tried: evidence.channel };
            self.ask_once(&format!("another-channel/{}", evidence.id), Rule::ProofRefused, kind);
        }
    }

    /// A difference opens a case. It says nothing about the proof of life, which stands or falls by itself.
    fn check_residence(&mut self, evidence: &str, check: ResidenceCheck) {
        let differs = matches!(check, ResidenceCheck::Differs { .. });
        if differs && self.person.track == Track::Two && !self.record.is_ended() {
            let case = format!("residence/{evidence}");
            let kind = EffectKind::OpenCase { kind: CaseKind::Residence };
            self.ask_once(&format!("case/{case}"), Rule::ResidenceMismatch, kind);
            self.record.cases.insert(case, CaseKind::Residence);
        }
    }

    /// Money that waits goes to no account that changed meanwhile, also when the decision to pay again was made before.
    fn change_account(&mut self, seq: u64) {
        match self.record.stage {
            Stage::Suspended { .. } => self.record.account_changed = true,
            Stage::Reinstated { .. } => {
                self.record.account_changed = true;
                self.ask_about_account(seq);
            }
            _ => {}
        }
    }

    pub(super) fn ask_about_account(&mut self, seq: u64) {
        let kind = EffectKind::OpenCase { kind: CaseKind::Account };
        self.ask(&format!("case/account/{seq}"), Rule::AccountChangedWhileOnHold, kind);
    }

    /// Two officers have looked at a changed account: payment resumes if nothing else is missing, else with the proof. To which
    /// account, the rule says; none of both answers leaves anybody on hold who has proven life.
    fn settle_account(&mut self, rule: Rule, seq: u64) {
        if !std::mem::take(&mut self.record.account_changed) {
            return;
        }
        match self.record.stage {
            Stage::Suspended { .. } if self.record.proof.is_some() => self.reinstate(rule),
            Stage::Suspended { .. } => {}
            _ if self.record.is_ended() => {}
            _ => {
                let evidence = self.record.proof.as_ref().map(|proof| proof.evidence.clone());
                let kind = EffectKind::ResumePayment { evidence, from: None };
                self.ask(&format!("resume-payment/{seq}"), rule, kind);
            }
        }
    }

    fn reinstate(&mut self, rule: Rule) {
        let evidence = self.record.proof.as_ref().map(|proof| proof.evidence.clone());
        self.move_to(Stage::Reinstated { on: self.today }, rule, evidence.as_deref());
        self.ask_today("resume-payment", rule, EffectKind::ResumePayment { evidence, from: None });
    }

    fn die(&mut self, on: NaiveDate, seq: u64) {
        self.end(Closure::Deceased { on }, on, Rule::DeathConfirmed, seq);
        self.record.cases.retain(|_, kind| *kind != CaseKind::DeathReported);
        let after = |proof: &&Counted| proof.captured_at.date_naive() > on;
        if let Some(proof) = self.record.proof.as_ref().filter(after) {
            let what = format!("case/proof-after-death/{}", proof.evidence);
            let kind = EffectKind::OpenCase { kind: CaseKind::ProofAfterDeath };
            self.ask_once(&what, Rule::ProofAfterDeath, kind);
        }
    }

    /// A proof of somebody who is recorded as dead: an error in the register, or somebody else's doing. Says whether there
    /// is such a doubt; a proof from before the death is like any other.
    fn doubt(&mut self, evidence: &Evidence, on: NaiveDate) -> bool {
        let after = evidence.captured_at.date_naive() > on;
        if after {
            let what = format!("case/proof-after-death/{}", evidence.id);
            let kind = EffectKind::OpenCase { kind: CaseKind::ProofAfterDeath };
            self.ask_once(&what, Rule::ProofAfterDeath, kind);
        }
        after
    }
}
