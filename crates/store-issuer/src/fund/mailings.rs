//! Mailings and their letters.

use chrono::NaiveDate;
use issuance::Timestamp;
use sql::{Row, args};

use super::people::{PersonRow, day, person};
use crate::row::{Columns, int};
use crate::{Error, Transaction};

/// Letters that leave together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailingRow {
    /// Its number.
    pub id: String,
    /// `gathering`, `ready`, `posted` or `cancelled`.
    pub state: String,
    /// Kinds of effects, by blanks.
    pub kinds: String,
    /// The kind that is being gathered.
    pub at_kind: String,
    /// The last effect of it that is behind.
    pub after_key: String,
    /// How many letters it has.
    pub letters: u64,
    /// How many could not be written, each with its reason.
    pub left_out: u64,
    /// Of the Fund.
    pub telephone: String,
    /// Of the Fund.
    pub return_address: String,
    /// The officer.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// When all letters were gathered.
    pub ready_at: Option<Timestamp>,
    /// The day on which the post took them.
    pub posted_on: Option<NaiveDate>,
    /// Who said so.
    pub posted_by: Option<String>,
    /// When that was said.
    pub posted_at: Option<Timestamp>,
}

/// One letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterRow {
    /// The mailing.
    pub mailing: String,
    /// What asked for it.
    pub effect: String,
    /// The pseudonymous number.
    pub person: String,
    /// The year of the person-year that asked.
    pub year: i32,
    /// Of the effect.
    pub kind: String,
    /// One of the six.
    pub language: String,
    /// ISO 3166-1 alpha-3.
    pub country: String,
    /// From 1 in the order of printing.
    pub place: Option<u64>,
    /// Of the form in it.
    pub number: Option<String>,
    /// Why it was left out.
    pub fault: Option<String>,
    /// What it says, until it is erased.
    pub sealed: Option<Vec<u8>>,
    /// Whether its effect was taken back meanwhile.
    pub withdrawn: bool,
}

/// An effect that asks for a letter, and about whom.
#[derive(Clone, Debug)]
pub struct AskedRow {
    /// The key of the effect.
    pub effect: String,
    /// The year that asked.
    pub year: i32,
    /// `mail-paper` and so on.
    pub kind: String,
    /// JSON.
    pub content: String,
    /// The rule that asked.
    pub rule: String,
    /// Who is meant.
    pub person: PersonRow,
}

/// A part of a mailing that was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceRow {
    /// From 1.
    pub piece: u64,
    /// SHA-256 of the file, in hex.
    pub digest: String,
    /// How many letters it had.
    pub letters: u64,
    /// Who fetched it.
    pub fetched_by: String,
    /// When it was fetched last.
    pub fetched_at: Timestamp,
    /// The day on which the post took it.
    pub posted_on: Option<NaiveDate>,
}

const INSERT: &str =
    "INSERT INTO fund_mailings (tenant, id, state, kinds, at_kind, after_key, letters, left_out, telephone,
        return_address, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const FIND: &str = "SELECT * FROM fund_mailings WHERE tenant = $1 AND id = $2";
const LIST: &str = "SELECT * FROM fund_mailings WHERE tenant = $1 ORDER BY id DESC LIMIT $2";
const GATHERING: &str = "SELECT * FROM fund_mailings WHERE tenant = $1 AND state = 'gathering'";
/// Guarded by the place it was at: of two who gather one is told to look again.
const MOVE: &str = "UPDATE fund_mailings SET at_kind = $3, after_key = $4, letters = $5, left_out = $6
    WHERE tenant = $1 AND id = $2 AND state = 'gathering' AND at_kind = $7 AND after_key = $8";
const READY: &str = "UPDATE fund_mailings SET state = 'ready', ready_at = $3
    WHERE tenant = $1 AND id = $2 AND state = 'gathering'";
const POST: &str = "UPDATE fund_mailings SET state = 'posted', posted_on = $3, posted_by = $4, posted_at = $5
    WHERE tenant = $1 AND id = $2 AND state = 'ready'";
const CANCEL: &str = "UPDATE fund_mailings SET state = 'cancelled'
    WHERE tenant = $1 AND id = $2 AND state IN ('gathering', 'ready')";
const INSERT_LETTER: &str =
    "INSERT INTO fund_letters (tenant, mailing, effect, person, year, kind, language, country, number, fault, sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
/// Letters that always go by post, and others for people who are not reached by message.
const ASKED: &str = "SELECT p.*, e.key AS e_key, e.year AS e_year, e.kind AS e_kind, e.content AS e_content,
        e.rule AS e_rule
    FROM fund_effects e JOIN fund_people p ON p.tenant = e.tenant AND p.id = e.person
    WHERE e.tenant = $1 AND e.kind = $2 AND e.key > $3 AND e.done_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM fund_letters l
            WHERE l.tenant = e.tenant AND l.effect = e.key AND l.fault IS NULL)
        AND (e.kind IN ('mail-paper', 'send-notice', 'hold-payment', 'resume-payment', 'invite-survivor', 'invite-to-enrol')
            OR EXISTS (SELECT 1 FROM fund_messages m
            WHERE m.tenant = e.tenant AND m.effect = e.key AND m.state = 'post'))
    ORDER BY e.key LIMIT $4";
/// Of forms the people: nobody gets two.
const COUNT_ASKED: &str = "SELECT e.kind AS kind,
        COUNT(DISTINCT CASE WHEN e.kind = 'mail-paper' THEN e.person ELSE e.key END) AS many FROM fund_effects e
    WHERE e.tenant = $1 AND e.done_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM fund_letters l
            WHERE l.tenant = e.tenant AND l.effect = e.key AND l.fault IS NULL)
        AND (e.kind IN ('mail-paper', 'send-notice', 'hold-payment', 'resume-payment', 'invite-survivor', 'invite-to-enrol')
            OR EXISTS (SELECT 1 FROM fund_messages m
            WHERE m.tenant = e.tenant AND m.effect = e.key AND m.state = 'post'))
    GROUP BY e.kind ORDER BY e.kind";
/// The post sorts by country.
const NUMBER: &str = "UPDATE fund_letters SET place = s.place FROM (SELECT effect AS of_effect,
        ROW_NUMBER() OVER (ORDER BY country, effect) AS place
        FROM fund_letters WHERE tenant = $1 AND mailing = $2 AND fault IS NULL) AS s
    WHERE tenant = $1 AND mailing = $2 AND fault IS NULL AND effect = s.of_effect";
const PIECE: &str = "SELECT l.*, CASE WHEN e.done_by = 'withdrawn' THEN 1 ELSE 0 END AS withdrawn
    FROM fund_letters l JOIN fund_effects e ON e.tenant = l.tenant AND e.key = l.effect
    WHERE l.tenant = $1 AND l.mailing = $2 AND l.place > $3 AND l.place <= $4 ORDER BY l.place";
const WITHDRAWN: &str = "SELECT l.*, 1 AS withdrawn
    FROM fund_letters l JOIN fund_effects e ON e.tenant = l.tenant AND e.key = l.effect
    WHERE l.tenant = $1 AND l.mailing = $2 AND l.place > $3 AND e.done_by = 'withdrawn'
    ORDER BY l.place LIMIT $4";
const COUNT_WITHDRAWN: &str = "SELECT COUNT(*) AS many
    FROM fund_letters l JOIN fund_effects e ON e.tenant = l.tenant AND e.key = l.effect
    WHERE l.tenant = $1 AND l.mailing = $2 AND l.place IS NOT NULL AND e.done_by = 'withdrawn'";
const BY_NUMBER: &str = "SELECT l.*, CASE WHEN e.done_by = 'withdrawn' THEN 1 ELSE 0 END AS withdrawn
    FROM fund_letters l JOIN fund_effects e ON e.tenant = l.tenant AND e.key = l.effect
    WHERE l.tenant = $1 AND l.number = $2";
const OF_PERSON: &str = "SELECT l.*, CASE WHEN e.done_by = 'withdrawn' THEN 1 ELSE 0 END AS withdrawn
    FROM fund_letters l JOIN fund_effects e ON e.tenant = l.tenant AND e.key = l.effect
    WHERE l.tenant = $1 AND l.person = $2 ORDER BY l.mailing DESC LIMIT 100";
/// The number stays, so that a form that left nevertheless is known when it comes back.
const FREE: &str = "UPDATE fund_letters SET fault = 'cancelled', place = NULL, sealed = NULL
    WHERE tenant = $1 AND mailing = $2 AND fault IS NULL";
const PUT_PIECE: &str = "INSERT INTO fund_mailing_pieces (tenant, mailing, piece, digest, letters, fetched_by, fetched_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (tenant, mailing, piece) DO UPDATE SET digest = $4, letters = $5, fetched_by = $6, fetched_at = $7
        WHERE fund_mailing_pieces.posted_on IS NULL";
const PIECES: &str =
    "SELECT * FROM fund_mailing_pieces WHERE tenant = $1 AND mailing = $2 ORDER BY piece LIMIT 1000";
const ERASE: &str = "UPDATE fund_letters SET sealed = NULL WHERE sealed IS NOT NULL AND EXISTS (
    SELECT 1 FROM fund_mailings m WHERE m.tenant = fund_letters.tenant AND m.id = fund_letters.mailing
        AND m.posted_at < $1)";

impl Transaction {
    /// Begins a mailing; a conflict when another one is being gathered.
    pub async fn insert_fund_mailing(&mut self, tenant: &str, mailing: &MailingRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &mailing.id,
            &mailing.state,
            &mailing.kinds,
            &mailing.at_kind,
            &mailing.after_key,
            int(mailing.letters),
            int(mailing.left_out),
            &mailing.telephone,
            &mailing.return_address,
            &mailing.made_by,
            mailing.made_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// One mailing.
    pub async fn find_fund_mailing(&mut self, tenant: &str, id: &str) -> Result<Option<MailingRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(mailing).transpose()
    }

    /// The one that is being gathered.
    pub async fn find_gathering_fund_mailing(&mut self, tenant: &str) -> Result<Option<MailingRow>, Error> {
        self.tx.fetch_optional(GATHERING, args![tenant]).await?.as_ref().map(mailing).transpose()
    }

    /// Newest first.
    pub async fn list_fund_mailings(&mut self, tenant: &str, limit: u32) -> Result<Vec<MailingRow>, Error> {
        self.tx.fetch_all(LIST, args![tenant, limit]).await?.iter().map(mailing).collect()
    }

    /// Goes on to where `after` is; stale when somebody else did.
    pub async fn move_fund_mailing(
        &mut self,
        tenant: &str,
        before: &MailingRow,
        after: &MailingRow,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            &after.id,
            &after.at_kind,
            &after.after_key,
            int(after.letters),
            int(after.left_out),
            &before.at_kind,
            &before.after_key
        ];
        Ok(self.tx.execute_one(MOVE, values).await?)
    }

    /// Gives every letter its place, by country, and says that the mailing is ready.
    pub async fn ready_fund_mailing(&mut self, tenant: &str, id: &str, at: Timestamp) -> Result<(), Error> {
        self.tx.execute(NUMBER, args![tenant, id]).await?;
        Ok(self.tx.execute_one(READY, args![tenant, id, at]).await?)
    }

    /// Writes down that the post has every part.
    pub async fn post_fund_mailing(
        &mut self,
        tenant: &str,
        id: &str,
        (on, by): (NaiveDate, &str),
        at: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(POST, args![tenant, id, on.to_string(), by, at]).await?)
    }

    /// Gives up a mailing that did not leave; its effects are free for another one.
    pub async fn cancel_fund_mailing(&mut self, tenant: &str, id: &str) -> Result<(), Error> {
        self.tx.execute_one(CANCEL, args![tenant, id]).await?;
        self.tx.execute(FREE, args![tenant, id]).await?;
        Ok(())
    }

    /// Effects of one kind that ask for a letter and are in no mailing, in the order of their keys after `after`.
    pub async fn list_asked_fund_letters(
        &mut self,
        tenant: &str,
        kind: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<AskedRow>, Error> {
        self.tx.fetch_all(ASKED, args![tenant, kind, after, limit]).await?.iter().map(asked).collect()
    }

    /// How many of each kind ask for a letter and are in no mailing; of forms, how many people.
    pub async fn count_asked_fund_letters(&mut self, tenant: &str) -> Result<Vec<(String, u64)>, Error> {
        let rows = self.tx.fetch_all(COUNT_ASKED, args![tenant]).await?;
        let count =
            |row: &Row| Ok((row.text("kind")?, Columns { table: "fund_effects", row }.number("many")?));
        rows.iter().map(count).collect()
    }

    /// Puts a letter into a mailing, or what was left out of it.
    pub async fn insert_fund_letter(&mut self, tenant: &str, letter: &LetterRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &letter.mailing,
            &letter.effect,
            &letter.person,
            letter.year,
            &letter.kind,
            &letter.language,
            &letter.country,
            letter.number.as_deref(),
            letter.fault.as_deref(),
            letter.sealed.as_deref()
        ];
        Ok(self.tx.execute_one(INSERT_LETTER, values).await?)
    }

    /// Letters with places after `after` up to `last`, those that were taken back among them.
    pub async fn list_fund_letters(
        &mut self,
        tenant: &str,
        mailing: &str,
        (after, last): (u64, u64),
    ) -> Result<Vec<LetterRow>, Error> {
        let values = args![tenant, mailing, int(after), int(last)];
        self.tx.fetch_all(PIECE, values).await?.iter().map(letter).collect()
    }

    /// Letters that were taken back after they were gathered.
    pub async fn list_withdrawn_fund_letters(
        &mut self,
        tenant: &str,
        mailing: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<LetterRow>, Error> {
        let values = args![tenant, mailing, int(after), limit];
        self.tx.fetch_all(WITHDRAWN, values).await?.iter().map(letter).collect()
    }

    /// How many were taken back.
    pub async fn count_withdrawn_fund_letters(&mut self, tenant: &str, mailing: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_WITHDRAWN, args![tenant, mailing]).await?;
        let row = row.ok_or_else(Error::stale)?;
        Columns { table: "fund_letters", row: &row }.number("many")
    }

    /// The letter with a form of this number.
    pub async fn find_fund_letter(&mut self, tenant: &str, number: &str) -> Result<Option<LetterRow>, Error> {
        self.tx.fetch_optional(BY_NUMBER, args![tenant, number]).await?.as_ref().map(letter).transpose()
    }

    /// Newest first.
    pub async fn list_fund_letters_of(
        &mut self,
        tenant: &str,
        person: &str,
    ) -> Result<Vec<LetterRow>, Error> {
        self.tx.fetch_all(OF_PERSON, args![tenant, person]).await?.iter().map(letter).collect()
    }

    /// Remembers that a part was printed, and as what; what the post has stays as it was then.
    pub async fn put_fund_piece(
        &mut self,
        tenant: &str,
        mailing: &str,
        piece: &PieceRow,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            mailing,
            int(piece.piece),
            &piece.digest,
            int(piece.letters),
            &piece.fetched_by,
            piece.fetched_at
        ];
        self.tx.execute(PUT_PIECE, values).await?;
        Ok(())
    }

    /// The parts that were printed.
    pub async fn list_fund_pieces(&mut self, tenant: &str, mailing: &str) -> Result<Vec<PieceRow>, Error> {
        let rows = self.tx.fetch_all(PIECES, args![tenant, mailing]).await?;
        let piece = |row: &Row| {
            let columns = Columns { table: "fund_mailing_pieces", row };
            Ok(PieceRow {
                piece: columns.number("piece")?,
                digest: row.text("digest")?,
                letters: columns.number("letters")?,
                fetched_by: row.text("fetched_by")?,
                fetched_at: row.time("fetched_at")?,
                posted_on: day(&columns, "posted_on")?,
            })
        };
        rows.iter().map(piece).collect()
    }

    /// Erases what letters said that the post took before this.
    pub async fn erase_fund_letters(&mut self, before: Timestamp) -> Result<u64, Error> {
        Ok(self.tx.execute(ERASE, args![before]).await?)
    }
}

pub(super) fn mailing(row: &Row) -> Result<MailingRow, Error> {
    let columns = Columns { table: "fund_mailings", row };
    Ok(MailingRow {
        id: row.text("id")?,
        state: row.text("state")?,
        kinds: row.text("kinds")?,
        at_kind: row.text("at_kind")?,
        after_key: row.text("after_key")?,
        letters: columns.number("letters")?,
        left_out: columns.number("left_out")?,
        telephone: row.text("telephone")?,
        return_address: row.text("return_address")?,
        made_by: row.text("made_by")?,
        made_at: row.time("made_at")?,
        ready_at: row.opt_time("ready_at")?,
        posted_on: day(&columns, "posted_on")?,
        posted_by: row.opt_text("posted_by")?,
        posted_at: row.opt_time("posted_at")?,
    })
}

fn letter(row: &Row) -> Result<LetterRow, Error> {
    let columns = Columns { table: "fund_letters", row };
    Ok(LetterRow {
        mailing: row.text("mailing")?,
        effect: row.text("effect")?,
        person: row.text("person")?,
        year: columns.number("year")?,
        kind: row.text("kind")?,
        language: row.text("language")?,
        country: row.text("country")?,
        place: columns.opt_number("place")?,
        number: row.opt_text("number")?,
        fault: row.opt_text("fault")?,
        sealed: row.opt_blob("sealed")?,
        withdrawn: row.flag("withdrawn")?,
    })
}

fn asked(row: &Row) -> Result<AskedRow, Error> {
    let columns = Columns { table: "fund_effects", row };
    Ok(AskedRow {
        effect: row.text("e_key")?,
        year: columns.number("e_year")?,
        kind: row.text("e_kind")?,
        content: row.text("e_content")?,
        rule: row.text("e_rule")?,
        person: person(row)?,
    })
}
