//! The journey in a real headless Chromium with a WebAuthn virtual authenticator (`tests/browser`).

mod enrolment;
mod login;
mod presence;
mod signing_in;

use std::process::Stdio;

use anyhow::{Result, ensure};
use serde_json::json;
use testkit::Service;

use crate::up;

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_carry_the_whole_journey_in_chromium() -> Result<()> {
    let stack = up().await?;
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../services/issuer/samples");
    let input = json!({
        "registry": stack.url(Service::Registry),
        "issuer": stack.url(Service::Issuer),
        "wallet": stack.url(Service::Wallet),
        "verifier": stack.url(Service::Verifier),
        "welcome": stack.welcome()?,
        "samples": samples,
        "shots": concat!(env!("CARGO_MANIFEST_DIR"), "/browser/shots/journey"),
        "gallery": std::env::var("GALLERY").ok(),
    });
    let file = stack.data().join("browser.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/run.mjs");
    let status =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).status().await?;
    ensure!(status.success(), "tests/browser/run.mjs failed (npm ci in tests/browser?)");
    stack.finish().await
}
