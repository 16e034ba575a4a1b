//! Enrolments, words about them, and the device keys that are bound to people.

use entitlement::enrolment::{Enrolment, Refusal, Stage};
use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// One enrolment as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentRow {
    pub id: String,
    pub subject_id: String,
    pub enrolment: Enrolment,
    /// MAC of the person and the code.
    pub code_mark: String,
    pub invited_by: String,
    pub invited_at: Timestamp,
    /// Digest of the wallet's secret.
    pub secret_mark: Option<String>,
    pub claimed_at: Option<Timestamp>,
    /// JWK of the device key.
    pub holder_key: Option<String>,
    pub place_kept_at: Option<Timestamp>,
    /// The identity document.
    pub document: Option<Vec<u8>>,
    /// The picture that is to become the reference.
    pub picture: Option<Vec<u8>>,
    pub proposed_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
    pub revision: i64,
}

/// Words about an enrolment, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentNote {
    pub id: String,
    /// `note`, `proposal`, `approval` or `refusal`.
    pub kind: String,
    pub sealed: Vec<u8>,
    pub written_by: String,
    pub written_at: Timestamp,
}

/// The device key with which a person's proofs are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundKey {
    /// RFC 7638 thumbprint.
    pub device_key: String,
    /// `enrolment`, `station`, `face`, `call` or `visit`.
    pub how: String,
    pub by: String,
    pub at: Timestamp,
}

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { version: 840, name: "enrolments", sql: include_str!("migrations/0840_enrolments.sql") },
    Migration { version: 841, name: "appointments", sql: include_str!("migrations/0841_appointments.sql") },
];

const INSERT: &str =
    "INSERT INTO enrolments (tenant, id, subject_id, stage, code_mark, wrong_codes, invited_by, invited_at,
        expires_at, revision)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)";
const REPLACE: &str = "UPDATE enrolments SET stage = $4, wrong_codes = $5, secret_mark = $6, claimed_at = $7, holder_key = $8,
        device_key = $9, place_kept_at = $10, document_sealed = $11, picture_sealed = $12, proposed_by = $13, proposed_at = $14,
        decided_by = $15, decided_at = $16, refusal = $17, revision = revision + 1
    WHERE tenant = $1 AND id = $2 AND revision = $3";
const FIND: &str = "SELECT * FROM enrolments WHERE tenant = $1 AND id = $2";
const FIND_BY_SECRET: &str = "SELECT * FROM enrolments WHERE tenant = $1 AND secret_mark = $2";
const LIST_OF: &str = "SELECT * FROM enrolments WHERE tenant = $1 AND subject_id = $2 ORDER BY invited_at DESC, id DESC LIMIT 20";
const LIST_IN: &str = "SELECT * FROM enrolments WHERE tenant = $1 AND stage = $2 ORDER BY id LIMIT $3";
const LIST_WAITING: &str =
    "SELECT * FROM enrolments WHERE tenant = $1 AND stage IN ('invited', 'claimed', 'approved')
        AND (place_kept_at, id) > ($2, $3) ORDER BY place_kept_at, id LIMIT $4";
const COUNT_WAITING: &str = "SELECT COUNT(*) AS many FROM enrolments WHERE tenant = $1
        AND stage IN ('invited', 'claimed', 'approved') AND place_kept_at IS NOT NULL";
/// Of those who were not told before. An invitation by letter is as old as the day on which the post took it.
const TO_RECALL: &str = "SELECT e.* FROM enrolments e WHERE e.tenant = $1 AND e.stage = 'invited'
        AND e.invited_at <= $2 AND e.expires_at > $3
        AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.tenant = e.tenant
            AND m.once_key = 'invitation-waits/' || e.id)
        AND (e.letter IS NULL OR EXISTS (SELECT 1 FROM fund_effects f WHERE f.tenant = e.tenant AND f.key = e.letter
            AND f.done_at <= $2))
        AND EXISTS (SELECT 1 FROM contacts k WHERE k.tenant = e.tenant AND k.subject_id = e.subject_id)
    ORDER BY e.id LIMIT $4";
const NEEDING: &str = "SELECT COUNT(*) AS many FROM enrolments e WHERE e.tenant = $1
        AND (e.stage = 'claimed' OR (e.stage = 'invited' AND e.expires_at > $2))
        AND NOT EXISTS (SELECT 1 FROM enrolment_appointments a
            WHERE a.tenant = e.tenant AND a.enrolment_id = e.id AND a.state IN ('booked', 'held'))
        AND NOT EXISTS (SELECT 1 FROM enrolment_stations w WHERE w.tenant = e.tenant AND w.enrolment_id = e.id)";
const INSERT_NOTE: &str =
    "INSERT INTO enrolment_notes (tenant, id, enrolment_id, kind, sealed, written_by, written_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST_NOTES: &str = "SELECT id, kind, sealed, written_by, written_at FROM enrolment_notes
    WHERE tenant = $1 AND enrolment_id = $2 ORDER BY id LIMIT 200";
const FIND_KEY: &str = "SELECT device_key, bound_how, bound_by, bound_at FROM bound_keys
    WHERE tenant = $1 AND subject_id = $2 AND ended_at IS NULL";
const END_KEY: &str =
    "UPDATE bound_keys SET ended_at = $3 WHERE tenant = $1 AND subject_id = $2 AND ended_at IS NULL";
const BIND_KEY: &str =
    "INSERT INTO bound_keys (tenant, id, subject_id, device_key, bound_how, bound_by, bound_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

impl Transaction {
    /// A conflict where the person has an open one.
    pub async fn insert_enrolment(&mut self, tenant: &str, row: &EnrolmentRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &row.id,
            &row.subject_id,
            row.enrolment.stage.as_str(),
            &row.code_mark,
            row.enrolment.wrong_codes,
            &row.invited_by,
            row.invited_at,
            row.enrolment.expires_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Stale when it changed since it was read.
    pub async fn replace_enrolment(&mut self, tenant: &str, row: &EnrolmentRow) -> Result<(), Error> {
        let it = &row.enrolment;
        let values = args![
            tenant,
            &row.id,
            row.revision,
            it.stage.as_str(),
            it.wrong_codes,
            row.secret_mark.as_deref(),
            row.claimed_at,
            row.holder_key.as_deref(),
            it.device_key.as_deref(),
            row.place_kept_at,
            row.document.clone(),
            row.picture.clone(),
            it.proposed_by.as_deref(),
            row.proposed_at,
            it.decided_by.as_deref(),
            row.decided_at,
            it.refusal.map(Refusal::as_str)
        ];
        Ok(self.tx.execute_one(REPLACE, values).await?)
    }

    pub async fn find_enrolment(&mut self, tenant: &str, id: &str) -> Result<Option<EnrolmentRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(enrolment).transpose()
    }

    /// By the digest of the wallet's secret.
    pub async fn find_enrolment_by_secret(
        &mut self,
        tenant: &str,
        mark: &str,
    ) -> Result<Option<EnrolmentRow>, Error> {
        self.tx.fetch_optional(FIND_BY_SECRET, args![tenant, mark]).await?.as_ref().map(enrolment).transpose()
    }

    /// Of one person, newest first; twenty at most.
    pub async fn list_enrolments_of(
        &mut self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Vec<EnrolmentRow>, Error> {
        self.tx.fetch_all(LIST_OF, args![tenant, subject_id]).await?.iter().map(enrolment).collect()
    }

    /// Those in one stage, oldest first.
    pub async fn list_enrolments_in(
        &mut self,
        tenant: &str,
        stage: Stage,
        limit: u32,
    ) -> Result<Vec<EnrolmentRow>, Error> {
        self.tx
            .fetch_all(LIST_IN, args![tenant, stage.as_str(), limit])
            .await?
            .iter()
            .map(enrolment)
            .collect()
    }

    /// People who found no appointment, in the order of their places, those after one.
    pub async fn list_kept_places(
        &mut self,
        tenant: &str,
        (kept_at, id): (Timestamp, &str),
        limit: u32,
    ) -> Result<Vec<EnrolmentRow>, Error> {
        let rows = self.tx.fetch_all(LIST_WAITING, args![tenant, kept_at, id, limit]).await?;
        rows.iter().map(enrolment).collect()
    }

    /// How many they are.
    pub async fn count_kept_places(&mut self, tenant: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_WAITING, args![tenant]).await?.ok_or_else(Error::stale)?;
        Columns { table: "enrolments", row: &row }.number("many")
    }

    /// Invitations that were sent until a moment, live still at another, and that nobody was reminded of.
    pub async fn list_invitations_to_recall(
        &mut self,
        tenant: &str,
        (invited_until, now): (Timestamp, Timestamp),
        limit: u32,
    ) -> Result<Vec<EnrolmentRow>, Error> {
        let values = args![tenant, invited_until, now, limit];
        self.tx.fetch_all(TO_RECALL, values).await?.iter().map(enrolment).collect()
    }

    /// People with an open enrolment and no appointment.
    pub async fn count_needing_appointment(&mut self, tenant: &str, now: Timestamp) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(NEEDING, args![tenant, now]).await?;
        row.as_ref().map_or(Ok(0), |row| Columns { table: "enrolments", row }.number("many"))
    }

    pub async fn insert_enrolment_note(
        &mut self,
        tenant: &str,
        enrolment: &str,
        note: &EnrolmentNote,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            &note.id,
            enrolment,
            &note.kind,
            note.sealed.as_slice(),
            &note.written_by,
            note.written_at
        ];
        Ok(self.tx.execute_one(INSERT_NOTE, values).await?)
    }

    /// Oldest first.
    pub async fn list_enrolment_notes(
        &mut self,
        tenant: &str,
        enrolment: &str,
    ) -> Result<Vec<EnrolmentNote>, Error> {
        let rows = self.tx.fetch_all(LIST_NOTES, args![tenant, enrolment]).await?;
        let note = |row: &Row| {
            Ok(EnrolmentNote {
                id: row.text("id")?,
                kind: row.text("kind")?,
                sealed: row.blob("sealed")?,
                written_by: row.text("written_by")?,
                written_at: row.time("written_at")?,
            })
        };
        rows.iter().map(note).collect()
    }

    /// The key that is bound to a person now.
    pub async fn find_bound_key(
        &mut self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<BoundKey>, Error> {
        let row = self.tx.fetch_optional(FIND_KEY, args![tenant, subject_id]).await?;
        let key = |row: Row| {
            Ok(BoundKey {
                device_key: row.text("device_key")?,
                how: row.text("bound_how")?,
                by: row.text("bound_by")?,
                at: row.time("bound_at")?,
            })
        };
        row.map(key).transpose()
    }

    /// Binds a key in the place of any other. `id` is new.
    pub async fn bind_key(
        &mut self,
        tenant: &str,
        subject_id: &str,
        id: &str,
        key: &BoundKey,
    ) -> Result<(), Error> {
        self.tx.execute(END_KEY, args![tenant, subject_id, key.at]).await?;
        let values = args![tenant, id, subject_id, &key.device_key, &key.how, &key.by, key.at];
        Ok(self.tx.execute_one(BIND_KEY, values).await?)
    }
}

fn enrolment(row: &Row) -> Result<EnrolmentRow, Error> {
    let columns = Columns { table: "enrolments", row };
    let refusal =
        row.opt_text("refusal")?.map(|word| Refusal::parse(&word).ok_or(columns.impossible("refusal")));
    Ok(EnrolmentRow {
        id: row.text("id")?,
        subject_id: row.text("subject_id")?,
        enrolment: Enrolment {
            stage: columns.parsed("stage", Stage::parse)?,
            expires_at: row.time("expires_at")?,
            wrong_codes: columns.number("wrong_codes")?,
            device_key: row.opt_text("device_key")?,
            proposed_by: row.opt_text("proposed_by")?,
            decided_by: row.opt_text("decided_by")?,
            refusal: refusal.transpose()?,
        },
        code_mark: row.text("code_mark")?,
        invited_by: row.text("invited_by")?,
        invited_at: row.time("invited_at")?,
        secret_mark: row.opt_text("secret_mark")?,
        claimed_at: row.opt_time("claimed_at")?,
        holder_key: row.opt_text("holder_key")?,
        place_kept_at: row.opt_time("place_kept_at")?,
        document: row.opt_blob("document_sealed")?,
        picture: row.opt_blob("picture_sealed")?,
        proposed_at: row.opt_time("proposed_at")?,
        decided_at: row.opt_time("decided_at")?,
        revision: row.int("revision")?,
    })
}
