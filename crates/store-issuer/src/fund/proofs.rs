//! Proofs of life with their receipts, the digests by which none counts twice, and words about people.

use chrono::NaiveDate;
use issuance::Timestamp;
use sql::{Row, args};

use super::people::day;
use crate::row::Columns;
use crate::{Error, Transaction};

/// A proof and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofRow {
    /// The number of the evidence.
    pub id: String,
    /// The pseudonymous number.
    pub person: String,
    /// The year it counts for.
    pub year: i32,
    /// The way it came.
    pub channel: String,
    /// `waiting`, `accepted` or `refused`.
    pub state: String,
    /// When the person was seen or signed.
    pub captured_at: Timestamp,
    /// When it reached the Fund.
    pub received_at: Timestamp,
    /// What the person quotes.
    pub reference: String,
    /// The years it closed, by blanks.
    pub years: String,
    /// Until when the person is covered.
    pub valid_until: Option<NaiveDate>,
    /// The evidence and the officer's remark.
    pub sealed: Vec<u8>,
    /// Who entered it.
    pub entered_by: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

/// Words about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRow {
    /// What an event names it by.
    pub id: String,
    /// The pseudonymous number.
    pub person: String,
    /// The words.
    pub sealed: Vec<u8>,
    /// The officer.
    pub written_by: String,
    /// When.
    pub written_at: Timestamp,
}

const INSERT: &str =
    "INSERT INTO fund_proofs (tenant, id, person, year, channel, state, captured_at, received_at, reference,
        years, valid_until, sealed, entered_by, decided_by, decided_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const DECIDE: &str =
    "UPDATE fund_proofs SET state = $3, years = $4, valid_until = $5, decided_by = $6, decided_at = $7
    WHERE tenant = $1 AND id = $2 AND state = 'waiting'";
/// After an appeal.
const REVERSE: &str = "UPDATE fund_proofs SET state = 'accepted', decided_by = $3, decided_at = $4
    WHERE tenant = $1 AND id = $2 AND state = 'refused'";
const CLOSED: &str = "UPDATE fund_proofs SET years = $3, valid_until = $4 WHERE tenant = $1 AND id = $2";
const FIND: &str = "SELECT * FROM fund_proofs WHERE tenant = $1 AND id = $2";
const OF_PERSON: &str =
    "SELECT * FROM fund_proofs WHERE tenant = $1 AND person = $2 ORDER BY id DESC LIMIT 100";
const WAITING: &str =
    "SELECT * FROM fund_proofs WHERE tenant = $1 AND state = 'waiting' AND id > $2 ORDER BY id LIMIT $3";
const DIGEST: &str = "SELECT person, proof FROM fund_proof_digests WHERE tenant = $1 AND digest = $2";
const INSERT_DIGEST: &str =
    "INSERT INTO fund_proof_digests (tenant, digest, person, proof) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant, digest) DO NOTHING";
const INSERT_NOTE: &str = "INSERT INTO fund_notes (tenant, id, person, sealed, written_by, written_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const NOTES: &str = "SELECT * FROM fund_notes WHERE tenant = $1 AND person = $2 ORDER BY id LIMIT 500";

impl Transaction {
    /// Stores a proof.
    pub async fn insert_fund_proof(&mut self, tenant: &str, proof: &ProofRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &proof.id,
            &proof.person,
            proof.year,
            &proof.channel,
            &proof.state,
            proof.captured_at,
            proof.received_at,
            &proof.reference,
            &proof.years,
            proof.valid_until.map(|day| day.to_string()),
            proof.sealed.as_slice(),
            &proof.entered_by,
            proof.decided_by.as_deref(),
            proof.decided_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Decides a waiting proof; stale when somebody else did.
    pub async fn decide_fund_proof(&mut self, tenant: &str, proof: &ProofRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &proof.id,
            &proof.state,
            &proof.years,
            proof.valid_until.map(|day| day.to_string()),
            proof.decided_by.as_deref(),
            proof.decided_at
        ];
        Ok(self.tx.execute_one(DECIDE, values).await?)
    }

    /// Accepts a refused proof after an appeal; stale when it is not refused.
    pub async fn accept_refused_fund_proof(
        &mut self,
        tenant: &str,
        id: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(REVERSE, args![tenant, id, by, at]).await?)
    }

    /// Writes down which years a proof closed.
    pub async fn close_with_fund_proof(&mut self, tenant: &str, proof: &ProofRow) -> Result<(), Error> {
        let until = proof.valid_until.map(|day| day.to_string());
        Ok(self.tx.execute_one(CLOSED, args![tenant, &proof.id, &proof.years, until]).await?)
    }

    /// One proof.
    pub async fn find_fund_proof(&mut self, tenant: &str, id: &str) -> Result<Option<ProofRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(proof).transpose()
    }

    /// Newest first.
    pub async fn list_fund_proofs(&mut self, tenant: &str, person: &str) -> Result<Vec<ProofRow>, Error> {
        self.tx.fetch_all(OF_PERSON, args![tenant, person]).await?.iter().map(proof).collect()
    }

    /// Those that wait for a decision, oldest first, after `after`.
    pub async fn list_waiting_fund_proofs(
        &mut self,
        tenant: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ProofRow>, Error> {
        self.tx.fetch_all(WAITING, args![tenant, after, limit]).await?.iter().map(proof).collect()
    }

    /// Whose proof a digest stands under: the person and the proof.
    pub async fn find_fund_digest(
        &mut self,
        tenant: &str,
        digest: &str,
    ) -> Result<Option<(String, String)>, Error> {
        let row = self.tx.fetch_optional(DIGEST, args![tenant, digest]).await?;
        row.map(|row| Ok((row.text("person")?, row.text("proof")?))).transpose()
    }

    /// Writes a digest down, unless it stands there.
    pub async fn insert_fund_digest(
        &mut self,
        tenant: &str,
        digest: &str,
        person: &str,
        proof: &str,
    ) -> Result<(), Error> {
        self.tx.execute(INSERT_DIGEST, args![tenant, digest, person, proof]).await?;
        Ok(())
    }

    /// Writes words about a person down.
    pub async fn insert_fund_note(&mut self, tenant: &str, note: &NoteRow) -> Result<(), Error> {
        let values =
            args![tenant, &note.id, &note.person, note.sealed.as_slice(), &note.written_by, note.written_at];
        Ok(self.tx.execute_one(INSERT_NOTE, values).await?)
    }

    /// The words about a person, oldest first.
    pub async fn list_fund_notes(&mut self, tenant: &str, person: &str) -> Result<Vec<NoteRow>, Error> {
        let rows = self.tx.fetch_all(NOTES, args![tenant, person]).await?;
        let note = |row: &Row| {
            Ok(NoteRow {
                id: row.text("id")?,
                person: row.text("person")?,
                sealed: row.blob("sealed")?,
                written_by: row.text("written_by")?,
                written_at: row.time("written_at")?,
            })
        };
        rows.iter().map(note).collect()
    }
}

fn proof(row: &Row) -> Result<ProofRow, Error> {
    let columns = Columns { table: "fund_proofs", row };
    Ok(ProofRow {
        id: row.text("id")?,
        person: row.text("person")?,
        year: columns.number("year")?,
        channel: row.text("channel")?,
        state: row.text("state")?,
        captured_at: row.time("captured_at")?,
        received_at: row.time("received_at")?,
        reference: row.text("reference")?,
        years: row.text("years")?,
        valid_until: day(&columns, "valid_until")?,
        sealed: row.blob("sealed")?,
        entered_by: row.text("entered_by")?,
        decided_by: row.opt_text("decided_by")?,
        decided_at: row.opt_time("decided_at")?,
    })
}
