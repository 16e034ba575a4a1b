//! Four validators and the load on one machine: new keys a second, how long each takes to be final, with all and with one
//! of four away, and the ceiling.
//!
//! `KEYS` (0) is how many records the map holds before, `SECONDS` (60) how long a phase lasts, `RATE` (2000) how many
//! transactions a second are offered. Each transaction publishes one document, which is one new key of the map. With
//! `BLOCKS`, a node catches up with so many blocks instead. Nothing is asserted.
#![allow(clippy::print_stdout, reason = "a table is what this program is for")]

mod blocks;
mod catch_up;
mod fill;
mod load;
mod reads;
mod rest;
mod watch;

use std::time::Duration;

use actors::{MEMBERS, Network};
use anyhow::Result;

use load::Load;

fn main() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(run())
}

async fn run() -> Result<()> {
    let (seconds, rate) = (number("SECONDS", 60), number("RATE", 2_000));
    let phase = Duration::from_secs(seconds);
    let mut network = Network::found().await?;
    let mut load = Load::prepare(&network).await?;
    network.stop()?;
    let blocks = number("BLOCKS", 0);
    if blocks > 0 {
        return catch_up::print(&network, &mut load, blocks).await;
    }
    let keys = number("KEYS", 0);
    let filled = fill::fill(&network, keys).await?;
    println!("{keys} records put into the map of each node in {:.1} s", filled.as_secs_f64());
    let mut nodes = network.run(&MEMBERS).await?;
    println!("four validators and the load on {} cores", std::thread::available_parallelism()?);

    rest::print(&network, &nodes).await?;

    println!("\n{rate} new keys offered a second for {seconds} s");
    load.steady(rate, phase).await?.print("all four");
    load.leave(MEMBERS[3]);
    drop(nodes.pop());
    load.steady(rate, phase).await?.print("one of four killed");
    nodes.extend(network.run(&MEMBERS[3..]).await?);
    load.steady(rate / 2, phase / 4).await?.print("while it returns, half the rate");

    println!("\nas many as are taken for {seconds} s");
    load.saturate(phase).await?.print("ceiling");
    reads::print(&network, &nodes, load.published()).await?;
    Ok(())
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
