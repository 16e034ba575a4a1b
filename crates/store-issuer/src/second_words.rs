//! The first of two officers' words: about an answer of somebody who has not enrolled, and about a picture put in by hand.

use issuance::Timestamp;
use sql::{Migration, args};

use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 900,
    name: "second_pair_of_eyes",
    sql: include_str!("migrations/0900_second_pair_of_eyes.sql"),
}];

/// What one officer said; it counts when another says so too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistenceWord {
    /// Who.
    pub officer: String,
    /// `visit` or `call`.
    pub channel: String,
    /// In their words.
    pub notes_sealed: Vec<u8>,
    /// When.
    pub said_at: Timestamp,
}

const PUT: &str = "INSERT INTO existence_words (tenant, request, officer, channel, notes_sealed, said_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, request) DO UPDATE SET
        officer = excluded.officer, channel = excluded.channel, notes_sealed = excluded.notes_sealed,
        said_at = excluded.said_at";
const FIND: &str = "SELECT officer, channel, notes_sealed, said_at FROM existence_words
    WHERE tenant = $1 AND request = $2";
const REFERENCE: &str = "SELECT jpeg_sealed FROM portraits
    WHERE tenant = $1 AND subject_id = $2 AND proposed_by IS NULL";
const PROPOSED_BY: &str = "SELECT proposed_by FROM portraits WHERE tenant = $1 AND subject_id = $2";
const PROPOSE: &str = "UPDATE portraits SET proposed_by = $3 WHERE tenant = $1 AND subject_id = $2";
const CONFIRM: &str = "UPDATE portraits SET proposed_by = NULL
    WHERE tenant = $1 AND subject_id = $2 AND proposed_by IS NOT NULL AND proposed_by <> $3";

impl Transaction {
    /// Keeps one officer's word about an answer, in the place of an earlier one.
    pub async fn put_existence_word(
        &mut self,
        tenant: &str,
        request: &str,
        word: &ExistenceWord,
    ) -> Result<(), Error> {
        let values =
            args![tenant, request, &word.officer, &word.channel, word.notes_sealed.clone(), word.said_at];
        Ok(self.tx.execute_one(PUT, values).await?)
    }

    /// The word of the first officer.
    pub async fn find_existence_word(
        &mut self,
        tenant: &str,
        request: &str,
    ) -> Result<Option<ExistenceWord>, Error> {
        let Some(row) = self.tx.fetch_optional(FIND, args![tenant, request]).await? else { return Ok(None) };
        Ok(Some(ExistenceWord {
            officer: row.text("officer")?,
            channel: row.text("channel")?,
            notes_sealed: row.blob("notes_sealed")?,
            said_at: row.time("said_at")?,
        }))
    }

    /// The picture that proofs are compared with: one that two officers stand for.
    pub async fn find_reference(&mut self, tenant: &str, subject_id: &str) -> Result<Option<Vec<u8>>, Error> {
        let row = self.tx.fetch_optional(REFERENCE, args![tenant, subject_id]).await?;
        Ok(row.map(|row| row.blob("jpeg_sealed")).transpose()?)
    }

    /// Who put the picture in that waits for a second officer.
    pub async fn find_portrait_proposer(
        &mut self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<String>, Error> {
        let row = self.tx.fetch_optional(PROPOSED_BY, args![tenant, subject_id]).await?;
        Ok(row.map(|row| row.opt_text("proposed_by")).transpose()?.flatten())
    }

    /// Says whether the picture waits for another than this officer, or for nobody.
    pub async fn set_portrait_proposer(
        &mut self,
        tenant: &str,
        subject_id: &str,
        by: Option<&str>,
    ) -> Result<(), Error> {
        self.tx.execute(PROPOSE, args![tenant, subject_id, by.map(str::to_owned)]).await?;
        Ok(())
    }

    /// A second officer stands for the picture; false when there is nothing for this one to confirm.
    pub async fn confirm_portrait(
        &mut self,
        tenant: &str,
        subject_id: &str,
        by: &str,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(CONFIRM, args![tenant, subject_id, by]).await? == 1)
    }
}
