//! People of the register.

use chrono::NaiveDate;
use issuance::Timestamp;
use sql::{Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// One person as the database knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// The pseudonymous number.
    pub id: String,
    /// MAC of the nine-digit number.
    pub number_mark: String,
    /// MAC of the organisation served last and of the number there, where the register says both.
    pub staff_mark: Option<String>,
    /// ISO 3166-1 alpha-3, as declared.
    pub country: String,
    /// One of the six official languages.
    pub language: String,
    /// `one` or `two`.
    pub track: String,
    /// For bands of age; the day is sealed.
    pub birth_year: i32,
    /// The last day of the benefit, where one is known.
    pub benefit_until: Option<NaiveDate>,
    /// As the register says.
    pub died_on: Option<NaiveDate>,
    /// Whether the cycle knows of the end of the benefit.
    pub end_told: bool,
    /// MAC of all the register says.
    pub content_mark: String,
    /// Name, number, birth date and address.
    pub sealed: Vec<u8>,
    /// What the cycle goes by.
    pub facts: Vec<u8>,
    /// The number of the last event; 0 before the first.
    pub last_seq: u64,
    /// The number of the last entry of the journal; 0 before the first.
    pub last_entry: u64,
    /// The last link of the journal.
    pub head: [u8; 32],
    /// When the person came onto the register.
    pub created_at: Timestamp,
    /// When the register last said something else.
    pub updated_at: Timestamp,
    /// The record for a wallet.
    pub subject_id: Option<String>,
    /// How reminders come, where it is known.
    pub medium: Option<String>,
}

const INSERT: &str = "INSERT INTO fund_people (tenant, id, number_mark, country, language, track, birth_year,
        benefit_until, died_on, end_told, content_mark, sealed, facts, last_seq, last_entry, head, created_at, updated_at,
        staff_mark, subject_id, medium)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
const UPDATE: &str = "UPDATE fund_people SET country = $3, language = $4, track = $5, birth_year = $6,
        benefit_until = $7, died_on = $8, end_told = $9, content_mark = $10, sealed = $11, facts = $12, updated_at = $13,
        staff_mark = $15, subject_id = $16, medium = $17
    WHERE tenant = $1 AND id = $2 AND last_entry = $14";
const FIND: &str = "SELECT * FROM fund_people WHERE tenant = $1 AND id = $2";
const FIND_BY_MARK: &str = "SELECT * FROM fund_people WHERE tenant = $1 AND number_mark = $2";
/// Two, to see that there is more than one.
const FIND_BY_STAFF_MARK: &str =
    "SELECT * FROM fund_people WHERE tenant = $1 AND staff_mark = $2 ORDER BY id LIMIT 2";
const LIST: &str = "SELECT * FROM fund_people WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";
const COUNT: &str = "SELECT COUNT(*) AS many FROM fund_people WHERE tenant = $1";
const ENDING: &str = "SELECT * FROM fund_people WHERE tenant = $1 AND end_told = 0 AND benefit_until < $2
    ORDER BY benefit_until LIMIT $3";

/// The database orders them as the index has them.
const OF_COUNTRY: &str =
    "SELECT id FROM fund_people WHERE tenant = $1 AND country = $2 AND id > $3 ORDER BY id LIMIT $4";

impl Transaction {
    /// The pseudonymous numbers of the people of a country, those after one.
    pub async fn list_fund_people_in(
        &mut self,
        tenant: &str,
        country: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, Error> {
        let rows = self.tx.fetch_all(OF_COUNTRY, args![tenant, country, after, limit]).await?;
        rows.iter().map(|row| Ok(row.text("id")?)).collect()
    }

    /// Puts a person on the register.
    pub async fn insert_fund_person(&mut self, tenant: &str, person: &PersonRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &person.id,
            &person.number_mark,
            &person.country,
            &person.language,
            &person.track,
            person.birth_year,
            person.benefit_until.map(|day| day.to_string()),
            person.died_on.map(|day| day.to_string()),
            person.end_told,
            &person.content_mark,
            person.sealed.as_slice(),
            person.facts.as_slice(),
            int(person.last_seq),
            int(person.last_entry),
            person.head,
            person.created_at,
            person.updated_at,
            person.staff_mark.as_deref(),
            person.subject_id.as_deref(),
            person.medium.as_deref()
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Writes what the register says now; stale when the journal went on since the person was read.
    pub async fn replace_fund_person(&mut self, tenant: &str, person: &PersonRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &person.id,
            &person.country,
            &person.language,
            &person.track,
            person.birth_year,
            person.benefit_until.map(|day| day.to_string()),
            person.died_on.map(|day| day.to_string()),
            person.end_told,
            &person.content_mark,
            person.sealed.as_slice(),
            person.facts.as_slice(),
            person.updated_at,
            int(person.last_entry),
            person.staff_mark.as_deref(),
            person.subject_id.as_deref(),
            person.medium.as_deref()
        ];
        Ok(self.tx.execute_one(UPDATE, values).await?)
    }

    /// By pseudonymous number.
    pub async fn find_fund_person(&mut self, tenant: &str, id: &str) -> Result<Option<PersonRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(person).transpose()
    }

    /// By the MAC of the nine-digit number.
    pub async fn find_fund_person_by_mark(
        &mut self,
        tenant: &str,
        mark: &str,
    ) -> Result<Option<PersonRow>, Error> {
        self.tx.fetch_optional(FIND_BY_MARK, args![tenant, mark]).await?.as_ref().map(person).transpose()
    }

    /// By the MAC of organisation and staff number; nobody where the register has two people with it.
    pub async fn find_fund_person_by_staff_mark(
        &mut self,
        tenant: &str,
        mark: &str,
    ) -> Result<Option<PersonRow>, Error> {
        match self.tx.fetch_all(FIND_BY_STAFF_MARK, args![tenant, mark]).await?.as_slice() {
            [one] => person(one).map(Some),
            _ => Ok(None),
        }
    }

    /// In the order of pseudonymous numbers, those after `after`.
    pub async fn list_fund_people(
        &mut self,
        tenant: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<PersonRow>, Error> {
        self.tx.fetch_all(LIST, args![tenant, after, limit]).await?.iter().map(person).collect()
    }

    /// How many the register has.
    pub async fn count_fund_people(&mut self, tenant: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT, args![tenant]).await?.ok_or_else(Error::stale)?;
        Columns { table: "fund_people", row: &row }.number("many")
    }

    /// People whose benefit ended before a day without the cycle knowing it.
    pub async fn list_ending_fund_people(
        &mut self,
        tenant: &str,
        day: NaiveDate,
        limit: u32,
    ) -> Result<Vec<PersonRow>, Error> {
        let rows = self.tx.fetch_all(ENDING, args![tenant, day.to_string(), limit]).await?;
        rows.iter().map(person).collect()
    }
}

pub(super) fn day(columns: &Columns<'_>, column: &'static str) -> Result<Option<NaiveDate>, Error> {
    let text = columns.row.opt_text(column)?;
    text.map(|text| text.parse().map_err(|_| columns.impossible(column))).transpose()
}

pub(super) fn person(row: &Row) -> Result<PersonRow, Error> {
    let columns = Columns { table: "fund_people", row };
    Ok(PersonRow {
        id: row.text("id")?,
        number_mark: row.text("number_mark")?,
        staff_mark: row.opt_text("staff_mark")?,
        country: row.text("country")?,
        language: row.text("language")?,
        track: row.text("track")?,
        birth_year: columns.number("birth_year")?,
        benefit_until: day(&columns, "benefit_until")?,
        died_on: day(&columns, "died_on")?,
        end_told: row.flag("end_told")?,
        content_mark: row.text("content_mark")?,
        sealed: row.blob("sealed")?,
        facts: row.blob("facts")?,
        last_seq: columns.number("last_seq")?,
        last_entry: columns.number("last_entry")?,
        head: columns.hash("head")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        subject_id: row.opt_text("subject_id")?,
        medium: row.opt_text("medium")?,
    })
}
