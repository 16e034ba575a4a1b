//! Rules change at a height: nodes that do not know them halt before it, lose nothing, and go on with a release that does.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actors::{MEMBERS, Network, until};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::{Agent, binary};

use super::byzantine::misbehaving;

/// How far ahead the members schedule it: their votes take some blocks themselves.
const AHEAD: u64 = 10;
const PATIENCE: Duration = Duration::from_secs(60);

/// Ended with the test.
struct Waiting(Child);

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_rules_halt_old_releases_before_their_height() -> Result<()> {
    let mut network = Network::found().await?;
    network.stop()?;
    let nodes = network.run(&MEMBERS).await?;
    let release = misbehaving()?;
    let at = network.height("undp").await? + AHEAD;
    let (path, height) = (release.display().to_string(), at.to_string());
    network.decide(&["schedule-upgrade", &path, "--rules", "2", "--at-height", &height])?;
    ensure!(network.height("undp").await? < at, "the votes took too many blocks");
    let mut number = 0;
    while network.height("undp").await? + 1 < at {
        number += 1;
        network.act("undp", "describe-validator", &[&key(&network)?, "--host", &format!("rack {number}")])?;
    }

    let waiting = something_to_decide(&network)?;
    for member in MEMBERS {
        halted(&network, member).await.with_context(|| network.logs())?;
        ensure!(network.height(member).await? == at - 1, "{member} is not before the height");
    }
    drop((waiting, nodes));
    for member in MEMBERS {
        let log = std::fs::read_to_string(network.path(&format!("{member}.log")))?;
        ensure!(log.contains("follows rules version 2"), "{member} does not say why: {log}");
    }

    // Three of four install the release.
    let upgraded = MEMBERS[..3].iter().map(|member| start(&network, &release, member));
    let _upgraded = upgraded.collect::<Result<Vec<_>>>()?;
    for member in &MEMBERS[..3] {
        ready(&network, member).await.with_context(|| network.logs())?;
    }
    network.act("undp", "describe-validator", &[&key(&network)?, "--host", "after"])?;
    ensure!(network.height("undp").await? >= at, "the height of the upgrade is not decided");
    let url = format!("{}/v1/records/params/-", network.node("wfp"));
    let params = Agent::new().get(url).await?.expect(200)?.json()?;
    ensure!(params.pointer("/value/rules") == Some(&Value::from(2)), "{params}");

    // The last is late: it halts again, and catches up once it has the release.
    let late = network.run(&MEMBERS[3..]).await?;
    halted(&network, MEMBERS[3]).await?;
    ensure!(network.height(MEMBERS[3]).await? == at - 1, "it went past what it does not know");
    drop(late);
    let _late = start(&network, &release, MEMBERS[3])?;
    let newest = network.height("undp").await?;
    until("the late node", PATIENCE, async || Ok((network.height(MEMBERS[3]).await? >= newest).then_some(())))
        .await
}

fn key(network: &Network) -> Result<String> {
    network.validator_key("undp")
}

fn something_to_decide(network: &Network) -> Result<Waiting> {
    let (node, key) = (network.node("undp"), key(network)?);
    let child = Command::new(binary()?)
        .args(["registry", "describe-validator", "--node", &node, "--genesis", "genesis.json"])
        .args(["--id", "undp", "--keys", "undp-keys", &key, "--host", "waiting"])
        .current_dir(network.path("."))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(Waiting(child))
}

/// It takes no part any more, and still answers readers.
async fn halted(network: &Network, member: &str) -> Result<()> {
    status(network, member, 503).await
}

async fn ready(network: &Network, member: &str) -> Result<()> {
    status(network, member, 200).await
}

async fn status(network: &Network, member: &str, wanted: u16) -> Result<()> {
    let url = format!("{}/readyz", network.node(member));
    until("its readiness", PATIENCE, async || {
        Ok(Agent::new().get(&url).await.is_ok_and(|answer| answer.status == wanted).then_some(()))
    })
    .await
    .with_context(|| format!("{member}: {wanted}"))
}

fn start(network: &Network, release: &std::path::Path, member: &str) -> Result<Waiting> {
    let log = std::fs::OpenOptions::new().append(true).open(network.path(&format!("{member}.log")))?;
    let child = Command::new(release)
        .arg(format!("{member}/registry.toml"))
        .current_dir(network.path("."))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    Ok(Waiting(child))
}
