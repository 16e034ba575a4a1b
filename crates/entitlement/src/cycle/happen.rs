//! What events do to a person-year.

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
            What::ProofAccepted { evidence, by } => self.accept(evidence, by),
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
                if self.record.stage == Stage::SuspensionProposed {
                    self.record.approval = Some(approval.clone());
                }
            }
            What::AccountChanged => {
                self.record.account_changed = matches!(self.record.stage, Stage::Suspended { .. });
            }
            What::AccountChecked { .. } => self.check_account(),
            What::PaymentResumed { .. } => {
                if let Stage::Reinstated { .. } = self.record.stage {
                    self.move_to(Stage::Closed { how: Closure::PaidAgain }, Rule::PaymentResumed, None);
                }
            }
            What::DeathConfirmed { on, .. } => self.die(*on),
            What::DeathWithdrawn { .. } => self.revive(),
            What::BenefitEnded { on, why } => {
                self.end(Closure::BenefitEnded { on: *on, why: *why }, *on, Rule::BenefitEnded);
            }
            What::Converted { survivor, on } => {
                self.end(Closure::Converted { on: *on }, *on, Rule::ConvertedToSurvivor);
                let kind = EffectKind::InviteSurvivor { survivor: survivor.clone() };
                self.ask_once(&format!("survivor/{survivor}"), Rule::ConvertedToSurvivor, kind);
            }
        }
    }

    fn receive(&mut self, evidence: &Evidence) {
        let needed = evidence.closes(self.record.year) && !self.record.is_answered();
        if needed && self.record.proof.is_none() && !self.record.waiting.contains(&evidence.id) {
            self.record.waiting.push(evidence.id.clone());
        }
    }

    /// Counts a proof for this year, unless one counts already.
    fn accept(&mut self, evidence: &Evidence, by: &str) {
        self.record.waiting.retain(|waiting| *waiting != evidence.id);
        let receipt = EffectKind::SendReceipt { evidence: evidence.id.clone() };
        self.ask_once(&format!("receipt/{}", evidence.id), Rule::ProofOfTheYear, receipt);
        if let Stage::Closed { how: Closure::Deceased { on } } = self.record.stage {
            return self.doubt(evidence, on);
        }
        if !evidence.closes(self.record.year) || self.record.proof.is_some() || self.record.is_ended() {
            return;
        }
        let rule = match evidence.year() == self.record.year {
            true => Rule::ProofOfTheYear,
            false => Rule::ProofOfALaterYear,
        };
        self.record.proof = Some(Counted {
            evidence: evidence.id.clone(),
            channel: evidence.channel,
            captured_at: evidence.captured_at,
            received_at: evidence.received_at,
            accepted_by: by.to_owned(),
            rule,
        });
        self.record.waiting.clear();
        self.record.approval = None;
        match self.record.stage {
            Stage::Suspended { .. } if self.record.account_changed => {
                let kind = EffectKind::OpenCase { kind: CaseKind::Account };
                self.ask("case/account", Rule::AccountChangedWhileOnHold, kind);
            }
            Stage::Suspended { .. } => self.reinstate(Rule::ReinstatedToSameAccount),
            _ => self.move_to(Stage::Closed { how: Closure::Proven }, rule, Some(&evidence.id)),
        }
    }

    fn refuse(&mut self, evidence: &Evidence) {
        let before = self.record.waiting.len();
        self.record.waiting.retain(|waiting| *waiting != evidence.id);
        if self.record.waiting.len() < before {
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

    /// The two officers' check of a changed account: payment resumes if the proof is there, else with it.
    fn check_account(&mut self) {
        self.record.account_changed = false;
        if matches!(self.record.stage, Stage::Suspended { .. }) && self.record.proof.is_some() {
            self.reinstate(Rule::ReinstatedAfterAccountCheck);
        }
    }

    fn reinstate(&mut self, rule: Rule) {
        let evidence = self.record.proof.as_ref().map(|proof| proof.evidence.clone());
        self.move_to(Stage::Reinstated { on: self.today }, rule, evidence.as_deref());
        self.ask_today("resume-payment", rule, EffectKind::ResumePayment { evidence });
    }

    fn die(&mut self, on: NaiveDate) {
        self.end(Closure::Deceased { on }, on, Rule::DeathConfirmed);
        self.record.cases.retain(|_, kind| *kind != CaseKind::DeathReported);
        let after = |proof: &&Counted| proof.captured_at.date_naive() > on;
        if let Some(proof) = self.record.proof.as_ref().filter(after) {
            let what = format!("case/proof-after-death/{}", proof.evidence);
            let kind = EffectKind::OpenCase { kind: CaseKind::ProofAfterDeath };
            self.ask_once(&what, Rule::ProofAfterDeath, kind);
        }
    }

    /// A proof of somebody who is recorded as dead: an error in the register, or somebody else's doing.
    fn doubt(&mut self, evidence: &Evidence, on: NaiveDate) {
        if evidence.captured_at.date_naive() > on {
            let what = format!("case/proof-after-death/{}", evidence.id);
            let kind = EffectKind::OpenCase { kind: CaseKind::ProofAfterDeath };
            self.ask_once(&what, Rule::ProofAfterDeath, kind);
        }
    }

    /// The report of death was wrong: the year is as the proof has it, and its dates are caught up from tonight.
    fn revive(&mut self) {
        self.record.cases.retain(|_, kind| *kind != CaseKind::DeathReported);
        if !matches!(self.record.stage, Stage::Closed { how: Closure::Deceased { .. } }) {
            return;
        }
        self.record.notice_on = None;
        let stage = match self.record.proof {
            Some(_) => Stage::Closed { how: Closure::Proven },
            None => Stage::Open,
        };
        self.move_to(stage, Rule::DeathWithdrawn, None);
        let kind = EffectKind::ResumePayment { evidence: None };
        self.ask_once(&format!("resume-payment/{}", self.record.applied), Rule::DeathWithdrawn, kind);
    }

    fn end(&mut self, how: Closure, on: NaiveDate, rule: Rule) {
        if self.record.is_ended() {
            return;
        }
        self.record.approval = None;
        self.move_to(Stage::Closed { how }, rule, None);
        self.ask_once(&format!("stop-payment/{on}"), rule, EffectKind::StopPayment { from: on });
        self.ask_once(&format!("revoke/{on}"), rule, EffectKind::RevokeCertificates);
    }
}
