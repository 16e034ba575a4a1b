//! Every page in Chromium, in every language (`tests/browser/wallet.mjs`).

use std::process::Stdio;

use serde_json::json;

use crate::assisted::first_link;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_in_every_language() {
    let world = World::new().await;
    let ending = World::new().await;
    {
        let mut knobs = ending.others.knobs();
        (knobs.refresh, knobs.ends_in_days) = (true, Some(20));
    }
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser");
    let input = json!({
        "wallet": world.url,
        "offer": world.offer_uri(),
        "code": "493051",
        "request": world.request(),
        "existence": world.existence_uri(),
        "ending": { "wallet": ending.url, "offer": ending.offer_uri() },
        "officerLink": first_link(&world).await.unwrap(),
        "shots": format!("{root}/shots/wallet"),
        "gallery": std::env::var("GALLERY").ok(),
    });
    let file = world.database.with_file_name("browser.json");
    std::fs::write(&file, input.to_string()).unwrap();
    let script = format!("{root}/wallet.mjs");
    let status =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).status().await;
    assert!(status.unwrap().success(), "tests/browser/wallet.mjs failed (npm ci in tests/browser?)");
}
