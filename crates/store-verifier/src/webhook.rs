//! Where agencies want to be told, and what waits for them.

use clock::Timestamp;
use sql::{Migration, Row, args};

use crate::{StoreError, Tx};

pub(crate) const MIGRATION: Migration =
    Migration { version: 201, name: "webhook", sql: include_str!("../migrations/0201_webhook.sql") };

/// The address of one client with its secrets, which are sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    pub client: String,
    pub url: String,
    pub secret_sealed: Vec<u8>,
    /// The secret before the last change, and until when it signs as well.
    pub earlier: Option<(Vec<u8>, Timestamp)>,
    /// Since when it took nothing; nothing once it did.
    pub failing_since: Option<Timestamp>,
    /// Since when nothing is sent until the client sets it again.
    pub paused: Option<Timestamp>,
    pub created: Timestamp,
}

/// One event on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Of the event, the same in every try.
    pub id: String,
    pub client: String,
    /// JSON as it is signed and sent.
    pub body: String,
    pub state: DeliveryState,
    pub tries: u32,
    /// When it is tried next; of no meaning once it is finished.
    pub next: Timestamp,
    /// What the last try came to: a code.
    pub answer: Option<String>,
    pub created: Timestamp,
    pub finished: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    Waiting,
    Delivered,
    /// Given up.
    Failed,
}

/// A verification of a client that has a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listened {
    pub verification: String,
    pub client: String,
    pub policy: String,
}

/// The address may carry a token of the receiver.
impl std::fmt::Debug for Webhook {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Webhook").field("client", &self.client).finish_non_exhaustive()
    }
}

impl DeliveryState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Failed].into_iter().find(|state| state.as_str() == text)
    }
}

const SET: &str = "INSERT INTO webhook (client, url, secret_sealed, created_ms) VALUES ($1, $2, $3, $4)
    ON CONFLICT (client) DO UPDATE SET earlier_sealed = webhook.secret_sealed, earlier_until_ms = $5,
        url = excluded.url, secret_sealed = excluded.secret_sealed, failing_since_ms = NULL, paused_ms = NULL";
const FIND: &str = "SELECT * FROM webhook WHERE client = $1";
const LIST: &str = "SELECT * FROM webhook WHERE paused_ms IS NULL ORDER BY client";
const SET_HEALTH: &str = "UPDATE webhook SET failing_since_ms = $1, paused_ms = $2 WHERE client = $3";
const DELETE: &str = "DELETE FROM webhook WHERE client = $1";
const DELETE_DELIVERIES: &str = "DELETE FROM webhook_delivery WHERE client = $1";
const LISTENED: &str = "SELECT v.id, v.tenant, v.policy FROM verification v
    JOIN webhook w ON w.client = v.tenant WHERE v.id = $1";
const LATE: &str = "SELECT v.id, v.tenant, v.policy FROM verification v JOIN webhook w ON w.client = v.tenant
    WHERE v.state = 'waiting' AND v.expires_ms <= $1 ORDER BY v.expires_ms, v.id LIMIT $2";
const EXPIRE_ONE: &str = "UPDATE verification SET state = 'expired' WHERE id = $1 AND state = 'waiting'";
const INSERT_DELIVERY: &str =
    "INSERT INTO webhook_delivery (id, client, body, state, tries, next_ms, created_ms)
    VALUES ($1, $2, $3, 'waiting', 0, $4, $5)";
const DUE: &str = "SELECT * FROM webhook_delivery
    WHERE client = $1 AND state = 'waiting' AND next_ms <= $2 ORDER BY next_ms, id LIMIT $3";
const CLAIM: &str = "UPDATE webhook_delivery SET tries = tries + 1, next_ms = $1
    WHERE id = $2 AND tries = $3 AND state = 'waiting'";
const SETTLE: &str = "UPDATE webhook_delivery SET state = $1, answer = $2, next_ms = $3, finished_ms = $4
    WHERE id = $5 AND tries = $6 AND state = 'waiting'";
const COUNT: &str = "SELECT COUNT(*) AS many FROM webhook_delivery WHERE client = $1 AND state = 'waiting'";
const FORGET: &str = "DELETE FROM webhook_delivery
    WHERE created_ms < $1 OR (state = 'delivered' AND finished_ms < $2)";

impl Tx {
    /// Sets the address of a client. The secret so far signs beside the new one until `earlier_until`; a pause ends.
    pub async fn set_webhook(
        &mut self,
        webhook: &Webhook,
        earlier_until: Timestamp,
    ) -> Result<(), StoreError> {
        let args = args![
            webhook.client.clone(),
            webhook.url.clone(),
            webhook.secret_sealed.clone(),
            webhook.created,
            earlier_until
        ];
        self.0.execute_one(SET, args).await?;
        Ok(())
    }

    pub async fn find_webhook(&mut self, client: &str) -> Result<Option<Webhook>, StoreError> {
        self.0.fetch_optional(FIND, args![client]).await?.map(|row| webhook(&row)).transpose()
    }

    /// Those that are not paused.
    pub async fn list_webhooks(&mut self) -> Result<Vec<Webhook>, StoreError> {
        self.0.fetch_all(LIST, args![]).await?.iter().map(webhook).collect()
    }

    pub async fn set_webhook_health(
        &mut self,
        client: &str,
        failing_since: Option<Timestamp>,
        paused: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.0.execute(SET_HEALTH, args![failing_since, paused, client]).await?;
        Ok(())
    }

    /// With everything that waits for it. False when there is none.
    pub async fn delete_webhook(&mut self, client: &str) -> Result<bool, StoreError> {
        self.0.execute(DELETE_DELIVERIES, args![client]).await?;
        Ok(self.0.execute(DELETE, args![client]).await? == 1)
    }

    /// The verification, if its client wants to be told of it.
    pub async fn find_listened(&mut self, verification: &str) -> Result<Option<Listened>, StoreError> {
        self.0.fetch_optional(LISTENED, args![verification]).await?.map(|row| listened(&row)).transpose()
    }

    /// Verifications that nobody answered in time and whose clients want to be told of it.
    pub async fn list_late_listened(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Listened>, StoreError> {
        self.0.fetch_all(LATE, args![now, limit]).await?.iter().map(listened).collect()
    }

    /// False when it does not wait any more.
    pub async fn expire_one(&mut self, verification: &str) -> Result<bool, StoreError> {
        Ok(self.0.execute(EXPIRE_ONE, args![verification]).await? == 1)
    }

    pub async fn insert_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        let args = args![
            delivery.id.clone(),
            delivery.client.clone(),
            delivery.body.clone(),
            delivery.next,
            delivery.created
        ];
        self.0.execute_one(INSERT_DELIVERY, args).await?;
        Ok(())
    }

    /// What is due for a client, in the order of when.
    pub async fn list_due_deliveries(
        &mut self,
        client: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.0.fetch_all(DUE, args![client, now, limit]).await?.iter().map(delivery).collect()
    }

    /// Takes one for one try; until `until` nobody else takes it. False when somebody else was faster.
    pub async fn claim_delivery(
        &mut self,
        delivery: &Delivery,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.0.execute(CLAIM, args![until, delivery.id.clone(), delivery.tries]).await? == 1)
    }

    /// Writes what a try came to. Nothing happens when somebody else has taken it since.
    pub async fn settle_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        let args = args![
            delivery.state.as_str(),
            delivery.answer.clone(),
            delivery.next,
            delivery.finished,
            delivery.id.clone(),
            delivery.tries
        ];
        self.0.execute(SETTLE, args).await?;
        Ok(())
    }

    pub async fn count_waiting_deliveries(&mut self, client: &str) -> Result<i64, StoreError> {
        let row = self.0.fetch_optional(COUNT, args![client]).await?;
        Ok(row.map(|row| row.int("many")).transpose()?.unwrap_or(0))
    }

    /// Deletes everything that was written before the first time, and what was taken before the second.
    pub async fn forget_deliveries(
        &mut self,
        written_before: Timestamp,
        taken_before: Timestamp,
    ) -> Result<u64, StoreError> {
        Ok(self.0.execute(FORGET, args![written_before, taken_before]).await?)
    }
}

fn webhook(row: &Row) -> Result<Webhook, StoreError> {
    Ok(Webhook {
        client: row.text("client")?,
        url: row.text("url")?,
        secret_sealed: row.blob("secret_sealed")?,
        earlier: row.opt_blob("earlier_sealed")?.zip(row.opt_time("earlier_until_ms")?),
        failing_since: row.opt_time("failing_since_ms")?,
        paused: row.opt_time("paused_ms")?,
        created: row.time("created_ms")?,
    })
}

fn listened(row: &Row) -> Result<Listened, StoreError> {
    Ok(Listened { verification: row.text("id")?, client: row.text("tenant")?, policy: row.text("policy")? })
}

fn delivery(row: &Row) -> Result<Delivery, StoreError> {
    let impossible = |column| StoreError::Impossible { table: "webhook_delivery", column };
    Ok(Delivery {
        id: row.text("id")?,
        client: row.text("client")?,
        body: row.text("body")?,
        state: DeliveryState::parse(&row.text("state")?).ok_or_else(|| impossible("state"))?,
        tries: u32::try_from(row.int("tries")?).map_err(|_| impossible("tries"))?,
        next: row.time("next_ms")?,
        answer: row.opt_text("answer")?,
        created: row.time("created_ms")?,
        finished: row.opt_time("finished_ms")?,
    })
}
