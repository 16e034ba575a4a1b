//! Enrolment with a call between two browsers (`enrolment.mjs`): invitation, appointment, picture from the call, two officers.

use std::process::Stdio;

use anyhow::{Result, ensure};
use serde_json::json;
use testkit::{Service, faces};

use crate::up;

#[tokio::test(flavor = "multi_thread")]
async fn a_retiree_is_enrolled_in_a_call_and_a_second_officer_decides() -> Result<()> {
    let stack = up().await?;
    let folder = stack.data();
    let picture = folder.join("face.jpg");
    std::fs::write(&picture, faces::closer(&faces::frame("astronaut-turn.mjpeg", 92)))?;
    let input = json!({
        "issuer": stack.url(Service::Issuer),
        "wallet": stack.url(Service::Wallet),
        "welcome": stack.welcome()?,
        "samples": concat!(env!("CARGO_MANIFEST_DIR"), "/../services/issuer/samples"),
        "picture": picture,
        "folder": folder,
        "shots": concat!(env!("CARGO_MANIFEST_DIR"), "/browser/shots/enrolment"),
        "gallery": std::env::var("GALLERY").ok(),
    });
    let file = folder.join("enrolment.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/enrolment.mjs");
    let status =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).status().await?;
    ensure!(status.success(), "tests/browser/enrolment.mjs failed (npm ci in tests/browser?)");
    stack.finish().await
}
