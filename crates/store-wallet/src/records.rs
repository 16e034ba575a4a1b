//! Sealed records that move through states: offers, presentations, proofs of existence, what was shared, and the person's log.

use clock::Timestamp;
use sql::{Error, Row, args};

use crate::Tx;

/// One record of an account. `source_hash` names the link it came by, so that the same link leads to the
/// same record; `revision` guards against two requests that moved it at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub account: String,
    pub id: String,
    pub source_hash: String,
    pub state: String,
    pub sealed: Vec<u8>,
    pub revision: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When an answer that was not acknowledged is sent again, a credential that was not released is asked for, or a receipt.
    pub resend_due_at: Option<Timestamp>,
}

/// The tables of this shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Offers,
    Presentations,
    Existences,
    Sharings,
    Enrolments,
}

struct Sql {
    insert: &'static str,
    by_id: &'static str,
    by_source: &'static str,
    list: &'static str,
    every: &'static str,
    replace: &'static str,
    delete: &'static str,
    due: &'static str,
}

macro_rules! resending {
    ($table:literal) => {
        Sql {
            insert: concat!(
                "INSERT INTO ", $table,
                " (account_id, id, source_hash, state, sealed, revision, created_at, updated_at, resend_due_at)
                  VALUES ($1, $2, $3, $4, $5, 0, $6, $6, $7) ON CONFLICT (account_id, source_hash) DO NOTHING"
            ),
            by_id: concat!("SELECT * FROM ", $table, " WHERE account_id = $1 AND id = $2"),
            by_source: concat!("SELECT * FROM ", $table, " WHERE account_id = $1 AND source_hash = $2"),
            list: concat!("SELECT * FROM ", $table, " WHERE account_id = $1 ORDER BY updated_at DESC, id DESC LIMIT 50"),
            every: concat!("SELECT * FROM ", $table, " WHERE account_id = $1 ORDER BY created_at DESC, id DESC LIMIT 20000"),
            replace: concat!(
                "UPDATE ", $table, " SET state = $4, sealed = $5, revision = revision + 1, updated_at = $6,
                 resend_due_at = $7 WHERE account_id = $1 AND id = $2 AND revision = $3"
            ),
            delete: concat!("DELETE FROM ", $table, " WHERE account_id = $1 AND id = $2"),
            due: concat!(
                "SELECT * FROM ", $table, " WHERE resend_due_at <= $1 ORDER BY resend_due_at LIMIT 50"
            ),
        }
    };
}

const OFFERS: Sql = resending!("offers");
const PRESENTATIONS: Sql = resending!("presentations");
const EXISTENCES: Sql = resending!("existences");
const SHARINGS: Sql = resending!("sharings");
const ENROLMENTS: Sql = resending!("enrolments");

impl Table {
    fn sql(self) -> &'static Sql {
        match self {
            Self::Offers => &OFFERS,
            Self::Presentations => &PRESENTATIONS,
            Self::Existences => &EXISTENCES,
            Self::Sharings => &SHARINGS,
            Self::Enrolments => &ENROLMENTS,
        }
    }
}

/// One line of a person's log, sealed.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: String,
    pub sealed: Vec<u8>,
    pub at: Timestamp,
}

impl Tx {
    /// False when the account has a record from the same link already: then that one stands.
    pub async fn insert_record(&mut self, table: Table, record: &Record) -> Result<bool, Error> {
        let Record { account, id, source_hash, state, sealed, created_at, resend_due_at, .. } = record;
        let values = args![account, id, source_hash, state, sealed.as_slice(), *created_at, *resend_due_at];
        Ok(self.0.execute(table.sql().insert, values).await? == 1)
    }

    pub async fn find_record(
        &mut self,
        table: Table,
        account: &str,
        id: &str,
    ) -> Result<Option<Record>, Error> {
        self.0.fetch_optional(table.sql().by_id, args![account, id]).await?.as_ref().map(record).transpose()
    }

    pub async fn find_record_by_source(
        &mut self,
        table: Table,
        account: &str,
        source_hash: &str,
    ) -> Result<Option<Record>, Error> {
        let row = self.0.fetch_optional(table.sql().by_source, args![account, source_hash]).await?;
        row.as_ref().map(record).transpose()
    }

    /// The latest first.
    pub async fn list_records(&mut self, table: Table, account: &str) -> Result<Vec<Record>, Error> {
        self.0.fetch_all(table.sql().list, args![account]).await?.iter().map(record).collect()
    }

    /// All of them by age, the latest first, for the person to take along; a page shows fewer.
    pub async fn every_record(&mut self, table: Table, account: &str) -> Result<Vec<Record>, Error> {
        self.0.fetch_all(table.sql().every, args![account]).await?.iter().map(record).collect()
    }

    /// Moves a record on from the revision that was read; [`Error::Stale`] when another request was faster.
    pub async fn replace_record(&mut self, table: Table, record: &Record) -> Result<(), Error> {
        let Record { account, id, revision, state, sealed, updated_at, resend_due_at, .. } = record;
        let values = args![account, id, *revision, state, sealed.as_slice(), *updated_at, *resend_due_at];
        self.0.execute_one(table.sql().replace, values).await
    }

    pub async fn delete_record(&mut self, table: Table, account: &str, id: &str) -> Result<bool, Error> {
        Ok(self.0.execute(table.sql().delete, args![account, id]).await? == 1)
    }

    /// What has to be sent or asked again by now, of every account.
    pub async fn list_due_records(&mut self, table: Table, now: Timestamp) -> Result<Vec<Record>, Error> {
        self.0.fetch_all(table.sql().due, args![now]).await?.iter().map(record).collect()
    }

    pub async fn insert_entry(&mut self, account: &str, entry: &Entry) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO activities (account_id, id, sealed, at) VALUES ($1, $2, $3, $4)";
        self.0.execute_one(SQL, args![account, &entry.id, entry.sealed.as_slice(), entry.at]).await
    }

    /// Whether it is new: one with the same identifier stays as it is.
    pub async fn insert_entry_once(&mut self, account: &str, entry: &Entry) -> Result<bool, Error> {
        const SQL: &str = "INSERT INTO activities (account_id, id, sealed, at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (account_id, id) DO NOTHING";
        let done = self.0.execute(SQL, args![account, &entry.id, entry.sealed.as_slice(), entry.at]).await?;
        Ok(done == 1)
    }

    /// The latest first; identifiers sort by time.
    pub async fn list_entries(&mut self, account: &str) -> Result<Vec<Entry>, Error> {
        const SQL: &str =
            "SELECT id, sealed, at FROM activities WHERE account_id = $1 ORDER BY id DESC LIMIT 200";
        let rows = self.0.fetch_all(SQL, args![account]).await?;
        rows.iter()
            .map(|row| Ok(Entry { id: row.text("id")?, sealed: row.blob("sealed")?, at: row.time("at")? }))
            .collect()
    }

    /// All of them, for the person to take along; a page shows fewer.
    pub async fn every_entry(&mut self, account: &str) -> Result<Vec<Entry>, Error> {
        const SQL: &str =
            "SELECT id, sealed, at FROM activities WHERE account_id = $1 ORDER BY id DESC LIMIT 20000";
        let rows = self.0.fetch_all(SQL, args![account]).await?;
        rows.iter()
            .map(|row| Ok(Entry { id: row.text("id")?, sealed: row.blob("sealed")?, at: row.time("at")? }))
            .collect()
    }
}

fn record(row: &Row) -> Result<Record, Error> {
    Ok(Record {
        account: row.text("account_id")?,
        id: row.text("id")?,
        source_hash: row.text("source_hash")?,
        state: row.text("state")?,
        sealed: row.blob("sealed")?,
        revision: row.int("revision")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        resend_due_at: row.opt_time("resend_due_at")?,
    })
}
