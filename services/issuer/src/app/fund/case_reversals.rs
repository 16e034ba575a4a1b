//! Decisions of cases that turn out wrong: a death that was none, a benefit that went on to a survivor in error.

use entitlement::cycle::What;
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::Transaction;
use store_issuer::fund::CaseRow;

use super::journal::Pen;
use super::{FundError, Issuer};

impl Issuer {
    /// A death was recorded that is none. One officer takes it back: nobody alive waits for a second one to be paid.
    pub async fn reverse_death(&self, by: &Actor, id: &str, reason: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        if reason.trim().is_empty() {
            return Err(FundError::Form("a decision needs a reason"));
        }
        sql::retry(|| async {
            let tenant = by.tenant.as_str();
            let mut tx = self.store.write("reverse_fund_death").await?;
            let row = tx.find_fund_case(tenant, id).await?.ok_or(FundError::Unknown)?;
            if row.kind != "death" || row.outcome.as_deref() != Some("confirmed") || row.state != "closed" {
                return Err(FundError::Decided);
            }
            let what = What::DeathWithdrawn { by: by.officer.clone() };
            self.reverse_within(&mut tx, by, (&row, what), reason).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// A benefit went on to a survivor in error: the person is paid again. Whoever proposed it leaves that to a colleague.
    pub async fn reverse_conversion(&self, by: &Actor, id: &str, reason: &str) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        if reason.trim().is_empty() {
            return Err(FundError::Form("a decision needs a reason"));
        }
        sql::retry(|| async {
            let tenant = by.tenant.as_str();
            let mut tx = self.store.write("reverse_fund_conversion").await?;
            let row = tx.find_fund_case(tenant, id).await?.ok_or(FundError::Unknown)?;
            if row.kind != "survivor" || row.outcome.as_deref() != Some("converted") || row.state != "closed"
            {
                return Err(FundError::Decided);
            }
            if row.proposed_by.as_deref() == Some(by.officer.as_str()) {
                return Err(FundError::FourEyes);
            }
            let what = What::EndWithdrawn { by: by.officer.clone() };
            self.reverse_within(&mut tx, by, (&row, what), reason).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn reverse_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (row, what): (&CaseRow, What),
        reason: &str,
    ) -> Result<(), FundError> {
        let tenant = by.tenant.as_str();
        let person = tx.find_fund_person(tenant, &row.person).await?.ok_or(FundError::Damaged)?;
        let lives = matches!(what, What::DeathWithdrawn { .. });
        let mut pen = Pen::new(self, tenant, &person);
        pen.event(what, self.now())?;
        pen.put(tx).await?;
        if lives {
            self.revive_record_of(tx, by, &person).await?;
        }
        let reversed =
            CaseRow { outcome: Some("reversed".to_owned()), revision: row.revision + 1, ..row.clone() };
        self.note_act(tx, by, &reversed, ("reversed", reason)).await?;
        tx.replace_fund_case(tenant, row.revision, &reversed).await?;
        let act = Act { action: "fund.case.reverse", target: &row.id, detail: "" };
        tx.audit(by, act, self.now()).await?;
        self.step_person(tx, by, &person.id).await
    }
}
