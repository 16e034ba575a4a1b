//! Files of the pension system and their rows.

use issuance::Timestamp;
use sql::{Row, args};

use super::people::{PersonRow, person};
use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// A file that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterImport {
    /// A ULID.
    pub id: String,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// As its sender called it.
    pub file_name: String,
    /// The first line, for the file of rows to correct.
    pub headings: Vec<String>,
    /// `preview`, `confirmed`, `finished` or `discarded`.
    pub state: String,
    /// People of the register that the file does not name.
    pub absent: u64,
    /// Who handed it in.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// When its last row was worked off.
    pub finished_at: Option<Timestamp>,
}

/// One row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterRow {
    /// Line in the file.
    pub line: u64,
    /// `good`, `bad` or `done`.
    pub state: String,
    /// `new`, `changed`, `same`, `ends`, `revives` or `reopens`; empty for a bad row.
    pub difference: String,
    /// The pseudonymous number, once there is one.
    pub person: Option<String>,
    /// The content of a good row, the cells and faults of a bad one; empty when done.
    pub sealed: Vec<u8>,
}

/// How many rows stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegisterCounts {
    /// Not on the register before.
    pub new: u64,
    /// Something else than before.
    pub changed: u64,
    /// As before.
    pub same: u64,
    /// A death or the end of a benefit among the changes.
    pub ends: u64,
    /// Deaths that the file takes back.
    pub revives: u64,
    /// Ends of benefits that the file takes back, or puts on another day after they took effect.
    pub reopens: u64,
    /// Left out, with reasons.
    pub bad: u64,
    /// Worked off so far.
    pub done: u64,
}

/// A person by the marks that tell whether a row says something new.
pub type StandingPerson = PersonRow;

const INSERT: &str = "INSERT INTO fund_imports (tenant, id, digest, file_name, headings, state, absent, created_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FIND: &str = "SELECT * FROM fund_imports WHERE tenant = $1 AND id = $2";
const NEWEST_OF: &str =
    "SELECT * FROM fund_imports WHERE tenant = $1 AND state IN ('preview', 'confirmed', 'finished')
    ORDER BY id DESC LIMIT 1";
const WAITING_OF: &str =
    "SELECT * FROM fund_imports WHERE tenant = $1 AND digest = $2 AND state IN ('preview', 'confirmed')
        AND NOT EXISTS (SELECT 1 FROM fund_imports n WHERE n.tenant = $1
            AND n.created_at > fund_imports.created_at AND n.state IN ('confirmed', 'finished'))";
/// The same file that waited so long that a later one came into the register.
const OVERTAKEN: &str = "SELECT * FROM fund_imports WHERE tenant = $1 AND digest = $2 AND state = 'preview'
    AND EXISTS (SELECT 1 FROM fund_imports n WHERE n.tenant = $1
        AND n.created_at > fund_imports.created_at AND n.state IN ('confirmed', 'finished'))";
/// A file that was handed in later and is in the register, or on its way.
const NEWER: &str = "SELECT COUNT(*) AS many FROM fund_imports
    WHERE tenant = $1 AND created_at > $2 AND state IN ('confirmed', 'finished')";
const LIST: &str =
    "SELECT * FROM fund_imports WHERE tenant = $1 AND state <> 'discarded' AND ($2 = '' OR id < $2)
    ORDER BY id DESC LIMIT $3";
const RUNNING: &str = "SELECT tenant, id FROM fund_imports WHERE state = 'confirmed' ORDER BY id LIMIT $1";
const CONFIRM: &str = "UPDATE fund_imports SET state = 'confirmed', confirmed_by = $3
    WHERE tenant = $1 AND id = $2 AND state = 'preview'";
const DISCARD: &str = "UPDATE fund_imports SET state = 'discarded', finished_at = $3
    WHERE tenant = $1 AND id = $2 AND state = 'preview'";
const DELETE_ROWS: &str = "DELETE FROM fund_import_rows WHERE tenant = $1 AND import_id = $2";
const FINISH: &str = "UPDATE fund_imports SET state = 'finished', finished_at = $3
    WHERE tenant = $1 AND id = $2 AND state = 'confirmed'";
const INSERT_ROW: &str =
    "INSERT INTO fund_import_rows (tenant, import_id, line, state, difference, person, sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const ROWS: &str =
    "SELECT * FROM fund_import_rows WHERE tenant = $1 AND import_id = $2 AND state = $3 AND line > $4
    ORDER BY line LIMIT $5";
const COUNT: &str =
    "SELECT state, difference, COUNT(*) AS many FROM fund_import_rows WHERE tenant = $1 AND import_id = $2
    GROUP BY state, difference";
const ROW_DONE: &str = "UPDATE fund_import_rows SET state = 'done', person = $4, sealed = $5
    WHERE tenant = $1 AND import_id = $2 AND line = $3 AND state = 'good'";
const ROW_BAD: &str = "UPDATE fund_import_rows SET state = 'bad', difference = '', sealed = $4
    WHERE tenant = $1 AND import_id = $2 AND line = $3 AND state = 'good'";
const BY_MARKS: &str =
    "SELECT * FROM fund_people WHERE tenant = $1 AND number_mark > $2 ORDER BY number_mark LIMIT $3";

impl Transaction {
    /// Keeps a file that was read.
    pub async fn insert_fund_import(&mut self, tenant: &str, import: &RegisterImport) -> Result<(), Error> {
        let values = args![
            tenant,
            &import.id,
            import.digest,
            &import.file_name,
            serde_json::Value::from(import.headings.clone()).to_string(),
            &import.state,
            int(import.absent),
            &import.created_by,
            import.created_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Keeps one of its rows.
    pub async fn insert_fund_import_row(
        &mut self,
        tenant: &str,
        import: &str,
        row: &RegisterRow,
    ) -> Result<(), Error> {
        let person = row.person.as_deref();
        let sealed = row.sealed.as_slice();
        let values = args![tenant, import, int(row.line), &row.state, &row.difference, person, sealed];
        Ok(self.tx.execute_one(INSERT_ROW, values).await?)
    }

    /// One file.
    pub async fn find_fund_import(
        &mut self,
        tenant: &str,
        id: &str,
    ) -> Result<Option<RegisterImport>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(import).transpose()
    }

    /// The same file, if it waits or is being worked off, or if it was the last one that was worked off.
    pub async fn find_same_fund_import(
        &mut self,
        tenant: &str,
        digest: &[u8; 32],
    ) -> Result<Option<RegisterImport>, Error> {
        if let Some(row) = self.tx.fetch_optional(WAITING_OF, args![tenant, digest]).await? {
            return import(&row).map(Some);
        }
        let newest = self.tx.fetch_optional(NEWEST_OF, args![tenant]).await?;
        let newest = newest.as_ref().map(import).transpose()?;
        Ok(newest.filter(|newest| newest.digest == *digest))
    }

    /// The same file, waiting, when a file that was handed in later is in the register already.
    pub async fn find_overtaken_fund_import(
        &mut self,
        tenant: &str,
        digest: &[u8; 32],
    ) -> Result<Option<RegisterImport>, Error> {
        self.tx.fetch_optional(OVERTAKEN, args![tenant, digest]).await?.as_ref().map(import).transpose()
    }

    /// Whether a file that was handed in later is in the register: then this one says what was so before.
    pub async fn is_fund_import_overtaken(
        &mut self,
        tenant: &str,
        import: &RegisterImport,
    ) -> Result<bool, Error> {
        let row = self.tx.fetch_optional(NEWER, args![tenant, import.created_at]).await?;
        let row = row.ok_or_else(Error::stale)?;
        let newer: u64 = Columns { table: "fund_imports", row: &row }.number("many")?;
        Ok(newer > 0)
    }

    /// Newest first, those older than the one with the number `before`, where one is given.
    pub async fn list_fund_imports(
        &mut self,
        tenant: &str,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<RegisterImport>, Error> {
        let values = args![tenant, before.unwrap_or_default(), limit];
        self.tx.fetch_all(LIST, values).await?.iter().map(import).collect()
    }

    /// Files of every organisation that are being worked off: organisation and file.
    pub async fn running_fund_imports(&mut self, limit: u32) -> Result<Vec<(String, String)>, Error> {
        let rows = self.tx.fetch_all(RUNNING, args![limit]).await?;
        rows.iter().map(|row| Ok((row.text("tenant")?, row.text("id")?))).collect()
    }

    /// From here on it is worked off; false when it did not wait.
    pub async fn confirm_fund_import(&mut self, tenant: &str, id: &str, by: &str) -> Result<bool, Error> {
        Ok(self.tx.execute(CONFIRM, args![tenant, id, by]).await? == 1)
    }

    /// Erases a file that waits, with its rows; false when it did not wait.
    pub async fn discard_fund_import(
        &mut self,
        tenant: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        if self.tx.execute(DISCARD, args![tenant, id, now]).await? != 1 {
            return Ok(false);
        }
        self.tx.execute(DELETE_ROWS, args![tenant, id]).await?;
        Ok(true)
    }

    /// Every row is worked off.
    pub async fn finish_fund_import(
        &mut self,
        tenant: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(FINISH, args![tenant, id, now]).await? == 1)
    }

    /// Rows in one state, those after a line.
    pub async fn list_fund_import_rows(
        &mut self,
        tenant: &str,
        import: &str,
        state: &'static str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<RegisterRow>, Error> {
        let rows = self.tx.fetch_all(ROWS, args![tenant, import, state, int(after), limit]).await?;
        rows.iter().map(register_row).collect()
    }

    /// How many rows stand where.
    pub async fn count_fund_import_rows(
        &mut self,
        tenant: &str,
        import: &str,
    ) -> Result<RegisterCounts, Error> {
        let mut counts = RegisterCounts::default();
        for row in &self.tx.fetch_all(COUNT, args![tenant, import]).await? {
            let many: u64 = Columns { table: "fund_import_rows", row }.number("many")?;
            if row.text("state")? == "done" {
                counts.done += many;
            }
            match (row.text("state")?.as_str(), row.text("difference")?.as_str()) {
                ("bad", _) => counts.bad += many,
                (_, "new") => counts.new += many,
                (_, "changed") => counts.changed += many,
                (_, "ends") => counts.ends += many,
                (_, "revives") => counts.revives += many,
                (_, "reopens") => counts.reopens += many,
                _ => counts.same += many,
            }
        }
        Ok(counts)
    }

    /// The register has it now; the row's content is erased.
    pub async fn fund_import_row_done(
        &mut self,
        tenant: &str,
        import: &str,
        line: u64,
        person: &str,
    ) -> Result<(), Error> {
        let nothing: &[u8] = &[];
        let values = args![tenant, import, int(line), person, nothing];
        Ok(self.tx.execute_one(ROW_DONE, values).await?)
    }

    /// It could not be used after all.
    pub async fn fund_import_row_failed(
        &mut self,
        tenant: &str,
        import: &str,
        line: u64,
        sealed: &[u8],
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(ROW_BAD, args![tenant, import, int(line), sealed]).await?)
    }

    /// The register in the order of the marks of the numbers, for comparing with a file.
    pub async fn list_fund_people_by_mark(
        &mut self,
        tenant: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<StandingPerson>, Error> {
        self.tx.fetch_all(BY_MARKS, args![tenant, after, limit]).await?.iter().map(person).collect()
    }
}

fn import(row: &Row) -> Result<RegisterImport, Error> {
    let columns = Columns { table: "fund_imports", row };
    Ok(RegisterImport {
        id: row.text("id")?,
        digest: columns.hash("digest")?,
        file_name: row.text("file_name")?,
        headings: columns.parsed("headings", |text| serde_json::from_str(text).ok())?,
        state: row.text("state")?,
        absent: columns.number("absent")?,
        created_by: row.text("created_by")?,
        created_at: row.time("created_at")?,
        confirmed_by: row.opt_text("confirmed_by")?,
        finished_at: row.opt_time("finished_at")?,
    })
}

pub(super) fn register_row(row: &Row) -> Result<RegisterRow, Error> {
    let columns = Columns { table: "fund_import_rows", row };
    Ok(RegisterRow {
        line: columns.number("line")?,
        state: row.text("state")?,
        difference: row.text("difference")?,
        person: row.opt_text("person")?,
        sealed: row.blob("sealed")?,
    })
}
