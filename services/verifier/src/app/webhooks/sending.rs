//! Bringing what waits to the addresses that want it: at least once, in no order, and for three days.
//!
//! Each address gets a few requests at a time, each on its own; while it takes nothing, it is tried with one at a time.

use std::sync::Arc;

use chrono::Duration;
use clock::Timestamp;
use futures_util::future::join_all;
use outbound::webhook::{self, Answer, Longer, Message, PAUSE_AFTER_DAYS, next_try};
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
            let before = (current.failing_since, current.paused);
            let after = judged(before, settled.iter().map(|(_, answer)| answer), now);
            if after != before {
                tx.set_webhook_health(&webhook.client, after.0, after.1).await?;
            }
        }
        tx.commit().await
    }

    fn after(&self, delivery: &Delivery, answer: &Answer, now: Timestamp) -> Delivery {
        let permille = u32::try_from(clock::below(self.entropy.as_ref(), 1000)).unwrap_or_default();
        let longer = Longer { permille, retry_after: answer.retry_after };
        let next = next_try(delivery.tries, now, longer).filter(|_| !answer.taken);
        let state = match next {
            _ if answer.taken => DeliveryState::Delivered,
            Some(_) => DeliveryState::Waiting,
            None => DeliveryState::Failed,
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

/// Since when an address takes nothing, and since when it is paused.
type Health = (Option<Timestamp>, Option<Timestamp>);

/// One that takes anything does well; one that takes nothing for days, or says that it is gone, is paused.
fn judged<'a>(
    (failing, paused): Health,
    answers: impl Iterator<Item = &'a Answer>,
    now: Timestamp,
) -> Health {
    let (taken, gone) = answers.fold((false, false), |(taken, gone), it| (taken | it.taken, gone | it.gone));
    let failing = if taken { None } else { Some(failing.unwrap_or(now)) };
    let too_long = failing.is_some_and(|since| now - since >= Duration::days(PAUSE_AFTER_DAYS));
    (failing, paused.or((gone || too_long).then_some(now)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn address_is_paused_when_it_took_nothing_for_days_or_is_gone() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let failed = Answer::failed("http-500");
        let gone = Answer { gone: true, ..Answer::failed("http-410") };
        let taken = Answer { taken: true, ..Answer::failed("http-204") };
        let (recently, long) = (Some(now - Duration::days(2)), Some(now - Duration::days(3)));
        assert_eq!(judged((None, None), [&failed].into_iter(), now), (Some(now), None));
        assert_eq!(judged((recently, None), [&failed].into_iter(), now), (recently, None));
        assert_eq!(judged((recently, None), [&failed, &taken].into_iter(), now), (None, None));
        assert_eq!(judged((long, None), [&failed].into_iter(), now), (long, Some(now)));
        assert_eq!(judged((None, None), [&gone].into_iter(), now).1, Some(now));
    }
}
