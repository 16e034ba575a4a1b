//! Runs of the nightly job.

use issuance::Timestamp;
use sql::{Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// One run, where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NightRow {
    /// A ULID.
    pub id: String,
    /// The moment all its steps are made at, also after a crash.
    pub at: Timestamp,
    /// Whether it has reached its end.
    pub finished_at: Option<Timestamp>,
    /// The year it is in; 0 before the first.
    pub year: i32,
    /// The last person that is behind it.
    pub after_person: String,
    /// Person-years looked at.
    pub people: u64,
    /// Person-years that changed or asked for something.
    pub changed: u64,
    /// Person-years that could not be stepped.
    pub faults: u64,
    /// An officer, a machine or the schedule.
    pub begun_by: String,
    /// By the clock on the wall.
    pub begun_at: Timestamp,
}

/// A person-year that a night could not step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NightFault {
    /// The pseudonymous number.
    pub person: String,
    /// The year of the person-year.
    pub year: i32,
    /// The fault in words, without personal data.
    pub why: String,
}

const INSERT: &str = "INSERT INTO fund_nights (tenant, id, at, state, year, after_person, people, changed, faults, begun_by, begun_at)
    VALUES ($1, $2, $3, 'running', 0, '', 0, 0, 0, $4, $5)";
const RUNNING: &str = "SELECT * FROM fund_nights WHERE tenant = $1 AND state = 'running'";
const FIND: &str = "SELECT * FROM fund_nights WHERE tenant = $1 AND id = $2";
const RECENT: &str = "SELECT * FROM fund_nights WHERE tenant = $1 ORDER BY id DESC LIMIT $2";
const LAST_FINISHED: &str = "SELECT MAX(at) AS at FROM fund_nights WHERE tenant = $1 AND state = 'finished'";
/// Guarded by the place it was read at: of two workers on one night, one is told to look again.
const MOVE: &str =
    "UPDATE fund_nights SET year = $3, after_person = $4, people = $5, changed = $6, faults = $7
    WHERE tenant = $1 AND id = $2 AND state = 'running' AND year = $8 AND after_person = $9";
const FINISH: &str = "UPDATE fund_nights SET state = 'finished', finished_at = $3
    WHERE tenant = $1 AND id = $2 AND state = 'running'";
const FAULT: &str =
    "INSERT INTO fund_night_faults (tenant, night, person, year, why) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (tenant, night, person, year) DO NOTHING";
const FAULTS: &str =
    "SELECT * FROM fund_night_faults WHERE tenant = $1 AND night = $2 ORDER BY person, year LIMIT $3";

impl Transaction {
    /// Begins a run; a conflict when one is running.
    pub async fn insert_fund_night(
        &mut self,
        tenant: &str,
        id: &str,
        at: Timestamp,
        by: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(INSERT, args![tenant, id, at, by, now]).await?)
    }

    /// The run that has not reached its end.
    pub async fn find_running_fund_night(&mut self, tenant: &str) -> Result<Option<NightRow>, Error> {
        self.tx.fetch_optional(RUNNING, args![tenant]).await?.as_ref().map(night).transpose()
    }

    /// One run.
    pub async fn find_fund_night(&mut self, tenant: &str, id: &str) -> Result<Option<NightRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(night).transpose()
    }

    /// Newest first.
    pub async fn list_fund_nights(&mut self, tenant: &str, limit: u32) -> Result<Vec<NightRow>, Error> {
        self.tx.fetch_all(RECENT, args![tenant, limit]).await?.iter().map(night).collect()
    }

    /// The latest night that is wholly done.
    pub async fn last_fund_night(&mut self, tenant: &str) -> Result<Option<Timestamp>, Error> {
        let row = self.tx.fetch_optional(LAST_FINISHED, args![tenant]).await?;
        Ok(row.map(|row| row.opt_time("at")).transpose()?.flatten())
    }

    /// Moves a run on from where it was read.
    pub async fn move_fund_night(
        &mut self,
        tenant: &str,
        before: &NightRow,
        after: &NightRow,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            &after.id,
            after.year,
            &after.after_person,
            int(after.people),
            int(after.changed),
            int(after.faults),
            before.year,
            &before.after_person
        ];
        Ok(self.tx.execute_one(MOVE, values).await?)
    }

    /// Ends a run.
    pub async fn finish_fund_night(&mut self, tenant: &str, id: &str, now: Timestamp) -> Result<(), Error> {
        Ok(self.tx.execute_one(FINISH, args![tenant, id, now]).await?)
    }

    /// Notes a person-year that could not be stepped.
    pub async fn insert_fund_night_fault(
        &mut self,
        tenant: &str,
        night: &str,
        fault: &NightFault,
    ) -> Result<(), Error> {
        let values = args![tenant, night, &fault.person, fault.year, &fault.why];
        self.tx.execute(FAULT, values).await?;
        Ok(())
    }

    /// The person-years that a run could not step.
    pub async fn list_fund_night_faults(
        &mut self,
        tenant: &str,
        night: &str,
        limit: u32,
    ) -> Result<Vec<NightFault>, Error> {
        let rows = self.tx.fetch_all(FAULTS, args![tenant, night, limit]).await?;
        let fault = |row: &Row| {
            let year = Columns { table: "fund_night_faults", row }.number("year")?;
            Ok(NightFault { person: row.text("person")?, year, why: row.text("why")? })
        };
        rows.iter().map(fault).collect()
    }
}

fn night(row: &Row) -> Result<NightRow, Error> {
    let columns = Columns { table: "fund_nights", row };
    Ok(NightRow {
        id: row.text("id")?,
        at: row.time("at")?,
        finished_at: row.opt_time("finished_at")?,
        year: columns.number("year")?,
        after_person: row.text("after_person")?,
        people: columns.number("people")?,
        changed: columns.number("changed")?,
        faults: columns.number("faults")?,
        begun_by: row.text("begun_by")?,
        begun_at: row.time("begun_at")?,
    })
}
