//! What a reconciliation counts, each from another table than the one it is held against.

use sql::{Row, args};

use super::cycles::{CycleRow, cycle};
use crate::row::Columns;
use crate::{Error, Transaction};

/// Totals that need one statement each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerTotals {
    /// People of the register.
    pub people: u64,
    /// Of them, those without a person-year of the year.
    pub without_year: u64,
    /// The numbers of the last entries of all journals together.
    pub last_entries: u64,
    /// The numbers of the last events of all journals together.
    pub last_events: u64,
    /// Entries that are stored.
    pub entries: u64,
    /// Of them, events.
    pub events: u64,
}

/// What payroll has to be told of a year, by where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaymentTotals {
    /// In a file for payroll.
    pub told: u64,
    /// Taken back before a file held it.
    pub withdrawn: u64,
    /// In no file yet.
    pub waiting: u64,
}

const PAYMENTS: &str = "SELECT COUNT(c.key) AS told,
        CAST(COALESCE(SUM(CASE WHEN c.key IS NULL AND e.kind = 'resume-payment' AND e.done_by = 'withdrawn'
            THEN 1 ELSE 0 END), 0) AS BIGINT) AS withdrawn,
        CAST(COALESCE(SUM(CASE WHEN c.key IS NULL AND (e.kind <> 'resume-payment' OR e.done_by IS NULL
            OR e.done_by <> 'withdrawn') THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting
    FROM fund_effects e LEFT JOIN fund_payroll_changes c ON c.tenant = e.tenant AND c.key = e.key
    WHERE e.tenant = $1 AND e.year = $2 AND e.kind IN ('hold-payment', 'resume-payment', 'stop-payment')";
/// A stop or a resumption that is of the person and not of a year stands with the year that asked first.
const OF_OTHER_YEARS: &str = "SELECT key FROM fund_effects WHERE tenant = $1 AND year <> $2 AND key > $3
        AND kind IN ('hold-payment', 'resume-payment', 'stop-payment') ORDER BY key LIMIT $4";
const PEOPLE: &str =
    "SELECT COUNT(*) AS people, CAST(COALESCE(SUM(last_entry), 0) AS BIGINT) AS last_entries,
        CAST(COALESCE(SUM(last_seq), 0) AS BIGINT) AS last_events FROM fund_people WHERE tenant = $1";
const WITHOUT: &str = "SELECT COUNT(*) AS many FROM fund_people p WHERE p.tenant = $1 AND NOT EXISTS
    (SELECT 1 FROM fund_cycles c WHERE c.tenant = p.tenant AND c.year = $2 AND c.person = p.id)";
const ENTRIES: &str = "SELECT COUNT(*) AS entries, COUNT(seq) AS events FROM fund_journal WHERE tenant = $1";
const CYCLES: &str = "SELECT * FROM fund_cycles WHERE tenant = $1 AND year = $2 AND person > $3
    ORDER BY person LIMIT $4";
const NIGHTS: &str = "SELECT person, entry, public FROM fund_journal
    WHERE tenant = $1 AND year = $2 AND (person, entry) > ($3, $4) ORDER BY person, entry LIMIT $5";
const PROOFS: &str = "SELECT id, person FROM fund_proofs
    WHERE tenant = $1 AND state = 'accepted' AND id > $2 ORDER BY id LIMIT $3";
const STATES: &str = "SELECT state, COUNT(*) AS many FROM fund_proofs WHERE tenant = $1 GROUP BY state ORDER BY state LIMIT 10";
const RECEIVED: &str = "SELECT COUNT(*) AS many FROM fund_journal
    WHERE tenant = $1 AND seq IS NOT NULL AND public LIKE $2";
const LISTS: &str = "SELECT id FROM fund_lists WHERE tenant = $1 AND year = $2 AND state = 'approved'
    ORDER BY id LIMIT 1000";

impl Transaction {
    /// Totals of the register and of all journals.
    pub async fn fund_totals(&mut self, tenant: &str, year: i32) -> Result<LedgerTotals, Error> {
        let people = self.tx.fetch_optional(PEOPLE, args![tenant]).await?.ok_or_else(Error::stale)?;
        let without = self.tx.fetch_optional(WITHOUT, args![tenant, year]).await?.ok_or_else(Error::stale)?;
        let entries = self.tx.fetch_optional(ENTRIES, args![tenant]).await?.ok_or_else(Error::stale)?;
        let people = Columns { table: "fund_people", row: &people };
        let entries = Columns { table: "fund_journal", row: &entries };
        Ok(LedgerTotals {
            people: people.number("people")?,
            without_year: Columns { table: "fund_people", row: &without }.number("many")?,
            last_entries: people.number("last_entries")?,
            last_events: people.number("last_events")?,
            entries: entries.number("entries")?,
            events: entries.number("events")?,
        })
    }

    /// Person-years of a year, those after `after`.
    pub async fn list_fund_year(
        &mut self,
        tenant: &str,
        year: i32,
        after: &str,
        limit: u32,
    ) -> Result<Vec<CycleRow>, Error> {
        self.tx.fetch_all(CYCLES, args![tenant, year, after, limit]).await?.iter().map(cycle).collect()
    }

    /// The public parts of a year's nights, with person and entry, those after a place.
    pub async fn list_fund_year_nights(
        &mut self,
        tenant: &str,
        year: i32,
        (person, entry): (&str, i64),
        limit: u32,
    ) -> Result<Vec<(String, i64, String)>, Error> {
        let rows = self.tx.fetch_all(NIGHTS, args![tenant, year, person, entry, limit]).await?;
        rows.iter().map(|row| Ok((row.text("person")?, row.int("entry")?, row.text("public")?))).collect()
    }

    /// Accepted proofs with their people, those after `after`.
    pub async fn list_accepted_fund_proofs(
        &mut self,
        tenant: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Error> {
        let rows = self.tx.fetch_all(PROOFS, args![tenant, after, limit]).await?;
        rows.iter().map(|row| Ok((row.text("id")?, row.text("person")?))).collect()
    }

    /// Proofs by state.
    pub async fn count_fund_proofs(&mut self, tenant: &str) -> Result<Vec<(String, u64)>, Error> {
        let rows = self.tx.fetch_all(STATES, args![tenant]).await?;
        let count =
            |row: &Row| Ok((row.text("state")?, Columns { table: "fund_proofs", row }.number("many")?));
        rows.iter().map(count).collect()
    }

    /// How many events of one name all journals have.
    pub async fn count_fund_events(&mut self, tenant: &str, name: &str) -> Result<u64, Error> {
        let like = format!("%\"name\":\"{name}\"%");
        let row = self.tx.fetch_optional(RECEIVED, args![tenant, like]).await?.ok_or_else(Error::stale)?;
        Columns { table: "fund_journal", row: &row }.number("many")
    }

    /// What payroll has to be told of a year, by where it stands.
    pub async fn count_fund_payments(&mut self, tenant: &str, year: i32) -> Result<PaymentTotals, Error> {
        let row = self.tx.fetch_optional(PAYMENTS, args![tenant, year]).await?.ok_or_else(Error::stale)?;
        let columns = Columns { table: "fund_effects", row: &row };
        Ok(PaymentTotals {
            told: columns.number("told")?,
            withdrawn: columns.number("withdrawn")?,
            waiting: columns.number("waiting")?,
        })
    }

    /// Keys of what payroll has to be told that stand with another year, those after `after`.
    pub async fn list_fund_payments_of_other_years(
        &mut self,
        tenant: &str,
        year: i32,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, Error> {
        let rows = self.tx.fetch_all(OF_OTHER_YEARS, args![tenant, year, after, limit]).await?;
        rows.iter().map(|row| Ok(row.text("key")?)).collect()
    }

    /// The year's lists that two officers approved.
    pub async fn list_approved_fund_lists(&mut self, tenant: &str, year: i32) -> Result<Vec<String>, Error> {
        let rows = self.tx.fetch_all(LISTS, args![tenant, year]).await?;
        rows.iter().map(|row| Ok(row.text("id")?)).collect()
    }
}
