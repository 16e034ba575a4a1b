//! Two of four validators are lost for good, so no block can be decided: the governors restart the chain with new ones.

use std::process::{Command, Stdio};
use std::time::Duration;

use actors::{Network, until};
use anyhow::{Context as _, Result, bail, ensure};
use testkit::binary;

/// Whose machines are left.
const LEFT: [&str; 2] = ["undp", "wfp"];

#[tokio::test(flavor = "multi_thread")]
async fn the_governors_restart_a_chain_that_lost_its_quorum() -> Result<()> {
    let mut network = Network::found().await?;
    describe(&network, "undp", "undp")?;
    network.stop()?;
    let mut nodes = network.run(&LEFT).await?;
    let stopped_at = network.height("undp").await?.max(network.height("wfp").await?);
    nothing_is_decided(&network, stopped_at).await?;

    plan(&network)?;
    sign(&network, &["undp", "wfp"])?;
    nodes.clear();
    for member in LEFT {
        take(&network, member)?;
        network.use_keys(member, &format!("{member}-fresh"))?;
    }
    let refused = refusal(&network, "undp")?;
    ensure!(refused.contains("2 of 4 governors signed"), "{refused}");

    // The third governor's machine is lost; its key never lay there.
    sign(&network, &["unicef"])?;
    for member in LEFT {
        take(&network, member)?;
    }
    nodes.extend(network.run(&LEFT).await?);
    // The block that carries the restart needs no transaction.
    until("the chain to go on", Duration::from_secs(60), async || {
        Ok((network.height("undp").await? > stopped_at).then_some(()))
    })
    .await
    .with_context(|| network.logs())?;
    describe(&network, "undp", "undp-fresh")?;
    // A reader that knows nothing but the genesis believes the new validators.
    let node = network.node("wfp");
    network.registry(&[
        "checkpoint",
        "--node",
        &node,
        "--genesis",
        "genesis.json",
        "--out",
        "newest.json",
    ])?;

    // A lost machine comes back with its data. With the restart it follows; its key decides nothing.
    take(&network, "unicef")?;
    nodes.extend(network.run(&["unicef"]).await?);
    let newest = network.height("undp").await?;
    until("the returned node", Duration::from_secs(60), async || {
        Ok((network.height("unicef").await? >= newest).then_some(()))
    })
    .await
}

/// What a node says that does not start.
fn refusal(network: &Network, member: &str) -> Result<String> {
    let output = network.node_command(member)?.output()?;
    ensure!(!output.status.success(), "{member} started");
    Ok(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

/// Something to decide, by the owner of the validator that lies in a folder.
fn describe(network: &Network, member: &str, folder: &str) -> Result<()> {
    let key = network.validator_key(folder)?;
    network.act(member, "describe-validator", &[&key, "--host", &format!("in {folder}")]).map(drop)
}

/// A transaction waits, and the height stays.
async fn nothing_is_decided(network: &Network, stopped_at: u64) -> Result<()> {
    let key = network.validator_key("undp")?;
    let (node, keys) = (network.node("undp"), "undp-keys");
    let mut waiting = Command::new(binary()?)
        .args(["registry", "describe-validator", "--node", &node, "--genesis", "genesis.json"])
        .args(["--id", "undp", "--keys", keys, &key, "--host", "waiting"])
        .current_dir(network.path("."))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let still_waiting = waiting.try_wait()?.is_none();
    waiting.kill()?;
    waiting.wait()?;
    ensure!(still_waiting, "the transaction was answered");
    for member in LEFT {
        let now = network.height(member).await?;
        if now > stopped_at {
            bail!("{member} is at block {now}, though two of four are away");
        }
    }
    Ok(())
}

fn plan(network: &Network) -> Result<()> {
    let nodes = LEFT.map(|member| network.node(member));
    let mut words = vec!["restart".to_owned(), "plan".to_owned()];
    for (member, node) in LEFT.iter().zip(nodes) {
        network.registry(&["node-keys", "--data", &format!("{member}-fresh")])?;
        let key = network.validator_key(&format!("{member}-fresh"))?;
        words.extend(["--node".to_owned(), node, "--validator".to_owned(), format!("{key}={member}=a host")]);
    }
    words.extend(["--genesis".to_owned(), "genesis.json".to_owned()]);
    network.registry(&words.iter().map(String::as_str).collect::<Vec<_>>()).map(drop)
}

fn sign(network: &Network, governors: &[&str]) -> Result<()> {
    for id in governors {
        let keys = format!("{id}-keys");
        let by = ["--genesis", "genesis.json", "--id", id, "--keys", &keys];
        network.registry(&[&["restart", "sign", "restart.json"][..], &by].concat())?;
    }
    Ok(())
}

fn take(network: &Network, member: &str) -> Result<()> {
    let config = format!("{member}/registry.toml");
    network.registry(&["restart", "take", "restart.json", "--config", &config]).map(drop)
}
