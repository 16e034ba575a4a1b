//! Cases about people, with what was done about each.

use chrono::NaiveDate;
use issuance::Timestamp;
use sql::{Row, args};

use super::people::day;
use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// A case where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// A ULID.
    pub id: String,
    /// The pseudonymous number.
    pub person: String,
    /// What the journal calls it.
    pub name: String,
    /// `residence`, `death` and so on.
    pub kind: String,
    /// `open`, `proposed` or `closed`.
    pub state: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// An officer, a machine, or the rules.
    pub opened_by: String,
    /// Until when somebody decides.
    pub due_at: Timestamp,
    /// What is proposed, or what came of it.
    pub outcome: Option<String>,
    /// A day that the outcome names.
    pub on_day: Option<NaiveDate>,
    /// The pseudonymous number of a survivor.
    pub survivor: Option<String>,
    /// Who proposed the outcome.
    pub proposed_by: Option<String>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// By whom.
    pub closed_by: Option<String>,
    /// Grows with each change.
    pub revision: u64,
}

/// One thing that was done about a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseActRow {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What, in a word.
    pub what: String,
    /// The name of the note with the words; empty without words.
    pub note: String,
}

/// How many cases of a kind are open, and how many of them late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseCount {
    /// `residence`, `death` and so on.
    pub kind: String,
    /// Not closed.
    pub open: u64,
    /// Of them, those whose time is over.
    pub late: u64,
}

const INSERT: &str =
    "INSERT INTO fund_cases (tenant, id, person, name, kind, state, opened_at, opened_by, due_at, outcome, on_day,
        survivor, proposed_by, closed_at, closed_by, revision)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    ON CONFLICT (tenant, person, name) DO NOTHING";
const REPLACE: &str =
    "UPDATE fund_cases SET state = $3, outcome = $4, on_day = $5, survivor = $6, proposed_by = $7,
        closed_at = $8, closed_by = $9, revision = $10
    WHERE tenant = $1 AND id = $2 AND revision = $11";
const FIND: &str = "SELECT * FROM fund_cases WHERE tenant = $1 AND id = $2";
const OF_PERSON: &str =
    "SELECT * FROM fund_cases WHERE tenant = $1 AND person = $2 ORDER BY id DESC LIMIT 200";
const OPEN: &str = "SELECT * FROM fund_cases WHERE tenant = $1 AND state IN ('open', 'proposed')
        AND ($2 = '' OR kind = $2) AND (due_at, id) > ($3, $4) ORDER BY due_at, id LIMIT $5";
const CLOSED: &str = "SELECT * FROM fund_cases WHERE tenant = $1 AND state = 'closed'
        AND ($2 = '' OR kind = $2) AND id < $3 ORDER BY id DESC LIMIT $4";
const COUNT: &str = "SELECT kind, COUNT(*) AS many,
        CAST(COALESCE(SUM(CASE WHEN due_at < $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS late
    FROM fund_cases WHERE tenant = $1 AND state IN ('open', 'proposed') GROUP BY kind ORDER BY kind LIMIT 20";
const OUTCOMES: &str = "SELECT COUNT(*) AS many FROM fund_cases
    WHERE tenant = $1 AND kind = $2 AND outcome = $3 AND state = 'closed'";
const INSERT_ACT: &str = "INSERT INTO fund_case_acts (tenant, case_id, n, at, by_whom, what, note)
    SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), COUNT(*) + 1, CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT),
        CAST($6 AS TEXT) FROM fund_case_acts WHERE tenant = $1 AND case_id = $2";
const ACTS: &str = "SELECT * FROM fund_case_acts WHERE tenant = $1 AND case_id = $2 ORDER BY n LIMIT 200";

impl Transaction {
    /// Opens a case, unless the person has one of this name.
    pub async fn insert_fund_case(&mut self, tenant: &str, case: &CaseRow) -> Result<bool, Error> {
        let values = args![
            tenant,
            &case.id,
            &case.person,
            &case.name,
            &case.kind,
            &case.state,
            case.opened_at,
            &case.opened_by,
            case.due_at,
            case.outcome.as_deref(),
            case.on_day.map(|day| day.to_string()),
            case.survivor.as_deref(),
            case.proposed_by.as_deref(),
            case.closed_at,
            case.closed_by.as_deref(),
            int(case.revision)
        ];
        Ok(self.tx.execute(INSERT, values).await? == 1)
    }

    /// Writes a case over the revision that was read; stale when somebody else was faster.
    pub async fn replace_fund_case(
        &mut self,
        tenant: &str,
        before: u64,
        case: &CaseRow,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            &case.id,
            &case.state,
            case.outcome.as_deref(),
            case.on_day.map(|day| day.to_string()),
            case.survivor.as_deref(),
            case.proposed_by.as_deref(),
            case.closed_at,
            case.closed_by.as_deref(),
            int(case.revision),
            int(before)
        ];
        Ok(self.tx.execute_one(REPLACE, values).await?)
    }

    /// One case.
    pub async fn find_fund_case(&mut self, tenant: &str, id: &str) -> Result<Option<CaseRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(case).transpose()
    }

    /// All cases of a person, newest first.
    pub async fn list_fund_cases_of(&mut self, tenant: &str, person: &str) -> Result<Vec<CaseRow>, Error> {
        self.tx.fetch_all(OF_PERSON, args![tenant, person]).await?.iter().map(case).collect()
    }

    /// Cases to be decided, of one kind or of all (an empty kind), those that are due first; after a place.
    pub async fn list_open_fund_cases(
        &mut self,
        tenant: &str,
        kind: &str,
        (due_at, id): (Timestamp, &str),
        limit: u32,
    ) -> Result<Vec<CaseRow>, Error> {
        let rows = self.tx.fetch_all(OPEN, args![tenant, kind, due_at, id, limit]).await?;
        rows.iter().map(case).collect()
    }

    /// Cases that were decided, newest first, before an id.
    pub async fn list_closed_fund_cases(
        &mut self,
        tenant: &str,
        kind: &str,
        before: &str,
        limit: u32,
    ) -> Result<Vec<CaseRow>, Error> {
        self.tx.fetch_all(CLOSED, args![tenant, kind, before, limit]).await?.iter().map(case).collect()
    }

    /// Open cases by kind.
    pub async fn count_fund_cases(&mut self, tenant: &str, now: Timestamp) -> Result<Vec<CaseCount>, Error> {
        let rows = self.tx.fetch_all(COUNT, args![tenant, now]).await?;
        let count = |row: &Row| {
            let columns = Columns { table: "fund_cases", row };
            let (open, late) = (columns.number("many")?, columns.number("late")?);
            Ok(CaseCount { kind: row.text("kind")?, open, late })
        };
        rows.iter().map(count).collect()
    }

    /// How many cases of a kind ended so.
    pub async fn count_fund_outcomes(
        &mut self,
        tenant: &str,
        kind: &str,
        outcome: &str,
    ) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(OUTCOMES, args![tenant, kind, outcome]).await?;
        let row = row.ok_or_else(Error::stale)?;
        Columns { table: "fund_cases", row: &row }.number("many")
    }

    /// Writes down what was done about a case.
    pub async fn insert_fund_case_act(
        &mut self,
        tenant: &str,
        id: &str,
        act: &CaseActRow,
    ) -> Result<(), Error> {
        let values = args![tenant, id, act.at, &act.by, &act.what, &act.note];
        Ok(self.tx.execute_one(INSERT_ACT, values).await?)
    }

    /// What was done about a case, oldest first.
    pub async fn list_fund_case_acts(&mut self, tenant: &str, id: &str) -> Result<Vec<CaseActRow>, Error> {
        let rows = self.tx.fetch_all(ACTS, args![tenant, id]).await?;
        let act = |row: &Row| {
            Ok(CaseActRow {
                at: row.time("at")?,
                by: row.text("by_whom")?,
                what: row.text("what")?,
                note: row.text("note")?,
            })
        };
        rows.iter().map(act).collect()
    }
}

fn case(row: &Row) -> Result<CaseRow, Error> {
    let columns = Columns { table: "fund_cases", row };
    Ok(CaseRow {
        id: row.text("id")?,
        person: row.text("person")?,
        name: row.text("name")?,
        kind: row.text("kind")?,
        state: row.text("state")?,
        opened_at: row.time("opened_at")?,
        opened_by: row.text("opened_by")?,
        due_at: row.time("due_at")?,
        outcome: row.opt_text("outcome")?,
        on_day: day(&columns, "on_day")?,
        survivor: row.opt_text("survivor")?,
        proposed_by: row.opt_text("proposed_by")?,
        closed_at: row.opt_time("closed_at")?,
        closed_by: row.opt_text("closed_by")?,
        revision: columns.number("revision")?,
    })
}
