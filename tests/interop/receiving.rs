//! Our wallet at an issuer of others that demands all it can: DPoP with nonces, attestation of the wallet, encryption.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use actors::{Person, text, until};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Agent, Service, Stack, free_base_port};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

const CLIENT_ID: &str = "https://wallet.example";

/// On a stack whose services run apart: the wallet is configured anew.
pub async fn our_wallet_is_served(stack: &Stack) -> Result<()> {
    stack.terminate(Service::Wallet.name()).await?;
    configure(stack)?;
    stack.restart(Service::Wallet).await?;
    let url = format!("{}/v1/client-attester", stack.url(Service::Wallet));
    let attester = Agent::new().get(url).await?.expect(200)?.json()?;
    ensure!(text(&attester, "/clientId")? == CLIENT_ID, "{attester}");
    let port = free_base_port(1)?;
    let input = json!({ "port": port, "attester": attester.get("jwk"), "clientId": CLIENT_ID });
    let file = stack.data().join("issuer-of-others.json");
    std::fs::write(&file, input.to_string())?;
    let mut issuer = serve(&file).await?;

    let person = Person::register(stack, "somebody at an issuer of others").await?;
    let received = person.receive(&format!("http://localhost:{port}/offer"), None).await?;
    let first = received.first().context("nothing came")?;
    ensure!(text(first, "/issuer/host")? == format!("localhost:{port}"), "{first}");
    ensure!(first.pointer("/issuer/proven").and_then(Value::as_bool) == Some(false), "{first}");
    ensure!(first.to_string().contains("Amina"), "{first}");

    // The notification is told in the background.
    let agent = Agent::new();
    let seen = until("the notification", Duration::from_secs(20), async || {
        let seen = agent.get(format!("http://localhost:{port}/seen")).await?.expect(200)?.json()?;
        Ok((seen.get("notifications") == Some(&json!(1))).then_some(seen))
    })
    .await?;
    drop(issuer.stdin.take());
    ensure!(issuer.wait().await?.success(), "tests/interop/issuer.mjs failed");
    let counted =
        ["tokens", "credentials", "notifications"].map(|name| seen.get(name).and_then(Value::as_u64));
    ensure!(counted == [Some(1); 3], "{seen}");
    ensure!(seen.get("nonces").and_then(Value::as_u64) >= Some(1), "a nonce was demanded: {seen}");
    Ok(())
}

fn configure(stack: &Stack) -> Result<()> {
    let path = stack.data().join("config/wallet.toml");
    let mut config: toml::Table = std::fs::read_to_string(&path)?.parse()?;
    let wallet = config.get_mut("wallet").and_then(toml::Value::as_table_mut).context("no wallet")?;
    wallet.insert("client_id".into(), CLIENT_ID.into());
    let keys = config.get_mut("keys").and_then(toml::Value::as_table_mut).context("no keys")?;
    keys.insert("client_attestation".into(), toml::Table::new().into());
    Ok(std::fs::write(&path, toml::to_string(&config)?)?)
}

async fn serve(input: &Path) -> Result<Child> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/issuer.mjs");
    let mut issuer = Command::new("node")
        .arg(script)
        .arg(input)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut said = BufReader::new(issuer.stdout.take().context("no output")?).lines();
    let ready = said.next_line().await?;
    ensure!(ready.as_deref() == Some("ready"), "tests/interop/issuer.mjs does not start (npm ci?)");
    Ok(issuer)
}
