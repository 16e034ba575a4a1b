//! Files that a crash, a bad disk or a careless hand damaged, found at the next start.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use super::Random;
use super::network::{Network, Node, PATIENCE};

/// Relative to the node's folder.
const FILES: [&str; 6] = [
    "data/chain.redb",
    "data/consensus.wal",
    "data/link.key",
    "genesis.json",
    "keys/validator",
    "keys/sealing.key",
];

/// Kills a node, damages one file, and starts it: either it says what is wrong and nothing is served, and then it is
/// repaired as the message says, or it runs, and what it serves is compared like every node's.
pub async fn round(network: &Network, random: &mut Random) -> Result<()> {
    let node = &network.nodes[random.node()];
    node.kill()?;
    let file = find(node, random)?;
    let whole = std::fs::read(&file)?;
    let how = damage(&file, &whole, random)?;
    let said = node.log_from(0).len();
    node.start()?;
    match outcome(network, node).await? {
        Outcome::Runs => println!("  node {}: {how}: runs", node.index),
        Outcome::Refuses => {
            let log = node.log_from(said);
            let message = log.lines().last().unwrap_or_default().to_owned();
            println!("  node {}: {how}: {message}", node.index);
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            ensure!(log.contains(name), "{how}: the message does not name the file: {log}");
            repair(node, &file, &whole)?;
            node.kill()?;
            node.start()?;
        }
    }
    Ok(())
}

enum Outcome {
    Runs,
    Refuses,
}

fn find(node: &Node, random: &mut Random) -> Result<PathBuf> {
    let there: Vec<_> =
        FILES.iter().map(|name| node.folder.join(name)).filter(|path| path.exists()).collect();
    let chosen = random.below(there.len() as u64) as usize;
    there.get(chosen).cloned().context("none of the node's files is there")
}

/// Cuts the file short, overwrites a stretch, or flips one bit.
fn damage(path: &Path, whole: &[u8], random: &mut Random) -> Result<String> {
    let mut bytes = whole.to_vec();
    let length = bytes.len() as u64;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let at = random.below(length) as usize;
    let how = match random.below(3) {
        0 => {
            bytes.truncate(at);
            format!("{name} cut to {at} of {length} bytes")
        }
        1 => {
            let end = (at + 4096).min(bytes.len());
            for byte in &mut bytes[at..end] {
                *byte = random.below(256) as u8;
            }
            format!("{name} overwritten from {at} to {end} of {length}")
        }
        _ => {
            bytes[at] ^= 1 << random.below(8);
            format!("{name} with one bit flipped at {at} of {length}")
        }
    };
    std::fs::write(path, bytes)?;
    Ok(how)
}

/// Keys and genesis come from the backup; chain data is fetched again from the others.
fn repair(node: &Node, file: &Path, whole: &[u8]) -> Result<()> {
    if file.ends_with("chain.redb") || file.ends_with("consensus.wal") {
        for name in ["chain.redb", "consensus.wal"] {
            let path = node.data().join(name);
            if path.exists() {
                std::fs::remove_file(path)?;
            }
        }
        return Ok(());
    }
    Ok(std::fs::write(file, whole)?)
}

async fn outcome(network: &Network, node: &Node) -> Result<Outcome> {
    let begun = std::time::Instant::now();
    while begun.elapsed() < PATIENCE {
        if node.ended()?.is_some() {
            return Ok(Outcome::Refuses);
        }
        match network.get(node.index, "/readyz").await {
            Ok(answer) if answer.status == 200 => return Ok(Outcome::Runs),
            Ok(answer) if answer.text().contains("stopped") => return Ok(Outcome::Refuses),
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    bail!("it neither runs nor says what is wrong: {}", node.tail())
}
