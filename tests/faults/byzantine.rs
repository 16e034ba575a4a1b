//! A validator that signs two different things, or sends garbage: a build of the node for this test alone
//! (`registry`'s feature `misbehave`), told by a file what to do.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::network::{Network, PATIENCE, SIZE, Surroundings};
use super::{Random, others};

/// Stands in every program that contains the misbehaviour.
const MARK: &[u8] = b"this build of the node misbehaves on purpose";

/// Every node is told to misbehave, all the time. The product's build must not listen.
pub fn tempt(network: &mut Network) -> Result<()> {
    network.surround(|node| tempted(node, None, "sign-twice"))
}

fn tempted(node: &Path, binary: Option<PathBuf>, deed: &str) -> Result<Surroundings> {
    std::fs::write(node.join("deed"), deed)?;
    let environment = vec![("REGISTRY_MISBEHAVE".to_owned(), node.join("deed").display().to_string())];
    Ok(Surroundings { environment, binary, ..Surroundings::default() })
}

/// One validator is replaced by the misbehaving build for a while.
pub async fn round(network: &mut Network, random: &mut Random) -> Result<()> {
    let victim = random.node();
    let deed = if random.below(2) == 0 { "sign-twice" } else { "send-garbage" };
    println!("  node {victim}: {deed}");
    become_build(network, victim, Some(misbehaving()?), "behave")?;
    network.caught_up(victim).await?;
    let before = accusations(network, victim)?;
    std::fs::write(network.nodes[victim].folder.join("deed"), deed)?;
    network.progress(&others(victim), 3).await?;
    random.pause(3_000).await;
    if deed == "send-garbage" {
        // Whoever returns now is offered spoilt blocks to catch up with.
        let returning = others(victim)[random.below(SIZE as u64 - 1) as usize];
        network.nodes[returning].kill()?;
        random.pause(2_000).await;
        network.nodes[returning].start()?;
        network.caught_up(returning).await?;
    } else {
        actors::until("evidence of signing twice", PATIENCE, async || {
            Ok((accusations(network, victim)? > before).then_some(()))
        })
        .await?;
    }
    network.progress(&others(victim), 2).await?;
    become_build(network, victim, None, "sign-twice")
}

fn become_build(network: &mut Network, victim: usize, binary: Option<PathBuf>, deed: &str) -> Result<()> {
    let node = &mut network.nodes[victim];
    node.kill()?;
    if binary.is_some() {
        std::fs::write(node.folder.join("misbehaved"), [])?;
    }
    node.surroundings = tempted(&node.folder, binary, deed)?;
    node.start()
}

/// How often the others said that this validator signed two things.
fn accusations(network: &Network, victim: usize) -> Result<usize> {
    let address = network.address(victim).context("it is no validator")?;
    let logs = others(victim).into_iter().map(|other| network.nodes[other].log_from(0));
    let lines = |log: String| {
        log.lines().filter(|line| line.contains("signed two different") && line.contains(&address)).count()
    };
    Ok(logs.map(lines).sum())
}

/// Nobody who never ran the misbehaving build has signed two things: not after a crash, not with files damaged or gone.
pub async fn no_false_evidence(network: &Network) -> Result<()> {
    let misbehaved = network.nodes.iter().filter(|node| node.folder.join("misbehaved").exists());
    let known: Vec<_> = misbehaved.filter_map(|node| network.address(node.index)).collect();
    for node in 0..SIZE {
        let answer = network.get(node, "/v1/evidence").await?.expect(200)?.json()?;
        for double in answer.as_array().context("no list")? {
            let accused = double.get("validator").and_then(Value::as_str).context("nobody accused")?;
            ensure!(known.iter().any(|known| known == accused), "node {node} accuses {accused}: {double}");
        }
    }
    Ok(())
}

/// Told nothing, it behaves.
pub fn misbehaving() -> Result<PathBuf> {
    let path = match std::env::var_os("MISBEHAVING_NODE") {
        Some(path) => PathBuf::from(path),
        None => testkit::binary()?.with_file_name("misbehaving-node"),
    };
    ensure!(
        path.is_file(),
        "{} is not there: tests/run --only faults builds it: cargo build --workspace --features registry/misbehave --bin misbehaving-node",
        path.display()
    );
    Ok(path)
}

#[test]
fn no_delivered_build_can_misbehave() -> Result<()> {
    let holds = |path: &Path| -> Result<bool> {
        Ok(std::fs::read(path)?.windows(MARK.len()).any(|window| window == MARK))
    };
    ensure!(
        holds(&misbehaving()?)?,
        "the mark is not where it must be, so its absence elsewhere says nothing"
    );
    ensure!(!holds(&testkit::binary()?)?, "the product's binary was built with the feature `misbehave`");
    Ok(())
}
