//! Block time and the heartbeat on a running network.

use std::time::Duration;

use actors::Network;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::Agent;

const WATCHED: Duration = Duration::from_secs(6);

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_network_beats_as_often_as_its_members_decide() -> Result<()> {
    let network = Network::found().await?;
    let before = network.height("undp").await?;
    tokio::time::sleep(WATCHED / 2).await;
    ensure!(network.height("undp").await? == before, "an idle chain rests for a minute");

    network.decide(&["set-params", "heartbeatMs=1000"])?;
    let first = network.height("undp").await?;
    tokio::time::sleep(WATCHED).await;
    let last = network.height("wfp").await?;
    let beats = last.saturating_sub(first);
    ensure!((3..=8).contains(&beats), "{beats} heartbeats in {WATCHED:?}");

    let mut time = 0;
    for height in first..=last {
        let url = format!("{}/v1/blocks/{height}", network.node("unicef"));
        let block = Agent::new().get(url).await?.expect(200)?.json()?;
        let now = block.pointer("/header/timeMs").and_then(Value::as_u64).context("no time")?;
        ensure!(now > time, "the time of block {height} is not later than the one before");
        time = now;
        // A heartbeat changes no record, so the state's root stays.
        let transactions = block.pointer("/transactions").and_then(Value::as_array).context("no list")?;
        ensure!(height == first || transactions.is_empty(), "{block}");
    }
    network.finish()
}
