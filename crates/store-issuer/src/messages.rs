//! Addresses of persons and the outbox of messages to them.

use issuance::message::{Language, MessageEvent};
use issuance::{Configuration, CredentialType, Reissue, Timestamp};
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 720, name: "messages", sql: include_str!("migrations/0720_messages.sql") }];

/// Where a person is reached. The address is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactRow {
    pub email_sealed: Vec<u8>,
    pub language: Option<Language>,
}

/// One message, before or after it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    pub id: String,
    pub subject_id: String,
    pub event: MessageEvent,
    pub types: Vec<CredentialType>,
    pub until: Option<Timestamp>,
    /// A second message with the same key is the same message.
    pub once_key: String,
    pub state: MessageState,
    pub tries: u32,
    pub next_try_at: Timestamp,
    /// Why the last try failed: a code.
    pub fault: Option<String>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    Waiting,
    Sent,
    /// Given up.
    Failed,
    /// There was nobody to send it to any more.
    Dropped,
}

/// Something that is to be told to a person before anybody did anything: an offer or a credential that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRow {
    pub subject_id: String,
    pub types: Vec<CredentialType>,
    pub until: Timestamp,
    pub once_key: String,
}

const PUT_CONTACT: &str = "INSERT INTO contacts (tenant, subject_id, email_sealed, language, updated_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, subject_id) DO UPDATE SET
        email_sealed = excluded.email_sealed, language = excluded.language, updated_at = excluded.updated_at";
const FIND_CONTACT: &str = "SELECT * FROM contacts WHERE tenant = $1 AND subject_id = $2";
const DELETE_CONTACT: &str = "DELETE FROM contacts WHERE tenant = $1 AND subject_id = $2";
const INSERT: &str = "INSERT INTO messages (tenant, id, subject_id, event, types, until, once_key, state, tries,
        next_try_at, created_at)
    SELECT $1, $2, subject_id, $4, $5, CAST($6 AS BIGINT), $7, 'waiting', 0, CAST($8 AS BIGINT), CAST($9 AS BIGINT)
    FROM contacts WHERE tenant = $1 AND subject_id = $3
    ON CONFLICT (tenant, once_key) DO NOTHING";
const DUE: &str = "SELECT * FROM messages WHERE tenant = $1 AND state = 'waiting' AND next_try_at <= $2
    ORDER BY next_try_at, id LIMIT $3";
const CLAIM: &str = "UPDATE messages SET tries = tries + 1, next_try_at = $4
    WHERE tenant = $1 AND id = $2 AND tries = $3 AND state = 'waiting'";
const FINISH: &str = "UPDATE messages SET state = $3, fault = $4, finished_at = $5
    WHERE tenant = $1 AND id = $2 AND state = 'waiting'";
const RETRY: &str = "UPDATE messages SET fault = $3, next_try_at = $4
    WHERE tenant = $1 AND id = $2 AND state = 'waiting'";
const OF_SUBJECT: &str =
    "SELECT * FROM messages WHERE tenant = $1 AND subject_id = $2 ORDER BY id DESC LIMIT 50";
const RECENT: &str = "SELECT * FROM messages WHERE tenant = $1 AND state = $2 ORDER BY id DESC LIMIT $3";
const COUNT: &str = "SELECT COUNT(*) AS many FROM messages WHERE tenant = $1 AND state = $2";
const FORGET: &str = "DELETE FROM messages WHERE tenant = $1 AND created_at < $2 AND state <> 'waiting'";
const AGAIN: &str = "UPDATE messages SET state = 'waiting', tries = 0, next_try_at = $2, finished_at = NULL
    WHERE tenant = $1 AND state = 'failed' AND created_at > $3";
/// Only persons who were told of the offer are told of its end; one that lives minutes is told of neither.
const OFFERS_DUE: &str = "SELECT o.subject_id, o.configurations, o.expires_at,
        $2 || '/' || o.id || '/' || CAST(o.expires_at AS TEXT) AS once_key
    FROM offers o JOIN contacts k ON k.tenant = o.tenant AND k.subject_id = o.subject_id
    WHERE o.tenant = $1 AND o.state = 'open' AND o.expires_at > $3 AND o.expires_at <= $4
        AND EXISTS (SELECT 1 FROM messages m WHERE m.tenant = o.tenant
            AND m.once_key = 'offer-made/' || o.id)
        AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.tenant = o.tenant
            AND m.once_key = $2 || '/' || o.id || '/' || CAST(o.expires_at AS TEXT))
    ORDER BY o.id LIMIT $5";
/// Credentials that were made for less than twice the notice are not recalled, nor those with a later one beside them.
const ENDING: &str = "SELECT c.subject_id, c.credential_type, MIN(c.valid_until) AS valid_until,
        'ends-soon/' || c.offer_id || '/' || c.credential_type AS once_key
    FROM copies c JOIN contacts k ON k.tenant = c.tenant AND k.subject_id = c.subject_id
    WHERE c.tenant = $1 AND c.status = 'valid' AND c.valid_until > $2 AND c.valid_until <= $3
        AND c.valid_until - c.issued_at > 2 * ($3 - $2)
        AND NOT EXISTS (SELECT 1 FROM copies n WHERE n.tenant = c.tenant AND n.subject_id = c.subject_id
            AND n.credential_type = c.credential_type AND n.status = 'valid' AND n.offer_id <> c.offer_id
            AND n.valid_until > c.valid_until)
        AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.tenant = c.tenant
            AND m.once_key = 'ends-soon/' || c.offer_id || '/' || c.credential_type)
    GROUP BY c.subject_id, c.offer_id, c.credential_type ORDER BY c.offer_id LIMIT $4";
const SET_REISSUE: &str = "UPDATE offers SET reissue = $3 WHERE tenant = $1 AND id = $2";
const FIND_REISSUE: &str = "SELECT reissue FROM offers WHERE tenant = $1 AND id = $2";

impl MessageState {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sent, Self::Failed, Self::Dropped];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl Transaction {
    pub async fn put_contact(
        &mut self,
        tenant: &str,
        subject_id: &str,
        contact: &ContactRow,
        at: Timestamp,
    ) -> Result<(), Error> {
        let language = contact.language.map(|language| language.code().to_owned());
        let values = args![tenant, subject_id, contact.email_sealed.clone(), language, at];
        Ok(self.tx.execute_one(PUT_CONTACT, values).await?)
    }

    pub async fn find_contact(
        &mut self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<ContactRow>, Error> {
        let row = self.tx.fetch_optional(FIND_CONTACT, args![tenant, subject_id]).await?;
        row.map(|row| contact(&row)).transpose()
    }

    /// False when there was none.
    pub async fn delete_contact(&mut self, tenant: &str, subject_id: &str) -> Result<bool, Error> {
        Ok(self.tx.execute(DELETE_CONTACT, args![tenant, subject_id]).await? == 1)
    }

    /// Puts a message into the outbox. False when it is there already, or when the person has no address.
    pub async fn insert_message(&mut self, tenant: &str, message: &MessageRow) -> Result<bool, Error> {
        let values = args![
            tenant,
            &message.id,
            &message.subject_id,
            message.event.as_str(),
            types_text(&message.types),
            message.until,
            &message.once_key,
            message.next_try_at,
            message.created_at
        ];
        Ok(self.tx.execute(INSERT, values).await? == 1)
    }

    /// Messages whose time has come, in the order of it.
    pub async fn list_due_messages(
        &mut self,
        tenant: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<MessageRow>, Error> {
        let rows = self.tx.fetch_all(DUE, args![tenant, now, limit]).await?;
        rows.iter().map(message).collect()
    }

    /// Takes the message for one try. Until `until` nobody else takes it; whoever dies in between leaves it for a later
    /// try. False when somebody else was faster.
    pub async fn claim_message(
        &mut self,
        tenant: &str,
        message: &MessageRow,
        until: Timestamp,
    ) -> Result<bool, Error> {
        let values = args![tenant, &message.id, message.tries, until];
        Ok(self.tx.execute(CLAIM, values).await? == 1)
    }

    pub async fn finish_message(
        &mut self,
        tenant: &str,
        id: &str,
        (state, fault): (MessageState, Option<&str>),
        at: Timestamp,
    ) -> Result<(), Error> {
        let fault = fault.map(str::to_owned);
        self.tx.execute(FINISH, args![tenant, id, state.as_str(), fault, at]).await?;
        Ok(())
    }

    pub async fn retry_message(
        &mut self,
        tenant: &str,
        id: &str,
        fault: &str,
        next_try_at: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(RETRY, args![tenant, id, fault, next_try_at]).await?;
        Ok(())
    }

    /// Newest first.
    pub async fn list_messages_of(
        &mut self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Vec<MessageRow>, Error> {
        let rows = self.tx.fetch_all(OF_SUBJECT, args![tenant, subject_id]).await?;
        rows.iter().map(message).collect()
    }

    /// Newest first.
    pub async fn list_messages(
        &mut self,
        tenant: &str,
        state: MessageState,
        limit: u32,
    ) -> Result<Vec<MessageRow>, Error> {
        let rows = self.tx.fetch_all(RECENT, args![tenant, state.as_str(), limit]).await?;
        rows.iter().map(message).collect()
    }

    pub async fn count_messages(&mut self, tenant: &str, state: MessageState) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT, args![tenant, state.as_str()]).await?;
        Columns { table: "messages", row: &row.ok_or_else(Error::stale)? }.number("many")
    }

    /// Gives those that were given up since then all their tries again.
    pub async fn send_failed_again(
        &mut self,
        tenant: &str,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<u64, Error> {
        Ok(self.tx.execute(AGAIN, args![tenant, now, since]).await?)
    }

    pub async fn forget_messages(&mut self, tenant: &str, before: Timestamp) -> Result<u64, Error> {
        Ok(self.tx.execute(FORGET, args![tenant, before]).await?)
    }

    /// Open offers that end after `from` and no later than `until`, of which the person was told, but not of this.
    pub async fn list_offers_to_tell(
        &mut self,
        tenant: &str,
        event: MessageEvent,
        (from, until): (Timestamp, Timestamp),
        limit: u32,
    ) -> Result<Vec<DueRow>, Error> {
        let rows = self.tx.fetch_all(OFFERS_DUE, args![tenant, event.as_str(), from, until, limit]).await?;
        rows.iter().map(offer_due).collect()
    }

    /// Valid credentials that end after `from` and no later than `until`, of which the person was not told.
    pub async fn list_endings_to_tell(
        &mut self,
        tenant: &str,
        (from, until): (Timestamp, Timestamp),
        limit: u32,
    ) -> Result<Vec<DueRow>, Error> {
        let rows = self.tx.fetch_all(ENDING, args![tenant, from, until, limit]).await?;
        rows.iter().map(ending_due).collect()
    }

    pub async fn set_offer_reissue(
        &mut self,
        tenant: &str,
        offer_id: &str,
        why: Reissue,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(SET_REISSUE, args![tenant, offer_id, why.as_str()]).await?)
    }

    pub async fn find_offer_reissue(
        &mut self,
        tenant: &str,
        offer_id: &str,
    ) -> Result<Option<Reissue>, Error> {
        let row = self.tx.fetch_optional(FIND_REISSUE, args![tenant, offer_id]).await?;
        let Some(row) = row else { return Ok(None) };
        let impossible = || Columns { table: "offers", row: &row }.impossible("reissue");
        row.opt_text("reissue")?.map(|why| Reissue::parse(&why).ok_or_else(impossible)).transpose()
    }
}

fn types_text(types: &[CredentialType]) -> String {
    types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn types_of(text: &str) -> Option<Vec<CredentialType>> {
    let named = |name: &str| CredentialType::ALL.into_iter().find(|kind| kind.to_string() == name);
    text.split_whitespace().map(named).collect()
}

fn contact(row: &Row) -> Result<ContactRow, Error> {
    let impossible = || Columns { table: "contacts", row }.impossible("language");
    let language = row.opt_text("language")?;
    let language = language.map(|code| Language::parse(&code).ok_or_else(impossible)).transpose()?;
    Ok(ContactRow { email_sealed: row.blob("email_sealed")?, language })
}

fn message(row: &Row) -> Result<MessageRow, Error> {
    let columns = Columns { table: "messages", row };
    Ok(MessageRow {
        id: row.text("id")?,
        subject_id: row.text("subject_id")?,
        event: columns.parsed("event", MessageEvent::parse)?,
        types: columns.parsed("types", types_of)?,
        until: row.opt_time("until")?,
        once_key: row.text("once_key")?,
        state: columns.parsed("state", MessageState::parse)?,
        tries: columns.number("tries")?,
        next_try_at: row.time("next_try_at")?,
        fault: row.opt_text("fault")?,
        created_at: row.time("created_at")?,
        finished_at: row.opt_time("finished_at")?,
    })
}

fn offer_due(row: &Row) -> Result<DueRow, Error> {
    let columns = Columns { table: "offers", row };
    let mut types = columns.parsed("configurations", |text| {
        text.split(' ')
            .map(|name| name.parse::<Configuration>().ok().map(|it| it.credential_type))
            .collect::<Option<Vec<_>>>()
    })?;
    types.dedup();
    Ok(DueRow {
        subject_id: row.text("subject_id")?,
        types,
        until: row.time("expires_at")?,
        once_key: row.text("once_key")?,
    })
}

fn ending_due(row: &Row) -> Result<DueRow, Error> {
    Ok(DueRow {
        subject_id: row.text("subject_id")?,
        types: Columns { table: "copies", row }.parsed("credential_type", types_of)?,
        until: row.time("valid_until")?,
        once_key: row.text("once_key")?,
    })
}
