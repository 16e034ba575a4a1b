//! Files that a crash, a bad disk or a careless hand damaged, found at the next start.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::network::{Network, Node, PATIENCE};
use super::{Random, others};

/// A file relative to the node's folder, and what a message about it contains.
struct Target {
    path: &'static str,
    words: &'static [&'static str],
}

const TARGETS: [Target; 7] = [
    Target { path: "data/chain.redb", words: &["chain.redb"] },
    Target { path: "data/consensus.wal", words: &["consensus.wal"] },
    Target { path: "data/link.key", words: &["link.key"] },
    Target { path: "genesis.json", words: &["genesis.json", "another chain than the genesis"] },
    Target { path: "keys/validator.key", words: &["the key file validator"] },
    Target { path: "keys/validator.signed", words: &["validator.signed"] },
    Target { path: "keys/sealing.key", words: &["sealing key", "sealed under another key"] },
];

/// Ends a node, damages one file, and starts it: either it says what is wrong and ends, and then it is repaired as the
/// message says, or it runs, and what it serves is compared like every node's.
pub async fn round(network: &Network, random: &mut Random) -> Result<()> {
    let node = &network.nodes[random.node()];
    // A database that was closed in order is trusted more at the next start than one that was not.
    if random.below(2) == 0 {
        node.kill()?
    } else {
        node.terminate().await?
    }
    // Nearly all of a node's bytes are in the first.
    let chosen = if random.below(3) == 0 { 0 } else { random.below(TARGETS.len() as u64) };
    let target = &TARGETS[chosen as usize];
    let file = node.folder.join(target.path);
    let whole = std::fs::read(&file).with_context(|| file.display().to_string())?;
    let how = damage(&file, &whole, random)?;
    let said = node.log_from(0).len();
    node.start()?;
    match outcome(network, node).await? {
        Outcome::Runs => println!("  node {}: {how}: runs", node.index),
        Outcome::Refuses => {
            let log = node.log_from(said);
            let names = |line: &&str| target.words.iter().any(|words| line.contains(words));
            let message = log.lines().rfind(names);
            let message =
                message.with_context(|| format!("{how}: the message does not name the file: {log}"))?;
            println!("  node {}: {how}: {message}", node.index);
            repair(target, &file, &whole)?;
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

/// Keys and genesis come from the backup; so does the record of signed votes, which here is no older than the node's
/// end. The chain is fetched again from the others.
fn repair(target: &Target, file: &Path, whole: &[u8]) -> Result<()> {
    if ["data/chain.redb", "data/consensus.wal"].contains(&target.path) {
        return Ok(std::fs::remove_file(file)?);
    }
    Ok(std::fs::write(file, whole)?)
}

/// It runs once it has what the others had when it was started; ready alone says little of what comes next.
async fn outcome(network: &Network, node: &Node) -> Result<Outcome> {
    let mut tip = 0;
    for other in others(node.index) {
        tip = tip.max(network.height(other).await?);
    }
    let begun = std::time::Instant::now();
    while begun.elapsed() < PATIENCE {
        if node.ended()?.is_some() {
            return Ok(Outcome::Refuses);
        }
        match network.get(node.index, "/readyz").await {
            Ok(answer) if answer.text().contains("stopped") => return Ok(Outcome::Refuses),
            Ok(answer) if answer.status == 200 && network.height(node.index).await? > tip => {
                return Ok(Outcome::Runs);
            }
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    bail!("it neither runs nor says what is wrong: {}", node.tail())
}
