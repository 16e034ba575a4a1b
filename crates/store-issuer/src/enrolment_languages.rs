//! Supply of appointments and demand for them, by language.

use std::collections::BTreeMap;

use issuance::Timestamp;
use sql::{Migration, args};

use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 881,
    name: "enrolment_languages",
    sql: include_str!("migrations/0881_enrolment_languages.sql"),
}];

const SET: &str = "UPDATE enrolments SET language = $3 WHERE tenant = $1 AND id = $2";
const FREE: &str = "SELECT s.language AS language, COUNT(*) AS many FROM enrolment_slots s
    WHERE s.tenant = $1 AND s.closed_at IS NULL AND s.starts_at > $2 AND s.starts_at < $3
        AND NOT EXISTS (SELECT 1 FROM enrolment_appointments a
            WHERE a.tenant = s.tenant AND a.slot_id = s.id AND a.state <> 'cancelled')
    GROUP BY s.language ORDER BY s.language LIMIT 100";
const NEEDING: &str = "SELECT COALESCE(e.language, '') AS language, COUNT(*) AS many FROM enrolments e
    WHERE e.tenant = $1 AND (e.stage = 'claimed' OR (e.stage = 'invited' AND e.expires_at > $2))
        AND NOT EXISTS (SELECT 1 FROM enrolment_appointments a
            WHERE a.tenant = e.tenant AND a.enrolment_id = e.id AND a.state IN ('booked', 'held'))
        AND NOT EXISTS (SELECT 1 FROM enrolment_stations w WHERE w.tenant = e.tenant AND w.enrolment_id = e.id)
    GROUP BY COALESCE(e.language, '') ORDER BY COALESCE(e.language, '') LIMIT 100";
const BOOKED: &str = "SELECT s.language AS language, COUNT(*) AS many
    FROM enrolment_appointments a JOIN enrolment_slots s ON s.tenant = a.tenant AND s.id = a.slot_id
    WHERE a.tenant = $1 AND a.booked_at >= $2 AND a.state <> 'cancelled'
    GROUP BY s.language ORDER BY s.language LIMIT 100";

impl Transaction {
    /// Notes the language of somebody who was invited.
    pub async fn set_enrolment_language(
        &mut self,
        tenant: &str,
        id: &str,
        language: Option<&str>,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(SET, args![tenant, id, language]).await?)
    }

    /// Free times of a window by language.
    pub async fn count_free_by_language(
        &mut self,
        tenant: &str,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<BTreeMap<String, u64>, Error> {
        self.by_language(FREE, args![tenant, from, until]).await
    }

    /// People without an appointment by language; an empty one where nobody said.
    pub async fn count_needing_by_language(
        &mut self,
        tenant: &str,
        now: Timestamp,
    ) -> Result<BTreeMap<String, u64>, Error> {
        self.by_language(NEEDING, args![tenant, now]).await
    }

    /// Appointments booked since then, by the language of the time.
    pub async fn count_booked_by_language(
        &mut self,
        tenant: &str,
        since: Timestamp,
    ) -> Result<BTreeMap<String, u64>, Error> {
        self.by_language(BOOKED, args![tenant, since]).await
    }

    async fn by_language(
        &mut self,
        query: &'static str,
        values: Vec<sql::Value>,
    ) -> Result<BTreeMap<String, u64>, Error> {
        let rows = self.tx.fetch_all(query, values).await?;
        rows.iter()
            .map(|row| Ok((row.text("language")?, Columns { table: "enrolments", row }.number("many")?)))
            .collect()
    }
}
