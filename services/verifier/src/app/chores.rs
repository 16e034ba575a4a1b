//! What happens by itself: late requests end, claims are erased, answers that a crash cut off are checked.

use std::sync::Arc;
use std::time::Duration;

use store_verifier::StoreError;
use tokio::sync::watch;

use super::{DEMO_TENANT, Desk};

const ROUND: Duration = Duration::from_secs(5);
/// A check that takes longer than this was cut off.
const CUT_OFF_SECONDS: i64 = 60;
const BATCH: u32 = 20;
const KEEP_KEYS_HOURS: i64 = 24;
const KEEP_DEMONSTRATIONS_HOURS: i64 = 24;
const KEEP_LOGINS_HOURS: i64 = 24;

/// Runs until the sender says stop. At start every answer without a report was cut off.
pub async fn run(desk: Arc<Desk>, mut stop: watch::Receiver<bool>) {
    let mut patience = 0;
    loop {
        if let Err(error) = round(&desk, patience).await {
            tracing::warn!(error = %error, "a round of chores was not finished");
        }
        patience = CUT_OFF_SECONDS;
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

async fn round(desk: &Desk, patience_seconds: i64) -> Result<(), StoreError> {
    let now = desk.now();
    let before = now - chrono::Duration::seconds(patience_seconds);
    let cut_off = desk.store.read().await?.list_received(before, BATCH).await?;
    for id in cut_off {
        if let Err(error) = desk.finish(&id).await {
            tracing::error!(verification.id = %id, error = %error, "an answer could not be checked");
        }
    }
    desk.expire_listened().await?;
    desk.end_sandbox_clients().await?;
    sql::retry(|| async {
        let mut tx = desk.store.write("chores").await?;
        tx.expire(now).await?;
        tx.forget_late_response_keys(now).await?;
        let erased = tx.erase_claims(now).await?;
        tx.delete_dead_tokens(now).await?;
        tx.delete_dead_assertions(now).await?;
        tx.delete_idempotency_keys(now - chrono::Duration::hours(KEEP_KEYS_HOURS)).await?;
        let demonstrations = now - chrono::Duration::hours(KEEP_DEMONSTRATIONS_HOURS);
        if tx.delete_verifications(DEMO_TENANT, demonstrations).await? > 0 {
            tx.delete_dead_policy_uses().await?;
            tx.delete_dead_receipts().await?;
        }
        desk.forget_deliveries(&mut tx).await?;
        tx.delete_oidc_logins(now - chrono::Duration::hours(KEEP_LOGINS_HOURS)).await?;
        tx.commit().await?;
        if erased > 0 {
            metrics::counter!("verifier_claims_erased_total").increment(erased);
        }
        Ok(())
    })
    .await
}
