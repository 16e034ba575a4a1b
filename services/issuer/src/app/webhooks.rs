//! Addresses that an organisation wants to be told at: making, changing and ending them. `outbox` writes what they are told,
//! `sending` brings it to them.

mod outbox;
mod sending;

use chrono::Duration;
use clock::Timestamp;
use issuance::Actor;
use issuance::audit::Act;
use issuance::webhook::{EventKind, Happened};
use outbound::webhook::{OVERLAP_HOURS, WebhookSecret};
use store_issuer::{DeliveryState, Webhook, WebhookDelivery, WebhookHealth};
use url::Url;

use super::Issuer;

/// Addresses of one organisation.
pub const MOST_WEBHOOKS: usize = 10;
/// Deliveries a page shows.
const SHOWN: u32 = 50;
const LONGEST_URL: usize = 2_000;

#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("there is no such webhook or delivery")]
    Unknown,
    #[error("the address must be an https URL of this service's reach, without user name and fragment")]
    Address,
    #[error("a webhook needs at least one event")]
    NoEvent,
    #[error("an organisation has at most {MOST_WEBHOOKS} webhooks")]
    TooMany,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// A webhook and how it does.
#[derive(Clone, Debug)]
pub struct WebhookView {
    pub webhook: Webhook,
    pub counts: Vec<(DeliveryState, u64)>,
    /// Newest first.
    pub deliveries: Vec<WebhookDelivery>,
}

impl Issuer {
    /// Answers with its identifier and the secret, which nobody can see again.
    pub async fn create_webhook(
        &self,
        by: &Actor,
        url: &str,
        events: &[EventKind],
    ) -> Result<(String, WebhookSecret), WebhookError> {
        let url = self.webhook_address(url)?;
        let events = wanted(events)?;
        let secret = WebhookSecret::generate(self.entropy.as_ref());
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("create_webhook").await?;
            if tx.list_webhooks(&by.tenant).await?.len() >= MOST_WEBHOOKS {
                return Err(WebhookError::TooMany);
            }
            let id = self.new_id();
            let webhook = Webhook {
                secret_sealed: self.seal_webhook_secret(&by.tenant, &id, &secret),
                id: id.clone(),
                url: url.to_string(),
                events: events.clone(),
                earlier: None,
                created_by: by.officer.clone(),
                created_at: now,
                health: WebhookHealth::default(),
                looked: (now, String::new()),
            };
            tx.insert_webhook(&by.tenant, &webhook).await?;
            // Its address may hold a token of the receiver, so the trail says the host only.
            let act =
                Act { action: "webhook.create", target: &id, detail: url.host_str().unwrap_or_default() };
            tx.audit(by, act, now).await?;
            tx.commit().await?;
            Ok((id, secret.clone()))
        })
        .await
    }

    /// From now on it is told of these events only, also of offers that end from now on. What waits is still sent.
    pub async fn change_webhook(
        &self,
        by: &Actor,
        id: &str,
        events: &[EventKind],
    ) -> Result<(), WebhookError> {
        let events = wanted(events)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("change_webhook").await?;
            let before = tx.find_webhook(&by.tenant, id).await?.ok_or(WebhookError::Unknown)?;
            tx.set_webhook_events(&by.tenant, id, &events).await?;
            if !before.events.contains(&EventKind::OfferExpired) {
                tx.set_webhook_looked(&by.tenant, id, (now, "")).await?;
            }
            tx.audit(by, Act { action: "webhook.change", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Another secret. The one so far signs beside it for a day, so that the receiver can take its time.
    pub async fn rotate_webhook(&self, by: &Actor, id: &str) -> Result<WebhookSecret, WebhookError> {
        let secret = WebhookSecret::generate(self.entropy.as_ref());
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("rotate_webhook").await?;
            let sealed = self.seal_webhook_secret(&by.tenant, id, &secret);
            let until = now + Duration::hours(OVERLAP_HOURS);
            if !tx.rotate_webhook_secret(&by.tenant, id, sealed, until).await? {
                return Err(WebhookError::Unknown);
            }
            tx.audit(by, Act { action: "webhook.rotate", target: id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(secret.clone())
        })
        .await
    }

    /// It goes with everything that waits for it.
    pub async fn end_webhook(&self, by: &Actor, id: &str) -> Result<(), WebhookError> {
        sql::retry(|| async {
            let mut tx = self.store.write("end_webhook").await?;
            if !tx.delete_webhook(&by.tenant, id).await? {
                return Err(WebhookError::Unknown);
            }
            tx.audit(by, Act { action: "webhook.end", target: id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Ends a pause, and gives what was not taken all its tries again.
    pub async fn resume_webhook(&self, by: &Actor, id: &str) -> Result<u64, WebhookError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("resume_webhook").await?;
            if tx.find_webhook(&by.tenant, id).await?.is_none() {
                return Err(WebhookError::Unknown);
            }
            tx.set_webhook_health(&by.tenant, id, WebhookHealth::default()).await?;
            let count = tx.send_webhook_deliveries_again(&by.tenant, id, now).await?;
            let detail = count.to_string();
            tx.audit(by, Act { action: "webhook.resume", target: id, detail: &detail }, now).await?;
            tx.commit().await?;
            Ok(count)
        })
        .await
    }

    /// One event that means nothing, for whoever connects the receiver.
    pub async fn test_webhook(&self, by: &Actor, id: &str) -> Result<(), WebhookError> {
        sql::retry(|| async {
            let mut tx = self.store.write("test_webhook").await?;
            if tx.find_webhook(&by.tenant, id).await?.is_none() {
                return Err(WebhookError::Unknown);
            }
            let delivery = self.webhook_delivery(&Happened::of(EventKind::Test), None);
            tx.insert_webhook_delivery(&by.tenant, id, &delivery).await?;
            tx.audit(by, Act { action: "webhook.test", target: id, detail: "" }, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// One delivery once more, also one that was taken: the receiver may have lost it.
    pub async fn send_webhook_again(&self, by: &Actor, id: &str, event: &str) -> Result<(), WebhookError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("send_webhook_again").await?;
            if !tx.send_webhook_delivery_again(&by.tenant, id, event, now).await? {
                return Err(WebhookError::Unknown);
            }
            tx.audit(by, Act { action: "webhook.send-again", target: id, detail: event }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Oldest first.
    pub async fn list_webhooks(&self, tenant: &str) -> Result<Vec<Webhook>, store_issuer::Error> {
        self.store.read().await?.list_webhooks(tenant).await
    }

    pub async fn view_webhook(&self, tenant: &str, id: &str) -> Result<WebhookView, WebhookError> {
        let mut tx = self.store.read().await?;
        let webhook = tx.find_webhook(tenant, id).await?.ok_or(WebhookError::Unknown)?;
        let mut counts = Vec::new();
        for state in DeliveryState::ALL {
            counts.push((state, tx.count_webhook_deliveries(tenant, id, state).await?));
        }
        let deliveries = tx.list_webhook_deliveries(tenant, id, SHOWN).await?;
        Ok(WebhookView { webhook, counts, deliveries })
    }

    /// Of what a name resolves to, only sending decides: names change.
    fn webhook_address(&self, text: &str) -> Result<Url, WebhookError> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| WebhookError::Address)?;
        let fits = text.len() <= LONGEST_URL && url.fragment().is_none();
        if !fits || self.webhooks.check(&url).is_err() {
            return Err(WebhookError::Address);
        }
        Ok(url)
    }

    fn seal_webhook_secret(&self, tenant: &str, id: &str, secret: &WebhookSecret) -> Vec<u8> {
        self.sealing.seal(&secret_purpose(tenant, id), secret.as_bytes(), self.entropy.as_ref())
    }

    /// The secrets in force. None when they were sealed under another key than this service has.
    fn open_webhook_secrets(
        &self,
        tenant: &str,
        webhook: &Webhook,
        now: Timestamp,
    ) -> Option<Vec<WebhookSecret>> {
        let purpose = secret_purpose(tenant, &webhook.id);
        let earlier = webhook.earlier.as_ref().filter(|(_, until)| *until > now).map(|(sealed, _)| sealed);
        let open = |sealed: &Vec<u8>| {
            self.sealing.open(&purpose, sealed).ok().map(|bytes| WebhookSecret::from_bytes(bytes.to_vec()))
        };
        [Some(&webhook.secret_sealed), earlier].into_iter().flatten().map(open).collect()
    }
}

fn wanted(events: &[EventKind]) -> Result<Vec<EventKind>, WebhookError> {
    let known: Vec<_> = EventKind::WANTED.into_iter().filter(|kind| events.contains(kind)).collect();
    if known.is_empty() { Err(WebhookError::NoEvent) } else { Ok(known) }
}

fn secret_purpose(tenant: &str, id: &str) -> Vec<u8> {
    format!("webhook secret of {tenant}/{id}").into_bytes()
}
