//! Rules change at a height: nodes that do not know them halt before it, lose nothing, and go on with a release that does.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actors::{MEMBERS, Network, until};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::Agent;

use super::byzantine::misbehaving;

/// How far ahead the members schedule it: their votes take some blocks themselves, and the chain beats every second.
const AHEAD: u64 = 30;
const PATIENCE: Duration = Duration::from_secs(60);

/// A node's process, ended with the test.
struct Node(Child);

impl Drop for Node {
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
    network.decide(&["set-params", "heartbeatMs=1000"])?;
    let at = network.height("undp").await? + AHEAD;
    let (path, height) = (release.display().to_string(), at.to_string());
    network.decide(&["schedule-upgrade", &path, "--rules", "2", "--at-height", &height])?;
    ensure!(network.height("undp").await? < at, "the votes took too many blocks");

    // Each halts with the block before the height, and says why.
    until("all nodes to halt", PATIENCE, async || {
        let mut halted = 0;
        for member in MEMBERS {
            halted += usize::from(status(&network, member).await? == 503);
        }
        Ok((halted == MEMBERS.len()).then_some(()))
    })
    .await
    .with_context(|| network.logs())?;
    for member in MEMBERS {
        ensure!(network.height(member).await? == at - 1, "{member} is not before the height");
    }
    drop(nodes);
    let logs = MEMBERS.map(|member| std::fs::read_to_string(network.path(&format!("{member}.log"))));
    let say_why = logs.into_iter().flatten().filter(|log| log.contains("follows rules version 2")).count();
    ensure!(say_why == MEMBERS.len(), "{}", network.logs());

    // Three of four install the release.
    let upgraded = MEMBERS[..3].iter().map(|member| start(&network, &release, member));
    let _upgraded = upgraded.collect::<Result<Vec<_>>>()?;
    until("the height of the upgrade", PATIENCE, async || {
        Ok((network.height("undp").await? >= at).then_some(()))
    })
    .await
    .with_context(|| network.logs())?;
    let key = network.validator_key("undp")?;
    network.act("undp", "describe-validator", &[&key, "--host", "after"])?;
    let url = format!("{}/v1/records/params/-", network.node("wfp"));
    let params = Agent::new().get(url).await?.expect(200)?.json()?;
    ensure!(params.pointer("/value/rules") == Some(&Value::from(2)), "{params}");

    // The last is late: it halts again, and catches up once it has the release.
    let late = Node(network.node_command(MEMBERS[3])?.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    until("the late node to halt", PATIENCE, async || {
        Ok((status(&network, MEMBERS[3]).await? == 503).then_some(()))
    })
    .await?;
    ensure!(network.height(MEMBERS[3]).await? == at - 1, "it went past what it does not know");
    drop(late);
    let _late = start(&network, &release, MEMBERS[3])?;
    let newest = network.height("undp").await?;
    until("the late node", PATIENCE, async || Ok((network.height(MEMBERS[3]).await? >= newest).then_some(())))
        .await
}

/// 503 when a node takes no part any more; it still answers readers.
async fn status(network: &Network, member: &str) -> Result<u16> {
    Ok(Agent::new().get(format!("{}/readyz", network.node(member))).await?.status)
}

fn start(network: &Network, release: &std::path::Path, member: &str) -> Result<Node> {
    let log = std::fs::OpenOptions::new().append(true).open(network.path(&format!("{member}.log")))?;
    let child = Command::new(release)
        .arg(format!("{member}/registry.toml"))
        .current_dir(network.path("."))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    Ok(Node(child))
}
