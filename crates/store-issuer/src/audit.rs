//! The audit trail.

use issuance::audit::{Act, AuditEntry};
use issuance::{Actor, Timestamp};
use sql::{Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

const LAST: &str = "SELECT sequence, hash FROM audit WHERE tenant = $1 ORDER BY sequence DESC LIMIT 1";
const INSERT: &str =
    "INSERT INTO audit (tenant, sequence, at, officer, action, target, detail, previous, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const LIST: &str = "SELECT * FROM audit WHERE tenant = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3";

impl Transaction {
    /// Appends an act to the chain of the actor's organisation.
    pub async fn audit(&mut self, by: &Actor, act: Act<'_>, at: Timestamp) -> Result<(), Error> {
        let tenant = by.tenant.as_str();
        let last = self.tx.fetch_optional(LAST, args![tenant]).await?;
        let (sequence, hash) = match &last {
            None => (0, [0; 32]),
            Some(row) => {
                let columns = Columns { table: "audit", row };
                (columns.number("sequence")?, columns.hash("hash")?)
            }
        };
        let entry = AuditEntry::following(sequence, hash, by, act, at);
        let values = args![
            tenant,
            int(entry.sequence),
            entry.at,
            &entry.officer,
            &entry.action,
            &entry.target,
            &entry.detail,
            &entry.previous,
            &entry.hash
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Newest first, those before `before`.
    pub async fn list_audit(
        &mut self,
        tenant: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, Error> {
        let before = before.map_or(i64::MAX, int);
        let rows = self.tx.fetch_all(LIST, args![tenant, before, limit]).await?;
        rows.iter().map(entry).collect()
    }
}

fn entry(row: &Row) -> Result<AuditEntry, Error> {
    let columns = Columns { table: "audit", row };
    Ok(AuditEntry {
        sequence: columns.number("sequence")?,
        at: row.time("at")?,
        officer: row.text("officer")?,
        action: row.text("action")?,
        target: row.text("target")?,
        detail: row.text("detail")?,
        previous: columns.hash("previous")?,
        hash: columns.hash("hash")?,
    })
}
