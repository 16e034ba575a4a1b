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
        knobs.pictures = true;
        knobs.request["dcql_query"] = json!({ "credentials": [{
            "id": "sd", "format": "dc+sd-jwt", "meta": { "vct_values": [crate::stub::STAFF] },
            "claims": [{ "id": "g", "path": ["givenName"] }, { "id": "b", "path": ["birthDate"] }],
            "claim_sets": [["g", "b"], ["g"]] }] });
    }
    let eddsa = World::new().await;
    eddsa.others.knobs().proof_types =
        Some(("", json!({ "jwt": { "proof_signing_alg_values_supported": ["EdDSA"] } })));
    {
        let mut knobs = world.others.knobs();
        knobs.receipt_uri = Some(format!("{}/oid4vp/receipts/v1", world.others.base));
        knobs.verifier_receipt = "good";
        knobs.request["claims_retention_seconds"] = json!(30 * 86_400);
    }
    let tended = std::sync::Arc::clone(&world.wallet);
    let tending = tokio::spawn(async move {
        loop {
            tended.tend().await;
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
    });
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser");
    let input = json!({
        "wallet": world.url,
        "offer": world.offer_uri(),
        "code": "493051",
        "request": world.request(),
        "existence": world.existence_uri(),
        "ending": {
            "wallet": ending.url,
            "offer": ending.offer_uri(),
            "request": ending.request(),
            "existence": ending.existence_uri(),
        },
        "eddsa": { "wallet": eddsa.url, "offer": eddsa.offer_uri(), "request": eddsa.request() },
        "officerLink": first_link(&world).await.unwrap(),
        "shots": format!("{root}/shots/wallet"),
        "gallery": std::env::var("GALLERY").ok(),
    });
    let file = world.database.with_file_name("browser.json");
    std::fs::write(&file, input.to_string()).unwrap();
    let script = format!("{root}/wallet.mjs");
    let status =
        tokio::process::Command::new("node").arg(script).arg(&file).stdin(Stdio::null()).status().await;
    tending.abort();
    assert!(status.unwrap().success(), "tests/browser/wallet.mjs failed (npm ci in tests/browser?)");
}
