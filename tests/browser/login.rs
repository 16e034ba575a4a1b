//! Signing in to an application with UN digital ID: the page of the bridge in Chromium, answered by our wallet.

use std::process::Stdio;

use actors::text;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use crate::interop::person_with_credential;
use crate::up;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_sign_in_leads_back_to_the_application() -> Result<()> {
    let stack = up().await?;
    let person = person_with_credential(&stack).await?;
    let application = stack.welcome()?.get("application").cloned().context("no demonstration application")?;
    let input = json!({
        "application": application,
        "shots": concat!(env!("CARGO_MANIFEST_DIR"), "/browser/shots/login"),
    });
    let file = stack.data().join("login.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/login.mjs");
    let mut browser = tokio::process::Command::new("node")
        .arg(script)
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut said = BufReader::new(browser.stdout.take().context("no output")?).lines();
    let mut told = browser.stdin.take().context("no input")?;
    while let Some(line) = said.next_line().await? {
        let Ok(page) = serde_json::from_str::<Value>(&line) else {
            println!("{line}");
            continue;
        };
        let link = text(&page, "/link")?;
        match text(&page, "/wallet")?.as_str() {
            "refuse" => person.refuse(&link).await?,
            _ => person.present(&link, None).await?,
        };
        told.write_all(b"answered\n").await?;
    }
    ensure!(browser.wait().await?.success(), "tests/browser/login.mjs failed (npm ci in tests/browser?)");
    stack.finish().await
}
