//! Pages that came back.

use issuance::Timestamp;
use sql::{Row, args};

use super::proofs::ProofRow;
use crate::row::Columns;
use crate::{Error, Transaction};

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanRow {
    /// Its number.
    pub id: String,
    /// `waiting`, `accepted`, `refused`, `unread`, `again` or `dismissed`.
    pub state: String,
    /// SHA-256 of the page's picture, in hex.
    pub digest: String,
    /// Of the form.
    pub number: Option<String>,
    /// Whose form it is, by pseudonymous number.
    pub person: Option<String>,
    /// The proof that it became.
    pub proof: Option<String>,
    /// Why it could not be read, as a word of ours.
    pub fault: Option<String>,
    /// Whether something is written in the place of the signature.
    pub is_signed: Option<bool>,
    /// Of the picture.
    pub media_type: Option<String>,
    /// Sealed; erased with the decision.
    pub picture: Option<Vec<u8>>,
    /// Who handed it in.
    pub uploaded_by: String,
    /// When it came.
    pub uploaded_at: Timestamp,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

const INSERT: &str =
    "INSERT INTO fund_scans (tenant, id, state, digest, number, person, proof, fault, is_signed,
        media_type, picture, uploaded_by, uploaded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const FIND: &str = "SELECT * FROM fund_scans WHERE tenant = $1 AND id = $2";
const BY_DIGEST: &str = "SELECT * FROM fund_scans WHERE tenant = $1 AND digest = $2";
/// Without the pictures.
const LIST: &str = "SELECT tenant, id, state, digest, number, person, proof, fault, is_signed, media_type,
        uploaded_by, uploaded_at, decided_by, decided_at
    FROM fund_scans WHERE tenant = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4";
const REFUSED: &str =
    "SELECT COUNT(*) AS many FROM fund_scans WHERE tenant = $1 AND number = $2 AND state = 'refused'";
const NAMED: &str =
    "UPDATE fund_scans SET state = 'waiting', number = $3, person = $4, proof = $5, fault = NULL
    WHERE tenant = $1 AND id = $2 AND state = 'unread'";
const DECIDE: &str =
    "UPDATE fund_scans SET state = $3, picture = NULL, media_type = NULL, decided_by = $4, decided_at = $5
    WHERE tenant = $1 AND id = $2 AND state = $6";
const DATE: &str = "UPDATE fund_proofs SET captured_at = $3, year = $4, sealed = $5
    WHERE tenant = $1 AND id = $2 AND state = 'waiting'";

impl Transaction {
    /// Keeps a page; a conflict when its picture is there.
    pub async fn insert_fund_scan(&mut self, tenant: &str, scan: &ScanRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &scan.id,
            &scan.state,
            &scan.digest,
            scan.number.as_deref(),
            scan.person.as_deref(),
            scan.proof.as_deref(),
            scan.fault.as_deref(),
            scan.is_signed.map(i64::from),
            scan.media_type.as_deref(),
            scan.picture.as_deref(),
            &scan.uploaded_by,
            scan.uploaded_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// One page with its picture.
    pub async fn find_fund_scan(&mut self, tenant: &str, id: &str) -> Result<Option<ScanRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(scan).transpose()
    }

    /// The page with this picture.
    pub async fn find_fund_scan_by_digest(
        &mut self,
        tenant: &str,
        digest: &str,
    ) -> Result<Option<ScanRow>, Error> {
        self.tx.fetch_optional(BY_DIGEST, args![tenant, digest]).await?.as_ref().map(scan).transpose()
    }

    /// Those in one state after `after`, oldest first, without their pictures.
    pub async fn list_fund_scans(
        &mut self,
        tenant: &str,
        state: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ScanRow>, Error> {
        self.tx.fetch_all(LIST, args![tenant, state, after, limit]).await?.iter().map(bare).collect()
    }

    /// How often a form was refused.
    pub async fn count_refused_fund_scans(&mut self, tenant: &str, number: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(REFUSED, args![tenant, number]).await?.ok_or_else(Error::stale)?;
        Columns { table: "fund_scans", row: &row }.number("many")
    }

    /// An officer said which form an unread page is; stale when somebody else did.
    pub async fn name_fund_scan(
        &mut self,
        tenant: &str,
        id: &str,
        (number, person, proof): (&str, &str, &str),
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(NAMED, args![tenant, id, number, person, proof]).await?)
    }

    /// Decides about a page in a state and erases its picture; stale when somebody else did.
    pub async fn decide_fund_scan(
        &mut self,
        tenant: &str,
        (id, from, to): (&str, &str, &str),
        by: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(DECIDE, args![tenant, id, to, by, at, from]).await?)
    }

    /// Corrects the day on which a waiting proof was made.
    pub async fn date_fund_proof(&mut self, tenant: &str, proof: &ProofRow) -> Result<(), Error> {
        let values = args![tenant, &proof.id, proof.captured_at, proof.year, proof.sealed.as_slice()];
        Ok(self.tx.execute_one(DATE, values).await?)
    }
}

fn scan(row: &Row) -> Result<ScanRow, Error> {
    Ok(ScanRow { picture: row.opt_blob("picture")?, ..bare(row)? })
}

fn bare(row: &Row) -> Result<ScanRow, Error> {
    Ok(ScanRow {
        id: row.text("id")?,
        state: row.text("state")?,
        digest: row.text("digest")?,
        number: row.opt_text("number")?,
        person: row.opt_text("person")?,
        proof: row.opt_text("proof")?,
        fault: row.opt_text("fault")?,
        is_signed: row.opt_flag("is_signed")?,
        media_type: row.opt_text("media_type")?,
        picture: None,
        uploaded_by: row.text("uploaded_by")?,
        uploaded_at: row.time("uploaded_at")?,
        decided_by: row.opt_text("decided_by")?,
        decided_at: row.opt_time("decided_at")?,
    })
}
