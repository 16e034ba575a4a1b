//! Runs that offer credentials to many people.

use issuance::import::UploadState;
use issuance::{Reissue, Timestamp};
use sql::{Migration, Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// A run without its people; its states are those of an uploaded list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReissueRun {
    pub id: String,
    pub why: Reissue,
    /// Only people of this duty station.
    pub station: Option<String>,
    /// Only people some of whose credentials end before this.
    pub ending_before: Option<Timestamp>,
    /// The fragment of the key that signed what these people hold, where they were chosen by it.
    pub signed_by: Option<String>,
    pub state: UploadState,
    pub created_by: String,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// One person of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReissueRow {
    pub line: u64,
    pub subject_id: String,
    /// Empty where the person was erased since.
    pub number: String,
    pub name: String,
    pub outcome: ReissueOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReissueOutcome {
    Waiting,
    Offered { offer: String },
    Skipped { reason: String },
}

/// How many people of a run stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReissueCounts {
    pub waiting: u64,
    pub offered: u64,
    pub skipped: u64,
}

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 702,
    name: "reissue runs",
    sql: include_str!("migrations/0702_reissue_runs.sql"),
}];

/// More people than the largest organisation has.
const MOST_PEOPLE: u32 = 250_000;

const INSERT: &str =
    "INSERT INTO reissue_runs (tenant, id, why, station, ending_before, state, created_by, created_at, signed_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
/// People in service, of one duty station where one is named, who are among `$among`. Sets, not a question for each person:
/// those of 150,000 are compared in half a second.
macro_rules! choose {
    ($among:literal) => {
        concat!(
            "INSERT INTO reissue_rows (tenant, run_id, line, subject_id, state)
            SELECT s.tenant, $2, ROW_NUMBER() OVER (ORDER BY s.number), s.id, 'waiting' FROM subjects s
            WHERE s.tenant = $1 AND ($3 = '' OR REPLACE(s.claims, $3, '') <> s.claims)
                AND NOT EXISTS (SELECT 1 FROM service_ends e WHERE e.tenant = s.tenant AND e.subject_id = s.id)
                AND s.id IN (",
            $among,
            ") LIMIT $4"
        )
    };
}
/// Whoever has nothing yet.
const CHOOSE_FIRST: &str = choose!(
    "SELECT id FROM subjects WHERE tenant = $1
    EXCEPT SELECT subject_id FROM copies WHERE tenant = $1 AND status <> 'revoked'
    EXCEPT SELECT subject_id FROM offers WHERE tenant = $1 AND state = 'open'"
);
/// Whoever holds something that is not revoked and ends before `$5`.
const CHOOSE_HOLDING: &str = choose!(
    "SELECT subject_id FROM copies WHERE tenant = $1 AND status <> 'revoked' AND valid_until < CAST($5 AS BIGINT)"
);
const CHOOSE_ONE: &str = "INSERT INTO reissue_rows (tenant, run_id, line, subject_id, state)
    VALUES ($1, $2, $3, $4, 'waiting')";
const FIND: &str = "SELECT * FROM reissue_runs WHERE tenant = $1 AND id = $2";
const LIST: &str =
    "SELECT * FROM reissue_runs WHERE tenant = $1 AND state <> 'discarded' ORDER BY id DESC LIMIT $2";
const RUNNING: &str = "SELECT tenant, id FROM reissue_runs WHERE state = 'confirmed' ORDER BY id LIMIT $1";
const MOVE: &str = "UPDATE reissue_runs SET state = $1, finished_at = CAST($2 AS BIGINT)
    WHERE tenant = $3 AND id = $4 AND state = $5";
const DELETE_ROWS: &str = "DELETE FROM reissue_rows WHERE tenant = $1 AND run_id = $2";
const ROWS: &str = "SELECT r.*, s.number, s.name FROM reissue_rows r
    LEFT JOIN subjects s ON s.tenant = r.tenant AND s.id = r.subject_id
    WHERE r.tenant = $1 AND r.run_id = $2 AND ($3 = '' OR r.state = $3) AND r.line > $4
    ORDER BY r.line LIMIT $5";
const COUNT: &str =
    "SELECT state, COUNT(*) AS many FROM reissue_rows WHERE tenant = $1 AND run_id = $2 GROUP BY state";
const SETTLE: &str = "UPDATE reissue_rows SET state = $1, reason = $2, offer_id = $3
    WHERE tenant = $4 AND run_id = $5 AND line = $6 AND state = 'waiting'";

impl Transaction {
    /// Stores a run and chooses its people; answers how many they are.
    pub async fn insert_reissue_run(&mut self, tenant: &str, run: &ReissueRun) -> Result<u64, Error> {
        self.insert_run(tenant, run).await?;
        let station = run
            .station
            .as_ref()
            .map(|station| format!("\"dutyStation\":{}", serde_json::Value::from(station.as_str())));
        let mut chosen = args![tenant, &run.id, station.unwrap_or_default(), MOST_PEOPLE];
        if run.why == Reissue::First {
            return Ok(self.tx.execute(CHOOSE_FIRST, chosen).await?);
        }
        chosen.extend(args![run.ending_before.map_or(i64::MAX, |at| at.timestamp_millis())]);
        Ok(self.tx.execute(CHOOSE_HOLDING, chosen).await?)
    }

    /// The same with people who were chosen otherwise, in that order.
    pub async fn insert_reissue_run_of(
        &mut self,
        tenant: &str,
        run: &ReissueRun,
        people: &[&str],
    ) -> Result<(), Error> {
        self.insert_run(tenant, run).await?;
        for (line, subject) in (1u64..).zip(people) {
            self.tx.execute_one(CHOOSE_ONE, args![tenant, &run.id, int(line), *subject]).await?;
        }
        Ok(())
    }

    async fn insert_run(&mut self, tenant: &str, run: &ReissueRun) -> Result<(), Error> {
        let values = args![
            tenant,
            &run.id,
            run.why.as_str(),
            run.station.clone(),
            run.ending_before,
            run.state.as_str(),
            &run.created_by,
            run.created_at,
            run.signed_by.clone()
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    pub async fn find_reissue_run(&mut self, tenant: &str, id: &str) -> Result<Option<ReissueRun>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(run).transpose()
    }

    /// Newest first, without those that were discarded.
    pub async fn list_reissue_runs(&mut self, tenant: &str, limit: u32) -> Result<Vec<ReissueRun>, Error> {
        self.tx.fetch_all(LIST, args![tenant, limit]).await?.iter().map(run).collect()
    }

    /// Runs of every organisation that are to be worked off, as (tenant, id).
    pub async fn running_reissues(&mut self, limit: u32) -> Result<Vec<(String, String)>, Error> {
        let rows = self.tx.fetch_all(RUNNING, args![limit]).await?;
        rows.iter().map(|row| Ok((row.text("tenant")?, row.text("id")?))).collect()
    }

    /// `false` when the run is in another state than `from`. A run that is discarded forgets its people.
    pub async fn move_reissue_run(
        &mut self,
        tenant: &str,
        id: &str,
        (from, to): (UploadState, UploadState),
        now: Timestamp,
    ) -> Result<bool, Error> {
        let ended = matches!(to, UploadState::Finished | UploadState::Discarded).then_some(now);
        let values = args![to.as_str(), ended, tenant, id, from.as_str()];
        let moved = self.tx.execute(MOVE, values).await? == 1;
        if moved && to == UploadState::Discarded {
            self.tx.execute(DELETE_ROWS, args![tenant, id]).await?;
        }
        Ok(moved)
    }

    /// In the order of their lines; `state` is `waiting`, `offered`, `skipped`, or empty for all.
    pub async fn list_reissue_rows(
        &mut self,
        tenant: &str,
        id: &str,
        state: &'static str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ReissueRow>, Error> {
        let rows = self.tx.fetch_all(ROWS, args![tenant, id, state, int(after), limit]).await?;
        rows.iter().map(row).collect()
    }

    pub async fn count_reissue_rows(&mut self, tenant: &str, id: &str) -> Result<ReissueCounts, Error> {
        let mut counts = ReissueCounts::default();
        for row in &self.tx.fetch_all(COUNT, args![tenant, id]).await? {
            let columns = Columns { table: "reissue_rows", row };
            let many = columns.number("many")?;
            match row.text("state")?.as_str() {
                "waiting" => counts.waiting = many,
                "offered" => counts.offered = many,
                "skipped" => counts.skipped = many,
                _ => return Err(columns.impossible("state")),
            }
        }
        Ok(counts)
    }

    /// Says what became of somebody who waited; stale when another worker did so first.
    pub async fn settle_reissue_row(
        &mut self,
        tenant: &str,
        id: &str,
        line: u64,
        outcome: &ReissueOutcome,
    ) -> Result<(), Error> {
        let (state, reason, offer) = match outcome {
            ReissueOutcome::Waiting => ("waiting", None, None),
            ReissueOutcome::Offered { offer } => ("offered", None, Some(offer.clone())),
            ReissueOutcome::Skipped { reason } => ("skipped", Some(reason.clone()), None),
        };
        Ok(self.tx.execute_one(SETTLE, args![state, reason, offer, tenant, id, int(line)]).await?)
    }
}

fn run(row: &Row) -> Result<ReissueRun, Error> {
    let columns = Columns { table: "reissue_runs", row };
    Ok(ReissueRun {
        id: row.text("id")?,
        why: columns.parsed("why", Reissue::parse)?,
        station: row.opt_text("station")?,
        ending_before: row.opt_time("ending_before")?,
        signed_by: row.opt_text("signed_by")?,
        state: columns.parsed("state", UploadState::parse)?,
        created_by: row.text("created_by")?,
        created_at: row.time("created_at")?,
        finished_at: row.opt_time("finished_at")?,
    })
}

fn row(row: &Row) -> Result<ReissueRow, Error> {
    let columns = Columns { table: "reissue_rows", row };
    let outcome = match row.text("state")?.as_str() {
        "waiting" => ReissueOutcome::Waiting,
        "offered" => ReissueOutcome::Offered {
            offer: row.opt_text("offer_id")?.ok_or_else(|| columns.impossible("offer_id"))?,
        },
        "skipped" => ReissueOutcome::Skipped { reason: row.opt_text("reason")?.unwrap_or_default() },
        _ => return Err(columns.impossible("state")),
    };
    Ok(ReissueRow {
        line: columns.number("line")?,
        subject_id: row.text("subject_id")?,
        number: row.opt_text("number")?.unwrap_or_default(),
        name: row.opt_text("name")?.unwrap_or_default(),
        outcome,
    })
}
