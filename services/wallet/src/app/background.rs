//! Work that goes on without the person: receipts, notifications, answers that were not acknowledged.
//!
//! Everything it does is found again in the database after a crash, and safe to do twice.

use std::sync::Arc;
use std::time::Duration as Pause;

use chrono::Duration;
use holding::account::SESSION_LIMIT_HOURS;
use holding::existence::Existence;
use holding::held::{Annex, Held};
use holding::presentation::Presentation;
use holding::vault::{DataKey, Purpose};
use store_wallet::credentials::Credential;
use store_wallet::records::{Record, Table};
use wire::anchors::Receipt;

use super::accounts::decode;
use super::fault::Fault;
use super::issuers::parse;
use super::oauth::Shown;
use super::{Wallet, open_record};

/// A receipt or notification that nobody wants any more is given up after about two weeks of trying.
const MAX_TRIES: i64 = 40;

/// Runs until `stop` is notified.
pub async fn run(wallet: Arc<Wallet>, every: Pause, stop: Arc<tokio::sync::Notify>) {
    loop {
        tokio::select! {
            () = stop.notified() => return,
            () = wallet.wake.notified() => {}
            () = tokio::time::sleep(every) => {}
        }
        wallet.tend().await;
    }
}

impl Wallet {
    /// One round. Each item fails for itself; what failed comes up again later.
    pub async fn tend(&self) {
        let rounds = [
            ("notifications", self.tend_notifications().await),
            ("receipts", self.tend_receipts().await),
            ("deferred credentials", self.tend_deferred().await),
            ("presentations", self.tend_presentations().await),
            ("existences", self.tend_existences().await),
            ("receipts of what was shown", self.tend_sharings().await),
            ("assisted recoveries", self.tend_assisted().await),
            ("sessions", self.tend_sessions().await),
            ("kept keys", self.tend_kept_keys().await),
            ("what was deleted", self.tend_forgetting().await),
        ];
        for (what, result) in rounds {
            if let Err(error) = result {
                tracing::warn!(what, error = &error as &dyn std::error::Error, "background work failed");
            }
        }
    }

    async fn tend_notifications(&self) -> Result<(), Fault> {
        let due = self.store.read().await?.list_due_notifications(self.now()).await?;
        for row in due {
            let Some(key) = self.data_key(&row.account).await? else { continue };
            let held: Held = key.unseal(Purpose::Credential, &row.id, &row.sealed)?;
            let done = match &held.notification {
                None => true,
                Some(notification) => self.notify(notification).await,
            };
            let tries = row.notify_tries + 1;
            let notify_due_at = (!done && tries < MAX_TRIES).then(|| self.now() + backoff(tries));
            self.keep_annex(Credential { notify_due_at, notify_tries: tries, ..row }).await?;
        }
        Ok(())
    }

    /// OID4VCI 11.1. True when there is nothing more to say: heard, or never to be heard.
    async fn notify(&self, notification: &holding::held::Notification) -> bool {
        if parse(&notification.endpoint).is_err() {
            return true;
        }
        let body = serde_json::json!({ "notification_id": notification.id, "event": "credential_accepted" });
        let body = body.to_string();
        let shown = Shown { token: &notification.access_token, key: notification.key.as_ref() };
        match self.ask_with_token(shown, &notification.endpoint, ("application/json", body.as_bytes())).await
        {
            Ok(reply) => reply.is_success() || matches!(reply.status, 400..=404 | 410),
            Err(_) => false,
        }
    }

    async fn tend_receipts(&self) -> Result<(), Fault> {
        let due = self.store.read().await?.list_due_receipts(self.now()).await?;
        for row in due {
            let Some(key) = self.data_key(&row.account).await? else { continue };
            let held: Held = key.unseal(Purpose::Credential, &row.id, &row.sealed)?;
            let receipt = match &held.receipt_uri {
                None => None,
                Some(uri) => self.receipt(uri, &held).await,
            };
            let tries = row.receipt_tries + 1;
            let mut row = Credential { receipt_tries: tries, ..row };
            if let Some(receipt) = receipt {
                let mut annex: Annex = key.unseal(Purpose::Annex, &row.id, &row.annex)?;
                annex.receipt = Some(serde_json::to_value(receipt)?);
                row.annex = self.seal(&key, Purpose::Annex, &row.id, &annex)?;
                row.receipt_due_at = None;
            } else {
                row.receipt_due_at = (tries < MAX_TRIES).then(|| self.now() + backoff(tries));
            }
            self.keep_annex(row).await?;
        }
        Ok(())
    }

    /// A receipt counts only when its path leads from this very copy to a root that the chain holds.
    async fn receipt(&self, uri: &str, held: &Held) -> Option<Receipt> {
        let reply = self.outbound.get(&parse(uri).ok()?, "application/json", None).await.ok()?;
        if reply.status != 200 {
            return None;
        }
        let receipt: Receipt = reply.json().ok()?;
        if held.issuer.did.as_ref() != Some(&receipt.issuer) {
            tracing::warn!("a receipt names another issuer");
            return None;
        }
        let anchored = self.chain.anchor(&receipt.issuer, receipt.sequence).await.ok()??;
        let input = credential::Input::from_value(held.credential.clone()).ok()?;
        if leads_to_root(&receipt, &credential::digest(&input), &anchored.root, anchored.leaf_count) {
            Some(receipt)
        } else {
            tracing::warn!("a receipt does not lead to the anchor it names");
            None
        }
    }

    async fn tend_presentations(&self) -> Result<(), Fault> {
        for record in self.store.read().await?.list_due_records(Table::Presentations, self.now()).await? {
            let Some((key, record, presentation)) =
                self.due::<Presentation>(Table::Presentations, record).await?
            else {
                continue;
            };
            if let Err(error) = self.send_answer(&key, record, presentation).await {
                tracing::info!(%error, "an answer is still on its way");
            }
        }
        Ok(())
    }

    async fn tend_existences(&self) -> Result<(), Fault> {
        for record in self.store.read().await?.list_due_records(Table::Existences, self.now()).await? {
            let Some((key, record, existence)) = self.due::<Existence>(Table::Existences, record).await?
            else {
                continue;
            };
            let sent = match existence.appealing {
                Some(_) => self.send_appeal(&key, record, existence).await,
                None => self.send_existence(&key, record, existence).await,
            };
            if let Err(error) = sent {
                tracing::info!(%error, "a proof of existence or an appeal is still on its way");
            }
        }
        Ok(())
    }

    pub(super) async fn due<T: serde::de::DeserializeOwned>(
        &self,
        table: Table,
        record: Record,
    ) -> Result<Option<(DataKey, Record, T)>, Fault> {
        let Some(key) = self.data_key(&record.account).await? else { return Ok(None) };
        let (record, content) = open_record(&key, table, record)?;
        Ok(Some((key, record, content)))
    }

    async fn tend_sessions(&self) -> Result<(), Fault> {
        let now = self.now();
        let mut tx = self.store.write("tend_sessions").await?;
        tx.delete_stale(now, now - Duration::hours(SESSION_LIMIT_HOURS)).await?;
        tx.commit().await?;
        self.tend_queue().await
    }

    /// The row may have moved meanwhile; then the work is due again and done again.
    pub(super) async fn keep_annex(&self, row: Credential) -> Result<(), Fault> {
        let mut tx = self.store.write("keep_annex").await?;
        match tx.replace_annex(&row).await {
            Err(sql::Error::Stale) => Ok(()),
            other => {
                other?;
                Ok(tx.commit().await?)
            }
        }
    }
}

fn leads_to_root(receipt: &Receipt, digest: &[u8; 32], root: &[u8; 32], leaf_count: u32) -> bool {
    let bytes = |text: &String| decode(text).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let path: Option<Vec<[u8; 32]>> = receipt.path.iter().map(bytes).collect();
    let (Some(salt), Some(path)) = (bytes(&receipt.salt), path) else { return false };
    let (Ok(index), Ok(count)) = (u32::try_from(receipt.leaf_index), u32::try_from(receipt.leaf_count))
    else {
        return false;
    };
    count == leaf_count && merkle::verify(&merkle::leaf(&salt, digest), index, count, &path, root).is_ok()
}

/// 2, 4, 8 … seconds, then every six hours.
fn backoff(tries: i64) -> Duration {
    let exponent = u32::try_from(tries.clamp(1, 14)).unwrap_or(14);
    Duration::seconds(2_i64.saturating_pow(exponent).min(6 * 3_600))
}
