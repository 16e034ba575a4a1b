//! What the calendar does to a person-year.

use chrono::{Days, NaiveDate};

use super::edition::Edition;
use super::effect::EffectKind;
use super::person_year::{Exemption, PersonYear, Stage};
use super::rule::Rule;
use super::step::Turn;

impl Turn<'_> {
    /// Moves on until nothing more is due, then reminds and gives notice.
    pub(super) fn pass_time(&mut self) {
        if self.stands_in_the_way().is_some() {
            // A notice that was interrupted is given again, with its full time.
            self.record.notice_on = None;
        }
        while self.advance() {}
        self.remind();
        self.give_notice();
    }

    /// One move that the calendar has due, if any.
    fn advance(&mut self) -> bool {
        if let Stage::SuspensionProposed = self.record.stage {
            return self.suspend_or_withdraw();
        }
        if self.record.is_paused() {
            return false;
        }
        let (today, dates) = (self.today, &self.dates);
        let due = match self.record.stage {
            Stage::NotInScope { why } => return self.enter(why),
            Stage::Open => match self.exemption() {
                Some(why) => Some((Stage::NotInScope { why }, scope_rule(why))),
                None => (today >= dates.first_mailing).then_some((Stage::Mailed, Rule::FirstMailing)),
            },
            Stage::Mailed => {
                let due = today >= dates.second_mailing && self.form_has_had_its_days();
                due.then_some((Stage::Reminded, Rule::SecondMailing))
            }
            Stage::Reminded => {
                let due = today > dates.due && self.form_has_had_its_days();
                due.then_some((Stage::Overdue, Rule::DueDatePassed))
            }
            Stage::Overdue => (today >= dates.follow_up).then_some((Stage::FollowUp, Rule::FollowUpBegan)),
            Stage::FollowUp => (today >= dates.grace).then_some((Stage::Grace, Rule::GraceBegan)),
            Stage::Grace => self.may_be_proposed().then_some((Stage::SuspensionProposed, Rule::GraceEnded)),
            Stage::SuspensionProposed
            | Stage::Suspended { .. }
            | Stage::Reinstated { .. }
            | Stage::Closed { .. } => None,
        };
        let Some((stage, rule)) = due else { return false };
        self.move_to(stage, rule, None);
        self.ask_for_stage(rule);
        true
    }

    /// Opens the year for whom it concerns. After the cut-off nobody enters who was left out before.
    fn enter(&mut self, why: Exemption) -> bool {
        let decided = why != Exemption::NotOpenYet && self.today >= self.dates.scope_cut_off;
        if self.today < self.dates.opens || decided {
            return false;
        }
        match self.exemption().or_else(|| self.known_too_late()) {
            Some(now) if now == why => return false,
            Some(now) => self.move_to(Stage::NotInScope { why: now }, scope_rule(now), None),
            None => self.move_to(Stage::Open, Rule::WindowOpened, None),
        }
        true
    }

    fn exemption(&self) -> Option<Exemption> {
        let cut_off = self.dates.scope_cut_off;
        if self.person.is_paid_before(cut_off) {
            return None;
        }
        match self.person.on_hold_since {
            Some(since) if since < cut_off => Some(Exemption::OnHold),
            Some(_) | None => Some(Exemption::NotPaid),
        }
    }

    /// The year was over before its first night with this person. What they send now counts for a later year, which asks for
    /// it; a proof of that year closes a missed one.
    pub(super) fn known_too_late(&self) -> Option<Exemption> {
        let first_night = self.record.night.is_none() && self.night.edition >= Edition::Second;
        (first_night && self.today > self.dates.due).then_some(Exemption::KnownAfterDue)
    }

    /// Whoever was asked late, because the register, a decision or the nights came late, has the same days as everybody.
    fn form_has_had_its_days(&self) -> bool {
        self.record.form_on.is_none_or(|on| self.today > later(on, self.dates.return_days))
    }

    fn ask_for_stage(&mut self, rule: Rule) {
        let asked_back_by = later(self.today, self.dates.return_days);
        if matches!(rule, Rule::FirstMailing | Rule::SecondMailing) && self.night.edition >= Edition::Second {
            self.record.form_on = Some(self.today);
        }
        match rule {
            Rule::FirstMailing => {
                self.ask_today("mailing-1", rule, EffectKind::MailPaper { mailing: 1, asked_back_by });
            }
            Rule::SecondMailing => {
                self.drop_mailing();
                self.ask_today("mailing-2", rule, EffectKind::MailPaper { mailing: 2, asked_back_by });
            }
            Rule::FollowUpBegan => self.ask_today("follow-up", rule, EffectKind::ListForFollowUp),
            Rule::GraceEnded => {
                let payroll = self.dates.payroll;
                let kind = EffectKind::ProposeSuspension { payroll };
                self.ask_today("proposal", rule, kind);
            }
            _ => {}
        }
    }

    /// Not on the night of the notice itself: the night run again must leave the person where the first run did.
    fn may_be_proposed(&self) -> bool {
        self.today > self.dates.grace_until
            && self.record.notice_on.is_some_and(|on| on < self.today)
            && self.stands_in_the_way().is_none()
    }

    fn suspend_or_withdraw(&mut self) -> bool {
        if let Some(rule) = self.stands_in_the_way() {
            self.record.approval = None;
            self.move_to(Stage::Grace, rule, None);
            return true;
        }
        let Some(approval) = self.record.approval.clone() else { return false };
        let payroll = approval.payroll.max(self.dates.payroll).max(notice_ends(&self.record, &self.dates));
        if self.today < payroll {
            return false;
        }
        let since = self.today;
        let list = approval.list;
        self.move_to(Stage::Suspended { since, list: list.clone() }, Rule::SuspensionApprovedByTwo, None);
        let kind = EffectKind::HoldPayment { payroll: since, list };
        self.ask_today("hold-payment", Rule::SuspensionApprovedByTwo, kind);
        true
    }

    /// Sends the newest reminder that is due; older ones that were missed are dropped.
    fn remind(&mut self) {
        if !self.record.wants_reminders() {
            return;
        }
        let over_80 = self.person.is_over_80(self.today);
        let passed = (0..self.dates.reminders.len())
            .take_while(|number| self.dates.reminder(*number, over_80).is_some_and(|on| on <= self.today))
            .count();
        if passed <= self.record.reminders {
            return;
        }
        self.record.reminders = passed;
        let not_before = self.night.quiet.earliest(self.night.at, self.person.utc_offset());
        let kind = EffectKind::Remind { number: passed, medium: self.person.medium, not_before };
        self.ask(&format!("reminder-{passed}"), Rule::ReminderDue, kind);
    }

    fn give_notice(&mut self) {
        let in_grace = self.record.stage == Stage::Grace;
        if !in_grace || self.record.notice_on.is_some() || self.stands_in_the_way().is_some() {
            return;
        }
        self.record.notice_on = Some(self.today);
        let suspends_on = self.dates.payroll.max(notice_ends(&self.record, &self.dates));
        self.ask_today("notice", Rule::NoticeBeforeSuspension, EffectKind::SendNotice { suspends_on });
    }
}

/// The first day on which the notice has had its time.
fn notice_ends(record: &PersonYear, dates: &super::calendar::Dates) -> NaiveDate {
    record.notice_on.map_or(NaiveDate::MAX, |on| later(on, dates.notice_days))
}

fn later(day: NaiveDate, days: u16) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

fn scope_rule(why: Exemption) -> Rule {
    match why {
        Exemption::OnHold => Rule::PaymentOnHoldAtCutOff,
        Exemption::KnownAfterDue => Rule::FirstKnownAfterDue,
        Exemption::NotOpenYet | Exemption::NotPaid => Rule::NotPaidBeforeCutOff,
    }
}
