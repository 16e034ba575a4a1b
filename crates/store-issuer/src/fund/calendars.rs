//! Calendars, each version for ever.

use issuance::Timestamp;
use sql::{Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// One version of a year's calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarRow {
    /// The year whose proofs it asks for.
    pub year: i32,
    /// From 1.
    pub revision: u64,
    /// SHA-256 of the content, in hex.
    pub digest: String,
    /// JSON.
    pub content: String,
    /// The officer.
    pub made_by: String,
    /// When it began to be used.
    pub made_at: Timestamp,
}

const INSERT: &str = "INSERT INTO fund_calendars (tenant, year, revision, digest, content, made_by, made_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const NEWEST: &str = "SELECT * FROM fund_calendars AS it WHERE tenant = $1 AND revision =
        (SELECT MAX(revision) FROM fund_calendars WHERE tenant = it.tenant AND year = it.year)
    ORDER BY year LIMIT 50";
const ALL: &str = "SELECT * FROM fund_calendars WHERE tenant = $1 ORDER BY year, revision LIMIT 1000";

impl Transaction {
    /// Adds the next version; a conflict when somebody else made it.
    pub async fn insert_fund_calendar(&mut self, tenant: &str, calendar: &CalendarRow) -> Result<(), Error> {
        let values = args![
            tenant,
            calendar.year,
            int(calendar.revision),
            &calendar.digest,
            &calendar.content,
            &calendar.made_by,
            calendar.made_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// The calendar of each year as it is now, oldest year first.
    pub async fn list_fund_calendars(&mut self, tenant: &str) -> Result<Vec<CalendarRow>, Error> {
        self.tx.fetch_all(NEWEST, args![tenant]).await?.iter().map(calendar).collect()
    }

    /// Every version there ever was.
    pub async fn list_fund_calendar_versions(&mut self, tenant: &str) -> Result<Vec<CalendarRow>, Error> {
        self.tx.fetch_all(ALL, args![tenant]).await?.iter().map(calendar).collect()
    }
}

fn calendar(row: &Row) -> Result<CalendarRow, Error> {
    let columns = Columns { table: "fund_calendars", row };
    Ok(CalendarRow {
        year: columns.number("year")?,
        revision: columns.number("revision")?,
        digest: row.text("digest")?,
        content: row.text("content")?,
        made_by: row.text("made_by")?,
        made_at: row.time("made_at")?,
    })
}
