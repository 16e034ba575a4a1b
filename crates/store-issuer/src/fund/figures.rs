//! Figures of a year for its pages, and work lists for focal points.

use sql::{Row, args};

use super::cycles::{DueRow, due};
use crate::row::Columns;
use crate::{Error, Transaction};

/// What was asked for of one kind in a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectCount {
    /// `mail-paper`, `remind` and so on.
    pub kind: String,
    /// All that was asked for.
    pub asked: u64,
    /// Of it, done.
    pub done: u64,
    /// Of it, taken back because a proof came first.
    pub withdrawn: u64,
}

const WEEKS: &str = "SELECT received_at / 604800000 AS week, COUNT(*) AS many FROM fund_proofs
    WHERE tenant = $1 AND year = $2 GROUP BY received_at / 604800000 ORDER BY week LIMIT 200";
const EFFECTS: &str = "SELECT kind, COUNT(*) AS asked,
        CAST(COALESCE(SUM(CASE WHEN done_at IS NOT NULL AND done_by <> 'withdrawn' THEN 1 ELSE 0 END), 0) AS BIGINT) AS done,
        CAST(COALESCE(SUM(CASE WHEN done_by = 'withdrawn' THEN 1 ELSE 0 END), 0) AS BIGINT) AS withdrawn
    FROM fund_effects WHERE tenant = $1 AND year = $2 GROUP BY kind ORDER BY kind LIMIT 100";
const FOLLOW_UP: &str = "SELECT p.*, c.year AS c_year, c.stage AS c_stage, c.closed_how AS c_closed_how,
        c.channel AS c_channel, c.applied AS c_applied, c.sealed AS c_sealed, c.updated_at AS c_updated_at
    FROM fund_cycles c JOIN fund_people p ON p.tenant = c.tenant AND p.id = c.person
    WHERE c.tenant = $1 AND c.year = $2 AND ($3 = '' OR p.country = $3)
        AND c.stage IN ('overdue', 'follow-up', 'grace', 'suspension-proposed', 'suspended') AND c.person > $4
    ORDER BY c.person LIMIT $5";
const FOLLOW_UP_COUNTRIES: &str = "SELECT p.country AS country, COUNT(*) AS many
    FROM fund_cycles c JOIN fund_people p ON p.tenant = c.tenant AND p.id = c.person
    WHERE c.tenant = $1 AND c.year = $2
        AND c.stage IN ('overdue', 'follow-up', 'grace', 'suspension-proposed', 'suspended')
    GROUP BY p.country ORDER BY p.country LIMIT 300";

impl Transaction {
    /// Proofs by the week in which they came, counted in weeks since 1970 began.
    pub async fn count_fund_proofs_by_week(
        &mut self,
        tenant: &str,
        year: i32,
    ) -> Result<Vec<(i64, u64)>, Error> {
        let rows = self.tx.fetch_all(WEEKS, args![tenant, year]).await?;
        let week = |row: &Row| Ok((row.int("week")?, Columns { table: "fund_proofs", row }.number("many")?));
        rows.iter().map(week).collect()
    }

    /// What a year asked for, by kind.
    pub async fn count_fund_effects(&mut self, tenant: &str, year: i32) -> Result<Vec<EffectCount>, Error> {
        let rows = self.tx.fetch_all(EFFECTS, args![tenant, year]).await?;
        let count = |row: &Row| {
            let columns = Columns { table: "fund_effects", row };
            Ok(EffectCount {
                kind: row.text("kind")?,
                asked: columns.number("asked")?,
                done: columns.number("done")?,
                withdrawn: columns.number("withdrawn")?,
            })
        };
        rows.iter().map(count).collect()
    }

    /// People of a country (or of all, an empty one) whom somebody has to find, those after `after`.
    pub async fn list_fund_follow_up(
        &mut self,
        tenant: &str,
        (year, country): (i32, &str),
        after: &str,
        limit: u32,
    ) -> Result<Vec<DueRow>, Error> {
        let rows = self.tx.fetch_all(FOLLOW_UP, args![tenant, year, country, after, limit]).await?;
        rows.iter().map(due).collect()
    }

    /// How many people somebody has to find, by country.
    pub async fn count_fund_follow_up(
        &mut self,
        tenant: &str,
        year: i32,
    ) -> Result<Vec<(String, u64)>, Error> {
        let rows = self.tx.fetch_all(FOLLOW_UP_COUNTRIES, args![tenant, year]).await?;
        let count =
            |row: &Row| Ok((row.text("country")?, Columns { table: "fund_cycles", row }.number("many")?));
        rows.iter().map(count).collect()
    }
}
