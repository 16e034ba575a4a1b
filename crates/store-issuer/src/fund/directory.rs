//! What lists of people are made from: whether the register changed, who is where in a year, and what officers look for.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use super::people::{PersonRow, person};
use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 942,
    name: "fund_searches",
    sql: include_str!("../migrations/0942_fund_searches.sql"),
}];

/// Two registers with the same mark are the same, unless somebody set a clock back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegisterMark {
    /// How many people.
    pub people: u64,
    /// The sum of the times at which each last changed, in milliseconds.
    pub sum: i64,
}

/// Which people of a year are wanted; what is empty does not narrow.
#[derive(Clone, Copy, Debug, Default)]
pub struct YearPart<'a> {
    /// As the cycle names it.
    pub stage: &'a str,
    /// By which a proof came.
    pub channel: &'a str,
    /// ISO 3166-1 alpha-3.
    pub country: &'a str,
    /// One of the six official languages.
    pub language: &'a str,
    /// The first and the last year of birth.
    pub born: Option<(i32, i32)>,
}

/// Where one person stands in a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearStanding {
    /// As the cycle names it.
    pub stage: String,
    /// By which the proof came, if one did.
    pub channel: Option<String>,
}

const MARK: &str = "SELECT COUNT(*) AS many, CAST(COALESCE(SUM(updated_at), 0) AS BIGINT) AS total
    FROM fund_people WHERE tenant = $1";
const CHANGED: &str = "SELECT * FROM fund_people
    WHERE tenant = $1 AND (updated_at > $2 OR (updated_at = $2 AND id > $3)) ORDER BY updated_at, id LIMIT $4";
const OF_YEAR: &str = "SELECT c.person FROM fund_cycles c
        JOIN fund_people p ON p.tenant = c.tenant AND p.id = c.person
    WHERE c.tenant = $1 AND c.year = $2 AND ($3 = '' OR c.stage = $3) AND ($4 = '' OR c.channel = $4)
        AND ($5 = '' OR p.country = $5) AND ($6 = '' OR p.language = $6)
        AND p.birth_year >= $7 AND p.birth_year <= $8 AND c.person > $9 ORDER BY c.person LIMIT $10";
const STANDING: &str =
    "SELECT stage, channel FROM fund_cycles WHERE tenant = $1 AND year = $2 AND person = $3";
const PUT_SEARCH: &str =
    "INSERT INTO fund_searches (tenant, id, officer, sealed, until) VALUES ($1, $2, $3, $4, $5)";
const SEARCH: &str = "SELECT sealed FROM fund_searches
    WHERE tenant = $1 AND id = $2 AND officer = $3 AND until > $4";
const OLD_SEARCHES: &str = "DELETE FROM fund_searches WHERE until <= $1";

impl Transaction {
    /// By which it is seen whether the register changed.
    pub async fn fund_register_mark(&mut self, tenant: &str) -> Result<RegisterMark, Error> {
        let row = self.tx.fetch_optional(MARK, args![tenant]).await?.ok_or_else(Error::stale)?;
        let people = Columns { table: "fund_people", row: &row }.number("many")?;
        Ok(RegisterMark { people, sum: row.int("total")? })
    }

    /// People in the order in which they last changed, those behind this moment and this pseudonymous number.
    pub async fn list_changed_fund_people(
        &mut self,
        tenant: &str,
        (since, after): (Timestamp, &str),
        limit: u32,
    ) -> Result<Vec<PersonRow>, Error> {
        self.tx.fetch_all(CHANGED, args![tenant, since, after, limit]).await?.iter().map(person).collect()
    }

    /// Pseudonymous numbers of a year's people, those behind `after`.
    pub async fn list_fund_people_of_year(
        &mut self,
        tenant: &str,
        (year, part): (i32, &YearPart<'_>),
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, Error> {
        let (from, to) = part.born.unwrap_or((i32::MIN, i32::MAX));
        let values = args![
            tenant,
            year,
            part.stage,
            part.channel,
            part.country,
            part.language,
            from,
            to,
            after,
            limit
        ];
        let rows = self.tx.fetch_all(OF_YEAR, values).await?;
        rows.iter().map(|row: &Row| Ok(row.text("person")?)).collect()
    }

    /// Where one person stands in a year, if they take part in it.
    pub async fn find_fund_standing(
        &mut self,
        tenant: &str,
        (year, person): (i32, &str),
    ) -> Result<Option<YearStanding>, Error> {
        let row = self.tx.fetch_optional(STANDING, args![tenant, year, person]).await?;
        row.map(|row| Ok(YearStanding { stage: row.text("stage")?, channel: row.opt_text("channel")? }))
            .transpose()
    }

    /// Keeps what an officer looks for until then; what is older than now goes.
    pub async fn put_fund_search(
        &mut self,
        tenant: &str,
        (id, officer): (&str, &str),
        sealed: &[u8],
        (now, until): (Timestamp, Timestamp),
    ) -> Result<(), Error> {
        self.erase_fund_searches(now).await?;
        Ok(self.tx.execute_one(PUT_SEARCH, args![tenant, id, officer, sealed, until]).await?)
    }

    /// Erases what officers looked for, of all organisations, once its time is over.
    pub async fn erase_fund_searches(&mut self, now: Timestamp) -> Result<u64, Error> {
        Ok(self.tx.execute(OLD_SEARCHES, args![now]).await?)
    }

    /// What this officer looks for under this number.
    pub async fn find_fund_search(
        &mut self,
        tenant: &str,
        (id, officer): (&str, &str),
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, Error> {
        let row = self.tx.fetch_optional(SEARCH, args![tenant, id, officer, now]).await?;
        Ok(row.map(|row| row.blob("sealed")).transpose()?)
    }
}
