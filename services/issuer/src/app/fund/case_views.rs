//! Cases for people to read: lists with names, one with its history, counts.

use clock::Timestamp;
use store_issuer::Transaction;
use store_issuer::fund::{CaseCount, CaseRow};

use super::case_kind::CaseType;
use super::{FundError, FundPerson, Issuer};

/// One line of a case's history.
#[derive(Clone, Debug)]
pub struct CaseMoment {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What, in a word.
    pub what: String,
    /// In words.
    pub words: String,
}

/// A case with whom it is about and what was done.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// Where it stands.
    pub row: CaseRow,
    /// What kind it is.
    pub kind: CaseType,
    /// Whom it is about.
    pub person: FundPerson,
    /// Oldest first.
    pub history: Vec<CaseMoment>,
}

impl Issuer {
    /// Cases to be decided, those that are due first, after a place; of one kind or of all.
    pub async fn list_open_cases(
        &self,
        tenant: &str,
        kind: Option<CaseType>,
        after: Option<(Timestamp, &str)>,
        limit: u32,
    ) -> Result<Vec<(CaseRow, String)>, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let (kind, after) = (kind.map_or("", CaseType::as_str), after.unwrap_or((Timestamp::UNIX_EPOCH, "")));
        let rows = tx.list_open_fund_cases(tenant, kind, after, limit).await?;
        self.with_names(&mut tx, tenant, rows).await
    }

    /// Cases that were decided, newest first.
    pub async fn list_closed_cases(
        &self,
        tenant: &str,
        kind: Option<CaseType>,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(CaseRow, String)>, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let kind = kind.map_or("", CaseType::as_str);
        let rows = tx.list_closed_fund_cases(tenant, kind, before.unwrap_or("~"), limit).await?;
        self.with_names(&mut tx, tenant, rows).await
    }

    async fn with_names(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        rows: Vec<CaseRow>,
    ) -> Result<Vec<(CaseRow, String)>, FundError> {
        let mut named = Vec::with_capacity(rows.len());
        for row in rows {
            let person = tx.find_fund_person(tenant, &row.person).await?.ok_or(FundError::Damaged)?;
            let registered = self.open_fund_person(tenant, &person)?.registered;
            named.push((row, format!("{} {}", registered.given_name, registered.family_name)));
        }
        Ok(named)
    }

    /// Open cases by kind.
    pub async fn count_cases(&self, tenant: &str) -> Result<Vec<CaseCount>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.count_fund_cases(tenant, self.now()).await?)
    }

    /// One case with its history.
    pub async fn fund_case(&self, tenant: &str, id: &str) -> Result<CaseView, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let row = tx.find_fund_case(tenant, id).await?.ok_or(FundError::Unknown)?;
        let person = tx.find_fund_person(tenant, &row.person).await?.ok_or(FundError::Damaged)?;
        let notes = tx.list_fund_notes(tenant, &row.person).await?;
        let words = |name: &str| {
            let note = notes.iter().find(|note| name.strip_prefix("note ") == Some(note.id.as_str()));
            note.and_then(|note| self.open_for::<String>("note", tenant, &note.id, &note.sealed).ok())
        };
        let history = tx.list_fund_case_acts(tenant, id).await?.into_iter().map(|act| CaseMoment {
            words: words(&act.note).unwrap_or_default(),
            at: act.at,
            by: act.by,
            what: act.what,
        });
        Ok(CaseView {
            kind: CaseType::parse(&row.kind).ok_or(FundError::Damaged)?,
            history: history.collect(),
            person: self.open_fund_person(tenant, &person)?,
            row,
        })
    }

    /// All cases of a person, newest first.
    pub async fn cases_of(&self, tenant: &str, person: &str) -> Result<Vec<CaseRow>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.list_fund_cases_of(tenant, person).await?)
    }
}
