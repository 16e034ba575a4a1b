//! Bringing what waits to the addresses that want it: at least once, in no order.
//!
//! An address gets a few requests at a time, each on its own, so that one it cannot digest holds up no other. While it takes
//! nothing, it is tried with one at a time.

use chrono::Duration;
use clock::Timestamp;
use futures_util::future::join_all;
use issuance::Actor;
use issuance::audit::Act;
use outbound::webhook::{self, Answer, Health, Message, Next};
use store_issuer::{DeliveryState, Transaction, Webhook, WebhookDelivery, WebhookHealth};
use url::Url;

use crate::app::{Issuer, Tenant};

/// Requests to one address at the same time.
const AT_ONCE: u32 = 8;
/// Whoever takes a delivery and dies leaves it for so long; a request is given up after ten seconds.
const LEASE_SECONDS: i64 = 60;

impl Issuer {
    /// One run: what is due for each address, all addresses at the same time. Answers how many were taken.
    pub async fn send_webhooks(&self, tenant: &Tenant) -> Result<usize, store_issuer::Error> {
        let mut webhooks = self.store.read().await?.list_webhooks(&tenant.id).await?;
        webhooks.retain(|webhook| webhook.health.paused_at.is_none());
        let runs = webhooks.iter().map(|webhook| self.send_due(tenant, webhook));
        let counts: Result<Vec<usize>, _> = join_all(runs).await.into_iter().collect();
        Ok(counts?.into_iter().sum())
    }

    async fn send_due(&self, tenant: &Tenant, webhook: &Webhook) -> Result<usize, store_issuer::Error> {
        let most = if webhook.health.failing_since.is_some() { 1 } else { AT_ONCE };
        let claimed = self.claim_due(tenant, webhook, most).await?;
        if claimed.is_empty() {
            return Ok(0);
        }
        let sent = claimed.iter().map(|delivery| self.post(tenant, webhook, delivery));
        let answers = join_all(sent).await;
        let taken = answers.iter().filter(|answer| answer.taken).count();
        let settled: Vec<_> = claimed.into_iter().zip(answers).collect();
        sql::retry(|| self.settle_sent(tenant, webhook, &settled)).await?;
        Ok(taken)
    }

    async fn claim_due(
        &self,
        tenant: &Tenant,
        webhook: &Webhook,
        most: u32,
    ) -> Result<Vec<WebhookDelivery>, store_issuer::Error> {
        let now = self.now();
        let mut tx = self.store.read().await?;
        let due = tx.list_due_webhook_deliveries(&tenant.id, &webhook.id, now, most).await?;
        drop(tx);
        if due.is_empty() {
            return Ok(due);
        }
        let until = now + Duration::seconds(LEASE_SECONDS);
        sql::retry(|| async {
            let mut tx = self.store.write("claim_webhook_deliveries").await?;
            let mut claimed = Vec::new();
            for delivery in &due {
                if tx.claim_webhook_delivery(&tenant.id, &webhook.id, delivery, until).await? {
                    claimed.push(WebhookDelivery { tries: delivery.tries + 1, ..delivery.clone() });
                }
            }
            tx.commit().await?;
            Ok(claimed)
        })
        .await
    }

    async fn post(&self, tenant: &Tenant, webhook: &Webhook, delivery: &WebhookDelivery) -> Answer {
        let now = self.now();
        let Some(secrets) = self.open_webhook_secrets(&tenant.id, webhook, now) else {
            return Answer::failed("secret");
        };
        let Ok(url) = Url::parse(&webhook.url) else { return Answer::failed("address") };
        let message = Message { id: &delivery.id, body: &delivery.body };
        webhook::send(&self.webhooks, &url, &secrets, message, now).await
    }

    /// What became of a run, in one transaction with how the address does.
    async fn settle_sent(
        &self,
        tenant: &Tenant,
        webhook: &Webhook,
        settled: &[(WebhookDelivery, Answer)],
    ) -> Result<(), store_issuer::Error> {
        let now = self.now();
        let mut tx = self.store.write("settle_webhook_deliveries").await?;
        for (delivery, answer) in settled {
            let after = self.after(delivery, answer, now);
            metrics::counter!("issuer_webhook_requests_total", "outcome" => if answer.taken { "taken" } else { "failed" })
                .increment(1);
            tx.settle_webhook_delivery(&tenant.id, &webhook.id, &after).await?;
        }
        // Read again: an administrator may have resumed or ended it meanwhile.
        if let Some(current) = tx.find_webhook(&tenant.id, &webhook.id).await? {
            let answers = settled.iter().map(|(_, answer)| answer);
            self.note_health(&mut tx, tenant, &current, answers).await?;
        }
        tx.commit().await
    }

    fn after(&self, delivery: &WebhookDelivery, answer: &Answer, now: Timestamp) -> WebhookDelivery {
        let permille = u32::try_from(clock::below(self.entropy.as_ref(), 1000)).unwrap_or_default();
        let (state, next) = match Next::after(delivery.tries, answer, permille, now) {
            Next::Taken => (DeliveryState::Delivered, None),
            Next::Again(at) => (DeliveryState::Waiting, Some(at)),
            Next::GivenUp => (DeliveryState::Failed, None),
        };
        WebhookDelivery {
            state,
            next_at: next.unwrap_or(now),
            answer: Some(answer.code.clone()),
            finished_at: next.is_none().then_some(now),
            ..delivery.clone()
        }
    }

    async fn note_health<'a>(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        webhook: &Webhook,
        answers: impl Iterator<Item = &'a Answer>,
    ) -> Result<(), store_issuer::Error> {
        let WebhookHealth { failing_since, paused_at } = webhook.health;
        let before = Health { failing_since, paused_at };
        let after = before.after(answers, self.now());
        if after == before {
            return Ok(());
        }
        let health = WebhookHealth { failing_since: after.failing_since, paused_at: after.paused_at };
        tx.set_webhook_health(&tenant.id, &webhook.id, health).await?;
        if before.paused_at.is_none() && after.paused_at.is_some() {
            tracing::warn!(
                tenant.id = tenant.id,
                webhook.id = webhook.id,
                "a webhook took nothing: pausing it"
            );
            let act = Act { action: "webhook.pause", target: &webhook.id, detail: "" };
            tx.audit(&Actor::system(&tenant.id), act, self.now()).await?;
        }
        Ok(())
    }
}
