//! A wallet of others that the issuer knows: authorization code flow, attestations, deferred issuance.

use std::process::Stdio;

use actors::Officer;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{HolderKey, Mode, Service, Stack, StackOptions};

use super::{STAFF, offered};

/// An app on this machine that listens where a port is free; nothing has to listen, since the script reads the address.
const REDIRECT_URI: &str = "http://127.0.0.1:49731/callback";

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_of_others_completes_every_flow() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..StackOptions::default() }).await?;
    let attester = HolderKey::from_label("the wallet provider");
    stack.terminate(Service::Issuer.name()).await?;
    configure(&stack, &attester.jwk())?;
    stack.restart(Service::Issuer).await?;

    let hr = Officer::register(&stack, "undp").await?;
    let list = hr.submit_list("staff-undp.csv", STAFF).await?;
    hr.confirm_list_with(&list, &["employment"]).await?;
    hr.wait_for_list(&list).await?;
    hr.fetch_offers(&list).await?;
    let numbers = hr.numbers(STAFF)?;
    let offers: Result<Vec<Value>> = numbers.iter().take(4).map(|number| offered(&hr, number)).collect();
    // Only with a second person there is somebody to wait for.
    let link = hr.invite(&["officer", "approver"]).await?;
    let approver = Officer::by_link(&stack, "undp", &link).await?;

    let input = json!({
        "issuer": stack.url(Service::Issuer),
        "offers": offers?,
        "client": "demo-wallet",
        "attestedClient": "attested-wallet",
        "redirectUri": REDIRECT_URI,
        "attester": attester.private_jwk(),
    });
    let file = stack.data().join("flows.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/flows.mjs");
    let mut wallet =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).spawn()?;
    let status = tokio::select! {
        status = wallet.wait() => status?,
        approved = approver.approve_next() => {
            approved?;
            wallet.wait().await?
        }
    };
    ensure!(status.success(), "tests/interop/flows.mjs failed (npm ci in tests/interop?)");
    let copies = hr.copies(numbers.get(3).context("a short list")?).await?;
    ensure!(copies.iter().any(|copy| copy.kind.contains("Employment")), "no deferred copy: {copies:?}");
    stack.finish().await
}

/// Employment waits for a second person, a wallet provider is trusted, and one wallet has to show that it is its.
fn configure(stack: &Stack, attester: &Value) -> Result<()> {
    let path = stack.data().join("config/issuer.toml");
    let mut config: toml::Table = std::fs::read_to_string(&path)?.parse()?;
    let tenants = config.get_mut("tenants").and_then(toml::Value::as_array_mut).context("no tenants")?;
    let undp = tenants.iter_mut().find(|it| it.get("id").and_then(toml::Value::as_str) == Some("undp"));
    let undp = undp.and_then(toml::Value::as_table_mut).context("no UNDP")?;
    undp.insert("approved_types".into(), toml::Value::try_from(["Employment"])?);
    let clients = config.get_mut("clients").and_then(toml::Value::as_array_mut).context("no clients")?;
    clients.push(toml::Value::try_from(json!({
        "client_id": "attested-wallet",
        "name": "A wallet with an attestation",
        "redirect_uris": [REDIRECT_URI],
        "dpop_bound_access_tokens": true,
        "attested": true,
    }))?);
    let attesters = json!([{ "name": "The wallet provider", "jwk": attester }]);
    config.insert("attesters".into(), toml::Value::try_from(attesters)?);
    Ok(std::fs::write(&path, toml::to_string(&config)?)?)
}
