//! A receiver with the reference library of Standard Webhooks takes what we send, also after a failure and a rotation.

use std::process::Stdio;
use std::time::Duration;

use actors::Officer;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::STAFF;
use crate::up;

/// The receiver, which ends with its input.
struct Receiver {
    url: String,
    lines: Lines<BufReader<ChildStdout>>,
    secrets: ChildStdin,
    _process: Child,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_of_others_verifies_what_it_is_told() -> Result<()> {
    let stack = up().await?;
    let hr = Officer::register(&stack, "undp").await?;
    let mut receiver = Receiver::start().await?;
    let (page, secret) = hr.make_webhook(&receiver.url, &["offer.created"]).await?;
    receiver.expect(&secret).await?;

    hr.send(&format!("{page}/test"), &[]).await?;
    let refused = receiver.next().await?;
    let taken = receiver.next().await?;
    ensure!(refused["status"] == 500 && taken["status"] == 204, "{refused} {taken}");
    ensure!(refused["id"] == taken["id"] && taken["event"]["type"] == "webhook.test", "{refused} {taken}");

    let rotated = hr.rotate_webhook(&page).await?;
    hr.send(&format!("{page}/test"), &[]).await?;
    let by_old = receiver.next().await?;
    ensure!(by_old["verified"] == true, "the secret so far signs for a while: {by_old}");
    receiver.expect(&rotated).await?;
    hr.upload("staff-undp.csv", STAFF).await?;
    let offered = receiver.next().await?;
    ensure!(offered["verified"] == true && offered["altered"] == false, "{offered}");
    ensure!(offered["event"]["type"] == "offer.created", "{offered}");
    let data = offered["event"]["data"].as_object().context("no data")?;
    ensure!(data.keys().eq(["offer", "person"]), "identifiers only: {offered}");
    stack.finish().await
}

impl Receiver {
    async fn start() -> Result<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/webhooks.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("no node")?;
        let secrets = process.stdin.take().context("no input")?;
        let mut lines = BufReader::new(process.stdout.take().context("no output")?).lines();
        let url =
            lines.next_line().await?.context("the receiver did not start (npm ci in tests/interop?)")?;
        Ok(Self { url, lines, secrets, _process: process })
    }

    /// From now on what arrives is verified with this secret.
    async fn expect(&mut self, secret: &str) -> Result<()> {
        Ok(self.secrets.write_all(format!("{secret}\n").as_bytes()).await?)
    }

    /// What the receiver says of the next request.
    async fn next(&mut self) -> Result<Value> {
        let line = tokio::time::timeout(Duration::from_secs(30), self.lines.next_line()).await;
        let line = line.context("nothing arrived")??.context("the receiver ended")?;
        Ok(serde_json::from_str(&line)?)
    }
}
