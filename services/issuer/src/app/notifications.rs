//! The notification endpoint: what became of a credential in the wallet.

use issuance::{Delivery, fingerprint};
use wire::vci::NotificationRequest;

use super::{DpopError, Issuer, Presented, Tenant};

/// A wallet that was offline reports late. An hour after its token expired it may still say what it stored, which gives
/// nobody anything.
pub(crate) const NOTIFICATION_GRACE_SECONDS: i64 = 3600;

#[derive(Debug, thiserror::Error)]
pub enum NotificationError {
    #[error("the access token is missing, unknown or has expired")]
    Token,
    #[error(transparent)]
    Dpop(#[from] DpopError),
    #[error("{0} is missing or not one of the defined values")]
    Request(&'static str),
    #[error("the notification_id is not one of this access token's")]
    UnknownId,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// OID4VCI 1.0, 11. Repeating it changes nothing.
    pub async fn notify(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        request: Result<NotificationRequest, NotificationError>,
    ) -> Result<(), NotificationError> {
        let noted = self.try_notify(tenant, presented, request).await;
        if noted.as_ref().is_err_and(NotificationError::is_guess) {
            self.note_refusal(tenant, "token").await;
        }
        noted
    }

    async fn try_notify(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        request: Result<NotificationRequest, NotificationError>,
    ) -> Result<(), NotificationError> {
        let shown = fingerprint(presented.token.as_deref().ok_or(NotificationError::Token)?);
        let oldest = self.now() - chrono::Duration::seconds(NOTIFICATION_GRACE_SECONDS);
        let token = self.store.read().await?.find_access_token(&tenant.id, &shown).await?;
        let token = token.filter(|token| token.expires_at > oldest).ok_or(NotificationError::Token)?;
        if !self.shows_key(tenant, presented, token.dpop_jkt.as_deref(), "notification").await? {
            return Err(NotificationError::Token);
        }
        let request = request?;
        let id = request.notification_id.ok_or(NotificationError::Request("notification_id"))?;
        let event = request.event.ok_or(NotificationError::Request("event"))?;
        let delivery = Delivery::from_event(&event).ok_or(NotificationError::Request("event"))?;
        sql::retry(|| async {
            let mut tx = self.store.write("notify").await?;
            let copies = tx.list_copies_by_notification(&tenant.id, &id).await?;
            if copies.is_empty() || copies.iter().any(|copy| copy.offer_id != token.offer_id) {
                return Err(NotificationError::UnknownId);
            }
            for copy in copies.iter().filter(|copy| copy.delivery != delivery) {
                tx.set_delivery(&tenant.id, &copy.id, delivery).await?;
                self.announce_notification(&mut tx, &tenant.id, copy, &event).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }
}
