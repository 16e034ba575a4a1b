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
const LIST: &str = "SELECT * FROM audit WHERE tenant = $1 AND sequence < $2
        AND ($4 = '' OR officer = $4) AND ($5 = '' OR action LIKE $5 || '.%')
        AND at >= $6 AND at < $7
        AND ($8 = '' OR target IN (
            SELECT id FROM subjects WHERE tenant = $1 AND number = $8
            UNION SELECT o.id FROM offers o JOIN subjects s ON s.tenant = o.tenant AND s.id = o.subject_id
                WHERE o.tenant = $1 AND s.number = $8
            UNION SELECT c.id FROM copies c JOIN subjects s ON s.tenant = c.tenant AND s.id = c.subject_id
                WHERE c.tenant = $1 AND s.number = $8))
    ORDER BY sequence DESC LIMIT $3";
const FOLLOWING: &str = "SELECT * FROM audit WHERE tenant = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";

/// What an auditor looks for; an absent member does not narrow the search.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// The number of an entry already seen; older ones follow.
    pub before: Option<u64>,
    pub officer: Option<String>,
    /// The first word of the action: `offer`, `credential`, `officer` ...
    pub area: Option<String>,
    /// Inclusive.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub until: Option<Timestamp>,
    /// Staff number or UID of the person it is about: their record, offers and credentials.
    pub number: Option<String>,
}

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

    /// Newest first.
    pub async fn list_audit(
        &mut self,
        tenant: &str,
        query: &AuditQuery,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, Error> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let values = args![
            tenant,
            query.before.map_or(i64::MAX, int),
            limit,
            text(&query.officer),
            text(&query.area),
            query.from.map_or(i64::MIN, |at| at.timestamp_millis()),
            query.until.map_or(i64::MAX, |at| at.timestamp_millis()),
            text(&query.number)
        ];
        let rows = self.tx.fetch_all(LIST, values).await?;
        rows.iter().map(entry).collect()
    }

    /// Oldest first, those after `after`; for walking the whole chain.
    pub async fn list_audit_after(
        &mut self,
        tenant: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, Error> {
        let rows = self.tx.fetch_all(FOLLOWING, args![tenant, int(after), limit]).await?;
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
