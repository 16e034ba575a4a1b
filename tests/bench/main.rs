//! Measures the services over HTTP: work per second of the server's CPU time, start-up, memory.
//!
//! The load comes from this process; the server's own time is read from `/proc/PID/stat`. Nothing is
//! asserted. `SECONDS` (default 8) is how long each row runs, `PEOPLE` how many hold offers for the rows of OID4VCI,
//! `ROWS=oid4vci` leaves the other rows of the services out, `ROWS=verify` those of the VC API; `ROWS=bulk`, `ROWS=lists`, `ROWS=fund`,
//! `ROWS=latency` (p99 at half load), `ROWS=cold` (an issuer that nobody heard of), `ROWS=wallet` and `ROWS=proofs` (with pictures)
//! measure these alone.
#![allow(clippy::print_stdout, reason = "a table is what this program is for")]

mod baseline;
mod bulk;
mod cold;
mod fund;
mod latency;
mod lists;
mod measure;
mod proofs;
mod rows;
mod wallet;

use std::time::{Duration, Instant};

use anyhow::Result;
use testkit::{Service, Stack, StackOptions};

fn main() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?.block_on(run())
}

async fn run() -> Result<()> {
    match std::env::var("ROWS").as_deref() {
        Ok("bulk") => return bulk::print().await,
        Ok("lists") => return lists::print().await,
        Ok("fund") => return fund::print().await,
        Ok("proofs") => return proofs::print().await,
        Ok(only @ ("latency" | "cold" | "wallet")) => return on_a_stack(only).await,
        _ => {}
    }
    println!("one core, in process");
    baseline::print().await?;

    println!("\nservices over HTTP, SQLite, one process each");
    let apart = measure::without_limits().await?;
    rows::print(&apart).await?;
    println!("\nmemory at rest, one process each");
    for service in Service::ALL {
        print_memory(&apart, service, service.name())?;
    }
    apart.finish().await?;

    println!("\n`up`, all four in one process");
    let begun = Instant::now();
    let together = Stack::start(StackOptions::default()).await?;
    println!(
        "  {:<52} {:>9.2} s",
        "first start, with a new chain and keys, to ready",
        begun.elapsed().as_secs_f64()
    );
    together.terminate("up").await?;
    let begun = Instant::now();
    together.restart(Service::Registry).await?;
    println!("  {:<52} {:>9.2} s", "second start on the same data, to ready", begun.elapsed().as_secs_f64());
    together.kill(Service::Registry)?;
    let begun = Instant::now();
    together.restart(Service::Registry).await?;
    println!("  {:<52} {:>9.2} s", "start after kill -9, to ready", begun.elapsed().as_secs_f64());
    tokio::time::sleep(Duration::from_secs(10)).await;
    print_memory(&together, Service::Registry, "memory at rest, 10 s after the start")?;
    let before = measure::cpu_seconds(&together, Service::Registry)?;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let idle = measure::cpu_seconds(&together, Service::Registry)? - before;
    println!("  {:<52} {:>9.1} % of a core", "at rest", idle * 10.0);
    together.finish().await
}

/// Rows that need the services and nothing that other rows left behind.
async fn on_a_stack(only: &str) -> Result<()> {
    println!("{only}, over HTTP, SQLite, one process each");
    let apart = measure::without_limits().await?;
    match only {
        "cold" => cold::print(&apart).await?,
        "wallet" => wallet::print(&apart).await?,
        _ => latency::print(&apart).await?,
    }
    apart.finish().await
}

fn print_memory(stack: &Stack, service: Service, what: &str) -> Result<()> {
    println!("  {what:<52} {:>9.1} MB", measure::resident_mb(stack, service)?);
    Ok(())
}
