//! People sign in to applications by OpenID Connect, with a client library of others and our wallet.

use std::process::Stdio;

use actors::text;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Mode, Service, Stack, StackOptions};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::person_with_credential;

const OPEN_CALLBACK: &str = "http://127.0.0.1:49733/callback";

#[tokio::test(flavor = "multi_thread")]
async fn a_client_library_of_others_signs_people_in() -> Result<()> {
    let stack = Stack::start(StackOptions { mode: Mode::Apart, ..StackOptions::default() }).await?;
    stack.terminate(Service::Verifier.name()).await?;
    register_public_application(&stack)?;
    stack.restart(Service::Verifier).await?;
    let person = person_with_credential(&stack).await?;
    let application = stack.welcome()?.get("application").cloned().context("no demonstration application")?;
    let input = json!({
        "issuer": text(&application, "/issuer")?,
        "confidential": application,
        "open": { "client_id": "open-application", "redirect_uri": OPEN_CALLBACK },
    });
    let file = stack.data().join("oidc.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/oidc.mjs");
    let mut application = tokio::process::Command::new("node")
        .arg(script)
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut pages = BufReader::new(application.stdout.take().context("no output")?).lines();
    let mut told = application.stdin.take().context("no input")?;
    while let Some(line) = pages.next_line().await? {
        let page: Value = serde_json::from_str(&line)?;
        let link = text(&page, "/link")?;
        match text(&page, "/wallet")?.as_str() {
            "refuse" => person.refuse(&link).await?,
            _ => person.present(&link, None).await?,
        };
        told.write_all(b"answered\n").await?;
    }
    ensure!(application.wait().await?.success(), "tests/interop/oidc.mjs failed (npm ci in tests/interop?)");
    stack.finish().await
}

/// An application in the browser has no secret.
fn register_public_application(stack: &Stack) -> Result<()> {
    let path = stack.data().join("config/verifier.toml");
    let mut config: toml::Table = std::fs::read_to_string(&path)?.parse()?;
    let clients = config.get_mut("oidc").and_then(|oidc| oidc.get_mut("clients"));
    let clients = clients.and_then(toml::Value::as_array_mut).context("no applications")?;
    clients.push(toml::Value::try_from(json!({
        "id": "open-application",
        "name": "An application in the browser",
        "redirect_uris": [OPEN_CALLBACK],
        "policy": "staff-identity-anchored",
        "claims": { "given_name": "givenName" },
    }))?);
    Ok(std::fs::write(&path, toml::to_string(&config)?)?)
}
