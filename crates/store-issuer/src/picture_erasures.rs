//! Who asked that a person's pictures go for good, and what a second officer made of it.

use issuance::Timestamp;
use sql::{Row, args};

use crate::{Error, Transaction};

/// One such wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureErasureRow {
    /// A ULID.
    pub id: String,
    /// Whose pictures.
    pub subject_id: String,
    /// Why.
    pub reason_sealed: Vec<u8>,
    /// The officer who wrote it down.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// `erased` or `kept`, once it is decided.
    pub outcome: Option<String>,
    /// The officer who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

const INSERT: &str =
    "INSERT INTO picture_erasures (tenant, id, subject_id, reason_sealed, asked_by, asked_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT * FROM picture_erasures WHERE tenant = $1 AND id = $2";
const OF_SUBJECT: &str = "SELECT * FROM picture_erasures WHERE tenant = $1 AND subject_id = $2
    ORDER BY asked_at DESC, id DESC LIMIT 50";
const DECIDE: &str = "UPDATE picture_erasures SET outcome = $3, decided_by = $4, decided_at = $5
    WHERE tenant = $1 AND id = $2 AND outcome IS NULL";

impl Transaction {
    /// A conflict where one waits already.
    pub async fn insert_picture_erasure(
        &mut self,
        tenant: &str,
        row: &PictureErasureRow,
    ) -> Result<(), Error> {
        let values =
            args![tenant, &row.id, &row.subject_id, row.reason_sealed.clone(), &row.asked_by, row.asked_at];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// One of them.
    pub async fn find_picture_erasure(
        &mut self,
        tenant: &str,
        id: &str,
    ) -> Result<Option<PictureErasureRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(erasure).transpose()
    }

    /// Of one person, the latest first.
    pub async fn list_picture_erasures(
        &mut self,
        tenant: &str,
        subject: &str,
    ) -> Result<Vec<PictureErasureRow>, Error> {
        self.tx.fetch_all(OF_SUBJECT, args![tenant, subject]).await?.iter().map(erasure).collect()
    }

    /// Stale when somebody else decided.
    pub async fn decide_picture_erasure(
        &mut self,
        tenant: &str,
        (id, outcome): (&str, &str),
        by: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(DECIDE, args![tenant, id, outcome, by, at]).await?)
    }
}

fn erasure(row: &Row) -> Result<PictureErasureRow, Error> {
    Ok(PictureErasureRow {
        id: row.text("id")?,
        subject_id: row.text("subject_id")?,
        reason_sealed: row.blob("reason_sealed")?,
        asked_by: row.text("asked_by")?,
        asked_at: row.time("asked_at")?,
        outcome: row.opt_text("outcome")?,
        decided_by: row.opt_text("decided_by")?,
        decided_at: row.opt_time("decided_at")?,
    })
}
