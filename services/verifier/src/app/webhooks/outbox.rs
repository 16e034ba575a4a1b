//! What webhooks are told, written in the transaction of what happened: identifiers and codes, never a claim.

use chrono::{Duration, SecondsFormat};
use store_verifier::{Delivery, DeliveryState, Listened, StoreError, Tx};
use wire::verifications::State;
use wire::webhooks::{WebhookEvent, WebhookEventData};

use crate::app::webhooks::WebhookError;
use crate::app::{Agency, Desk};

/// Verifications that end untold in one step.
const STEP: u32 = 200;
/// How long the outbox remembers what was taken, and anything at all.
const TAKEN_KEPT_DAYS: i64 = 7;
const KEPT_DAYS: i64 = 30;

impl Desk {
    /// That a verification came to its end. Costs one look by two primary keys where nobody wants to know.
    pub(in crate::app) async fn announce(
        &self,
        tx: &mut Tx,
        verification: &str,
        state: State,
    ) -> Result<(), StoreError> {
        match tx.find_listened(verification).await? {
            Some(listened) => self.tell(tx, &listened, state).await,
            None => Ok(()),
        }
    }

    async fn tell(&self, tx: &mut Tx, listened: &Listened, state: State) -> Result<(), StoreError> {
        let data = WebhookEventData {
            verification: Some(listened.verification.clone()),
            policy: Some(listened.policy.clone()),
            state: Some(state),
        };
        let kind = format!("verification.{}", state.as_str());
        tx.insert_delivery(&self.delivery(&listened.client, kind, data)).await
    }

    /// One event that means nothing, for whoever connects the receiver.
    pub async fn test_webhook(&self, agency: &Agency) -> Result<(), WebhookError> {
        let nothing = WebhookEventData { verification: None, policy: None, state: None };
        let delivery = self.delivery(&agency.id, "webhook.test".to_owned(), nothing);
        sql::retry(|| async {
            let mut tx = self.store.write("test_webhook").await?;
            if tx.find_webhook(&agency.id).await?.is_none() {
                return Err(WebhookError::None);
            }
            tx.insert_delivery(&delivery).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    fn delivery(&self, client: &str, kind: String, data: WebhookEventData) -> Delivery {
        let now = self.now();
        let timestamp = now.to_rfc3339_opts(SecondsFormat::Millis, true);
        let event = WebhookEvent { kind, timestamp, data };
        Delivery {
            id: self.new_id(),
            client: client.to_owned(),
            body: serde_json::to_string(&event).unwrap_or_default(),
            state: DeliveryState::Waiting,
            tries: 0,
            next: now,
            answer: None,
            created: now,
            finished: None,
        }
    }

    /// Ends verifications that nobody answered in time and whose clients are told; the others end in one statement.
    pub async fn expire_listened(&self) -> Result<(), StoreError> {
        // The write lock is taken only where there is something to write.
        while !self.store.read().await?.list_late_listened(self.now(), 1).await?.is_empty() {
            let found = sql::retry(|| async {
                let mut tx = self.store.write("expire_listened").await?;
                let late = tx.list_late_listened(self.now(), STEP).await?;
                for one in &late {
                    if tx.expire_one(&one.verification).await? {
                        self.tell(&mut tx, one, State::Expired).await?;
                    }
                }
                tx.commit().await?;
                Ok::<_, StoreError>(late)
            })
            .await?;
            found.iter().for_each(|one| self.following.changed(&one.verification));
        }
        Ok(())
    }

    /// The outbox keeps what was taken for a week, and nothing for longer than a month.
    pub(in crate::app) async fn forget_deliveries(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let now = self.now();
        let (all, taken) = (now - Duration::days(KEPT_DAYS), now - Duration::days(TAKEN_KEPT_DAYS));
        tx.forget_deliveries(all, taken).await.map(drop)
    }
}
