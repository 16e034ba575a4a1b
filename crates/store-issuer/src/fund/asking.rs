//! Asking everybody at once for the yearly proof: how far that is.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 952,
    name: "fund_ask_runs",
    sql: include_str!("../migrations/0952_fund_ask_runs.sql"),
}];

/// One time of asking everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskRunRow {
    /// A ULID.
    pub id: String,
    /// The year of the proofs.
    pub year: i32,
    /// The last record that is behind.
    pub after: String,
    /// Who was asked by it.
    pub asked: u64,
    /// Who needed no question: asked already, proven, or not asked by the year.
    pub passed: u64,
    /// The officer or machine.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// When everybody was behind.
    pub finished_at: Option<Timestamp>,
}

const INSERT: &str =
    "INSERT INTO fund_ask_runs (tenant, id, year, after_subject, asked, passed, made_by, made_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const OPEN: &str = "SELECT * FROM fund_ask_runs WHERE tenant = $1 AND finished_at IS NULL";
const LIST: &str = "SELECT * FROM fund_ask_runs WHERE tenant = $1 ORDER BY id DESC LIMIT $2";
/// Guarded by the place it was at: of two who ask one is told to look again.
const MOVE: &str = "UPDATE fund_ask_runs SET after_subject = $3, asked = $4, passed = $5, finished_at = $6
    WHERE tenant = $1 AND id = $2 AND after_subject = $7 AND finished_at IS NULL";
const ENROLLED: &str = "SELECT subject_id FROM bound_keys
    WHERE tenant = $1 AND ended_at IS NULL AND subject_id > $2 ORDER BY subject_id LIMIT $3";

impl Transaction {
    /// Begins one; a conflict while another one goes on.
    pub async fn insert_ask_run(&mut self, tenant: &str, row: &AskRunRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &row.id,
            row.year,
            &row.after,
            int(row.asked),
            int(row.passed),
            &row.made_by,
            row.made_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// The one that goes on.
    pub async fn find_open_ask_run(&mut self, tenant: &str) -> Result<Option<AskRunRow>, Error> {
        self.tx.fetch_optional(OPEN, args![tenant]).await?.as_ref().map(run).transpose()
    }

    /// Newest first.
    pub async fn list_ask_runs(&mut self, tenant: &str, limit: u32) -> Result<Vec<AskRunRow>, Error> {
        self.tx.fetch_all(LIST, args![tenant, limit]).await?.iter().map(run).collect()
    }

    /// Goes on to where `after` is; stale when somebody else did.
    pub async fn move_ask_run(
        &mut self,
        tenant: &str,
        before: &AskRunRow,
        after: &AskRunRow,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            &after.id,
            &after.after,
            int(after.asked),
            int(after.passed),
            after.finished_at,
            &before.after
        ];
        Ok(self.tx.execute_one(MOVE, values).await?)
    }

    /// Records of people to whom a key is bound, those after `after`.
    pub async fn list_enrolled_subjects(
        &mut self,
        tenant: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, Error> {
        let rows = self.tx.fetch_all(ENROLLED, args![tenant, after, limit]).await?;
        rows.iter().map(|row| Ok(row.text("subject_id")?)).collect()
    }
}

fn run(row: &Row) -> Result<AskRunRow, Error> {
    let columns = Columns { table: "fund_ask_runs", row };
    Ok(AskRunRow {
        id: row.text("id")?,
        year: columns.number("year")?,
        after: row.text("after_subject")?,
        asked: columns.number("asked")?,
        passed: columns.number("passed")?,
        made_by: row.text("made_by")?,
        made_at: row.time("made_at")?,
        finished_at: row.opt_time("finished_at")?,
    })
}
