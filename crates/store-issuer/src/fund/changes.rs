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

pub(crate) const END_MIGRATIONS: &[Migration] = &[Migration {
    version: 961,
    name: "fund_import_ends",
    sql: include_str!("../migrations/0961_fund_import_ends.sql"),
}];

/// A row that is worked off has no content any more.
const LIST: &str = "SELECT * FROM fund_import_rows
    WHERE tenant = $1 AND import_id = $2 AND difference = $3 AND state = 'good' AND line > $4
    ORDER BY line LIMIT $5 OFFSET $6";
const COUNT: &str = "SELECT difference, COUNT(*) AS many FROM fund_import_rows
    WHERE tenant = $1 AND import_id = $2 AND state = 'good' GROUP BY difference";
const WHO_ENDED: &str = "SELECT DISTINCT i.created_by AS officer FROM fund_import_rows r
    JOIN fund_imports i ON i.tenant = r.tenant AND i.id = r.import_id
    WHERE r.tenant = $1 AND r.person = $2 AND r.difference IN ('ends', 'revives', 'reopens')
    ORDER BY i.created_by LIMIT 100";

impl Transaction {
    /// Who handed in a file by which this person died, lives again, or is paid no more or again.
    pub async fn list_fund_ends_handed_in_by(
        &mut self,
        tenant: &str,
        person: &str,
    ) -> Result<Vec<String>, Error> {
        let rows = self.tx.fetch_all(WHO_ENDED, args![tenant, person]).await?;
        rows.iter().map(|row| Ok(row.text("officer")?)).collect()
    }

    /// Rows of one kind (`new`, `changed`, `ends`, `revives`, `reopens`) that are not worked off yet: those behind the line `after`, without the
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
