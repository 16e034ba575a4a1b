//! What waits for the addresses that want to be told, and what became of it.

use issuance::Timestamp;
use issuance::webhook::EventKind;
use sql::{Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// One event on its way to one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// Of the event, the same in every try.
    pub id: String,
    pub event: EventKind,
    /// JSON as it is signed and sent.
    pub body: String,
    /// A second one with the same key for the same address is the same event.
    pub once_key: String,
    pub state: DeliveryState,
    pub tries: u32,
    /// When it is tried next; of no meaning once it is finished.
    pub next_at: Timestamp,
    /// What the last try came to: a code.
    pub answer: Option<String>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    Waiting,
    Delivered,
    /// Given up.
    Failed,
}

/// An offer that nobody took before it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UntakenOffer {
    pub id: String,
    pub subject_id: String,
    pub expires_at: Timestamp,
}

const INSERT: &str =
    "INSERT INTO webhook_deliveries (tenant, webhook_id, id, event, body, once_key, state, tries,
        next_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, $8)
    ON CONFLICT (tenant, webhook_id, once_key) DO NOTHING";
const DUE: &str = "SELECT * FROM webhook_deliveries
    WHERE tenant = $1 AND webhook_id = $2 AND state = 'waiting' AND next_at <= $3 ORDER BY next_at, id LIMIT $4";
const CLAIM: &str = "UPDATE webhook_deliveries SET tries = tries + 1, next_at = $5
    WHERE tenant = $1 AND webhook_id = $2 AND id = $3 AND tries = $4 AND state = 'waiting'";
const SETTLE: &str = "UPDATE webhook_deliveries SET state = $5, answer = $6, next_at = $7, finished_at = $8
    WHERE tenant = $1 AND webhook_id = $2 AND id = $3 AND tries = $4 AND state = 'waiting'";
const LIST: &str =
    "SELECT * FROM webhook_deliveries WHERE tenant = $1 AND webhook_id = $2 ORDER BY id DESC LIMIT $3";
const COUNT: &str =
    "SELECT COUNT(*) AS many FROM webhook_deliveries WHERE tenant = $1 AND webhook_id = $2 AND state = $3";
const AGAIN: &str =
    "UPDATE webhook_deliveries SET state = 'waiting', tries = 0, next_at = $4, finished_at = NULL
    WHERE tenant = $1 AND webhook_id = $2 AND id = $3";
const ALL_AGAIN: &str =
    "UPDATE webhook_deliveries SET state = 'waiting', tries = 0, next_at = $3, finished_at = NULL
    WHERE tenant = $1 AND webhook_id = $2 AND state <> 'delivered'";
const FORGET: &str = "DELETE FROM webhook_deliveries WHERE tenant = $1
    AND (created_at < $3 OR (created_at < $2 AND state = 'delivered' AND finished_at < $2))";
const UNTAKEN: &str = "SELECT id, subject_id, expires_at FROM offers
    WHERE tenant = $1 AND state IN ('open', 'locked') AND expires_at <= $2
        AND (expires_at > $3 OR (expires_at = $3 AND id > $4)) ORDER BY expires_at, id LIMIT $5";

impl DeliveryState {
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Failed];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl Transaction {
    /// Puts an event into the outbox of one address. False when it is there already.
    pub async fn insert_webhook_delivery(
        &mut self,
        tenant: &str,
        webhook_id: &str,
        delivery: &WebhookDelivery,
    ) -> Result<bool, Error> {
        let values = args![
            tenant,
            webhook_id,
            &delivery.id,
            delivery.event.as_str(),
            &delivery.body,
            &delivery.once_key,
            delivery.next_at,
            delivery.created_at
        ];
        Ok(self.tx.execute(INSERT, values).await? == 1)
    }

    /// What is due for an address, in the order of when.
    pub async fn list_due_webhook_deliveries(
        &mut self,
        tenant: &str,
        webhook_id: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<WebhookDelivery>, Error> {
        let rows = self.tx.fetch_all(DUE, args![tenant, webhook_id, now, limit]).await?;
        rows.iter().map(delivery).collect()
    }

    /// Takes one for one try. Until `until` nobody else takes it. False when somebody else was faster.
    pub async fn claim_webhook_delivery(
        &mut self,
        tenant: &str,
        webhook_id: &str,
        delivery: &WebhookDelivery,
        until: Timestamp,
    ) -> Result<bool, Error> {
        let values = args![tenant, webhook_id, &delivery.id, delivery.tries, until];
        Ok(self.tx.execute(CLAIM, values).await? == 1)
    }

    /// Writes what a try came to. Nothing happens when somebody else has taken it since.
    pub async fn settle_webhook_delivery(
        &mut self,
        tenant: &str,
        webhook_id: &str,
        delivery: &WebhookDelivery,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            webhook_id,
            &delivery.id,
            delivery.tries,
            delivery.state.as_str(),
            delivery.answer.clone(),
            delivery.next_at,
            delivery.finished_at
        ];
        self.tx.execute(SETTLE, values).await?;
        Ok(())
    }

    /// Newest first.
    pub async fn list_webhook_deliveries(
        &mut self,
        tenant: &str,
        webhook_id: &str,
        limit: u32,
    ) -> Result<Vec<WebhookDelivery>, Error> {
        let rows = self.tx.fetch_all(LIST, args![tenant, webhook_id, limit]).await?;
        rows.iter().map(delivery).collect()
    }

    pub async fn count_webhook_deliveries(
        &mut self,
        tenant: &str,
        webhook_id: &str,
        state: DeliveryState,
    ) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT, args![tenant, webhook_id, state.as_str()]).await?;
        Columns { table: "webhook_deliveries", row: &row.ok_or_else(Error::stale)? }.number("many")
    }

    /// Gives one all its tries again, also one that was taken. False when it is not there any more.
    pub async fn send_webhook_delivery_again(
        &mut self,
        tenant: &str,
        webhook_id: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(AGAIN, args![tenant, webhook_id, id, now]).await? == 1)
    }

    /// Gives all that were not taken all their tries again.
    pub async fn send_webhook_deliveries_again(
        &mut self,
        tenant: &str,
        webhook_id: &str,
        now: Timestamp,
    ) -> Result<u64, Error> {
        Ok(self.tx.execute(ALL_AGAIN, args![tenant, webhook_id, now]).await?)
    }

    /// Deletes what was taken before the first time, and everything that was written before the second.
    pub async fn forget_webhook_deliveries(
        &mut self,
        tenant: &str,
        taken_before: Timestamp,
        written_before: Timestamp,
    ) -> Result<u64, Error> {
        Ok(self.tx.execute(FORGET, args![tenant, taken_before, written_before]).await?)
    }

    /// Offers that ended untaken, after the one that `looked` names, in the order of their ends.
    pub async fn list_untaken_offers(
        &mut self,
        tenant: &str,
        now: Timestamp,
        (until, offer): (Timestamp, &str),
        limit: u32,
    ) -> Result<Vec<UntakenOffer>, Error> {
        let rows = self.tx.fetch_all(UNTAKEN, args![tenant, now, until, offer, limit]).await?;
        rows.iter().map(untaken).collect()
    }
}

fn delivery(row: &Row) -> Result<WebhookDelivery, Error> {
    let columns = Columns { table: "webhook_deliveries", row };
    Ok(WebhookDelivery {
        id: row.text("id")?,
        event: columns.parsed("event", EventKind::parse)?,
        body: row.text("body")?,
        once_key: row.text("once_key")?,
        state: columns.parsed("state", DeliveryState::parse)?,
        tries: columns.number("tries")?,
        next_at: row.time("next_at")?,
        answer: row.opt_text("answer")?,
        created_at: row.time("created_at")?,
        finished_at: row.opt_time("finished_at")?,
    })
}

fn untaken(row: &Row) -> Result<UntakenOffer, Error> {
    Ok(UntakenOffer {
        id: row.text("id")?,
        subject_id: row.text("subject_id")?,
        expires_at: row.time("expires_at")?,
    })
}
