//! Presentations of Separation credentials by which people enrol, and whom each ended service has enrolled.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// One presentation, asked for or made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeparationRow {
    pub id: String,
    /// Digest of the secret of the wallet that began it.
    pub secret_mark: String,
    /// The number that the verifier gave it.
    pub verification: String,
    /// What the wallet opens.
    pub link: String,
    pub begun_at: Timestamp,
    pub expires_at: Timestamp,
    pub used: Option<SeparationUse>,
}

/// What a presentation opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeparationUse {
    pub enrolment: String,
    pub at: Timestamp,
    /// What the credential said, and who issued it.
    pub sealed: Vec<u8>,
}

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { version: 890, name: "staff_marks", sql: include_str!("migrations/0890_staff_marks.sql") },
    Migration { version: 891, name: "separations", sql: include_str!("migrations/0891_separations.sql") },
];

const INSERT: &str =
    "INSERT INTO enrolment_separations (tenant, id, secret_mark, verification, link, begun_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const RENEW: &str =
    "UPDATE enrolment_separations SET verification = $4, link = $5, begun_at = $6, expires_at = $7
    WHERE tenant = $1 AND id = $2 AND verification = $3 AND used_at IS NULL";
const USE: &str = "UPDATE enrolment_separations SET enrolment_id = $4, used_at = $5, sealed = $6
    WHERE tenant = $1 AND id = $2 AND verification = $3 AND used_at IS NULL";
const END: &str = "UPDATE enrolment_separations SET expires_at = $4
    WHERE tenant = $1 AND id = $2 AND verification = $3 AND used_at IS NULL AND expires_at > $4";
const FIND: &str = "SELECT * FROM enrolment_separations WHERE tenant = $1 AND secret_mark = $2";
const FIND_OF: &str = "SELECT * FROM enrolment_separations WHERE tenant = $1 AND enrolment_id = $2
    ORDER BY used_at DESC, id DESC LIMIT 1";
const WAITING: &str = "SELECT COUNT(*) AS many FROM enrolment_separations
    WHERE tenant = $1 AND used_at IS NULL AND expires_at > $2";
const ERASE: &str = "DELETE FROM enrolment_separations WHERE used_at IS NULL AND expires_at < $1";
const TAKE: &str = "INSERT INTO separation_uses (tenant, service_mark, subject_id, used_at)
    VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, service_mark) DO NOTHING";
const TAKEN_BY: &str = "SELECT subject_id FROM separation_uses WHERE tenant = $1 AND service_mark = $2";

impl Transaction {
    /// A conflict where the wallet's secret has one already.
    pub async fn insert_separation(&mut self, tenant: &str, row: &SeparationRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &row.id,
            &row.secret_mark,
            &row.verification,
            &row.link,
            row.begun_at,
            row.expires_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Asks anew where nobody answered in time; stale where somebody else did, or where it was used.
    pub async fn renew_separation(
        &mut self,
        tenant: &str,
        before: &SeparationRow,
        after: &SeparationRow,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            &before.id,
            &before.verification,
            &after.verification,
            &after.link,
            after.begun_at,
            after.expires_at
        ];
        Ok(self.tx.execute_one(RENEW, values).await?)
    }

    /// It was answered and opened nothing, so the next one is asked anew. Changes nothing where it is over already.
    pub async fn end_separation(
        &mut self,
        tenant: &str,
        row: &SeparationRow,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(END, args![tenant, &row.id, &row.verification, at]).await?;
        Ok(())
    }

    /// It has opened an enrolment; stale where it had before.
    pub async fn use_separation(
        &mut self,
        tenant: &str,
        row: &SeparationRow,
        used: &SeparationUse,
    ) -> Result<(), Error> {
        let values =
            args![tenant, &row.id, &row.verification, &used.enrolment, used.at, used.sealed.as_slice()];
        Ok(self.tx.execute_one(USE, values).await?)
    }

    /// By the digest of the wallet's secret.
    pub async fn find_separation(
        &mut self,
        tenant: &str,
        secret_mark: &str,
    ) -> Result<Option<SeparationRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, secret_mark]).await?.as_ref().map(separation).transpose()
    }

    /// What opened an enrolment, where a credential did.
    pub async fn find_separation_of(
        &mut self,
        tenant: &str,
        enrolment: &str,
    ) -> Result<Option<SeparationRow>, Error> {
        self.tx.fetch_optional(FIND_OF, args![tenant, enrolment]).await?.as_ref().map(separation).transpose()
    }

    /// Requests that nobody has answered and that still can be.
    pub async fn count_waiting_separations(&mut self, tenant: &str, now: Timestamp) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(WAITING, args![tenant, now]).await?;
        row.as_ref().map_or(Ok(0), |row| Columns { table: "enrolment_separations", row }.number("many"))
    }

    /// Requests that ended before then and opened nothing.
    pub async fn erase_separations(&mut self, before: Timestamp) -> Result<u64, Error> {
        Ok(self.tx.execute(ERASE, args![before]).await?)
    }

    /// Whom an ended service enrols: this person, if nobody was before.
    pub async fn take_service(
        &mut self,
        tenant: &str,
        service_mark: &str,
        subject_id: &str,
        at: Timestamp,
    ) -> Result<String, Error> {
        self.tx.execute(TAKE, args![tenant, service_mark, subject_id, at]).await?;
        let row = self.tx.fetch_optional(TAKEN_BY, args![tenant, service_mark]).await?;
        Ok(row.ok_or_else(Error::stale)?.text("subject_id")?)
    }
}

fn separation(row: &Row) -> Result<SeparationRow, Error> {
    let used = match (row.opt_text("enrolment_id")?, row.opt_time("used_at")?, row.opt_blob("sealed")?) {
        (Some(enrolment), Some(at), Some(sealed)) => Some(SeparationUse { enrolment, at, sealed }),
        _ => None,
    };
    Ok(SeparationRow {
        id: row.text("id")?,
        secret_mark: row.text("secret_mark")?,
        verification: row.text("verification")?,
        link: row.text("link")?,
        begun_at: row.time("begun_at")?,
        expires_at: row.time("expires_at")?,
        used,
    })
}
