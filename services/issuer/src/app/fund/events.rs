//! What officers write into a person's journal beside proofs: holds, payments, words; and the step that follows at once.

use chrono::{Datelike as _, NaiveDate};
use entitlement::cycle::{HoldKind, What};
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::Transaction;
use store_issuer::fund::{DueRow, NoteRow};

use super::journal::Pen;
use super::proofs::LONGEST_REMARK;
use super::{FundError, Issuer};

/// A reason why somebody is not suspended for a time.
#[derive(Clone, Debug)]
pub struct NewHold {
    /// The pseudonymous number.
    pub person: String,
    /// What kind of reason.
    pub kind: HoldKind,
    /// In words, for colleagues; kept apart from the journal.
    pub reason: String,
    /// The last day.
    pub until: Option<NaiveDate>,
}

impl Issuer {
    /// Nobody suspends this person for a time.
    pub async fn place_hold(&self, by: &Actor, new: &NewHold) -> Result<String, FundError> {
        let hold = self.new_id();
        self.happen(by, &new.person, "fund.hold", &new.reason, |note| What::HoldPlaced {
            hold: hold.clone(),
            kind: new.kind,
            reason: note,
            by: by.officer.clone(),
            until: new.until,
        })
        .await?;
        Ok(hold)
    }

    /// A hold is over.
    pub async fn lift_hold(&self, by: &Actor, person: &str, hold: &str) -> Result<(), FundError> {
        let lifted = |_| What::HoldLifted { hold: hold.to_owned(), by: by.officer.clone() };
        self.happen(by, person, "fund.hold.lift", "", lifted).await
    }

    /// Payroll pays somebody again.
    pub async fn payment_resumed(&self, by: &Actor, person: &str, on: NaiveDate) -> Result<(), FundError> {
        self.happen(by, person, "fund.payment", "", |_| What::PaymentResumed { on }).await
    }

    /// Writes one event down and applies it; `words` are kept as a note, whose name the event gets.
    async fn happen(
        &self,
        by: &Actor,
        person: &str,
        action: &'static str,
        words: &str,
        what: impl Fn(String) -> What + Clone,
    ) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        if words.chars().count() > LONGEST_REMARK {
            return Err(FundError::Form("a reason has at most 2000 characters"));
        }
        sql::retry(|| async {
            let (tenant, now) = (by.tenant.as_str(), self.now());
            let mut tx = self.store.write("fund_event").await?;
            let row = tx.find_fund_person(tenant, person).await?.ok_or(FundError::Unknown)?;
            let note = match words.trim().is_empty() {
                true => String::new(),
                false => self.write_note(&mut tx, by, person, words).await?,
            };
            let mut pen = Pen::new(self, tenant, &row);
            pen.event(what(note), now)?;
            pen.put(&mut tx).await?;
            tx.audit(by, Act { action, target: person, detail: "" }, now).await?;
            self.step_person(&mut tx, by, person).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Keeps words about a person apart from the journal, so that they can be erased; answers with what an event says.
    pub(super) async fn write_note(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        person: &str,
        words: &str,
    ) -> Result<String, FundError> {
        let id = self.new_id();
        let note = NoteRow {
            sealed: self.seal_for("note", &by.tenant, &id, &words.trim()),
            person: person.to_owned(),
            written_by: by.officer.clone(),
            written_at: self.now(),
            id,
        };
        tx.insert_fund_note(&by.tenant, &note).await?;
        Ok(format!("note {}", note.id))
    }

    /// Applies to one person at once what the next night would, so that a receipt says which years it closed and reminders
    /// stop. The same rules, the same journal.
    pub(super) async fn step_person(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        person: &str,
    ) -> Result<(), FundError> {
        let (tenant, now) = (by.tenant.as_str(), self.now());
        self.usual_calendars(tx, by).await?;
        for known in self.calendars_within(tx, tenant).await? {
            let year = known.calendar.year();
            if year > now.year() {
                continue;
            }
            tx.begin_fund_year_of(tenant, person, year, now).await?;
            let row = tx.find_fund_person(tenant, person).await?.ok_or(FundError::Unknown)?;
            let cycles = tx.list_fund_cycles(tenant, person).await?;
            let on_hold = self.held_since(tx, tenant, person).await?;
            let Some(cycle) = cycles.into_iter().find(|cycle| cycle.year == year) else { continue };
            self.step_cycle(tx, tenant, &DueRow { person: row, cycle }, (&known, on_hold, now)).await?;
        }
        Ok(())
    }
}
