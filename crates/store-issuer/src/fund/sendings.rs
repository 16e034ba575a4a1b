//! How far the journals say of messages and letters that they left.

use chrono::NaiveDate;
use sql::{Migration, Row, args};

use super::mailings::{MailingRow, mailing};
use super::messages::{FundMessageRow, message};
use super::people::day;
use crate::row::{Columns, int};
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 894,
    name: "fund_sendings",
    sql: include_str!("../migrations/0894_fund_sendings.sql"),
}];

const UNNOTED: &str = "SELECT * FROM fund_mailings
    WHERE tenant = $1 AND state = 'posted' AND noted < letters ORDER BY id LIMIT 50";
/// Guarded by the place it was at: of two who write them down one does.
const MOVE: &str = "UPDATE fund_mailings SET noted = $4
    WHERE tenant = $1 AND id = $2 AND state = 'posted' AND noted = $3";
const MESSAGES: &str = "SELECT * FROM fund_messages
    WHERE tenant = $1 AND state = 'sent' AND noted = 0 ORDER BY effect LIMIT $2";
const MESSAGE: &str = "UPDATE fund_messages SET noted = 1
    WHERE tenant = $1 AND effect = $2 AND state = 'sent' AND noted = 0";
const BY_MESSAGE: &str = "SELECT COUNT(*) AS many FROM fund_messages
    WHERE tenant = $1 AND state = 'sent' AND noted = 1";
const BY_POST: &str = "SELECT COUNT(*) AS many FROM fund_letters l
    JOIN fund_mailings m ON m.tenant = l.tenant AND m.id = l.mailing AND m.state = 'posted'
    JOIN fund_effects e ON e.tenant = l.tenant AND e.key = l.effect
    WHERE l.tenant = $1 AND l.fault IS NULL AND l.place <= m.noted AND e.done_by <> 'withdrawn'";

/// Letters of a year and kind that the post has, each with the day on which it took them.
/// A form of a later year that took the place of this year's names this year too: it is one of its letters.
const POSTED: &str =
    "SELECT e.key AS key, e.done_at AS done_at, COALESCE(q.posted_on, m.posted_on) AS posted_on
    FROM fund_effects e
    LEFT JOIN fund_mailings m ON m.tenant = e.tenant AND e.done_by = 'mailing ' || m.id
    LEFT JOIN fund_letters l ON l.tenant = e.tenant AND l.effect = e.key AND l.fault IS NULL
    LEFT JOIN fund_mailing_pieces q
        ON q.tenant = l.tenant AND q.mailing = l.mailing AND q.piece = (l.place - 1) / $6 + 1
    WHERE e.tenant = $1 AND e.kind = $3 AND e.done_by LIKE 'mailing %' AND e.key > $4
        AND (e.year = $2 OR (e.year > $2 AND e.kind = 'mail-paper' AND EXISTS (SELECT 1 FROM fund_effects o
            WHERE o.tenant = e.tenant AND o.person = e.person AND o.year = $2 AND o.kind = 'mail-paper'
                AND o.done_by = 'superseded' AND o.asked_at <= e.done_at)))
    ORDER BY e.key LIMIT $5";

impl Transaction {
    /// Letters of a year that left, of one kind of effect, by the key of what asked for them, those after `after`.
    pub async fn list_posted_fund_letters(
        &mut self,
        tenant: &str,
        (year, kind): (i32, &str),
        (after, limit): (&str, u32),
        in_piece: u64,
    ) -> Result<Vec<(String, NaiveDate)>, Error> {
        let values = args![tenant, year, kind, after, limit, int(in_piece)];
        let rows = self.tx.fetch_all(POSTED, values).await?;
        let one = |row: &Row| {
            let posted = day(&Columns { table: "fund_mailings", row }, "posted_on")?;
            let said = row.opt_time("done_at")?.map(|at| at.date_naive());
            Ok((row.text("key")?, posted.or(said).unwrap_or(NaiveDate::MAX)))
        };
        rows.iter().map(one).collect()
    }

    /// Mailings that left with letters about which the journals say nothing yet, oldest first, each with the last place that
    /// was written down.
    pub async fn list_unnoted_fund_mailings(
        &mut self,
        tenant: &str,
    ) -> Result<Vec<(MailingRow, u64)>, Error> {
        let rows = self.tx.fetch_all(UNNOTED, args![tenant]).await?;
        let one = |row: &Row| {
            let noted = Columns { table: "fund_mailings", row }.number("noted")?;
            Ok((mailing(row)?, noted))
        };
        rows.iter().map(one).collect()
    }

    /// Moves the place on; false when somebody else did.
    pub async fn move_noted_fund_letters(
        &mut self,
        tenant: &str,
        id: &str,
        from: u64,
        to: u64,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(MOVE, args![tenant, id, int(from), int(to)]).await? == 1)
    }

    /// Messages that the mail server took and of which the journals say nothing yet.
    pub async fn list_unnoted_fund_messages(
        &mut self,
        tenant: &str,
        limit: u32,
    ) -> Result<Vec<FundMessageRow>, Error> {
        self.tx.fetch_all(MESSAGES, args![tenant, limit]).await?.iter().map(message).collect()
    }

    /// The journal has it now; stale when somebody else wrote it.
    pub async fn note_fund_message(&mut self, tenant: &str, effect: &str) -> Result<(), Error> {
        Ok(self.tx.execute_one(MESSAGE, args![tenant, effect]).await?)
    }

    /// Messages and letters of which the journals say that they left, by their own tables: messages that the mail server took, and letters
    /// that the post has.
    pub async fn count_fund_sendings(&mut self, tenant: &str) -> Result<(u64, u64), Error> {
        let mut counts = [0, 0];
        for (count, statement) in counts.iter_mut().zip([BY_MESSAGE, BY_POST]) {
            let row = self.tx.fetch_optional(statement, args![tenant]).await?.ok_or_else(Error::stale)?;
            *count = Columns { table: "fund_mailings", row: &row }.number("many")?;
        }
        let [messages, letters] = counts;
        Ok((messages, letters))
    }
}
