//! What payroll is told, and what it has said it has.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use super::effects::{EffectRow, effect};
use crate::row::{Columns, int};
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 899,
    name: "fund_payroll",
    sql: include_str!("../migrations/0899_fund_payroll.sql"),
}];

pub(crate) const ORDER_MIGRATIONS: &[Migration] = &[Migration {
    version: 960,
    name: "fund_effect_places",
    sql: include_str!("../migrations/0960_fund_effect_places.sql"),
}];

/// A file of changes for payroll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayrollFileRow {
    /// A ULID.
    pub id: String,
    /// The officer or machine.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// How many it holds.
    pub changes: u64,
    /// SHA-256 of what it says, in hex.
    pub digest: String,
    /// The changes.
    pub sealed: Vec<u8>,
    /// Who said that payroll has it.
    pub acknowledged_by: Option<String>,
    /// When.
    pub acknowledged_at: Option<Timestamp>,
}

const INSERT: &str = "INSERT INTO fund_payroll_files (tenant, id, made_by, made_at, changes, digest, sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const CHANGE: &str = "INSERT INTO fund_payroll_changes (tenant, key, file) VALUES ($1, $2, $3)";
const FIND: &str = "SELECT * FROM fund_payroll_files WHERE tenant = $1 AND id = $2";
const OPEN: &str = "SELECT * FROM fund_payroll_files WHERE tenant = $1 AND acknowledged_at IS NULL";
const LIST: &str = "SELECT * FROM fund_payroll_files WHERE tenant = $1 ORDER BY id DESC LIMIT $2";
const ACKNOWLEDGE: &str = "UPDATE fund_payroll_files SET acknowledged_by = $3, acknowledged_at = $4
    WHERE tenant = $1 AND id = $2 AND acknowledged_at IS NULL";
/// The end of a payment and a move have no letter of their own: they are done when payroll has them.
const STOPPED: &str = "UPDATE fund_effects SET done_at = $3, done_by = 'payroll ' || $2
    WHERE tenant = $1 AND kind IN ('stop-payment', 'moved') AND done_at IS NULL
        AND key IN (SELECT key FROM fund_payroll_changes WHERE tenant = $1 AND file = $2)";
const UNTOLD: &str = "SELECT e.* FROM fund_effects e
    LEFT JOIN fund_payroll_changes c ON c.tenant = e.tenant AND c.key = e.key
    WHERE e.tenant = $1 AND e.kind IN ('hold-payment', 'resume-payment', 'stop-payment', 'moved') AND c.key IS NULL
        AND (e.kind <> 'resume-payment' OR e.done_by IS NULL OR e.done_by <> 'withdrawn')
    ORDER BY e.asked_at, e.person, e.place, e.key LIMIT $2";
const COUNT_UNTOLD: &str = "SELECT COUNT(*) AS many FROM fund_effects e
    LEFT JOIN fund_payroll_changes c ON c.tenant = e.tenant AND c.key = e.key
    WHERE e.tenant = $1 AND e.kind IN ('hold-payment', 'resume-payment', 'stop-payment', 'moved') AND c.key IS NULL
        AND (e.kind <> 'resume-payment' OR e.done_by IS NULL OR e.done_by <> 'withdrawn')";
const TELL: &str = "INSERT INTO fund_payroll_told (tenant, list, person, told_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant, list, person) DO NOTHING";
const TOLD: &str = "SELECT * FROM fund_payroll_told WHERE tenant = $1 ORDER BY list, person LIMIT $2";
const SETTLE: &str = "DELETE FROM fund_payroll_told WHERE tenant = $1 AND list = $2 AND person = $3";

impl Transaction {
    /// Keeps a file with the keys of its changes; a conflict when one of them is in a file already or another file is open.
    pub async fn insert_fund_payroll_file(
        &mut self,
        tenant: &str,
        file: &PayrollFileRow,
        keys: &[String],
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            &file.id,
            &file.made_by,
            file.made_at,
            int(file.changes),
            &file.digest,
            file.sealed.as_slice()
        ];
        self.tx.execute_one(INSERT, values).await?;
        for key in keys {
            self.tx.execute_one(CHANGE, args![tenant, key, &file.id]).await?;
        }
        Ok(())
    }

    /// One file.
    pub async fn find_fund_payroll_file(
        &mut self,
        tenant: &str,
        id: &str,
    ) -> Result<Option<PayrollFileRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(file).transpose()
    }

    /// The one that payroll has not acknowledged.
    pub async fn find_open_fund_payroll_file(
        &mut self,
        tenant: &str,
    ) -> Result<Option<PayrollFileRow>, Error> {
        self.tx.fetch_optional(OPEN, args![tenant]).await?.as_ref().map(file).transpose()
    }

    /// Newest first.
    pub async fn list_fund_payroll_files(
        &mut self,
        tenant: &str,
        limit: u32,
    ) -> Result<Vec<PayrollFileRow>, Error> {
        self.tx.fetch_all(LIST, args![tenant, limit]).await?.iter().map(file).collect()
    }

    /// Payroll has it, and what it ends is done; false when that was said before.
    pub async fn acknowledge_fund_payroll_file(
        &mut self,
        tenant: &str,
        id: &str,
        (by, at): (&str, Timestamp),
    ) -> Result<bool, Error> {
        if self.tx.execute(ACKNOWLEDGE, args![tenant, id, by, at]).await? == 0 {
            return Ok(false);
        }
        self.tx.execute(STOPPED, args![tenant, id, at]).await?;
        Ok(true)
    }

    /// Holds, resumptions and ends of payments, and moves, that are in no file, in the order in which they were asked for.
    pub async fn list_untold_fund_payments(
        &mut self,
        tenant: &str,
        limit: u32,
    ) -> Result<Vec<EffectRow>, Error> {
        self.tx.fetch_all(UNTOLD, args![tenant, limit]).await?.iter().map(effect).collect()
    }

    /// How many they are.
    pub async fn count_untold_fund_payments(&mut self, tenant: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_UNTOLD, args![tenant]).await?.ok_or_else(Error::stale)?;
        Columns { table: "fund_effects", row: &row }.number("many")
    }

    /// A list's file named somebody before its payroll day.
    pub async fn tell_fund_payroll(
        &mut self,
        tenant: &str,
        (list, person): (&str, &str),
        at: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(TELL, args![tenant, list, person, at]).await?;
        Ok(())
    }

    /// Whom files named before the day, by list and person, and nothing has settled since.
    pub async fn list_told_fund_payroll(
        &mut self,
        tenant: &str,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Error> {
        let rows = self.tx.fetch_all(TOLD, args![tenant, limit]).await?;
        rows.iter().map(|row| Ok((row.text("list")?, row.text("person")?))).collect()
    }

    /// Payment was held, or payroll is told that it is not.
    pub async fn settle_fund_payroll(
        &mut self,
        tenant: &str,
        (list, person): (&str, &str),
    ) -> Result<(), Error> {
        self.tx.execute(SETTLE, args![tenant, list, person]).await?;
        Ok(())
    }
}

fn file(row: &Row) -> Result<PayrollFileRow, Error> {
    let columns = Columns { table: "fund_payroll_files", row };
    Ok(PayrollFileRow {
        id: row.text("id")?,
        made_by: row.text("made_by")?,
        made_at: row.time("made_at")?,
        changes: columns.number("changes")?,
        digest: row.text("digest")?,
        sealed: row.blob("sealed")?,
        acknowledged_by: row.opt_text("acknowledged_by")?,
        acknowledged_at: row.opt_time("acknowledged_at")?,
    })
}
