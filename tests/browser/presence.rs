//! Proofs of existence before a pretended camera (`presence.mjs`): a face that turns as asked, a photograph, somebody else,
//! and devices that give neither camera nor place nor user verification.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use testkit::{Service, Stack, binary, faces};

use crate::up;

#[tokio::test(flavor = "multi_thread")]
async fn a_face_before_the_camera_is_compared_and_nobody_comes_to_a_dead_end() -> Result<()> {
    let stack = up().await?;
    let folder = stack.data();
    let reference = folder.join("reference.jpg");
    std::fs::write(&reference, faces::photo("astronaut.png"))?;
    let input = json!({
        "issuer": stack.url(Service::Issuer),
        "wallet": stack.url(Service::Wallet),
        "welcome": stack.welcome()?,
        "walletOfficer": wallet_officer_link(&stack)?,
        "samples": concat!(env!("CARGO_MANIFEST_DIR"), "/../services/issuer/samples"),
        "reference": reference,
        "frames": frames(folder)?,
        "folder": folder,
        "shots": concat!(env!("CARGO_MANIFEST_DIR"), "/browser/shots/presence"),
        "gallery": std::env::var("GALLERY").ok(),
    });
    let file = folder.join("presence.json");
    std::fs::write(&file, input.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/presence.mjs");
    let status =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).status().await?;
    ensure!(status.success(), "tests/browser/presence.mjs failed (npm ci in tests/browser?)");
    stack.finish().await
}

/// The link by which the first officer of the wallet joins.
fn wallet_officer_link(stack: &Stack) -> Result<String> {
    let mut command = std::process::Command::new(binary()?);
    let printed = command.args(["admin", "wallet-officer-link", "--data"]).arg(stack.data()).output()?;
    ensure!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let text = String::from_utf8(printed.stdout)?;
    let link = text.split_whitespace().find(|word| word.contains("/officers/join#"));
    Ok(link.context("no link was printed")?.to_owned())
}

/// What the camera sees, picture by picture: the page itself makes the face large enough.
fn frames(folder: &Path) -> Result<Value> {
    let turning = |number| faces::frame("astronaut-turn.mjpeg", number);
    let mut paths = json!({});
    for (name, jpeg) in [
        ("quiet", turning(92)),
        ("left", turning(70)),
        ("right", turning(31)),
        ("closer", faces::closer(&turning(92))),
        ("other", faces::photo("grace_hopper.jpg")),
    ] {
        let path = folder.join(format!("{name}.jpg"));
        std::fs::write(&path, jpeg)?;
        paths[name] = json!(path);
    }
    Ok(paths)
}
