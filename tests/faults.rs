//! Four validators of four organisations under constant load, and one fault after the other at random moments.
//! Afterwards all nodes hold one history, and in it each acknowledged transaction once and in order.
//!
//! `ROUNDS` is the number of rounds of each fault (1 by default, 25 in the long run), `SEED` repeats a run,
//! `FAULTS_TALLY` names the file that keeps count.

mod byzantine;
mod check;
mod damage;
mod link;
mod load;
mod machine;
mod network;
mod tally;
mod upgrade;

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

use check::History;
use link::State;
use load::Load;
use machine::{Machine, Shim, SmallDisk};
use network::{Network, SIZE};
use tally::Run;

/// Draws what is random about a round; the seed is printed.
struct Random(ChaCha20Rng);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit.max(1)
    }

    fn node(&mut self) -> usize {
        self.below(SIZE as u64) as usize
    }

    /// Up to so many milliseconds.
    async fn pause(&mut self, most: u64) {
        tokio::time::sleep(Duration::from_millis(self.below(most))).await;
    }
}

fn others(node: usize) -> Vec<usize> {
    (0..SIZE).filter(|&other| other != node).collect()
}

/// Runs the rounds of one fault on one network, and compares after each.
async fn rounds<F>(fault: &str, mut network: Network, seed: u64, mut round: F) -> Result<()>
where
    F: AsyncFnMut(&mut Network, &mut Random) -> Result<()>,
{
    let rounds = number("ROUNDS", 1);
    println!("{fault}: {rounds} rounds, SEED={seed}");
    network.start_all().await?;
    let load = Load::start(&network, seed).await?;
    let mut random = Random(ChaCha20Rng::seed_from_u64(seed));
    let mut history = History::default();
    for number in 1..=rounds {
        random.pause(1_500).await;
        let outcome = match round(&mut network, &mut random).await {
            Ok(()) => whole(&network, &load, &mut history).await,
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            let error = error.context(format!("{fault}, round {number}, SEED={seed}"));
            let run = Run { fault, seed, rounds: number, acknowledged: load.acknowledged().len() };
            run.add(&history, Some(&error))?;
            return Err(error);
        }
    }
    let acknowledged = load.finish().await?;
    let history = history.compare_again(&network, &acknowledged).await?;
    let verdict = history.verdict().with_context(|| format!("{fault}, SEED={seed}"));
    let run = Run { fault, seed, rounds, acknowledged: acknowledged.len() };
    run.add(&history, verdict.as_ref().err())?;
    verdict?;
    println!(
        "{fault}: {rounds} rounds, {} blocks, {} transactions acknowledged; no fork, none lost, none doubled",
        history.height(),
        acknowledged.len()
    );
    Ok(())
}

/// Everybody is back, goes on, and agrees.
async fn whole(network: &Network, load: &Load, history: &mut History) -> Result<()> {
    for node in 0..SIZE {
        network.caught_up(node).await?;
    }
    network.progress(&[0, 1, 2, 3], 1).await?;
    byzantine::no_false_evidence(network).await?;
    history.compare(network, &[0, 1, 2, 3], &load.acknowledged()).await?;
    history.verdict()
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn seed() -> u64 {
    number("SEED", testkit::unix_now())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_validator_comes_back() -> Result<()> {
    let seed = seed();
    rounds("kill one", Network::found(seed).await?, seed, async |network, random| {
        let victim = random.node();
        network.nodes[victim].kill()?;
        network.progress(&others(victim), 1).await?;
        random.pause(2_000).await;
        network.nodes[victim].start()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_four_stopped_stop_the_chain_and_nothing_forks() -> Result<()> {
    let seed = seed();
    rounds("stop two", Network::found(seed).await?, seed, async |network, random| {
        let (first, second) = two(random);
        network.nodes[first].kill()?;
        random.pause(300).await;
        network.nodes[second].kill()?;
        let left: Vec<_> = (0..SIZE).filter(|node| ![first, second].contains(node)).collect();
        stands_still(network, &left).await?;
        network.nodes[second].start()?;
        random.pause(1_000).await;
        network.nodes[first].start()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_that_is_cut_off_neither_decides_nor_stops_the_others() -> Result<()> {
    let seed = seed();
    rounds("cut one off", Network::found(seed).await?, seed, async |network, random| {
        let victim = random.node();
        let state = if random.below(2) == 0 { State::Silent } else { State::Refused };
        network.set_links(&[victim], state);
        network.progress(&others(victim), 3).await?;
        stands_still(network, &[victim]).await?;
        random.pause(3_000).await;
        network.set_links(&[victim], State::Open);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_halves_of_a_split_network_decide_nothing() -> Result<()> {
    let seed = seed();
    rounds("split in half", Network::found(seed).await?, seed, async |network, random| {
        let (first, second) = two(random);
        let state = if random.below(2) == 0 { State::Silent } else { State::Refused };
        network.set_links(&[first, second], state);
        stands_still(network, &[0, 1, 2, 3]).await?;
        network.set_links(&[first, second], State::Open);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_disk_slows_one_validator_alone() -> Result<()> {
    let (seed, folder) = (seed(), tempfile::tempdir()?);
    let shim = Shim::build(folder.path())?;
    let mut network = Network::found(seed).await?;
    network.surround(|node| shim.around(node))?;
    rounds("slow disk", network, seed, async |network, random| {
        let victim = random.node();
        let folder = network.nodes[victim].folder.clone();
        machine::set(
            &folder,
            Machine { delay_micros: 50_000 + random.below(950_000), ..Machine::default() },
        )?;
        network.progress(&others(victim), 3).await?;
        random.pause(4_000).await;
        machine::set(&folder, Machine::default())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stops_one_validator_until_there_is_room() -> Result<()> {
    let seed = seed();
    let mut network = Network::found(seed).await?;
    let disks: Vec<SmallDisk> =
        network.nodes.iter().map(|node| SmallDisk::mount(&node.folder, 192)).collect::<Result<_>>()?;
    let mut around = disks.iter();
    network.surround(|_| around.next().context("a disk for each")?.around())?;
    rounds("full disk", network, seed, async |network, random| {
        let victim = random.node();
        let (node, disk) = (&network.nodes[victim], &disks[victim]);
        let said = node.log_from(0).len();
        disk.fill()?;
        network.progress(&others(victim), 3).await?;
        stops(network, victim).await?;
        let log = node.log_from(said);
        ensure!(log.contains("space"), "the log does not say that the disk is full: {log}");
        disk.free()?;
        node.kill()?;
        node.start()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_off_by_an_hour_is_outvoted() -> Result<()> {
    let (seed, folder) = (seed(), tempfile::tempdir()?);
    let shim = Shim::build(folder.path())?;
    let mut network = Network::found(seed).await?;
    network.surround(|node| shim.around(node))?;
    rounds("clock off by an hour", network, seed, async |network, random| {
        let victim = random.node();
        let folder = network.nodes[victim].folder.clone();
        let clock_seconds = if random.below(2) == 0 { 3_600 } else { -3_600 };
        machine::set(&folder, Machine { clock_seconds, ..Machine::default() })?;
        network.progress(&others(victim), 5).await?;
        random.pause(4_000).await;
        let answer = network.get(others(victim)[0], "/v1/headers/latest").await?.json()?;
        let time = answer.pointer("/header/timeMs").and_then(serde_json::Value::as_u64).context("no time")?;
        let now = testkit::unix_now() * 1_000;
        ensure!(time.abs_diff(now) < 30_000, "block time {time} is far from {now}");
        machine::set(&folder, Machine::default())
    })
    .await
}

/// The key of its links stays: it is what the others know the node by, and no data of the chain.
#[tokio::test(flavor = "multi_thread")]
async fn a_validator_without_its_data_fetches_it_again() -> Result<()> {
    let seed = seed();
    rounds("data deleted", Network::found(seed).await?, seed, async |network, random| {
        let victim = random.node();
        let node = &network.nodes[victim];
        node.kill()?;
        for entry in std::fs::read_dir(node.data())? {
            let path = entry?.path();
            if !path.ends_with("link.key") {
                if path.is_dir() { std::fs::remove_dir_all(path)? } else { std::fs::remove_file(path)? }
            }
        }
        random.pause(1_000).await;
        node.start()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_that_breaks_its_word_forks_nothing_and_is_named() -> Result<()> {
    let seed = seed();
    let mut network = Network::found(seed).await?;
    byzantine::tempt(&mut network)?;
    rounds("validator that breaks its word", network, seed, async |network, random| {
        byzantine::round(network, random).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_files_are_named_or_harmless() -> Result<()> {
    let seed = seed();
    rounds("damaged files", Network::found(seed).await?, seed, async |network, random| {
        damage::round(network, random).await
    })
    .await
}

fn two(random: &mut Random) -> (usize, usize) {
    let first = random.node();
    let second = others(first)[random.below(SIZE as u64 - 1) as usize];
    (first, second)
}

/// What was under way ends; after it, nothing is decided. A node that is behind may still fetch what another has.
async fn stands_still(network: &Network, nodes: &[usize]) -> Result<()> {
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let before = highest(network, nodes).await?;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let after = highest(network, nodes).await?;
    ensure!(before == after, "nodes {nodes:?} went from {before} to {after} without a quorum");
    Ok(())
}

async fn highest(network: &Network, nodes: &[usize]) -> Result<u64> {
    let mut highest = 0;
    for &node in nodes {
        highest = highest.max(network.height(node).await?);
    }
    Ok(highest)
}

/// The node says that it has stopped, or ends.
async fn stops(network: &Network, victim: usize) -> Result<()> {
    actors::until("the node to stop", network::PATIENCE, async || {
        if network.nodes[victim].ended()?.is_some() {
            return Ok(Some(()));
        }
        match network.get(victim, "/readyz").await {
            Ok(answer) if answer.status == 200 => bail!("it is still ready"),
            Ok(_) => Ok(Some(())),
            Err(error) => Err(error),
        }
    })
    .await
    .with_context(|| network.nodes[victim].tail())
}
