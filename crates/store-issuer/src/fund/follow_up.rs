//! Work lists for focal points that were handed out, and what they answer.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 951,
    name: "fund_follow_up",
    sql: include_str!("../migrations/0951_fund_follow_up.sql"),
}];

/// What a focal point answered about one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUpRow {
    /// A ULID.
    pub id: String,
    /// The pseudonymous number.
    pub person: String,
    /// The year of the proof.
    pub year: i32,
    /// `alive`, `moved`, `dead` or `not-found`.
    pub outcome: String,
    /// Who said it and how they know.
    pub sealed: Vec<u8>,
    /// The case that was opened by it.
    pub case: Option<String>,
    /// The officer or machine.
    pub entered_by: String,
    /// When.
    pub entered_at: Timestamp,
}

const INSERT: &str =
    "INSERT INTO fund_follow_up_answers (tenant, id, person, year, outcome, sealed, case_id, entered_by, entered_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const OF_PERSON: &str = "SELECT * FROM fund_follow_up_answers
    WHERE tenant = $1 AND person = $2 AND year = $3 ORDER BY id DESC LIMIT $4";
const BY_OUTCOME: &str = "SELECT outcome, COUNT(DISTINCT person) AS many FROM fund_follow_up_answers
    WHERE tenant = $1 AND year = $2 GROUP BY outcome ORDER BY outcome LIMIT 10";
/// Somebody has the list.
const HANDED: &str = "UPDATE fund_effects SET done_at = $4, done_by = $5
    WHERE tenant = $1 AND year = $2 AND kind = 'list-for-follow-up' AND done_at IS NULL
        AND EXISTS (SELECT 1 FROM fund_people p
            WHERE p.tenant = fund_effects.tenant AND p.id = fund_effects.person AND p.country = $3)";
const FINISH: &str = "UPDATE fund_effects SET done_at = $5, done_by = $6
    WHERE tenant = $1 AND person = $2 AND year = $3 AND kind = $4 AND done_at IS NULL";

impl Transaction {
    /// Writes an answer down.
    pub async fn insert_follow_up_answer(&mut self, tenant: &str, row: &FollowUpRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &row.id,
            &row.person,
            row.year,
            &row.outcome,
            row.sealed.as_slice(),
            row.case.as_deref(),
            &row.entered_by,
            row.entered_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Newest first.
    pub async fn list_follow_up_answers(
        &mut self,
        tenant: &str,
        (person, year): (&str, i32),
        limit: u32,
    ) -> Result<Vec<FollowUpRow>, Error> {
        let rows = self.tx.fetch_all(OF_PERSON, args![tenant, person, year, limit]).await?;
        let one = |row: &Row| {
            Ok(FollowUpRow {
                id: row.text("id")?,
                person: row.text("person")?,
                year: Columns { table: "fund_follow_up_answers", row }.number("year")?,
                outcome: row.text("outcome")?,
                sealed: row.blob("sealed")?,
                case: row.opt_text("case_id")?,
                entered_by: row.text("entered_by")?,
                entered_at: row.time("entered_at")?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// Of how many people focal points said what.
    pub async fn count_follow_up_answers(
        &mut self,
        tenant: &str,
        year: i32,
    ) -> Result<Vec<(String, u64)>, Error> {
        let rows = self.tx.fetch_all(BY_OUTCOME, args![tenant, year]).await?;
        let count = |row: &Row| {
            Ok((row.text("outcome")?, Columns { table: "fund_follow_up_answers", row }.number("many")?))
        };
        rows.iter().map(count).collect()
    }

    /// The list of a country was handed out. How many people that concerns for the first time.
    pub async fn hand_out_follow_up(
        &mut self,
        tenant: &str,
        (year, country): (i32, &str),
        by: &str,
        at: Timestamp,
    ) -> Result<u64, Error> {
        Ok(self.tx.execute(HANDED, args![tenant, year, country, at, by]).await?)
    }

    /// What of one kind a person-year asked for is done.
    pub async fn finish_fund_effects_of_kind(
        &mut self,
        tenant: &str,
        (person, year): (&str, i32),
        (kind, by): (&str, &str),
        at: Timestamp,
    ) -> Result<u64, Error> {
        Ok(self.tx.execute(FINISH, args![tenant, person, year, kind, at, by]).await?)
    }
}
