//! A validator's keys are replaced as the operators' page says: the one that votes by a decision of the members, the one of
//! its links by the operators among themselves.

use std::time::Duration;

use actors::{MEMBERS, Network, until};
use anyhow::{Context as _, Result, ensure};
use registry_types::address_of;
use serde_json::Value;
use testkit::Agent;

const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_gets_another_key_by_vote() -> Result<()> {
    let mut network = Network::found().await?;
    network.stop()?;
    let mut nodes = network.run(&MEMBERS).await?;
    network.registry(&["node-keys", "--data", "unjspf-fresh"])?;
    let (old, new) = (network.validator_key("unjspf")?, network.validator_key("unjspf-fresh")?);
    network.decide(&["rotate-validator", &old, &new])?;

    // With the old key it decides nothing any more, and the others go on.
    network.act("undp", "describe-validator", &[&network.validator_key("undp")?, "--host", "first"])?;
    let decided = newest(&network.node("undp")).await?;
    ensure!(!is_signed_by(&decided, &old)?, "a key that was replaced signed {decided}");

    nodes.pop().context("four nodes")?.stop()?;
    network.use_keys("unjspf", "unjspf-fresh")?;
    nodes.extend(network.run(&MEMBERS[3..]).await?);
    signs(&network, &network.node("undp"), &new).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_gets_another_link_key_and_the_others_are_told() -> Result<()> {
    let mut network = Network::found().await?;
    network.stop()?;
    let old = network.peers()?.pop().context("four peers")?;
    std::fs::rename(network.path("unjspf/chain/link.key"), network.path("link.key.old"))?;
    network.registry(&["node-keys", "--data", "unjspf"])?;
    let new = network.peers()?.pop().context("four peers")?;
    ensure!(old != new, "the peer id is the same");

    // The others do not know it yet, and go on without it.
    let mut others = network.run(&MEMBERS[..3]).await?;
    let mut nodes = network.run(&MEMBERS[3..]).await?;
    let before = network.height("unjspf").await?;
    network.act("undp", "describe-validator", &[&network.validator_key("undp")?, "--host", "first"])?;
    ensure!(network.height("unjspf").await? == before, "a stranger was let in");

    others.clear();
    network.replace_peer(&old, &new)?;
    nodes.extend(network.run(&MEMBERS[..3]).await?);
    let key = network.validator_key("unjspf")?;
    signs(&network, &network.node("undp"), &key).await?;
    let newest = network.height("undp").await?;
    until("the node to follow", PATIENCE, async || {
        Ok((network.height("unjspf").await? >= newest).then_some(()))
    })
    .await
}

/// Waits until a certificate that a node serves carries the signature of a validator's key. Not each certificate holds
/// each signature: a quorum is enough.
pub async fn signs(network: &Network, node: &str, key: &str) -> Result<()> {
    let founder = network.validator_key("undp")?;
    until("its signature", PATIENCE, async || {
        let head = newest(node).await?;
        let height = head.pointer("/header/height").and_then(Value::as_u64).unwrap_or_default();
        // Each act makes a block.
        let host = format!("UNDP, rack {height}");
        network.act("undp", "describe-validator", &[&founder, "--host", &host])?;
        Ok(is_signed_by(&head, key)?.then_some(()))
    })
    .await
    .with_context(|| network.logs())
}

async fn newest(node: &str) -> Result<Value> {
    Agent::new().get(format!("{node}/v1/headers/latest")).await?.expect(200)?.json()
}

fn is_signed_by(head: &Value, key: &str) -> Result<bool> {
    let address = hex::encode(address_of(&hex::decode(key)?.try_into().ok().context("a key has 32 bytes")?));
    let signatures = head.pointer("/certificate/signatures").and_then(Value::as_array);
    let by = |one: &Value| one.pointer("/validator").and_then(Value::as_str) == Some(&address);
    Ok(signatures.is_some_and(|all| all.iter().any(by)))
}
