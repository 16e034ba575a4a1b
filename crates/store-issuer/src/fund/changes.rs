//! Rows of a file of the pension system by the kind of what they change.

use sql::{Migration, args};

use super::imports::{RegisterRow, register_row};
use crate::row::int;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 941,
    name: "fund_import_changes",
    sql: include_str!("../migrations/0941_fund_import_changes.sql"),
}];

/// A row that is worked off has no content any more.
const LIST: &str = "SELECT * FROM fund_import_rows
    WHERE tenant = $1 AND import_id = $2 AND difference = $3 AND state = 'good' AND line > $4
    ORDER BY line LIMIT $5 OFFSET $6";
const COUNT: &str = "SELECT difference, COUNT(*) AS many FROM fund_import_rows
    WHERE tenant = $1 AND import_id = $2 AND state = 'good' GROUP BY difference";

impl Transaction {
    /// Rows of one kind (`new`, `changed`, `ends`, `revives`) that are not worked off yet: those behind the line `after`, without the
    /// first `skipped` of them.
    pub async fn list_fund_import_changes(
        &mut self,
        tenant: &str,
        (import, difference): (&str, &str),
        (after, skipped): (u64, u64),
        limit: u32,
    ) -> Result<Vec<RegisterRow>, Error> {
        let values = args![tenant, import, difference, int(after), limit, int(skipped)];
        self.tx.fetch_all(LIST, values).await?.iter().map(register_row).collect()
    }

    /// How many of each kind are not worked off yet.
    pub async fn count_fund_import_changes(
        &mut self,
        tenant: &str,
        import: &str,
    ) -> Result<Vec<(String, u64)>, Error> {
        let rows = self.tx.fetch_all(COUNT, args![tenant, import]).await?;
        let one = |row: &sql::Row| {
            let many = crate::row::Columns { table: "fund_import_rows", row }.number("many")?;
            Ok((row.text("difference")?, many))
        };
        rows.iter().map(one).collect()
    }
}
