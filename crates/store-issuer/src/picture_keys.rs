//! The keys of people under which their pictures are sealed, and the pictures by whose they are.

use issuance::Timestamp;
use sql::{Migration, args};

use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 893,
    name: "picture keys",
    sql: include_str!("migrations/0893_picture_keys.sql"),
}];

const INSERT: &str =
    "INSERT INTO picture_keys (tenant, id, owner, key_sealed, made_at) VALUES ($1, $2, $3, $4, $5)";
const OF_OWNER: &str =
    "SELECT id, key_sealed FROM picture_keys WHERE tenant = $1 AND owner = $2 AND ended_at IS NULL";
const BY_ID: &str =
    "SELECT owner, key_sealed FROM picture_keys WHERE tenant = $1 AND id = $2 AND ended_at IS NULL";
const END: &str = "UPDATE picture_keys SET key_sealed = NULL, ended_at = $3
    WHERE tenant = $1 AND owner = $2 AND ended_at IS NULL";
const LEFT_OF_SUBJECT: &str = "SELECT
    (SELECT COUNT(*) FROM portraits p WHERE p.tenant = $1 AND p.subject_id = $2)
    + (SELECT COUNT(*) FROM enrolments e WHERE e.tenant = $1 AND e.subject_id = $2 AND e.picture_sealed IS NOT NULL)
    + (SELECT COUNT(*) FROM existence_requests r JOIN existence_captures c ON c.tenant = r.tenant AND c.request_id = r.id
        WHERE r.tenant = $1 AND r.subject_id = $2 AND c.frames_sealed IS NOT NULL) AS many";
const LEFT_OF_REGISTER: &str =
    "SELECT COUNT(*) AS many FROM fund_scans WHERE tenant = $1 AND person = $2 AND picture IS NOT NULL";
const UNDECIDED_OF_SUBJECT: &str = "SELECT
    (SELECT COUNT(*) FROM enrolments e WHERE e.tenant = $1 AND e.subject_id = $2 AND e.stage = 'proposed')
    + (SELECT COUNT(*) FROM existence_requests r JOIN existence_captures c ON c.tenant = r.tenant AND c.request_id = r.id
        WHERE r.tenant = $1 AND r.subject_id = $2 AND c.frames_sealed IS NOT NULL AND c.erase_at IS NULL) AS many";
const ERASE_PORTRAIT: &str = "DELETE FROM portraits WHERE tenant = $1 AND subject_id = $2";
const ERASE_ENROLMENTS: &str = "UPDATE enrolments SET picture_sealed = NULL, revision = revision + 1
    WHERE tenant = $1 AND subject_id = $2 AND picture_sealed IS NOT NULL";
const ERASE_FRAMES: &str = "UPDATE existence_captures SET frames_sealed = NULL, erase_at = NULL
    WHERE tenant = $1 AND frames_sealed IS NOT NULL AND request_id IN
        (SELECT id FROM existence_requests r WHERE r.tenant = $1 AND r.subject_id = $2)";
const RESEALED: &str = "SELECT at FROM pictures_resealed WHERE tenant = $1";
const RESEALED_AT: &str = "INSERT INTO pictures_resealed (tenant, at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const WITH_PORTRAIT: &str = "SELECT subject_id AS id FROM portraits WHERE tenant = $1 AND subject_id > $2 ORDER BY subject_id LIMIT $3";
const WITH_FRAMES: &str = "SELECT DISTINCT request_id AS id FROM existence_captures
    WHERE tenant = $1 AND request_id > $2 AND frames_sealed IS NOT NULL ORDER BY request_id LIMIT $3";
const WITH_ENROLMENT: &str = "SELECT id FROM enrolments
    WHERE tenant = $1 AND id > $2 AND picture_sealed IS NOT NULL ORDER BY id LIMIT $3";
const WITH_SCAN: &str = "SELECT id FROM fund_scans
    WHERE tenant = $1 AND id > $2 AND picture IS NOT NULL AND person IS NOT NULL ORDER BY id LIMIT $3";
const RESEAL_PORTRAIT: &str = "UPDATE portraits SET jpeg_sealed = $3 WHERE tenant = $1 AND subject_id = $2";
const RESEAL_FRAMES: &str =
    "UPDATE existence_captures SET frames_sealed = $4 WHERE tenant = $1 AND request_id = $2 AND digest = $3";
const RESEAL_SCAN: &str = "UPDATE fund_scans SET picture = $3 WHERE tenant = $1 AND id = $2";

/// Where pictures of people stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureKind {
    /// By the person of the directory.
    Portrait,
    /// Of a proof, by the request.
    Frames,
    /// By the enrolment.
    Enrolment,
    /// A page that came back, by its number, where it is known whose it is.
    Scan,
}

impl Transaction {
    /// Keeps a fresh key; a conflict where the owner has one.
    pub async fn insert_picture_key(
        &mut self,
        tenant: &str,
        (id, owner): (&str, &str),
        sealed: &[u8],
        at: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(INSERT, args![tenant, id, owner, sealed.to_vec(), at]).await?)
    }

    /// The owner's key: its id and sealed form.
    pub async fn find_picture_key_of(
        &mut self,
        tenant: &str,
        owner: &str,
    ) -> Result<Option<(String, Vec<u8>)>, Error> {
        let row = self.tx.fetch_optional(OF_OWNER, args![tenant, owner]).await?;
        Ok(row.map(|row| Ok::<_, sql::Error>((row.text("id")?, row.blob("key_sealed")?))).transpose()?)
    }

    /// The key with this id, unless it has ended: its owner and sealed form.
    pub async fn find_picture_key(
        &mut self,
        tenant: &str,
        id: &str,
    ) -> Result<Option<(String, Vec<u8>)>, Error> {
        let row = self.tx.fetch_optional(BY_ID, args![tenant, id]).await?;
        Ok(row.map(|row| Ok::<_, sql::Error>((row.text("owner")?, row.blob("key_sealed")?))).transpose()?)
    }

    /// Destroys the owner's key. False when there is none.
    pub async fn end_picture_key(&mut self, tenant: &str, owner: &str, at: Timestamp) -> Result<bool, Error> {
        Ok(self.tx.execute(END, args![tenant, owner, at]).await? == 1)
    }

    /// How many pictures there are of a person of the directory.
    pub async fn count_pictures_of_subject(&mut self, tenant: &str, subject: &str) -> Result<u64, Error> {
        self.many(LEFT_OF_SUBJECT, tenant, subject).await
    }

    /// How many pages there are of a person of the register.
    pub async fn count_pictures_of_register(&mut self, tenant: &str, person: &str) -> Result<u64, Error> {
        self.many(LEFT_OF_REGISTER, tenant, person).await
    }

    /// Pictures by which somebody has to decide yet.
    pub async fn count_undecided_pictures(&mut self, tenant: &str, subject: &str) -> Result<u64, Error> {
        self.many(UNDECIDED_OF_SUBJECT, tenant, subject).await
    }

    async fn many(&mut self, sql: &'static str, tenant: &str, of: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(sql, args![tenant, of]).await?.ok_or_else(Error::stale)?;
        Columns { table: "picture_keys", row: &row }.number("many")
    }

    /// Erases the pictures of a person of the directory. Verdicts and what devices signed stay.
    pub async fn erase_pictures_of_subject(&mut self, tenant: &str, subject: &str) -> Result<u64, Error> {
        let mut gone = 0;
        for sql in [ERASE_PORTRAIT, ERASE_ENROLMENTS, ERASE_FRAMES] {
            gone += self.tx.execute(sql, args![tenant, subject]).await?;
        }
        Ok(gone)
    }

    /// Whether everything from before the keys of people was sealed anew.
    pub async fn are_pictures_resealed(&mut self, tenant: &str) -> Result<bool, Error> {
        Ok(self.tx.fetch_optional(RESEALED, args![tenant]).await?.is_some())
    }

    /// Remembers that it was.
    pub async fn note_pictures_resealed(&mut self, tenant: &str, at: Timestamp) -> Result<(), Error> {
        self.tx.execute(RESEALED_AT, args![tenant, at]).await?;
        Ok(())
    }

    /// Ids of what has a picture, after `after`.
    pub async fn list_with_pictures(
        &mut self,
        tenant: &str,
        kind: PictureKind,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, Error> {
        let sql = match kind {
            PictureKind::Portrait => WITH_PORTRAIT,
            PictureKind::Frames => WITH_FRAMES,
            PictureKind::Enrolment => WITH_ENROLMENT,
            PictureKind::Scan => WITH_SCAN,
        };
        let rows = self.tx.fetch_all(sql, args![tenant, after, limit]).await?;
        rows.iter().map(|row| Ok(row.text("id")?)).collect()
    }

    /// The same portrait, sealed anew.
    pub async fn reseal_portrait(&mut self, tenant: &str, subject: &str, sealed: &[u8]) -> Result<(), Error> {
        Ok(self.tx.execute_one(RESEAL_PORTRAIT, args![tenant, subject, sealed.to_vec()]).await?)
    }

    /// The same pictures of an answer, sealed anew.
    pub async fn reseal_frames(
        &mut self,
        tenant: &str,
        (request, digest): (&str, &[u8; 32]),
        sealed: &[u8],
    ) -> Result<(), Error> {
        Ok(self
            .tx
            .execute_one(RESEAL_FRAMES, args![tenant, request, digest.to_vec(), sealed.to_vec()])
            .await?)
    }

    /// The same picture of a page, sealed anew.
    pub async fn reseal_scan(&mut self, tenant: &str, id: &str, sealed: &[u8]) -> Result<(), Error> {
        Ok(self.tx.execute_one(RESEAL_SCAN, args![tenant, id, sealed.to_vec()]).await?)
    }
}
