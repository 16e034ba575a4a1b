//! Where each person-year stands.

use issuance::Timestamp;
use sql::{Row, args};

use super::people::{PersonRow, person};
use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// One person-year as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleRow {
    /// The pseudonymous number.
    pub person: String,
    /// The year whose proof is asked for.
    pub year: i32,
    /// The name of the stage.
    pub stage: String,
    /// How it was closed, if it was.
    pub closed_how: Option<String>,
    /// The channel of the proof that counts.
    pub channel: Option<String>,
    /// The last event that was applied.
    pub applied: u64,
    /// The record; nothing before the first night.
    pub sealed: Option<Vec<u8>>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A person-year that a night has to look at, with the person.
#[derive(Clone, Debug)]
pub struct DueRow {
    /// The person.
    pub person: PersonRow,
    /// The person-year.
    pub cycle: CycleRow,
}

/// How many person-years share a stage and something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCount {
    /// The name of the stage.
    pub stage: String,
    /// A country, a language, a channel or a birth year.
    pub group: String,
    /// How many.
    pub many: u64,
}

/// Everybody on the register has a person-year of each year that has begun.
const BEGIN: &str = "INSERT INTO fund_cycles (tenant, year, person, stage, applied, updated_at)
    SELECT tenant, $2, id, 'not-in-scope', 0, $3 FROM fund_people AS p WHERE tenant = $1 AND NOT EXISTS
        (SELECT 1 FROM fund_cycles AS c WHERE c.tenant = p.tenant AND c.year = $2 AND c.person = p.id)";
const BEGIN_OF: &str = "INSERT INTO fund_cycles (tenant, year, person, stage, applied, updated_at)
    VALUES ($1, $2, $3, 'not-in-scope', 0, $4) ON CONFLICT (tenant, year, person) DO NOTHING";
/// What is answered is looked at only when something happened.
const DUE: &str =
    "SELECT p.*, c.year AS c_year, c.stage AS c_stage, c.closed_how AS c_closed_how, c.channel AS c_channel,
        c.applied AS c_applied, c.sealed AS c_sealed, c.updated_at AS c_updated_at
    FROM fund_cycles c JOIN fund_people p ON p.tenant = c.tenant AND p.id = c.person
    WHERE c.tenant = $1 AND c.year = $2 AND c.person > $3
        AND (c.stage NOT IN ('closed', 'reinstated') OR c.applied < p.last_seq)
    ORDER BY c.person LIMIT $4";
const REPLACE: &str = "UPDATE fund_cycles SET stage = $4, closed_how = $5, channel = $6, applied = $7, sealed = $8, updated_at = $9
    WHERE tenant = $1 AND year = $2 AND person = $3 AND applied = $10";
const OF_PERSON: &str = "SELECT * FROM fund_cycles WHERE tenant = $1 AND person = $2 ORDER BY year LIMIT 100";
const IN_STAGE: &str = "SELECT p.*, c.year AS c_year, c.stage AS c_stage, c.closed_how AS c_closed_how,
        c.channel AS c_channel, c.applied AS c_applied, c.sealed AS c_sealed, c.updated_at AS c_updated_at
    FROM fund_cycles c JOIN fund_people p ON p.tenant = c.tenant AND p.id = c.person
    WHERE c.tenant = $1 AND c.year = $2 AND c.stage = $3 AND c.person > $4 ORDER BY c.person LIMIT $5";
const BY_COUNTRY: &str = "SELECT c.stage, p.country AS what, COUNT(*) AS many FROM fund_cycles c
    JOIN fund_people p ON p.tenant = c.tenant AND p.id = c.person
    WHERE c.tenant = $1 AND c.year = $2 GROUP BY c.stage, p.country ORDER BY p.country, c.stage LIMIT 5000";
const BY_LANGUAGE: &str = "SELECT c.stage, p.language AS what, COUNT(*) AS many FROM fund_cycles c
    JOIN fund_people p ON p.tenant = c.tenant AND p.id = c.person
    WHERE c.tenant = $1 AND c.year = $2 GROUP BY c.stage, p.language ORDER BY p.language, c.stage LIMIT 5000";
const BY_BIRTH_YEAR: &str = "SELECT c.stage, CAST(p.birth_year AS TEXT) AS what, COUNT(*) AS many FROM fund_cycles c
    JOIN fund_people p ON p.tenant = c.tenant AND p.id = c.person
    WHERE c.tenant = $1 AND c.year = $2 GROUP BY c.stage, p.birth_year ORDER BY p.birth_year, c.stage LIMIT 5000";
const BY_CHANNEL: &str = "SELECT stage, COALESCE(channel, '') AS what, COUNT(*) AS many FROM fund_cycles
    WHERE tenant = $1 AND year = $2 GROUP BY stage, channel ORDER BY channel, stage LIMIT 5000";

/// A proof that waits for a decision about an account has a channel.
const ASKING: &str = "SELECT person, year FROM fund_cycles
    WHERE tenant = $1 AND person >= $2 AND person <= $3 AND year <= $4 AND channel IS NULL
        AND stage NOT IN ('not-in-scope', 'reinstated', 'closed')
    ORDER BY person, year LIMIT $5";

impl Transaction {
    /// The years up to this one that still ask for a proof, of the people between two, in the order of both.
    pub async fn list_asking_fund_years(
        &mut self,
        tenant: &str,
        (first, last): (&str, &str),
        year: i32,
        limit: u32,
    ) -> Result<Vec<(String, i32)>, Error> {
        let rows = self.tx.fetch_all(ASKING, args![tenant, first, last, year, limit]).await?;
        let one =
            |row: &Row| Ok((row.text("person")?, Columns { table: "fund_cycles", row }.number("year")?));
        rows.iter().map(one).collect()
    }

    /// Gives everybody a person-year who has none. Repeating it adds nothing.
    pub async fn begin_fund_year(&mut self, tenant: &str, year: i32, at: Timestamp) -> Result<u64, Error> {
        Ok(self.tx.execute(BEGIN, args![tenant, year, at]).await?)
    }

    /// Gives one person a person-year, if they have none.
    pub async fn begin_fund_year_of(
        &mut self,
        tenant: &str,
        person: &str,
        year: i32,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(BEGIN_OF, args![tenant, year, person, at]).await?;
        Ok(())
    }

    /// The next person-years of a year that a night has to look at, those after `after`.
    pub async fn list_due_fund_cycles(
        &mut self,
        tenant: &str,
        year: i32,
        after: &str,
        limit: u32,
    ) -> Result<Vec<DueRow>, Error> {
        self.tx.fetch_all(DUE, args![tenant, year, after, limit]).await?.iter().map(due).collect()
    }

    /// Writes a person-year over the one that was read at `applied`.
    pub async fn replace_fund_cycle(
        &mut self,
        tenant: &str,
        applied: u64,
        cycle: &CycleRow,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            cycle.year,
            &cycle.person,
            &cycle.stage,
            cycle.closed_how.as_deref(),
            cycle.channel.as_deref(),
            int(cycle.applied),
            cycle.sealed.clone(),
            cycle.updated_at,
            int(applied)
        ];
        Ok(self.tx.execute_one(REPLACE, values).await?)
    }

    /// All years of a person, oldest first.
    pub async fn list_fund_cycles(&mut self, tenant: &str, person: &str) -> Result<Vec<CycleRow>, Error> {
        self.tx.fetch_all(OF_PERSON, args![tenant, person]).await?.iter().map(cycle).collect()
    }

    /// Person-years in one stage with their people, those after `after`.
    pub async fn list_fund_cycles_in(
        &mut self,
        tenant: &str,
        (year, stage): (i32, &str),
        after: &str,
        limit: u32,
    ) -> Result<Vec<DueRow>, Error> {
        self.tx.fetch_all(IN_STAGE, args![tenant, year, stage, after, limit]).await?.iter().map(due).collect()
    }

    /// Stages by country.
    pub async fn count_fund_by_country(&mut self, tenant: &str, year: i32) -> Result<Vec<GroupCount>, Error> {
        self.count_fund(BY_COUNTRY, tenant, year).await
    }

    /// Stages by language.
    pub async fn count_fund_by_language(
        &mut self,
        tenant: &str,
        year: i32,
    ) -> Result<Vec<GroupCount>, Error> {
        self.count_fund(BY_LANGUAGE, tenant, year).await
    }

    /// Stages by birth year.
    pub async fn count_fund_by_birth_year(
        &mut self,
        tenant: &str,
        year: i32,
    ) -> Result<Vec<GroupCount>, Error> {
        self.count_fund(BY_BIRTH_YEAR, tenant, year).await
    }

    /// Stages by the channel of the proof that counts; an empty group has none.
    pub async fn count_fund_by_channel(&mut self, tenant: &str, year: i32) -> Result<Vec<GroupCount>, Error> {
        self.count_fund(BY_CHANNEL, tenant, year).await
    }

    async fn count_fund(
        &mut self,
        sql: &'static str,
        tenant: &str,
        year: i32,
    ) -> Result<Vec<GroupCount>, Error> {
        let rows = self.tx.fetch_all(sql, args![tenant, year]).await?;
        let count = |row: &Row| {
            let many = Columns { table: "fund_cycles", row }.number("many")?;
            Ok(GroupCount { stage: row.text("stage")?, group: row.text("what")?, many })
        };
        rows.iter().map(count).collect()
    }
}

pub(super) fn cycle(row: &Row) -> Result<CycleRow, Error> {
    let columns = Columns { table: "fund_cycles", row };
    Ok(CycleRow {
        person: row.text("person")?,
        year: columns.number("year")?,
        stage: row.text("stage")?,
        closed_how: row.opt_text("closed_how")?,
        channel: row.opt_text("channel")?,
        applied: columns.number("applied")?,
        sealed: row.opt_blob("sealed")?,
        updated_at: row.time("updated_at")?,
    })
}

pub(super) fn due(row: &Row) -> Result<DueRow, Error> {
    let columns = Columns { table: "fund_cycles", row };
    let person = person(row)?;
    Ok(DueRow {
        cycle: CycleRow {
            person: person.id.clone(),
            year: columns.number("c_year")?,
            stage: row.text("c_stage")?,
            closed_how: row.opt_text("c_closed_how")?,
            channel: row.opt_text("c_channel")?,
            applied: columns.number("c_applied")?,
            sealed: row.opt_blob("c_sealed")?,
            updated_at: row.time("c_updated_at")?,
        },
        person,
    })
}
