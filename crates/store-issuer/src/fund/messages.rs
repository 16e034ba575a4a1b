//! Which effects reach a person by message, and the proof that they were sent.

use issuance::Timestamp;
use sql::{Row, args};

use super::mailings::AskedRow;
use super::people::person;
use crate::row::Columns;
use crate::{Error, Transaction};

/// One effect on its way to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundMessageRow {
    /// The key of the effect.
    pub effect: String,
    /// The pseudonymous number.
    pub person: String,
    /// The year that asked.
    pub year: i32,
    /// `remind` and so on.
    pub kind: String,
    /// `waiting`, `sent`, `post` (a letter goes instead) or `withdrawn`.
    pub state: String,
    /// How often it was handed to the mail server.
    pub tries: u32,
    /// Not before.
    pub next_try_at: Timestamp,
    /// Why it did not leave, as a code of ours.
    pub fault: Option<String>,
    /// As the message bears it.
    pub message_id: Option<String>,
    /// What the server answered, such as `250`.
    pub reply_code: Option<String>,
    /// Its words.
    pub reply_sealed: Option<Vec<u8>>,
    /// When it was taken up.
    pub created_at: Timestamp,
    /// When it was sent or given to the letters.
    pub finished_at: Option<Timestamp>,
}

/// What nobody has taken up yet.
const NEW: &str = "SELECT p.*, e.key AS e_key, e.year AS e_year, e.kind AS e_kind, e.content AS e_content,
        e.rule AS e_rule
    FROM fund_effects e JOIN fund_people p ON p.tenant = e.tenant AND p.id = e.person
    WHERE e.tenant = $1 AND e.kind = $2 AND e.done_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM fund_messages m WHERE m.tenant = e.tenant AND m.effect = e.key)
    ORDER BY e.key LIMIT $3";
const INSERT: &str =
    "INSERT INTO fund_messages (tenant, effect, person, year, kind, state, tries, next_try_at, created_at, finished_at)
    VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9) ON CONFLICT (tenant, effect) DO NOTHING";
const DUE: &str = "SELECT * FROM fund_messages WHERE tenant = $1 AND state = 'waiting' AND next_try_at <= $2
    ORDER BY next_try_at, effect LIMIT $3";
/// Whoever takes it has it for a while; of two one gets it, and none once its effect was taken back.
const CLAIM: &str = "UPDATE fund_messages SET tries = tries + 1, next_try_at = $4
    WHERE tenant = $1 AND effect = $2 AND state = 'waiting' AND tries = $3 AND EXISTS (
        SELECT 1 FROM fund_effects e WHERE e.tenant = $1 AND e.key = $2 AND e.done_at IS NULL)";
const WITHDRAW: &str = "UPDATE fund_messages SET state = 'withdrawn', finished_at = $3
    WHERE tenant = $1 AND effect = $2 AND state = 'waiting' AND NOT EXISTS (
        SELECT 1 FROM fund_effects e WHERE e.tenant = $1 AND e.key = $2 AND e.done_at IS NULL)";
const LATER: &str = "UPDATE fund_messages SET next_try_at = $3, fault = $4
    WHERE tenant = $1 AND effect = $2 AND state = 'waiting'";
const POST: &str = "UPDATE fund_messages SET state = 'post', fault = $3, finished_at = $4
    WHERE tenant = $1 AND effect = $2 AND state = 'waiting'";
const SENT: &str = "UPDATE fund_messages SET state = 'sent', fault = NULL, message_id = $3, reply_code = $4,
        reply_sealed = $5, finished_at = $6
    WHERE tenant = $1 AND effect = $2 AND state = 'waiting'";
const OF_PERSON: &str = "SELECT * FROM fund_messages WHERE tenant = $1 AND person = $2 ORDER BY created_at DESC, effect LIMIT 100";
const COUNT: &str =
    "SELECT state, COUNT(*) AS many FROM fund_messages WHERE tenant = $1 GROUP BY state ORDER BY state";

impl Transaction {
    /// Effects of one kind that nobody has taken up yet.
    pub async fn list_new_fund_messages(
        &mut self,
        tenant: &str,
        kind: &str,
        limit: u32,
    ) -> Result<Vec<AskedRow>, Error> {
        let rows = self.tx.fetch_all(NEW, args![tenant, kind, limit]).await?;
        let asked = |row: &Row| {
            let columns = Columns { table: "fund_effects", row };
            Ok(AskedRow {
                effect: row.text("e_key")?,
                year: columns.number("e_year")?,
                kind: row.text("e_kind")?,
                content: row.text("e_content")?,
                rule: row.text("e_rule")?,
                person: person(row)?,
            })
        };
        rows.iter().map(asked).collect()
    }

    /// Takes an effect up, unless somebody did.
    pub async fn insert_fund_message(&mut self, tenant: &str, message: &FundMessageRow) -> Result<(), Error> {
        let values = args![
            tenant,
            &message.effect,
            &message.person,
            message.year,
            &message.kind,
            &message.state,
            message.next_try_at,
            message.created_at,
            message.finished_at
        ];
        self.tx.execute(INSERT, values).await?;
        Ok(())
    }

    /// What may leave now, what waits longest first.
    pub async fn list_due_fund_messages(
        &mut self,
        tenant: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<FundMessageRow>, Error> {
        self.tx.fetch_all(DUE, args![tenant, now, limit]).await?.iter().map(message).collect()
    }

    /// Takes a message until a moment; false when another one has it or its effect was taken back.
    pub async fn claim_fund_message(
        &mut self,
        tenant: &str,
        message: &FundMessageRow,
        until: Timestamp,
    ) -> Result<bool, Error> {
        let values = args![tenant, &message.effect, message.tries, until];
        Ok(self.tx.execute(CLAIM, values).await? == 1)
    }

    /// Writes down that it does not leave any more, where its effect was taken back or done.
    pub async fn withdraw_fund_message(
        &mut self,
        tenant: &str,
        effect: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(WITHDRAW, args![tenant, effect, at]).await? == 1)
    }

    /// Not before a later moment.
    pub async fn put_off_fund_message(
        &mut self,
        tenant: &str,
        effect: &str,
        until: Timestamp,
        fault: Option<&str>,
    ) -> Result<(), Error> {
        self.tx.execute(LATER, args![tenant, effect, until, fault]).await?;
        Ok(())
    }

    /// A letter goes instead.
    pub async fn post_fund_message(
        &mut self,
        tenant: &str,
        effect: &str,
        fault: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(POST, args![tenant, effect, fault, at]).await?;
        Ok(())
    }

    /// The proof that it was sent.
    pub async fn sent_fund_message(
        &mut self,
        tenant: &str,
        effect: &str,
        (message_id, code, reply): (&str, &str, &[u8]),
        at: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(SENT, args![tenant, effect, message_id, code, reply, at]).await?)
    }

    /// Newest first.
    pub async fn list_fund_messages_of(
        &mut self,
        tenant: &str,
        person: &str,
    ) -> Result<Vec<FundMessageRow>, Error> {
        self.tx.fetch_all(OF_PERSON, args![tenant, person]).await?.iter().map(message).collect()
    }

    /// How many are in each state.
    pub async fn count_fund_messages(&mut self, tenant: &str) -> Result<Vec<(String, u64)>, Error> {
        let rows = self.tx.fetch_all(COUNT, args![tenant]).await?;
        let count =
            |row: &Row| Ok((row.text("state")?, Columns { table: "fund_messages", row }.number("many")?));
        rows.iter().map(count).collect()
    }
}

pub(super) fn message(row: &Row) -> Result<FundMessageRow, Error> {
    let columns = Columns { table: "fund_messages", row };
    Ok(FundMessageRow {
        effect: row.text("effect")?,
        person: row.text("person")?,
        year: columns.number("year")?,
        kind: row.text("kind")?,
        state: row.text("state")?,
        tries: columns.number("tries")?,
        next_try_at: row.time("next_try_at")?,
        fault: row.opt_text("fault")?,
        message_id: row.opt_text("message_id")?,
        reply_code: row.opt_text("reply_code")?,
        reply_sealed: row.opt_blob("reply_sealed")?,
        created_at: row.time("created_at")?,
        finished_at: row.opt_time("finished_at")?,
    })
}
