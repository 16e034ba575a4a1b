//! Each person's journal: written once, linked, never changed.

use issuance::Timestamp;
use sql::{Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// An entry to append.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The number of the event, where it is one.
    pub seq: Option<u64>,
    /// The year of a night.
    pub year: Option<i32>,
    /// When it is written.
    pub at: Timestamp,
    /// The public part as JSON.
    pub public: String,
    /// Opens the commitment.
    pub salt: [u8; 32],
    /// The secret part.
    pub sealed: Vec<u8>,
    /// Hexadecimal.
    pub commitment: String,
    /// The link with this entry.
    pub head: [u8; 32],
}

/// A stored entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    /// From 1, without gaps.
    pub entry: u64,
    /// The number of the event, where it is one.
    pub seq: Option<u64>,
    /// The year of a night.
    pub year: Option<i32>,
    /// When it was written.
    pub at: Timestamp,
    /// The public part as JSON.
    pub public: String,
    /// Opens the commitment.
    pub salt: [u8; 32],
    /// The secret part.
    pub sealed: Vec<u8>,
    /// Hexadecimal.
    pub commitment: String,
}

const INSERT: &str =
    "INSERT INTO fund_journal (tenant, person, entry, seq, year, at, public, salt, sealed, commitment)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
/// Guarded by the entry before: of two writers one is told to try again, and no number is given twice or left out.
const MOVE_HEAD: &str = "UPDATE fund_people SET last_entry = $3, last_seq = $4, head = $5
    WHERE tenant = $1 AND id = $2 AND last_entry = $6";
const EVENTS: &str =
    "SELECT * FROM fund_journal WHERE tenant = $1 AND person = $2 AND seq > $3 ORDER BY seq LIMIT $4";
const ALL: &str =
    "SELECT * FROM fund_journal WHERE tenant = $1 AND person = $2 AND entry > $3 ORDER BY entry LIMIT $4";

impl Transaction {
    /// Appends entries after entry number `last`; the last of them moves the head. Stale when somebody else was faster.
    pub async fn append_fund_journal(
        &mut self,
        tenant: &str,
        person: &str,
        (last, last_seq): (u64, u64),
        entries: &[NewEntry],
    ) -> Result<(), Error> {
        let (mut at, mut seq) = (last, last_seq);
        for entry in entries {
            at += 1;
            seq = entry.seq.unwrap_or(seq);
            let values = args![
                tenant,
                person,
                int(at),
                entry.seq.map(int),
                entry.year,
                entry.at,
                entry.public.as_str(),
                entry.salt,
                entry.sealed.as_slice(),
                entry.commitment.as_str()
            ];
            self.tx.execute_one(INSERT, values).await?;
        }
        let Some(head) = entries.last().map(|entry| entry.head) else { return Ok(()) };
        let values = args![tenant, person, int(at), int(seq), head, int(last)];
        Ok(self.tx.execute_one(MOVE_HEAD, values).await?)
    }

    /// The events of a person after a number, in their order.
    pub async fn list_fund_events(
        &mut self,
        tenant: &str,
        person: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<JournalRow>, Error> {
        let rows = self.tx.fetch_all(EVENTS, args![tenant, person, int(after), limit]).await?;
        rows.iter().map(entry).collect()
    }

    /// Everything about a person after an entry, in its order.
    pub async fn list_fund_journal(
        &mut self,
        tenant: &str,
        person: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<JournalRow>, Error> {
        let rows = self.tx.fetch_all(ALL, args![tenant, person, int(after), limit]).await?;
        rows.iter().map(entry).collect()
    }
}

fn entry(row: &Row) -> Result<JournalRow, Error> {
    let columns = Columns { table: "fund_journal", row };
    Ok(JournalRow {
        entry: columns.number("entry")?,
        seq: columns.opt_number("seq")?,
        year: columns.opt_number("year")?,
        at: row.time("at")?,
        public: row.text("public")?,
        salt: columns.hash("salt")?,
        sealed: row.blob("sealed")?,
        commitment: row.text("commitment")?,
    })
}
