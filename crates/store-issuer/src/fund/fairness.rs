//! Counts by groups of people, for the report on fairness.

use issuance::Timestamp;
use sql::{Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// An answer with pictures, without whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureMark {
    /// The question that was answered.
    pub request: String,
    /// Of the answer.
    pub digest: [u8; 32],
    /// The year of the proof.
    pub year: i32,
    /// ISO 3166-1 alpha-3, as declared.
    pub country: String,
    /// Of the person.
    pub birth_year: i32,
    /// `tryAgain`, `personLooks` or `accepted`.
    pub verdict: String,
    /// The coarse kind of device that took them; empty where none was told.
    pub device: String,
    /// When.
    pub judged_at: Timestamp,
}

/// How many of one kind came to one end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindCount {
    /// As declared.
    pub country: String,
    /// Of the people.
    pub birth_year: i32,
    /// The channel of proofs; empty for pictures.
    pub channel: String,
    /// The kind of device of pictures; empty where none was told, and for proofs.
    pub device: String,
    /// The verdict on pictures, or the state of proofs.
    pub end: String,
    /// How many.
    pub many: u64,
}

/// An appeal, for its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealTimes {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Until when it is decided.
    pub due_at: Timestamp,
    /// When it was decided.
    pub closed_at: Option<Timestamp>,
    /// What came of it.
    pub outcome: Option<String>,
}

const INSERT: &str = "INSERT INTO fund_picture_marks
        (tenant, request_id, digest, year, country, birth_year, verdict, judged_at, device)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
const PICTURES: &str =
    "SELECT country, birth_year, '' AS channel, device, verdict AS ending, COUNT(*) AS many
    FROM fund_picture_marks WHERE tenant = $1 AND year = $2
    GROUP BY country, birth_year, device, verdict ORDER BY country, birth_year, device, verdict LIMIT 100000";
/// What officers said of the pictures that they looked at, once for each question. The kind of device stands with the pictures
/// alone, so that no proof and no person has one.
const DECISIONS: &str = "SELECT '' AS country, CAST(0 AS BIGINT) AS birth_year, '' AS channel, m.device AS device,
        CASE r.state WHEN 'confirmed' THEN 'accepted' WHEN 'refused' THEN 'refused' ELSE 'waiting' END AS ending,
        COUNT(DISTINCT m.request_id) AS many
    FROM fund_picture_marks m JOIN existence_requests r ON r.tenant = m.tenant AND r.id = m.request_id
    WHERE m.tenant = $1 AND m.year = $2 AND m.verdict <> 'tryAgain'
    GROUP BY m.device, CASE r.state WHEN 'confirmed' THEN 'accepted' WHEN 'refused' THEN 'refused' ELSE 'waiting' END
    ORDER BY device, ending LIMIT 1000";
const PROOFS: &str = "SELECT p.country AS country, p.birth_year AS birth_year, f.channel AS channel,
        '' AS device, f.state AS ending, COUNT(*) AS many
    FROM fund_proofs f JOIN fund_people p ON p.tenant = f.tenant AND p.id = f.person
    WHERE f.tenant = $1 AND f.year = $2 GROUP BY p.country, p.birth_year, f.channel, f.state
    ORDER BY p.country, p.birth_year, f.channel, f.state LIMIT 100000";
const APPEALS: &str = "SELECT opened_at, due_at, closed_at, outcome FROM fund_cases
    WHERE tenant = $1 AND kind = 'appeal' AND opened_at >= $2 AND opened_at < $3 ORDER BY id LIMIT 100000";

impl Transaction {
    /// Notes that pictures were judged; again it is the same note.
    pub async fn insert_picture_mark(&mut self, tenant: &str, mark: &PictureMark) -> Result<(), Error> {
        let values = args![
            tenant,
            &mark.request,
            mark.digest,
            mark.year,
            &mark.country,
            mark.birth_year,
            &mark.verdict,
            mark.judged_at,
            &mark.device
        ];
        self.tx.execute(INSERT, values).await?;
        Ok(())
    }

    /// Answers with pictures of a year, by country, year of birth, kind of device and verdict.
    pub async fn count_picture_marks(&mut self, tenant: &str, year: i32) -> Result<Vec<KindCount>, Error> {
        self.tx.fetch_all(PICTURES, args![tenant, year]).await?.iter().map(kind).collect()
    }

    /// What officers said of the pictures of a year, by kind of device.
    pub async fn count_picture_decisions(
        &mut self,
        tenant: &str,
        year: i32,
    ) -> Result<Vec<KindCount>, Error> {
        self.tx.fetch_all(DECISIONS, args![tenant, year]).await?.iter().map(kind).collect()
    }

    /// Proofs of a year, by country, year of birth, channel and state.
    pub async fn count_proof_kinds(&mut self, tenant: &str, year: i32) -> Result<Vec<KindCount>, Error> {
        self.tx.fetch_all(PROOFS, args![tenant, year]).await?.iter().map(kind).collect()
    }

    /// Appeals that were opened from one moment to before another.
    pub async fn list_appeal_times(
        &mut self,
        tenant: &str,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<AppealTimes>, Error> {
        let rows = self.tx.fetch_all(APPEALS, args![tenant, from, to]).await?;
        let times = |row: &Row| {
            Ok(AppealTimes {
                opened_at: row.time("opened_at")?,
                due_at: row.time("due_at")?,
                closed_at: row.opt_time("closed_at")?,
                outcome: row.opt_text("outcome")?,
            })
        };
        rows.iter().map(times).collect()
    }
}

fn kind(row: &Row) -> Result<KindCount, Error> {
    let columns = Columns { table: "fund_proofs", row };
    Ok(KindCount {
        country: row.text("country")?,
        birth_year: columns.number("birth_year")?,
        channel: row.text("channel")?,
        device: row.text("device")?,
        end: row.text("ending")?,
        many: columns.number("many")?,
    })
}
