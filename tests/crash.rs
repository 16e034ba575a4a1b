//! Kill -9 of random services at random moments under load: what was acknowledged is all there
//! afterwards, once.
//!
//! `CRASHES` is the number of kills (15 by default, 200 in the long run), `SEED` repeats a run.

mod check;
mod keys;
mod ledger;
mod load;
mod nights;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use testkit::{Mode, Service, Stack, StackOptions};

use ledger::Ledger;
use load::Load;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_on_sqlite() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..Default::default() }).await?;
    under_fire(Arc::new(stack), number("CRASHES", 15)).await
}

/// A third of the kills: the services are the same, only the engine differs.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_on_postgresql() -> Result<()> {
    let Some((stack, _database)) = crate::up_on_postgres(Mode::Apart).await? else { return Ok(()) };
    under_fire(Arc::new(stack), number("CRASHES", 15).div_ceil(3)).await
}

/// Another third, while keys are rotated, retired and marked as compromised.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_change_that_was_cut_off_is_finished_once() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..Default::default() }).await?;
    let seed = number("SEED", testkit::unix_now());
    let kills = usize::try_from(number("CRASHES", 15).div_ceil(3))?;
    println!("key changes: {kills} kills, SEED={seed}");
    keys::changes_under_fire(&stack, kills, seed).await.with_context(|| format!("SEED={seed}"))?;
    stack.finish().await
}

/// The Fund's nightly job, cut off and run again.
#[tokio::test(flavor = "multi_thread")]
async fn a_night_that_was_cut_off_comes_to_the_same_as_a_whole_one() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..Default::default() }).await?;
    let seed = number("SEED", testkit::unix_now());
    let kills = usize::try_from(number("CRASHES", 15).div_ceil(3))?;
    println!("nights: {kills} kills, SEED={seed}");
    nights::killed_at_random(&stack, kills, seed).await.with_context(|| format!("SEED={seed}"))?;
    stack.finish().await
}

async fn under_fire(stack: Arc<Stack>, kills: u64) -> Result<()> {
    let seed = number("SEED", testkit::unix_now());
    println!("crash test: {kills} kills, SEED={seed}");
    let ledger = Arc::new(Ledger::default());
    let stop = Arc::new(AtomicBool::new(false));
    let load =
        Load::start(stack.clone(), ledger.clone(), stop.clone(), seed).await.context("starting the load")?;

    let outcome = kill_at_random(&stack, kills, seed).await;
    stop.store(true, Ordering::Relaxed);
    let hr = load.finish().await.with_context(|| format!("SEED={seed}"))?;
    outcome.with_context(|| format!("SEED={seed}"))?;

    check::all(&stack, &ledger, &hr).await.with_context(|| format!("SEED={seed}"))?;
    println!("{}", ledger.summary());
    drop(load);
    match Arc::try_unwrap(stack) {
        Ok(stack) => stack.finish().await,
        Err(_) => anyhow::bail!("the load still holds the services"),
    }
}

async fn kill_at_random(stack: &Stack, kills: u64, seed: u64) -> Result<()> {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    for kill in 0..kills {
        // From right after the last restart up to well into the work.
        tokio::time::sleep(Duration::from_millis(u64::from(random.next_u32() % 700))).await;
        let index = usize::try_from(random.next_u32() % 4)?;
        let service = Service::ALL.get(index).copied().unwrap_or(Service::Issuer);
        stack.kill(service)?;
        stack
            .restart(service)
            .await
            .with_context(|| format!("kill {kill}: restarting {}", service.name()))?;
    }
    Ok(())
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
