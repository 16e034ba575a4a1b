//! The explorer in a real headless Chromium (`tests/browser/registry.mjs`): search, proof and notary.

use std::process::Stdio;

use serde_json::json;

use super::explorer::{LETTER, REPORT, World, assembly, propose, vote};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn search_proof_and_notary_work_in_chromium() {
    let mut world = World::start().await;
    // Another chain, on which something is still open: with one governor everything takes effect at once.
    let (chain, governors) = assembly().await;
    let mut voting = chain.start().await;
    let registry = chain.registry(&voting);
    let open = propose(&registry, &chain.board).await;
    vote(&registry, &governors[0], open, false).await;
    let carried = propose(&registry, &chain.board).await;
    for governor in &governors[..2] {
        vote(&registry, governor, carried, true).await;
    }
    let folder = world.chain.folder.path().to_owned();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut other = world.receipt.clone();
    other["leafIndex"] = json!(4);
    let input = json!({
        "registry": world.node.url,
        "voting": voting.url,
        "open": hex::encode(open),
        "carried": hex::encode(carried),
        "did": world.did,
        "root": hex::encode(world.root),
        "letter": file("letter.txt", LETTER),
        "changed": file("changed.txt", b"Agreement of 4 March 2026\n"),
        "report": file("report.txt", REPORT),
        "receipt": file("letter.receipt.json", world.receipt.to_string().as_bytes()),
        "otherReceipt": file("other.receipt.json", other.to_string().as_bytes()),
        "shots": concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser/shots/registry"),
    });
    let input = file("browser.json", input.to_string().as_bytes());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser/registry.mjs");
    let mut node = tokio::process::Command::new("node");
    let status = node.arg(script).arg(&input).stdin(Stdio::null()).status().await.unwrap();
    assert!(status.success(), "tests/browser/registry.mjs failed (npm ci in tests/browser?)");
    voting.running.stop().await;
    world.node.running.stop().await;
}
