//! Parts of a mailing: what is in them, that they were fetched together, and that the post has them.

use chrono::NaiveDate;
use issuance::Timestamp;
use sql::{Migration, Row, args};

use super::people::day;
use crate::row::{Columns, int};
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 950,
    name: "fund_mail_parts",
    sql: include_str!("../migrations/0950_fund_mail_parts.sql"),
}];

/// Letters of one part, country and language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceCount {
    /// From 1.
    pub piece: u64,
    /// ISO 3166-1 alpha-3.
    pub country: String,
    /// One of the six.
    pub language: String,
    /// How many letters.
    pub letters: u64,
    /// Of them, taken back before the post had them.
    pub withdrawn: u64,
}

/// Somebody who was left out of a mailing, once however many letters that concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOutRow {
    /// The pseudonymous number.
    pub person: String,
    /// Why.
    pub fault: String,
    /// How many letters.
    pub letters: u64,
}

/// Parts that are fetched as one archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveRow {
    /// A ULID.
    pub id: String,
    /// The first part.
    pub from: u64,
    /// The last one.
    pub to: u64,
    /// The last one that is behind; before the first there is none.
    pub at: u64,
    /// Who fetches it.
    pub fetched_by: String,
    /// Since when.
    pub begun_at: Timestamp,
    /// When it moved on last.
    pub moved_at: Timestamp,
    /// When it was at its end.
    pub finished_at: Option<Timestamp>,
}

/// What stands on every letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterSettingsRow {
    /// Of the organisation.
    pub telephone: String,
    /// Where forms are sent back to, in one line.
    pub return_address: String,
    /// The officer.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
}

const COUNTS: &str = "SELECT (l.place - 1) / $3 AS piece, l.country AS country, l.language AS language,
        COUNT(*) AS many, CAST(SUM(CASE WHEN e.done_by = 'withdrawn' THEN 1 ELSE 0 END) AS BIGINT) AS withdrawn
    FROM fund_letters l JOIN fund_effects e ON e.tenant = l.tenant AND e.key = l.effect
    WHERE l.tenant = $1 AND l.mailing = $2 AND l.place IS NOT NULL
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT 100000";
const KINDS: &str = "SELECT kind, COUNT(*) AS many FROM fund_letters
    WHERE tenant = $1 AND mailing = $2 AND fault IS NULL GROUP BY kind ORDER BY kind LIMIT 100";
const LEFT_OUT: &str = "SELECT person, MIN(fault) AS fault, COUNT(*) AS many FROM fund_letters
    WHERE tenant = $1 AND mailing = $2 AND fault IS NOT NULL AND fault <> 'cancelled' AND person > $3
    GROUP BY person ORDER BY person LIMIT $4";
const COUNT_LEFT_OUT: &str = "SELECT COUNT(DISTINCT person) AS many FROM fund_letters
    WHERE tenant = $1 AND mailing = $2 AND fault IS NOT NULL AND fault <> 'cancelled'";
const POST_PIECES: &str = "UPDATE fund_mailing_pieces SET posted_on = $5, posted_by = $6, posted_at = $7
    WHERE tenant = $1 AND mailing = $2 AND piece >= $3 AND piece <= $4 AND posted_on IS NULL";
/// What was taken back meanwhile did not leave by this.
const FINISH: &str = "UPDATE fund_effects SET done_at = $5, done_by = $6
    WHERE tenant = $1 AND done_at IS NULL AND key IN (SELECT effect FROM fund_letters
        WHERE tenant = $1 AND mailing = $2 AND fault IS NULL AND place > $3 AND place <= $4)";
/// Letters of parts that the post does not have, for another mailing.
const FREE_REST: &str = "UPDATE fund_letters SET fault = 'cancelled', place = NULL, sealed = NULL
    WHERE tenant = $1 AND mailing = $2 AND fault IS NULL AND NOT EXISTS (SELECT 1 FROM fund_mailing_pieces q
        WHERE q.tenant = $1 AND q.mailing = $2 AND q.posted_on IS NOT NULL
            AND q.piece = (fund_letters.place - 1) / $3 + 1)";
/// The first day on which the post took a form to somebody for a year.
const FIRST: &str = "SELECT l.person AS person, MIN(COALESCE(q.posted_on, m.posted_on)) AS posted_on
    FROM fund_letters l
    JOIN fund_mailings m ON m.tenant = l.tenant AND m.id = l.mailing
    JOIN fund_effects e ON e.tenant = l.tenant AND e.key = l.effect AND e.done_by = 'mailing ' || l.mailing
    LEFT JOIN fund_mailing_pieces q
        ON q.tenant = l.tenant AND q.mailing = l.mailing AND q.piece = (l.place - 1) / $5 + 1
    WHERE l.tenant = $1 AND l.year = $2 AND l.kind = 'mail-paper' AND l.fault IS NULL
        AND l.person >= $3 AND l.person <= $4
    GROUP BY l.person ORDER BY l.person LIMIT 10000";
const BEGIN: &str =
    "INSERT INTO fund_mailing_archives (tenant, mailing, id, from_piece, to_piece, at_piece, fetched_by,
        begun_at, moved_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
const MOVE: &str = "UPDATE fund_mailing_archives SET at_piece = $4, moved_at = $5
    WHERE tenant = $1 AND mailing = $2 AND id = $3 AND finished_at IS NULL";
const END: &str = "UPDATE fund_mailing_archives SET finished_at = $4, moved_at = $4, at_piece = to_piece
    WHERE tenant = $1 AND mailing = $2 AND id = $3 AND finished_at IS NULL";
const ARCHIVES: &str =
    "SELECT * FROM fund_mailing_archives WHERE tenant = $1 AND mailing = $2 ORDER BY id DESC LIMIT $3";
const SETTINGS: &str = "SELECT * FROM fund_letter_settings WHERE tenant = $1";
const PUT_SETTINGS: &str =
    "INSERT INTO fund_letter_settings (tenant, telephone, return_address, changed_by, changed_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (tenant) DO UPDATE SET telephone = $2, return_address = $3, changed_by = $4, changed_at = $5";

impl Transaction {
    /// What is in the parts of so many letters, by part, country and language.
    pub async fn count_fund_pieces(
        &mut self,
        tenant: &str,
        mailing: &str,
        in_piece: u64,
    ) -> Result<Vec<PieceCount>, Error> {
        let rows = self.tx.fetch_all(COUNTS, args![tenant, mailing, int(in_piece)]).await?;
        let count = |row: &Row| {
            let columns = Columns { table: "fund_letters", row };
            let piece: u64 = columns.number("piece")?;
            Ok(PieceCount {
                piece: piece + 1,
                country: row.text("country")?,
                language: row.text("language")?,
                letters: columns.number("many")?,
                withdrawn: columns.number("withdrawn")?,
            })
        };
        rows.iter().map(count).collect()
    }

    /// How many letters of each kind a mailing holds.
    pub async fn count_fund_letter_kinds(
        &mut self,
        tenant: &str,
        mailing: &str,
    ) -> Result<Vec<(String, u64)>, Error> {
        let rows = self.tx.fetch_all(KINDS, args![tenant, mailing]).await?;
        let count =
            |row: &Row| Ok((row.text("kind")?, Columns { table: "fund_letters", row }.number("many")?));
        rows.iter().map(count).collect()
    }

    /// Who was left out, each person once, those after `after`.
    pub async fn list_left_out_fund_people(
        &mut self,
        tenant: &str,
        mailing: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<LeftOutRow>, Error> {
        let rows = self.tx.fetch_all(LEFT_OUT, args![tenant, mailing, after, limit]).await?;
        let one = |row: &Row| {
            Ok(LeftOutRow {
                person: row.text("person")?,
                fault: row.text("fault")?,
                letters: Columns { table: "fund_letters", row }.number("many")?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// How many people were left out.
    pub async fn count_left_out_fund_people(&mut self, tenant: &str, mailing: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_LEFT_OUT, args![tenant, mailing]).await?;
        let row = row.ok_or_else(Error::stale)?;
        Columns { table: "fund_letters", row: &row }.number("many")
    }

    /// Writes down that the post took some parts, and marks what asked for their letters as done. How many left.
    pub async fn post_fund_pieces(
        &mut self,
        tenant: &str,
        mailing: &str,
        (from, to, in_piece): (u64, u64, u64),
        (on, by): (NaiveDate, &str),
        at: Timestamp,
    ) -> Result<u64, Error> {
        let values = args![tenant, mailing, int(from), int(to), on.to_string(), by, at];
        self.tx.execute(POST_PIECES, values).await?;
        let (after, last) = (from.saturating_sub(1) * in_piece, to * in_piece);
        let done_by = format!("mailing {mailing}");
        Ok(self.tx.execute(FINISH, args![tenant, mailing, int(after), int(last), at, done_by]).await?)
    }

    /// Frees the letters of the parts that the post does not have.
    pub async fn free_unposted_fund_letters(
        &mut self,
        tenant: &str,
        mailing: &str,
        in_piece: u64,
    ) -> Result<u64, Error> {
        Ok(self.tx.execute(FREE_REST, args![tenant, mailing, int(in_piece)]).await?)
    }

    /// When the first form of a year left to people from one number to another, by person.
    pub async fn first_posted_fund_forms(
        &mut self,
        tenant: &str,
        year: i32,
        (first, last): (&str, &str),
        in_piece: u64,
    ) -> Result<Vec<(String, NaiveDate)>, Error> {
        let rows = self.tx.fetch_all(FIRST, args![tenant, year, first, last, int(in_piece)]).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Some(on) = day(&Columns { table: "fund_mailings", row }, "posted_on")? {
                found.push((row.text("person")?, on));
            }
        }
        Ok(found)
    }

    /// Begins an archive.
    pub async fn insert_fund_archive(
        &mut self,
        tenant: &str,
        mailing: &str,
        row: &ArchiveRow,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            mailing,
            &row.id,
            int(row.from),
            int(row.to),
            int(row.at),
            &row.fetched_by,
            row.begun_at
        ];
        Ok(self.tx.execute_one(BEGIN, values).await?)
    }

    /// A part of it is behind.
    pub async fn move_fund_archive(
        &mut self,
        tenant: &str,
        (mailing, id): (&str, &str),
        piece: u64,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(MOVE, args![tenant, mailing, id, int(piece), at]).await?;
        Ok(())
    }

    /// It is at its end.
    pub async fn finish_fund_archive(
        &mut self,
        tenant: &str,
        (mailing, id): (&str, &str),
        at: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(END, args![tenant, mailing, id, at]).await?;
        Ok(())
    }

    /// Newest first.
    pub async fn list_fund_archives(
        &mut self,
        tenant: &str,
        mailing: &str,
        limit: u32,
    ) -> Result<Vec<ArchiveRow>, Error> {
        let rows = self.tx.fetch_all(ARCHIVES, args![tenant, mailing, limit]).await?;
        let one = |row: &Row| {
            let columns = Columns { table: "fund_mailing_archives", row };
            Ok(ArchiveRow {
                id: row.text("id")?,
                from: columns.number("from_piece")?,
                to: columns.number("to_piece")?,
                at: columns.number("at_piece")?,
                fetched_by: row.text("fetched_by")?,
                begun_at: row.time("begun_at")?,
                moved_at: row.time("moved_at")?,
                finished_at: row.opt_time("finished_at")?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// What stands on the letters of an organisation.
    pub async fn find_letter_settings(&mut self, tenant: &str) -> Result<Option<LetterSettingsRow>, Error> {
        let row = self.tx.fetch_optional(SETTINGS, args![tenant]).await?;
        let one = |row: &Row| {
            Ok(LetterSettingsRow {
                telephone: row.text("telephone")?,
                return_address: row.text("return_address")?,
                changed_by: row.text("changed_by")?,
                changed_at: row.time("changed_at")?,
            })
        };
        row.as_ref().map(one).transpose()
    }

    /// Puts other ones in their place. Mailings that were gathered keep theirs.
    pub async fn put_letter_settings(&mut self, tenant: &str, row: &LetterSettingsRow) -> Result<(), Error> {
        let values = args![tenant, &row.telephone, &row.return_address, &row.changed_by, row.changed_at];
        self.tx.execute(PUT_SETTINGS, values).await?;
        Ok(())
    }
}
