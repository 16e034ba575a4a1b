//! Appeals that are cases: the refusal of a proof is looked at by another officer.

use entitlement::cycle::{CaseKind, Evidence, What};
use issuance::Actor;
use store_issuer::Transaction;
use store_issuer::fund::{CaseRow, ProofRow};

use super::case_kind::CaseType;
use super::journal::Pen;
use super::{FundError, Issuer};

impl Issuer {
    /// The person, or an officer for them, does not agree with the refusal of a proof. It always reaches an officer, and
    /// another one than who refused. While it is open nobody is suspended.
    pub async fn appeal(&self, by: &Actor, proof: &str, words: &str) -> Result<String, FundError> {
        self.pension_fund(&by.tenant)?;
        sql::retry(|| async {
            let mut tx = self.store.write("open_fund_appeal").await?;
            let id = self.appeal_within(&mut tx, by, proof, words).await?;
            tx.commit().await?;
            Ok(id)
        })
        .await
    }

    /// The same in the caller's transaction.
    pub(crate) async fn appeal_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        proof: &str,
        words: &str,
    ) -> Result<String, FundError> {
        let tenant = by.tenant.as_str();
        let proof = tx.find_fund_proof(tenant, proof).await?.ok_or(FundError::Unknown)?;
        let name = format!("appeal/{}", proof.id);
        let known = tx.list_fund_cases_of(tenant, &proof.person).await?;
        if let Some(known) = known.iter().find(|it| it.name == name) {
            return Ok(known.id.clone());
        }
        if proof.state != "refused" {
            return Err(FundError::Form("only a refused proof can be appealed against"));
        }
        let person = tx.find_fund_person(tenant, &proof.person).await?.ok_or(FundError::Damaged)?;
        let mut pen = Pen::new(self, tenant, &person);
        pen.event(What::CaseOpened { case: name.clone(), kind: CaseKind::Appeal }, self.now())?;
        pen.put(tx).await?;
        let id = self.new_id();
        self.put_case(tx, by, (&id, &person.id), (CaseType::Appeal, &name), words).await?;
        self.tie_appeal(tx, tenant, &proof, &id).await?;
        self.step_person(tx, by, &person.id).await?;
        Ok(id)
    }

    pub(super) async fn accept_after_appeal(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        case: &CaseRow,
    ) -> Result<(), FundError> {
        let (tenant, now) = (by.tenant.as_str(), self.now());
        let row = self.appealed(tx, tenant, case).await?;
        let (evidence, _): (Evidence, String) = self.open_for("proof", tenant, &row.id, &row.sealed)?;
        let person = tx.find_fund_person(tenant, &row.person).await?.ok_or(FundError::Damaged)?;
        let mut pen = Pen::new(self, tenant, &person);
        pen.event(What::ProofAccepted { evidence, by: by.officer.clone() }, now)?;
        pen.put(tx).await?;
        tx.accept_refused_fund_proof(tenant, &row.id, &by.officer, now).await?;
        self.step_person(tx, by, &row.person).await?;
        let row = tx.find_fund_proof(tenant, &row.id).await?.ok_or(FundError::Damaged)?;
        self.receipt_of(tx, tenant, row).await?;
        Ok(())
    }

    async fn appealed(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        case: &CaseRow,
    ) -> Result<ProofRow, FundError> {
        let proof = case.name.strip_prefix("appeal/").ok_or(FundError::Damaged)?;
        tx.find_fund_proof(tenant, proof).await?.ok_or(FundError::Damaged)
    }

    /// Who refused a proof does not decide about the appeal against it.
    pub(super) async fn check_another(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        case: &CaseRow,
    ) -> Result<(), FundError> {
        let proof = self.appealed(tx, &by.tenant, case).await?;
        match proof.decided_by.as_deref() == Some(by.officer.as_str()) {
            true => Err(FundError::FourEyes),
            false => Ok(()),
        }
    }
}
