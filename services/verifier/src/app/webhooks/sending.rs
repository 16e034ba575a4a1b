//! Bringing what waits to the addresses that want it: at least once, in no order, and for three days.
//!
//! Each address gets a few requests at a time, each on its own; while it takes nothing, it is tried with one at a time.

use std::sync::Arc;

use chrono::Duration;
use clock::Timestamp;
use futures_util::future::join_all;
use outbound::webhook::{self, Answer, Health, Message, Next};
use store_verifier::{Delivery, DeliveryState, StoreError, Webhook};
use tokio::sync::watch;
use url::Url;

use crate::app::Desk;

const ROUND: std::time::Duration = std::time::Duration::from_secs(1);
/// Requests to one address at the same time.
const AT_ONCE: u32 = 8;
/// Whoever takes a delivery and dies leaves it for so long; a request is given up after ten seconds.
const LEASE_SECONDS: i64 = 60;

/// Runs until the sender says stop.
pub async fn run(desk: Arc<Desk>, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = desk.send_webhooks().await {
            tracing::warn!(error = %error, "a round of webhooks was not finished");
        }
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

impl Desk {
    /// One run: what is due for each address, all addresses at the same time. Answers how many were taken.
    pub async fn send_webhooks(&self) -> Result<usize, StoreError> {
        let webhooks = self.store.read().await?.list_webhooks().await?;
        let counts = join_all(webhooks.iter().map(|webhook| self.send_due(webhook))).await;
        counts.into_iter().sum()
    }

    async fn send_due(&self, webhook: &Webhook) -> Result<usize, StoreError> {
        let most = if webhook.failing_since.is_some() { 1 } else { AT_ONCE };
        let claimed = self.claim_due(webhook, most).await?;
        if claimed.is_empty() {
            return Ok(0);
        }
        let answers = join_all(claimed.iter().map(|delivery| self.post(webhook, delivery))).await;
        let settled: Vec<_> = claimed.into_iter().zip(answers).collect();
        sql::retry(|| self.settle(webhook, &settled)).await?;
        Ok(settled.iter().filter(|(_, answer)| answer.taken).count())
    }

    async fn claim_due(&self, webhook: &Webhook, most: u32) -> Result<Vec<Delivery>, StoreError> {
        let now = self.now();
        let due = self.store.read().await?.list_due_deliveries(&webhook.client, now, most).await?;
        if due.is_empty() {
            return Ok(due);
        }
        let until = now + Duration::seconds(LEASE_SECONDS);
        sql::retry(|| async {
            let mut tx = self.store.write("claim_deliveries").await?;
            let mut claimed = Vec::new();
            for delivery in &due {
                if tx.claim_delivery(delivery, until).await? {
                    claimed.push(Delivery { tries: delivery.tries + 1, ..delivery.clone() });
                }
            }
            tx.commit().await?;
            Ok(claimed)
        })
        .await
    }

    async fn post(&self, webhook: &Webhook, delivery: &Delivery) -> Answer {
        let now = self.now();
        let Some(secrets) = self.open_webhook_secrets(webhook, now) else { return Answer::failed("secret") };
        let Ok(url) = Url::parse(&webhook.url) else { return Answer::failed("address") };
        let message = Message { id: &delivery.id, body: &delivery.body };
        webhook::send(&self.outbound, &url, &secrets, message, now).await
    }

    /// What became of a run, in one transaction with how the address does.
    async fn settle(&self, webhook: &Webhook, settled: &[(Delivery, Answer)]) -> Result<(), StoreError> {
        let now = self.now();
        let mut tx = self.store.write("settle_deliveries").await?;
        for (delivery, answer) in settled {
            let outcome = if answer.taken { "taken" } else { "failed" };
            metrics::counter!("verifier_webhook_requests_total", "outcome" => outcome).increment(1);
            tx.settle_delivery(&self.after(delivery, answer, now)).await?;
        }
        // Read again: the client may have set or ended it meanwhile.
        if let Some(current) = tx.find_webhook(&webhook.client).await?.filter(|it| it.url == webhook.url) {
            let before = Health { failing_since: current.failing_since, paused_at: current.paused };
            let after = before.after(settled.iter().map(|(_, answer)| answer), now);
            if after != before {
                tx.set_webhook_health(&webhook.client, after.failing_since, after.paused_at).await?;
            }
        }
        tx.commit().await
    }

    fn after(&self, delivery: &Delivery, answer: &Answer, now: Timestamp) -> Delivery {
        let permille = u32::try_from(clock::below(self.entropy.as_ref(), 1000)).unwrap_or_default();
        let (state, next) = match Next::after(delivery.tries, answer, permille, now) {
            Next::Taken => (DeliveryState::Delivered, None),
            Next::Again(at) => (DeliveryState::Waiting, Some(at)),
            Next::GivenUp => (DeliveryState::Failed, None),
        };
        Delivery {
            state,
            next: next.unwrap_or(now),
            answer: Some(answer.code.clone()),
            finished: next.is_none().then_some(now),
            ..delivery.clone()
        }
    }
}
