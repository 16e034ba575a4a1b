//! Legal holds: why a person's pictures are kept past their time, by whom, and until when somebody looks again.

use chrono::NaiveDate;
use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// One hold where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalHoldRow {
    /// A ULID.
    pub id: String,
    /// Whose pictures.
    pub subject_id: String,
    /// Why.
    pub reason_sealed: Vec<u8>,
    /// The day by which somebody looks whether it is still needed.
    pub review_on: NaiveDate,
    /// The officer.
    pub placed_by: String,
    /// When.
    pub placed_at: Timestamp,
    /// Another officer.
    pub lifted_by: Option<String>,
    /// When it ended.
    pub lifted_at: Option<Timestamp>,
}

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 895, name: "legal_holds", sql: include_str!("migrations/0895_legal_holds.sql") }];

const INSERT: &str =
    "INSERT INTO legal_holds (tenant, id, subject_id, reason_sealed, review_on, placed_by, placed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FIND: &str = "SELECT * FROM legal_holds WHERE tenant = $1 AND id = $2";
const OF_SUBJECT: &str = "SELECT * FROM legal_holds WHERE tenant = $1 AND subject_id = $2
    ORDER BY placed_at DESC, id DESC LIMIT 50";
const LIFT: &str = "UPDATE legal_holds SET lifted_by = $3, lifted_at = $4
    WHERE tenant = $1 AND id = $2 AND lifted_at IS NULL";

impl Transaction {
    /// Keeps a person's pictures from being erased.
    pub async fn insert_legal_hold(&mut self, tenant: &str, hold: &LegalHoldRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &hold.id,
            &hold.subject_id,
            hold.reason_sealed.clone(),
            hold.review_on.to_string(),
            &hold.placed_by,
            hold.placed_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// One hold.
    pub async fn find_legal_hold(&mut self, tenant: &str, id: &str) -> Result<Option<LegalHoldRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(hold).transpose()
    }

    /// Of one person, the latest first.
    pub async fn list_legal_holds(
        &mut self,
        tenant: &str,
        subject: &str,
    ) -> Result<Vec<LegalHoldRow>, Error> {
        self.tx.fetch_all(OF_SUBJECT, args![tenant, subject]).await?.iter().map(hold).collect()
    }

    /// Ends it; what is due is erased from then on. Stale when somebody else did.
    pub async fn lift_legal_hold(
        &mut self,
        tenant: &str,
        id: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(LIFT, args![tenant, id, by, at]).await?)
    }
}

fn hold(row: &Row) -> Result<LegalHoldRow, Error> {
    let columns = Columns { table: "legal_holds", row };
    Ok(LegalHoldRow {
        id: row.text("id")?,
        subject_id: row.text("subject_id")?,
        reason_sealed: row.blob("reason_sealed")?,
        review_on: columns.parsed("review_on", |text| text.parse().ok())?,
        placed_by: row.text("placed_by")?,
        placed_at: row.time("placed_at")?,
        lifted_by: row.opt_text("lifted_by")?,
        lifted_at: row.opt_time("lifted_at")?,
    })
}
