//! Pictures of proofs: the verdict on them, and they themselves, sealed, until they are erased.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// An answer with pictures, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCapture {
    pub request_id: String,
    /// Of the answer.
    pub digest: [u8; 32],
    pub judged_at: Timestamp,
    pub verdict: String,
    /// JSON: reasons, models, digests of the pictures.
    pub decision: String,
    /// JSON: finding and class of accuracy.
    pub place: Option<String>,
    pub signed: Vec<u8>,
    pub signature: Vec<u8>,
    /// Whether the pictures are still there.
    pub has_frames: bool,
    pub erase_at: Option<Timestamp>,
}

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 820,
    name: "existence captures",
    sql: include_str!("migrations/0820_existence_captures.sql"),
}];

const INSERT: &str =
    "INSERT INTO existence_captures (tenant, request_id, digest, judged_at, verdict, decision,
        place, signed, signature, frames_sealed, erase_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
const LIST: &str =
    "SELECT request_id, digest, judged_at, verdict, decision, place, signed, signature, erase_at,
        CAST(CASE WHEN frames_sealed IS NULL THEN 0 ELSE 1 END AS BIGINT) AS has_frames
    FROM existence_captures WHERE tenant = $1 AND request_id = $2 ORDER BY judged_at DESC LIMIT 20";
const FRAMES: &str = "SELECT frames_sealed FROM existence_captures
    WHERE tenant = $1 AND request_id = $2 AND digest = $3 AND frames_sealed IS NOT NULL";
const KEEP_UNTIL: &str = "UPDATE existence_captures SET erase_at = $1
    WHERE tenant = $2 AND request_id = $3 AND erase_at IS NULL AND frames_sealed IS NOT NULL";
const PROLONG: &str = "UPDATE existence_captures SET erase_at = $1
    WHERE tenant = $2 AND digest = $3 AND erase_at < $1 AND frames_sealed IS NOT NULL";
const ERASE: &str = "UPDATE existence_captures SET frames_sealed = NULL, erase_at = NULL
    WHERE erase_at IS NOT NULL AND erase_at <= $1 AND NOT EXISTS (SELECT 1 FROM legal_holds h
        JOIN existence_requests r ON r.tenant = h.tenant AND r.subject_id = h.subject_id
        WHERE r.tenant = existence_captures.tenant AND r.id = existence_captures.request_id
            AND h.lifted_at IS NULL)";

impl Transaction {
    /// False when the same answer was judged before. `sealed` are the pictures.
    pub async fn insert_capture(
        &mut self,
        tenant: &str,
        capture: &StoredCapture,
        sealed: &[u8],
    ) -> Result<bool, Error> {
        let values = args![
            tenant,
            &capture.request_id,
            capture.digest.to_vec(),
            capture.judged_at,
            &capture.verdict,
            &capture.decision,
            capture.place.as_deref(),
            capture.signed.clone(),
            capture.signature.clone(),
            sealed.to_vec(),
            capture.erase_at
        ];
        Ok(self.tx.execute(INSERT, values).await? == 1)
    }

    /// Of one request, the latest first; twenty at most.
    pub async fn list_captures(&mut self, tenant: &str, request: &str) -> Result<Vec<StoredCapture>, Error> {
        self.tx.fetch_all(LIST, args![tenant, request]).await?.iter().map(capture).collect()
    }

    /// The sealed pictures, while they are there.
    pub async fn find_capture_frames(
        &mut self,
        tenant: &str,
        request: &str,
        digest: &[u8; 32],
    ) -> Result<Option<Vec<u8>>, Error> {
        let row = self.tx.fetch_optional(FRAMES, args![tenant, request, digest.to_vec()]).await?;
        Ok(row.map(|row| row.blob("frames_sealed")).transpose()?)
    }

    /// Says when the pictures go that an officer has decided on.
    pub async fn keep_captures_until(
        &mut self,
        tenant: &str,
        request: &str,
        until: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(KEEP_UNTIL, args![until, tenant, request]).await?;
        Ok(())
    }

    /// Keeps the pictures of an answer longer, if they were to go before and are still there.
    pub async fn prolong_captures(
        &mut self,
        tenant: &str,
        digest: &[u8; 32],
        until: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(PROLONG, args![until, tenant, digest.to_vec()]).await?;
        Ok(())
    }

    /// Erases the pictures that are due, of all organisations, but for people of whom something is held; tells of how many
    /// answers.
    pub async fn erase_captures(&mut self, now: Timestamp) -> Result<u64, Error> {
        Ok(self.tx.execute(ERASE, args![now]).await?)
    }
}

fn capture(row: &Row) -> Result<StoredCapture, Error> {
    let columns = Columns { table: "existence_captures", row };
    Ok(StoredCapture {
        request_id: row.text("request_id")?,
        digest: columns.hash("digest")?,
        judged_at: row.time("judged_at")?,
        verdict: row.text("verdict")?,
        decision: row.text("decision")?,
        place: row.opt_text("place")?,
        signed: row.blob("signed")?,
        signature: row.blob("signature")?,
        has_frames: row.flag("has_frames")?,
        erase_at: row.opt_time("erase_at")?,
    })
}
