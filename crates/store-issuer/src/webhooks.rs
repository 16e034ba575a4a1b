//! Addresses that an organisation wants to be told at. What waits for them is in `webhook_outbox`.

use issuance::Timestamp;
use issuance::webhook::EventKind;
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 703, name: "webhooks", sql: include_str!("migrations/0703_webhooks.sql") }];

/// One address with its secrets, which are sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: String,
    pub url: String,
    pub events: Vec<EventKind>,
    pub secret_sealed: Vec<u8>,
    /// The secret before the last rotation, and until when it signs as well.
    pub earlier: Option<(Vec<u8>, Timestamp)>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub health: WebhookHealth,
    /// The last offer that ended untaken of which it was told, in the order of their ends.
    pub looked: (Timestamp, String),
}

/// How an address takes what it is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WebhookHealth {
    /// Since when it took nothing; nothing once it did.
    pub failing_since: Option<Timestamp>,
    /// Since when nothing is sent until somebody says so.
    pub paused_at: Option<Timestamp>,
}

/// The address may carry a token of the receiver.
impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("id", &self.id).field("health", &self.health).finish_non_exhaustive()
    }
}

const INSERT: &str = "INSERT INTO webhooks (tenant, id, url, events, secret_sealed, created_by, created_at,
        looked_until, looked_offer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FIND: &str = "SELECT * FROM webhooks WHERE tenant = $1 AND id = $2";
const LIST: &str = "SELECT * FROM webhooks WHERE tenant = $1 ORDER BY id";
const SET_EVENTS: &str = "UPDATE webhooks SET events = $3 WHERE tenant = $1 AND id = $2";
const SET_SECRET: &str =
    "UPDATE webhooks SET earlier_sealed = secret_sealed, earlier_until = $4, secret_sealed = $3
    WHERE tenant = $1 AND id = $2";
const SET_HEALTH: &str =
    "UPDATE webhooks SET failing_since = $3, paused_at = $4 WHERE tenant = $1 AND id = $2";
const SET_LOOKED: &str =
    "UPDATE webhooks SET looked_until = $3, looked_offer = $4 WHERE tenant = $1 AND id = $2";
const DELETE: &str = "DELETE FROM webhooks WHERE tenant = $1 AND id = $2";
const DELETE_DELIVERIES: &str = "DELETE FROM webhook_deliveries WHERE tenant = $1 AND webhook_id = $2";

impl Transaction {
    pub async fn insert_webhook(&mut self, tenant: &str, webhook: &Webhook) -> Result<(), Error> {
        let values = args![
            tenant,
            &webhook.id,
            &webhook.url,
            events_text(&webhook.events),
            webhook.secret_sealed.clone(),
            &webhook.created_by,
            webhook.created_at,
            webhook.looked.0,
            &webhook.looked.1
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    pub async fn find_webhook(&mut self, tenant: &str, id: &str) -> Result<Option<Webhook>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(webhook).transpose()
    }

    /// Oldest first.
    pub async fn list_webhooks(&mut self, tenant: &str) -> Result<Vec<Webhook>, Error> {
        self.tx.fetch_all(LIST, args![tenant]).await?.iter().map(webhook).collect()
    }

    /// False when there is no such webhook.
    pub async fn set_webhook_events(
        &mut self,
        tenant: &str,
        id: &str,
        events: &[EventKind],
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(SET_EVENTS, args![tenant, id, events_text(events)]).await? == 1)
    }

    /// The secret so far signs beside the new one until then. False when there is no such webhook.
    pub async fn rotate_webhook_secret(
        &mut self,
        tenant: &str,
        id: &str,
        sealed: Vec<u8>,
        earlier_until: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(SET_SECRET, args![tenant, id, sealed, earlier_until]).await? == 1)
    }

    pub async fn set_webhook_health(
        &mut self,
        tenant: &str,
        id: &str,
        health: WebhookHealth,
    ) -> Result<(), Error> {
        let values = args![tenant, id, health.failing_since, health.paused_at];
        self.tx.execute(SET_HEALTH, values).await?;
        Ok(())
    }

    pub async fn set_webhook_looked(
        &mut self,
        tenant: &str,
        id: &str,
        (until, offer): (Timestamp, &str),
    ) -> Result<(), Error> {
        self.tx.execute(SET_LOOKED, args![tenant, id, until, offer]).await?;
        Ok(())
    }

    /// With everything that waits for it. False when there is no such webhook.
    pub async fn delete_webhook(&mut self, tenant: &str, id: &str) -> Result<bool, Error> {
        self.tx.execute(DELETE_DELIVERIES, args![tenant, id]).await?;
        Ok(self.tx.execute(DELETE, args![tenant, id]).await? == 1)
    }
}

fn events_text(events: &[EventKind]) -> String {
    events.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ")
}

fn webhook(row: &Row) -> Result<Webhook, Error> {
    let columns = Columns { table: "webhooks", row };
    let events = columns.parsed("events", |text| text.split_whitespace().map(EventKind::parse).collect())?;
    Ok(Webhook {
        id: row.text("id")?,
        url: row.text("url")?,
        events,
        secret_sealed: row.blob("secret_sealed")?,
        earlier: row.opt_blob("earlier_sealed")?.zip(row.opt_time("earlier_until")?),
        created_by: row.text("created_by")?,
        created_at: row.time("created_at")?,
        health: WebhookHealth {
            failing_since: row.opt_time("failing_since")?,
            paused_at: row.opt_time("paused_at")?,
        },
        looked: (row.time("looked_until")?, row.text("looked_offer")?),
    })
}
