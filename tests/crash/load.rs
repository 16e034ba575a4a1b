//! The journey, many times at once, by people who try again until they are answered.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actors::{Agency, Officer, Peer, Person, text};
use anyhow::{Context as _, Result};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use serde_json::Value;
use testkit::Stack;
use tokio::task::JoinHandle;

use super::ledger::{InWallet, Ledger};

const STAFF: &str = include_str!("../../services/issuer/samples/staff-undp.csv");
const PEOPLE_PER_UPLOAD: usize = 10;
/// Longer than any restart; who waits longer has been forgotten.
const PATIENCE: Duration = Duration::from_secs(120);

/// The tasks of the load.
pub struct Load {
    shared: Arc<Shared>,
    tasks: Mutex<Vec<JoinHandle<Result<()>>>>,
}

struct Shared {
    stack: Arc<Stack>,
    ledger: Arc<Ledger>,
    stop: Arc<AtomicBool>,
    hr: Arc<Officer>,
    /// Staff numbers with an offer that nobody has taken.
    waiting: Mutex<VecDeque<String>>,
}

impl Load {
    pub async fn start(
        stack: Arc<Stack>,
        ledger: Arc<Ledger>,
        stop: Arc<AtomicBool>,
        seed: u64,
    ) -> Result<Self> {
        let hr = Arc::new(Officer::register(&stack, "undp").await?);
        let shared = Arc::new(Shared { stack, ledger, stop, hr, waiting: Mutex::default() });
        let tasks = vec![
            tokio::spawn(hr_uploads(shared.clone())),
            tokio::spawn(people_receive(shared.clone(), 1)),
            tokio::spawn(people_receive(shared.clone(), 2)),
            tokio::spawn(people_with_our_wallet(shared.clone())),
            tokio::spawn(hr_changes_status(shared.clone(), seed)),
            tokio::spawn(agency_verifies(shared.clone(), seed)),
        ];
        Ok(Self { shared, tasks: Mutex::new(tasks) })
    }

    /// Waits until everybody has finished what they were doing.
    pub async fn finish(&self) -> Result<Arc<Officer>> {
        let tasks: Vec<_> = self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
        for task in tasks {
            task.await.context("a task of the load")??;
        }
        Ok(self.shared.hr.clone())
    }
}

impl Shared {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn next_number(&self) -> Option<String> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Tries until it works, as a person does when a page does not load.
    async fn again<T, F: Future<Output = Result<T>>>(
        &self,
        what: &str,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T> {
        let begun = Instant::now();
        loop {
            match attempt().await {
                Ok(done) => return Ok(done),
                Err(error) if begun.elapsed() > PATIENCE => {
                    return Err(error.context(format!("gave up: {what}")));
                }
                Err(_) => self.ledger.retried(),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// HR adds a few people at a time, whenever the queue runs short.
async fn hr_uploads(shared: Arc<Shared>) -> Result<()> {
    let header = STAFF.lines().next().context("an empty sample")?;
    let rows: Vec<&str> = STAFF.lines().skip(1).collect();
    let mut made = 0usize;
    while !shared.stopped() {
        if shared.waiting.lock().unwrap_or_else(PoisonError::into_inner).len() > PEOPLE_PER_UPLOAD {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        }
        let mut csv = header.to_owned();
        let mut numbers = Vec::new();
        for _ in 0..PEOPLE_PER_UPLOAD {
            let (_, rest) =
                rows.get(made % rows.len()).and_then(|row| row.split_once(',')).context("a bad sample")?;
            let number = format!("{}", 100_000 + made);
            csv.push_str(&format!("\n{number},{rest}"));
            numbers.push(number);
            made += 1;
        }
        let name = format!("staff-{made}.csv");
        let hr = &shared.hr;
        let id = shared.again("an upload", || hr.submit_list(&name, csv.as_bytes())).await?;
        shared.again("a confirmation", || hr.confirm_list(&id)).await?;
        shared.again("an import", || hr.wait_for_list(&id)).await?;
        shared.again("links and codes", || hr.fetch_offers(&id)).await?;
        shared.waiting.lock().unwrap_or_else(PoisonError::into_inner).extend(numbers);
    }
    Ok(())
}

/// People with a wallet of their own, straight at the issuer.
async fn people_receive(shared: Arc<Shared>, task: u32) -> Result<()> {
    while !shared.stopped() {
        let Some(number) = shared.next_number() else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let offer = shared.hr.offer(&number)?;
        let peer = Peer::new(&format!("crash {task} {number}"));
        let received =
            shared.again("a credential", || peer.receive(&offer.uri, offer.tx_code.as_deref())).await;
        for issued in received.with_context(|| number.clone())? {
            shared.ledger.received(&number, issued);
        }
    }
    Ok(())
}

/// People with our wallet: an account, an offer, two credentials kept there.
async fn people_with_our_wallet(shared: Arc<Shared>) -> Result<()> {
    while !shared.stopped() {
        let Some(number) = shared.next_number() else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let label = format!("crash wallet {number}");
        let person = shared.again("an account", || Person::register(&shared.stack, &label)).await?;
        let offer = shared.hr.offer(&number)?;
        let received =
            shared.again("receiving", || person.receive(&offer.uri, offer.tx_code.as_deref())).await?;
        let ids: Vec<String> = received.iter().map(|one| text(one, "/id")).collect::<Result<_>>()?;
        shared.ledger.entries().in_wallets.push(InWallet { number, person, credential_ids: ids });
    }
    Ok(())
}

/// HR suspends, reinstates and revokes; a change that was not answered is asked for again.
async fn hr_changes_status(shared: Arc<Shared>, seed: u64) -> Result<()> {
    let mut random = ChaCha20Rng::seed_from_u64(seed ^ 1);
    while !shared.stopped() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let Some(((number, _), now)) = pick(&shared, &mut random) else { continue };
        let to = match (now, random.next_u32() % 4) {
            ("revoked", _) => continue,
            (_, 0) => "revoked",
            ("valid", _) => "suspended",
            _ => "valid",
        };
        shared.ledger.may_be(&number, to);
        shared.again("a status change", || shared.hr.change_status(&number, to)).await?;
        shared.ledger.is_now(&number, to);
    }
    Ok(())
}

fn pick(shared: &Shared, random: &mut ChaCha20Rng) -> Option<((String, String), &'static str)> {
    let entries = shared.ledger.entries();
    let index = usize::try_from(random.next_u32()).ok()?.checked_rem(entries.copies.len())?;
    let (key, copy) = entries.copies.iter().nth(index)?;
    Some((key.clone(), copy.allowed.last().copied()?))
}

/// An agency's system; an answer of "invalid" for a copy that nobody ever touched is a contradiction.
async fn agency_verifies(shared: Arc<Shared>, seed: u64) -> Result<()> {
    let mut random = ChaCha20Rng::seed_from_u64(seed ^ 2);
    let agency = shared.again("an agency's token", || Agency::connect(&shared.stack)).await?;
    while !shared.stopped() {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let Some((key, _)) = pick(&shared, &mut random) else { continue };
        let credential = match shared.ledger.entries().copies.get(&key) {
            Some(copy) if copy.allowed == ["valid"] => copy.issued.credential.clone(),
            _ => Value::Null,
        };
        if credential.is_null() {
            continue;
        }
        let report = shared.again("a report", || agency.verify("staff-identity", &credential, None)).await?;
        let mut entries = shared.ledger.entries();
        entries.verifications += 1;
        let untouched = entries.copies.get(&key).is_some_and(|copy| copy.allowed == ["valid"]);
        let proof = report.check("proof")?.0;
        if proof == "fail" || (untouched && report.check("status")?.0 == "fail") {
            // A list that was published just before a reinstatement may still say "suspended".
            let code = report.check("status")?.1.to_owned();
            if proof == "fail" || !code.contains("suspended") {
                entries.broken.push(format!("{key:?}: {}", report.summary()));
            }
        }
    }
    Ok(())
}
