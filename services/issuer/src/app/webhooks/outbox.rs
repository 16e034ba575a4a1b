//! What webhooks are told, written in the transaction of what happened.

use chrono::Duration;
use issuance::webhook::{EventKind, Happened};
use issuance::{CredentialCopy, Offer, OfferState, ReasonCode, Status, StatusMove};
use store_issuer::{DeliveryState, Transaction, UntakenOffer, Webhook, WebhookDelivery};

use crate::app::{Issuer, Tenant};

/// A paused webhook is told for so long that it may catch up when it is resumed.
const PAUSED_DAYS: i64 = 14;
/// How long the outbox remembers what was taken, and anything at all.
const TAKEN_KEPT_DAYS: i64 = 7;
const KEPT_DAYS: i64 = 30;
/// Offers looked at in one step.
const STEP: u32 = 200;

impl Issuer {
    /// Inside the transaction of what it tells of. Costs one look at a small table where nobody wants to know.
    pub(in crate::app) async fn announce(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        happened: &[Happened<'_>],
    ) -> Result<(), store_issuer::Error> {
        let webhooks = self.listening(tx, tenant).await?;
        for event in happened {
            let wanting: Vec<_> = webhooks.iter().filter(|it| it.events.contains(&event.kind)).collect();
            if wanting.is_empty() {
                continue;
            }
            let scim = match event.person {
                Some(person) => tx.find_scim_id_of(tenant, person).await?,
                None => None,
            };
            let delivery = self.webhook_delivery(event, scim.as_deref());
            for webhook in wanting {
                tx.insert_webhook_delivery(tenant, &webhook.id, &delivery).await?;
            }
        }
        Ok(())
    }

    async fn listening(
        &self,
        tx: &mut Transaction,
        tenant: &str,
    ) -> Result<Vec<Webhook>, store_issuer::Error> {
        let oldest = self.now() - Duration::days(PAUSED_DAYS);
        let mut webhooks = tx.list_webhooks(tenant).await?;
        webhooks.retain(|webhook| webhook.health.paused_at.is_none_or(|at| at > oldest));
        Ok(webhooks)
    }

    /// That a copy changed its status, however that came.
    pub(in crate::app) async fn announce_move(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        copy: &CredentialCopy,
        change: &StatusMove,
    ) -> Result<(), store_issuer::Error> {
        let kind = match (change.to, change.reason.code) {
            (Status::Valid, _) => EventKind::CredentialReinstated,
            (Status::Suspended, _) => EventKind::CredentialSuspended,
            (Status::Revoked, ReasonCode::Superseded) => EventKind::CredentialSuperseded,
            (Status::Revoked, _) => EventKind::CredentialRevoked,
        };
        let reason = Some(change.reason.code.as_str());
        self.announce(tx, tenant, &[Happened { reason, ..of_copy(kind, copy) }]).await
    }

    /// That these copies of an offer, as it was before, were issued; and that it was taken, if they are its first.
    pub(in crate::app) async fn announce_issued<'a>(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        offer: &Offer,
        copies: impl Iterator<Item = &'a CredentialCopy>,
    ) -> Result<(), store_issuer::Error> {
        let accepted = Happened::to_offer(EventKind::OfferAccepted, &offer.subject_id, &offer.id);
        let mut events = Vec::new();
        if offer.state != OfferState::Accepted {
            // Two formats that are fetched at once are both the first.
            events.push(Happened { once: Some(&offer.id), ..accepted });
        }
        events.extend(copies.map(|copy| of_copy(EventKind::CredentialIssued, copy)));
        self.announce(tx, tenant, &events).await
    }

    /// That a wallet said what became of this copy.
    pub(in crate::app) async fn announce_notification(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        copy: &CredentialCopy,
        event: &str,
    ) -> Result<(), store_issuer::Error> {
        let told = Happened { reason: Some(event), ..of_copy(EventKind::NotificationReceived, copy) };
        self.announce(tx, tenant, &[told]).await
    }

    /// Tells of offers that ended untaken since it was last looked for them. Answers how many were found.
    pub async fn announce_untaken_offers(&self, tenant: &Tenant) -> Result<usize, store_issuer::Error> {
        if self.list_webhooks(&tenant.id).await?.is_empty() {
            return Ok(0);
        }
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("announce_untaken_offers").await?;
            let mut webhooks = self.listening(&mut tx, &tenant.id).await?;
            webhooks.retain(|webhook| webhook.events.contains(&EventKind::OfferExpired));
            let mut found = 0;
            for webhook in &webhooks {
                let looked = (webhook.looked.0, webhook.looked.1.as_str());
                let untaken = tx.list_untaken_offers(&tenant.id, now, looked, STEP).await?;
                self.announce_untaken(&mut tx, &tenant.id, webhook, &untaken).await?;
                found += untaken.len();
            }
            if found > 0 {
                tx.commit().await?;
            }
            Ok(found)
        })
        .await
    }

    async fn announce_untaken(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        webhook: &Webhook,
        untaken: &[UntakenOffer],
    ) -> Result<(), store_issuer::Error> {
        for offer in untaken {
            let scim = tx.find_scim_id_of(tenant, &offer.subject_id).await?;
            let told = Happened::to_offer(EventKind::OfferExpired, &offer.subject_id, &offer.id);
            let delivery = self.webhook_delivery(&told, scim.as_deref());
            tx.insert_webhook_delivery(tenant, &webhook.id, &delivery).await?;
        }
        let Some(last) = untaken.last() else { return Ok(()) };
        tx.set_webhook_looked(tenant, &webhook.id, (last.expires_at, &last.id)).await
    }

    /// The outbox keeps what was taken for a week, and nothing for longer than a month.
    pub async fn forget_webhook_deliveries(&self, tenant: &Tenant) -> Result<u64, store_issuer::Error> {
        let now = self.now();
        let (taken, all) = (now - Duration::days(TAKEN_KEPT_DAYS), now - Duration::days(KEPT_DAYS));
        sql::retry(|| async {
            let mut tx = self.store.write("forget_webhook_deliveries").await?;
            let gone = tx.forget_webhook_deliveries(&tenant.id, taken, all).await?;
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }

    pub(super) fn webhook_delivery(&self, event: &Happened<'_>, scim: Option<&str>) -> WebhookDelivery {
        let (id, now) = (self.new_id(), self.now());
        let once = event.once.map_or_else(|| id.clone(), |once| format!("{}/{once}", event.kind.as_str()));
        WebhookDelivery {
            id,
            event: event.kind,
            body: event.payload(now, scim).to_string(),
            once_key: once,
            state: DeliveryState::Waiting,
            tries: 0,
            next_at: now,
            answer: None,
            created_at: now,
            finished_at: None,
        }
    }
}

fn of_copy(kind: EventKind, copy: &CredentialCopy) -> Happened<'_> {
    Happened {
        credential: Some(&copy.id),
        credential_type: Some(copy.configuration.credential_type),
        ..Happened::to_offer(kind, &copy.subject_id, &copy.offer_id)
    }
}
