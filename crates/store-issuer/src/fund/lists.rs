//! Lists for payroll.

use chrono::NaiveDate;
use issuance::Timestamp;
use sql::{Row, args};

use super::people::day;
use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// A list of people whose payment would be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// A ULID.
    pub id: String,
    /// The year of the missing proof.
    pub year: i32,
    /// The first payroll without payment.
    pub payroll: NaiveDate,
    /// `prepared`, `approved` or `withdrawn`.
    pub state: String,
    /// What approvals are given for.
    pub digest: String,
    /// The list.
    pub sealed: Vec<u8>,
    /// How many are on it.
    pub entries: u64,
    /// How many it spares.
    pub held_out: u64,
    /// The officer.
    pub prepared_by: String,
    /// When.
    pub prepared_at: Timestamp,
    /// Grows with each approval.
    pub revision: i64,
}

const INSERT: &str = "INSERT INTO fund_lists (tenant, id, year, payroll, state, digest, sealed, entries, held_out, prepared_by,
        prepared_at, revision)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const REPLACE: &str = "UPDATE fund_lists SET state = $3, sealed = $4, revision = $5
    WHERE tenant = $1 AND id = $2 AND revision = $6";
const FIND: &str = "SELECT * FROM fund_lists WHERE tenant = $1 AND id = $2";
const LIST: &str = "SELECT * FROM fund_lists WHERE tenant = $1 ORDER BY id DESC LIMIT $2";

impl Transaction {
    /// Keeps a list that was prepared.
    pub async fn insert_fund_list(&mut self, tenant: &str, list: &ListRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &list.id,
            list.year,
            list.payroll.to_string(),
            &list.state,
            &list.digest,
            list.sealed.as_slice(),
            int(list.entries),
            int(list.held_out),
            &list.prepared_by,
            list.prepared_at,
            list.revision
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Writes the next state over the one that was read; stale when somebody else was faster.
    pub async fn replace_fund_list(
        &mut self,
        tenant: &str,
        before: i64,
        list: &ListRow,
    ) -> Result<(), Error> {
        let values = args![tenant, &list.id, &list.state, list.sealed.as_slice(), list.revision, before];
        Ok(self.tx.execute_one(REPLACE, values).await?)
    }

    /// One list.
    pub async fn find_fund_list(&mut self, tenant: &str, id: &str) -> Result<Option<ListRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(list).transpose()
    }

    /// Newest first.
    pub async fn list_fund_lists(&mut self, tenant: &str, limit: u32) -> Result<Vec<ListRow>, Error> {
        self.tx.fetch_all(LIST, args![tenant, limit]).await?.iter().map(list).collect()
    }
}

fn list(row: &Row) -> Result<ListRow, Error> {
    let columns = Columns { table: "fund_lists", row };
    Ok(ListRow {
        id: row.text("id")?,
        year: columns.number("year")?,
        payroll: day(&columns, "payroll")?.ok_or_else(|| columns.impossible("payroll"))?,
        state: row.text("state")?,
        digest: row.text("digest")?,
        sealed: row.blob("sealed")?,
        entries: columns.number("entries")?,
        held_out: columns.number("held_out")?,
        prepared_by: row.text("prepared_by")?,
        prepared_at: row.time("prepared_at")?,
        revision: row.int("revision")?,
    })
}
