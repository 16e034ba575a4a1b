//! Cases about people: opened by the rules, an officer or a machine. The cycle hears of each by the same events as of everything else.
//!
//! What officers decide is in `case_decisions`, appeals in `case_appeals`, what is taken back in `case_reversals`.

use chrono::Duration;
use entitlement::cycle::{EffectKind, Stage, What};
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::Transaction;
use store_issuer::fund::{CaseActRow, CaseRow, EffectRow};

use super::case_kind::CaseType;
use super::journal::Pen;
use super::{FundError, Issuer};

impl Issuer {
    /// Opens a case about a person, or answers with the one that is open. A proof is named for an appeal.
    pub async fn open_case(
        &self,
        by: &Actor,
        person: &str,
        kind: CaseType,
        words: &str,
    ) -> Result<String, FundError> {
        self.pension_fund(&by.tenant)?;
        if words.trim().is_empty() {
            return Err(FundError::Form("say in words what is known"));
        }
        sql::retry(|| async {
            let mut tx = self.store.write("open_fund_case").await?;
            let id = self.open_within(&mut tx, by, (person, kind), words).await?;
            tx.commit().await?;
            Ok(id)
        })
        .await
    }

    pub(super) async fn open_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (person, kind): (&str, CaseType),
        words: &str,
    ) -> Result<String, FundError> {
        let tenant = by.tenant.as_str();
        let row = tx.find_fund_person(tenant, person).await?.ok_or(FundError::Unknown)?;
        let known = tx.list_fund_cases_of(tenant, person).await?;
        if let Some(open) = known.iter().find(|it| it.kind == kind.as_str() && it.state != "closed") {
            return Ok(open.id.clone());
        }
        let id = self.new_id();
        let mut name = format!("{}/{id}", kind.as_str());
        let mut pen = Pen::new(self, tenant, &row);
        match (kind, kind.holds()) {
            (CaseType::Account, _) => {
                if !self.is_held_by_payroll(tx, tenant, person).await? {
                    return Err(FundError::Form(
                        "payment is not on hold, so the pension system alone changes the account",
                    ));
                }
                name = format!("account/{}", pen.event(What::AccountChanged, self.now())?.seq);
            }
            (_, Some(kind)) => {
                pen.event(What::CaseOpened { case: name.clone(), kind }, self.now())?;
            }
            (CaseType::Survivor | CaseType::Place, None) => {}
            _ => return Err(FundError::Form("such a case is opened by the rules alone")),
        }
        pen.put(tx).await?;
        self.put_case(tx, by, (&id, person), (kind, &name), words).await?;
        self.step_person(tx, by, person).await?;
        Ok(id)
    }

    /// A case that the rules opened in a night or by day. Asked for again it is the same case.
    pub(super) async fn open_by_rule(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        effect: &EffectRow,
    ) -> Result<(), FundError> {
        let Ok(EffectKind::OpenCase { kind }) = serde_json::from_str(&effect.content) else {
            return Ok(());
        };
        let Some((_, name)) = effect.key.split_once("/case/") else { return Ok(()) };
        let (by, kind) = (Actor::system(tenant), CaseType::of_rule(kind));
        let known = tx.list_fund_cases_of(tenant, &effect.person).await?;
        let same = |it: &CaseRow| {
            it.name == name || (kind == CaseType::Account && it.kind == "account" && it.state != "closed")
        };
        if !known.iter().any(same) {
            let id = self.new_id();
            self.put_case(tx, &by, (&id, &effect.person), (kind, name), "").await?;
        }
        tx.finish_fund_effect(tenant, &effect.key, "cases", self.now()).await?;
        Ok(())
    }

    pub(super) async fn put_case(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (id, person): (&str, &str),
        (kind, name): (CaseType, &str),
        words: &str,
    ) -> Result<(), FundError> {
        let (tenant, now) = (by.tenant.as_str(), self.now());
        let row = CaseRow {
            id: id.to_owned(),
            person: person.to_owned(),
            name: name.to_owned(),
            kind: kind.as_str().to_owned(),
            state: "open".to_owned(),
            opened_at: now,
            opened_by: by.officer.clone(),
            due_at: now + Duration::days(kind.days()),
            outcome: None,
            on_day: None,
            survivor: None,
            proposed_by: None,
            closed_at: None,
            closed_by: None,
            revision: 0,
        };
        if tx.insert_fund_case(tenant, &row).await? {
            self.note_act(tx, by, &row, ("opened", words)).await?;
            tx.audit(by, Act { action: "fund.case.open", target: id, detail: kind.as_str() }, now).await?;
        }
        Ok(())
    }

    pub(super) async fn note_act(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        case: &CaseRow,
        (what, words): (&str, &str),
    ) -> Result<(), FundError> {
        let note = match words.trim().is_empty() {
            true => String::new(),
            false => self.write_note(tx, by, &case.person, words).await?,
        };
        let act = CaseActRow { at: self.now(), by: by.officer.clone(), what: what.to_owned(), note };
        Ok(tx.insert_fund_case_act(&by.tenant, &case.id, &act).await?)
    }

    async fn is_held_by_payroll(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        person: &str,
    ) -> Result<bool, FundError> {
        for cycle in tx.list_fund_cycles(tenant, person).await? {
            let stage = self.open_cycle(tenant, &cycle)?.stage;
            if matches!(stage, Stage::Suspended { .. } | Stage::Reinstated { .. }) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
