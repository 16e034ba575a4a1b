//! Days of the draw for attended checks.

use chrono::NaiveDate;
use issuance::Timestamp;
use issuance::anchoring::{LeafKind, WaitingLeaf};
use sql::{Row, args};

use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// One day of the draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleDayRow {
    /// The day on which proofs are accepted.
    pub day: NaiveDate,
    /// A ULID; the leaf of the commitment has the same.
    pub id: String,
    /// The seed, secret until the day is over.
    pub seed_sealed: Vec<u8>,
    /// To the seed.
    pub commitment: [u8; 32],
    /// How many of a thousand are drawn.
    pub per_mille: u16,
    /// When the commitment was made.
    pub made_at: Timestamp,
    /// When it was drawn.
    pub drawn_at: Option<Timestamp>,
    /// How many proofs took part.
    pub proofs: u64,
    /// How many were drawn.
    pub chosen: u64,
}

const INSERT: &str = "INSERT INTO fund_sample_days
        (tenant, day, id, seed_sealed, commitment, per_mille, made_at, proofs, chosen)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0) ON CONFLICT (tenant, day) DO NOTHING";
const FIND: &str = "SELECT * FROM fund_sample_days WHERE tenant = $1 AND day = $2";
const RECENT: &str = "SELECT * FROM fund_sample_days WHERE tenant = $1 ORDER BY day DESC LIMIT $2";
const UNDRAWN: &str = "SELECT * FROM fund_sample_days WHERE tenant = $1 AND drawn_at IS NULL AND day < $2
    ORDER BY day LIMIT 400";
const DRAWN: &str = "UPDATE fund_sample_days SET drawn_at = $3, proofs = $4, chosen = $5
    WHERE tenant = $1 AND day = $2 AND drawn_at IS NULL";
/// Whoever was visited or called was attended already.
const PROOFS: &str = "SELECT id, person FROM fund_proofs WHERE tenant = $1 AND state = 'accepted'
        AND channel NOT IN ('visit', 'video-call') AND decided_at >= $2 AND decided_at < $3 AND id > $4
    ORDER BY id LIMIT $5";

impl Transaction {
    /// Makes a day of the draw with its commitment on the way to the chain; false when there is one.
    pub async fn insert_sample_day(
        &mut self,
        tenant: &str,
        row: &SampleDayRow,
        salt: [u8; 32],
    ) -> Result<bool, Error> {
        let values = args![
            tenant,
            row.day.to_string(),
            &row.id,
            row.seed_sealed.as_slice(),
            row.commitment,
            i32::from(row.per_mille),
            row.made_at
        ];
        if self.tx.execute(INSERT, values).await? == 0 {
            return Ok(false);
        }
        let leaf = WaitingLeaf { id: row.id.clone(), salt, digest: row.commitment };
        self.insert_leaf(tenant, LeafKind::Audit, &leaf, row.made_at).await?;
        Ok(true)
    }

    /// One day.
    pub async fn find_sample_day(
        &mut self,
        tenant: &str,
        day: NaiveDate,
    ) -> Result<Option<SampleDayRow>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, day.to_string()]).await?;
        row.as_ref().map(sample).transpose()
    }

    /// The last days, newest first.
    pub async fn list_sample_days(&mut self, tenant: &str, limit: u32) -> Result<Vec<SampleDayRow>, Error> {
        self.tx.fetch_all(RECENT, args![tenant, limit]).await?.iter().map(sample).collect()
    }

    /// Days before one that were not drawn.
    pub async fn list_undrawn_sample_days(
        &mut self,
        tenant: &str,
        before: NaiveDate,
    ) -> Result<Vec<SampleDayRow>, Error> {
        self.tx.fetch_all(UNDRAWN, args![tenant, before.to_string()]).await?.iter().map(sample).collect()
    }

    /// Notes that a day was drawn; stale when it was.
    pub async fn note_sample_drawn(
        &mut self,
        tenant: &str,
        day: NaiveDate,
        (proofs, chosen): (u64, u64),
        at: Timestamp,
    ) -> Result<(), Error> {
        let values = args![tenant, day.to_string(), at, int(proofs), int(chosen)];
        Ok(self.tx.execute_one(DRAWN, values).await?)
    }

    /// Proofs accepted in a time by a way that nobody attended, with their people, those after `after`.
    pub async fn list_fund_proofs_decided(
        &mut self,
        tenant: &str,
        (from, to): (Timestamp, Timestamp),
        after: &str,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Error> {
        let rows = self.tx.fetch_all(PROOFS, args![tenant, from, to, after, limit]).await?;
        rows.iter().map(|row| Ok((row.text("id")?, row.text("person")?))).collect()
    }
}

fn sample(row: &Row) -> Result<SampleDayRow, Error> {
    let columns = Columns { table: "fund_sample_days", row };
    Ok(SampleDayRow {
        day: columns.parsed("day", |text| text.parse().ok())?,
        id: row.text("id")?,
        seed_sealed: row.blob("seed_sealed")?,
        commitment: columns.hash("commitment")?,
        per_mille: columns.number("per_mille")?,
        made_at: row.time("made_at")?,
        drawn_at: row.opt_time("drawn_at")?,
        proofs: columns.number("proofs")?,
        chosen: columns.number("chosen")?,
    })
}
