//! Background work: keys and changes of them, publishing, anchoring, forgetting. Every run repairs what an earlier one left
//! behind.

use std::sync::{Arc, Weak};
use std::time::Duration;

use clock::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::deferrals::{DEFERRALS_KEPT_DAYS, DEFERRED_TOKEN_SECONDS};
use super::notifications::NOTIFICATION_GRACE_SECONDS;
use super::{Issuer, Tenant};

/// How long stopping waits for a step. A registry that does not answer would hold it up; whatever is cut off is finished
/// at the next start.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often expired codes, nonces and tokens are deleted.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// How often messages that are due are sent, and how often it is looked for what ends.
const SEND_EVERY: Duration = Duration::from_secs(2);
const RECALL_EVERY: Duration = Duration::from_secs(60);
/// How often a change of a key that does not get on, or waits for the chain, is tried again.
const CHANGE_KEYS_EVERY: Duration = Duration::from_secs(5);
/// How often it is looked whether a night is due.
const NIGHTS_EVERY: Duration = Duration::from_secs(60);
/// How long rows wait for somebody to confirm or to correct them. The page of a list says the same.
const ROWS_KEPT_DAYS: i64 = 30;

/// The running loops. They end when told, after the step they are in if that is short.
pub(crate) struct Work {
    stop: watch::Sender<bool>,
    loops: Vec<JoinHandle<()>>,
}

impl Work {
    pub fn start(issuer: &Arc<Issuer>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let settings = issuer.settings();
        let mut loops = vec![
            tokio::spawn(forget(Arc::downgrade(issuer), stopped.clone())),
            tokio::spawn(import(Arc::clone(issuer), stopped.clone())),
        ];
        for tenant in issuer.tenants() {
            let (status, anchor) = (settings.status_interval, settings.anchor_interval);
            loops.push(tokio::spawn(publish(weak(issuer, tenant), status, stopped.clone())));
            loops.push(tokio::spawn(messages(weak(issuer, tenant), stopped.clone())));
            loops.push(tokio::spawn(change_keys(weak(issuer, tenant), stopped.clone())));
            loops.push(tokio::spawn(reseal(weak(issuer, tenant), stopped.clone())));
            loops.push(tokio::spawn(nights(weak(issuer, tenant), stopped.clone())));
            loops.push(tokio::spawn(fund_post(weak(issuer, tenant), stopped.clone())));
            loops.push(tokio::spawn(webhooks(weak(issuer, tenant), stopped.clone())));
            loops.push(tokio::spawn(anchor_loop(weak(issuer, tenant), anchor, stopped.clone())));
        }
        Self { stop, loops }
    }

    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let deadline = tokio::time::Instant::now() + PATIENCE;
        for mut running in self.loops {
            if tokio::time::timeout_at(deadline, &mut running).await.is_err() {
                running.abort();
            }
        }
    }
}

type Owner = (Weak<Issuer>, Arc<Tenant>);

fn weak(issuer: &Arc<Issuer>, tenant: &Arc<Tenant>) -> Owner {
    (Arc::downgrade(issuer), Arc::clone(tenant))
}

async fn publish((issuer, tenant): Owner, every: Duration, mut stopped: watch::Receiver<bool>) {
    let mut trouble = Trouble::of(&tenant, "publishing status lists");
    while let Some(issuer) = issuer.upgrade() {
        match issuer.refresh_keys(&tenant).await {
            Err(error) => trouble.report(issuer.now(), &error),
            Ok(()) => match lift_and_publish(&issuer, &tenant).await {
                Err(error) => trouble.report(issuer.now(), error.as_ref()),
                Ok(()) => trouble.over(),
            },
        }
        drop(issuer);
        if is_stopped(&mut stopped, every).await {
            return;
        }
    }
}

/// A suspension that ends now is in the list that is published now. What cannot be lifted holds no revocation up.
async fn lift_and_publish(
    issuer: &Issuer,
    tenant: &Tenant,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let lifted = issuer.lift_suspensions(tenant).await;
    issuer.publish_status_lists(tenant).await?;
    Ok(lifted.map(drop)?)
}

async fn anchor_loop((issuer, tenant): Owner, every: Duration, mut stopped: watch::Receiver<bool>) {
    let mut trouble = Trouble::of(&tenant, "anchoring");
    while let Some(issuer) = issuer.upgrade() {
        match issuer.anchor(&tenant).await {
            Err(error) => trouble.report(issuer.now(), &error),
            Ok(()) => trouble.over(),
        }
        drop(issuer);
        if is_stopped(&mut stopped, every).await {
            return;
        }
    }
}

/// Begins at once with what is ordered, and tries again what does not get on.
async fn change_keys((issuer, tenant): Owner, mut stopped: watch::Receiver<bool>) {
    let mut trouble = Trouble::of(&tenant, super::CHANGING_KEYS);
    while let Some(issuer) = issuer.upgrade() {
        match issuer.work_off_key_changes(&tenant).await {
            Err(error) => trouble.report(issuer.now(), &error),
            Ok(()) => trouble.over(),
        }
        drop(issuer);
        let next = async {
            tokio::select! {
                () = tenant.key_change_ordered.notified() => {}
                () = tokio::time::sleep(CHANGE_KEYS_EVERY) => {}
            }
        };
        tokio::select! {
            () = next => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

async fn recall(issuer: &Issuer, tenant: &Tenant) -> Result<(), store_issuer::Error> {
    issuer.recall(tenant).await?;
    issuer.recall_enrolments(tenant).await?;
    Ok(())
}

/// Sends what is due every two seconds, and looks once a minute for what is about to end.
async fn messages((issuer, tenant): Owner, mut stopped: watch::Receiver<bool>) {
    let mut trouble = Trouble::of(&tenant, "sending messages");
    let mut recalled: Option<std::time::Instant> = None;
    while let Some(issuer) = issuer.upgrade() {
        if !issuer.sends_messages() {
            return;
        }
        let due = recalled.is_none_or(|at| at.elapsed() >= RECALL_EVERY);
        let found = if due { recall(&issuer, &tenant).await } else { Ok(()) };
        recalled = if due { Some(std::time::Instant::now()) } else { recalled };
        match (found, issuer.send_messages(&tenant).await) {
            (Err(error), _) | (_, Err(error)) => trouble.report(issuer.now(), &error),
            _ => trouble.over(),
        }
        drop(issuer);
        if is_stopped(&mut stopped, SEND_EVERY).await {
            return;
        }
    }
}

/// Sends what is due every two seconds, at once again while something is taken, and looks once a minute for what ended untaken.
async fn webhooks((issuer, tenant): Owner, mut stopped: watch::Receiver<bool>) {
    let mut trouble = Trouble::of(&tenant, "sending webhooks");
    let mut looked: Option<std::time::Instant> = None;
    while let Some(issuer) = issuer.upgrade() {
        let due = looked.is_none_or(|at| at.elapsed() >= RECALL_EVERY);
        let found = if due { look_for_webhooks(&issuer, &tenant).await } else { Ok(()) };
        looked = if due { Some(std::time::Instant::now()) } else { looked };
        let sent = match found {
            Ok(()) => issuer.send_webhooks(&tenant).await,
            Err(error) => Err(error),
        };
        match &sent {
            Err(error) => trouble.report(issuer.now(), error),
            Ok(_) => trouble.over(),
        }
        drop(issuer);
        let wait = if sent.is_ok_and(|taken| taken > 0) { Duration::ZERO } else { SEND_EVERY };
        if is_stopped(&mut stopped, wait).await {
            return;
        }
    }
}

async fn look_for_webhooks(issuer: &Issuer, tenant: &Tenant) -> Result<(), store_issuer::Error> {
    issuer.announce_untaken_offers(tenant).await?;
    issuer.forget_webhook_deliveries(tenant).await.map(drop)
}

/// Once in the life of a database; tried again until it is done.
async fn reseal((issuer, tenant): Owner, mut stopped: watch::Receiver<bool>) {
    let mut trouble = Trouble::of(&tenant, "sealing pictures under the keys of their people");
    while let Some(issuer) = issuer.upgrade() {
        match issuer.reseal_pictures(&tenant).await {
            Err(error) => trouble.report(issuer.now(), &error),
            Ok(_) => return,
        }
        drop(issuer);
        if is_stopped(&mut stopped, FORGET_EVERY).await {
            return;
        }
    }
}

/// Looks once a minute whether the Fund's night is due, or one was cut off.
async fn nights((issuer, tenant): Owner, mut stopped: watch::Receiver<bool>) {
    let mut trouble = Trouble::of(&tenant, "running the Fund's night");
    while let Some(issuer) = issuer.upgrade() {
        match issuer.run_due_fund_night(&tenant).await {
            Err(error) => trouble.report(issuer.now(), &error),
            Ok(_) => trouble.over(),
        }
        drop(issuer);
        if is_stopped(&mut stopped, NIGHTS_EVERY).await {
            return;
        }
    }
}

/// Carries out what nights of the Fund asked for, such as letters and messages: every two seconds, at once again while there is something to do.
async fn fund_post((issuer, tenant): Owner, mut stopped: watch::Receiver<bool>) {
    let mut trouble = Trouble::of(&tenant, "the Fund's letters and messages");
    while let Some(issuer) = issuer.upgrade() {
        if !issuer.is_pension_fund(&tenant) {
            return;
        }
        let did = issuer.run_fund_post(&tenant).await;
        let asked = issuer.ask_some(&tenant).await;
        if let Err(error) = &asked {
            trouble.report(issuer.now(), error);
        }
        match &did {
            Err(error) => trouble.report(issuer.now(), error),
            Ok(_) => trouble.over(),
        }
        drop(issuer);
        let did = did.is_ok_and(|did| did) || asked.is_ok_and(|did| did);
        let wait = if did { Duration::ZERO } else { SEND_EVERY };
        if is_stopped(&mut stopped, wait).await {
            return;
        }
    }
}

async fn forget(issuer: Weak<Issuer>, mut stopped: watch::Receiver<bool>) {
    let mut trouble = Trouble::new("all", "deleting what has expired");
    while let Some(issuer) = issuer.upgrade() {
        match (issuer.delete_expired().await, issuer.tend_log().await) {
            (Err(error), _) | (_, Err(error)) => trouble.report(issuer.now(), &error),
            _ => trouble.over(),
        }
        drop(issuer);
        if is_stopped(&mut stopped, FORGET_EVERY).await {
            return;
        }
    }
}

/// Works off confirmed uploads. Its steps are transactions of their own, so it may be dropped between any two.
async fn import(issuer: Arc<Issuer>, mut stopped: watch::Receiver<bool>) {
    tokio::select! {
        () = issuer.run_imports() => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}

/// Sleeps until the next run is due; true when there will be none.
async fn is_stopped(stopped: &mut watch::Receiver<bool>, wait: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(wait) => false,
        _ = stopped.wait_for(|stopped| *stopped) => true,
    }
}

impl Issuer {
    /// Forgets codes, nonces and tokens nobody can use any more, and rows of lists that nobody came back for.
    pub async fn delete_expired(&self) -> Result<u64, store_issuer::Error> {
        let now = self.now();
        let tokens_before = now - chrono::Duration::seconds(NOTIFICATION_GRACE_SECONDS);
        sql::retry(|| async {
            let mut tx = self.store.write("delete_expired").await?;
            // A code is remembered as long as the token it was exchanged for can live.
            let codes_before = now - chrono::Duration::seconds(DEFERRED_TOKEN_SECONDS);
            let deferrals_before = now - chrono::Duration::days(DEFERRALS_KEPT_DAYS);
            let gone = tx.delete_expired(now, tokens_before).await?
                + tx.delete_expired_authorizations(now, codes_before).await?
                + tx.delete_deferrals(deferrals_before).await?
                + tx.forget_uploads(now - chrono::Duration::days(ROWS_KEPT_DAYS), now).await?;
            let gone = gone + self.forget_list_versions(&mut tx, now).await? + tx.erase_captures(now).await?;
            let gone = gone + self.erase_letters(&mut tx, now).await? + tx.erase_fund_searches(now).await?;
            let signals_before = now - chrono::Duration::hours(super::enrolment::SIGNALS_KEPT_HOURS);
            let gone = gone + tx.erase_signals(signals_before).await?;
            let unanswered_before = now - chrono::Duration::hours(super::enrolment::UNANSWERED_KEPT_HOURS);
            let gone = gone + tx.erase_separations(unanswered_before).await?;
            tx.commit().await?;
            Ok(gone)
        })
        .await
    }
}

/// Says once that something does not work and once that it works again, instead of every two seconds.
struct Trouble {
    tenant: String,
    /// Whose pages tell of it.
    shown: Option<Arc<Tenant>>,
    doing: &'static str,
    last: Option<String>,
}

impl Trouble {
    fn new(tenant: &str, doing: &'static str) -> Self {
        Self { tenant: tenant.to_owned(), shown: None, doing, last: None }
    }

    fn of(tenant: &Arc<Tenant>, doing: &'static str) -> Self {
        Self { shown: Some(Arc::clone(tenant)), ..Self::new(&tenant.id, doing) }
    }

    fn report(&mut self, now: Timestamp, error: &(dyn std::error::Error + 'static)) {
        let mut text = error.to_string();
        let mut next = error.source();
        while let Some(source) = next {
            text.push_str(": ");
            text.push_str(&source.to_string());
            next = source.source();
        }
        metrics::counter!("issuer_background_failures_total", "doing" => self.doing).increment(1);
        if let Some(tenant) = &self.shown {
            tenant.set_trouble(self.doing, now, Some(&text));
        }
        if self.last.as_ref() != Some(&text) {
            tracing::warn!(tenant.id = self.tenant, error = text, "{} does not get on", self.doing);
            self.last = Some(text);
        }
    }

    fn over(&mut self) {
        if self.last.take().is_some() {
            if let Some(tenant) = &self.shown {
                tenant.set_trouble(self.doing, Timestamp::default(), None);
            }
            tracing::info!(tenant.id = self.tenant, "{} works again", self.doing);
        }
    }
}
