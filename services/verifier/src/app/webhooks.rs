//! Where an agency's system wants to be told of its verifications: setting, reading and ending the address. `outbox`
//! writes what it is told, `sending` brings it there.

mod outbox;
mod sending;

use chrono::Duration;
use clock::Timestamp;
use outbound::webhook::{OVERLAP_HOURS, WebhookSecret};
use store_verifier::{StoreError, Webhook};
use url::Url;
use wire::webhooks::{SetWebhook, WebhookSet, WebhookView};

use super::{Agency, Desk};

pub use sending::run as run_webhooks;

const LONGEST_URL: usize = 2_000;

#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("no webhook is set")]
    None,
    #[error("the address must be an https URL of this service's reach, without user name and fragment")]
    Address,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Sets the address and answers with a new secret, which nobody can see again. The secret so far signs beside it for a
    /// day; a pause ends.
    pub async fn set_webhook(
        &self,
        agency: &Agency,
        wanted: &SetWebhook,
    ) -> Result<WebhookSet, WebhookError> {
        let url = self.webhook_address(&wanted.url)?;
        let secret = WebhookSecret::generate(self.entropy.as_ref());
        let webhook = Webhook {
            client: agency.id.clone(),
            url: url.to_string(),
            secret_sealed: self.sealing.seal(
                &secret_aad(&agency.id),
                secret.as_bytes(),
                self.entropy.as_ref(),
            ),
            earlier: None,
            failing_since: None,
            paused: None,
            created: self.now(),
        };
        sql::retry(|| async {
            let mut tx = self.store.write("set_webhook").await?;
            tx.set_webhook(&webhook, self.now() + Duration::hours(OVERLAP_HOURS)).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(())
        })
        .await?;
        Ok(WebhookSet { url: webhook.url, secret: secret.shown() })
    }

    pub async fn view_webhook(&self, agency: &Agency) -> Result<WebhookView, WebhookError> {
        let mut tx = self.store.read().await?;
        let webhook = tx.find_webhook(&agency.id).await?.ok_or(WebhookError::None)?;
        let waiting = tx.count_waiting_deliveries(&agency.id).await?;
        Ok(WebhookView {
            url: webhook.url,
            created_at: super::views::text(webhook.created),
            failing_since: webhook.failing_since.map(super::views::text),
            paused_at: webhook.paused.map(super::views::text),
            waiting: u64::try_from(waiting).unwrap_or(0),
        })
    }

    /// It goes with everything that waits for it.
    pub async fn end_webhook(&self, agency: &Agency) -> Result<(), WebhookError> {
        sql::retry(|| async {
            let mut tx = self.store.write("end_webhook").await?;
            if !tx.delete_webhook(&agency.id).await? {
                return Err(WebhookError::None);
            }
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Of what a name resolves to, only sending decides: names change.
    fn webhook_address(&self, text: &str) -> Result<Url, WebhookError> {
        let url = Url::parse(text).map_err(|_| WebhookError::Address)?;
        let fits = text.len() <= LONGEST_URL && url.fragment().is_none();
        if !fits || self.outbound.check(&url).is_err() {
            return Err(WebhookError::Address);
        }
        Ok(url)
    }

    /// The secrets in force. None when they were sealed under another key than this service has.
    fn open_webhook_secrets(&self, webhook: &Webhook, now: Timestamp) -> Option<Vec<WebhookSecret>> {
        let aad = secret_aad(&webhook.client);
        let earlier = webhook.earlier.as_ref().filter(|(_, until)| *until > now).map(|(sealed, _)| sealed);
        let open = |sealed: &Vec<u8>| {
            self.sealing.open(&aad, sealed).ok().map(|bytes| WebhookSecret::from_bytes(bytes.to_vec()))
        };
        [Some(&webhook.secret_sealed), earlier].into_iter().flatten().map(open).collect()
    }
}

fn secret_aad(client: &str) -> Vec<u8> {
    format!("verifier/webhook/{client}").into_bytes()
}
