//! A wallet sends a person to sign in at the issuer, and goes on when they are back (`sign-in.mjs`).

use std::process::Stdio;

use actors::Officer;
use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use testkit::Service;

use crate::up;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_at_the_issuer_for_an_offer_and_for_a_wish() -> Result<()> {
    let stack = up().await?;
    let hr = Officer::register(&stack, "undp").await?;
    let list = crate::interop::STAFF;
    hr.upload("staff-undp.csv", list).await?;
    let number = hr.numbers(list)?.first().cloned().context("nobody on the list")?;
    let offer = hr.offer(&number)?;
    let input = json!({
        "wallet": stack.url(Service::Wallet),
        "issuer": stack.url(Service::Issuer),
        "offer": offer.uri,
        "code": offer.tx_code,
        "shots": concat!(env!("CARGO_MANIFEST_DIR"), "/browser/shots/sign-in"),
        "gallery": std::env::var("GALLERY").ok(),
    });
    let file = stack.data().join("sign-in.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/sign-in.mjs");
    let status =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).status().await?;
    ensure!(status.success(), "tests/browser/sign-in.mjs failed (npm ci in tests/browser?)");
    stack.finish().await
}
