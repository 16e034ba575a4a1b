//! Checkpoints, the trust period, and what is remembered across restarts.

use std::sync::Arc;
use std::time::Duration;

use clock::TestClock;
use registry_client::{Checkpoint, CheckpointError, LightClient, LightError, TrustConfig, TrustError};
use registry_client::{Options, Registry, RegistryError};

use crate::chain::{Chain, DAY_MS, KEY, POLICY, START, at};
use crate::reading::Node;

fn checkpoint(chain: &Chain, height: u64, set: &[u8]) -> Checkpoint {
    let header = chain.header(height);
    let certificate = chain.certify(&header, &chain.signers);
    Checkpoint::new(header, certificate, Chain::set(set)).unwrap()
}

#[test]
fn a_reader_starts_from_a_checkpoint() {
    let mut chain = Chain::new(&[1, 2, 3]);
    chain.next = vec![4, 5, 6];
    let pinned = checkpoint(&chain, 10, &[4, 5, 6]);
    pinned.check_pin(&chain.header(10).hash()).unwrap();
    assert!(matches!(pinned.check_pin(&[0; 32]), Err(CheckpointError::OtherPin { .. })));
    let pinned = Checkpoint::from_json(&pinned.to_json()).unwrap();
    let mut client = LightClient::from_checkpoint(&pinned, POLICY, at(11)).unwrap();
    chain.signers = vec![4, 5, 6];
    client.check(KEY, &chain.answer(KEY, 12), 0, at(12)).unwrap();
    assert_eq!(client.checkpoint().unwrap().header().height, 12);
}

#[test]
fn a_checkpoint_before_a_handover_still_follows_it() {
    let mut chain = Chain::new(&[1, 2, 3]);
    chain.next = vec![4, 5, 6];
    let before = checkpoint(&chain, 10, &[1, 2, 3]);
    let mut client = LightClient::from_checkpoint(&before, POLICY, at(11)).unwrap();
    client.follow(&chain.change(10), at(11)).unwrap();
    chain.signers = vec![4, 5, 6];
    client.check(KEY, &chain.answer(KEY, 12), 0, at(12)).unwrap();
}

#[test]
fn a_checkpoint_whose_parts_disagree_is_refused() {
    let chain = Chain::new(&[1, 2, 3]);
    let header = chain.header(10);
    let certificate = chain.certify(&header, &[1, 2, 3]);
    let other = Checkpoint::new(header.clone(), certificate.clone(), Chain::set(&[7]));
    assert!(matches!(other, Err(CheckpointError::Mismatch("validator set"))));
    let other = Checkpoint::new(chain.header(11), certificate, Chain::set(&[1, 2, 3]));
    assert!(matches!(other, Err(CheckpointError::Mismatch("certificate"))));

    let json = checkpoint(&chain, 10, &[1, 2, 3]).to_json();
    let told = String::from_utf8(json.clone()).unwrap().replace("\"height\": 10", "\"height\": 11");
    assert!(matches!(Checkpoint::from_json(told.as_bytes()), Err(CheckpointError::Mismatch("height"))));
    let newer = String::from_utf8(json).unwrap().replace("\"version\": 1", "\"version\": 2");
    assert!(matches!(Checkpoint::from_json(newer.as_bytes()), Err(CheckpointError::Version(2))));
    assert!(matches!(Checkpoint::from_json(b"{}"), Err(CheckpointError::Form(_))));
    assert!(matches!(Checkpoint::from_json(&vec![b' '; 2_000_000]), Err(CheckpointError::TooLong)));

    // A certificate by too few, where the checkpoint holds the set that should have signed.
    let header = chain.header(10);
    let certificate = chain.certify(&header, &[1, 2]);
    let weak = Checkpoint::new(header, certificate, Chain::set(&[1, 2, 3])).unwrap();
    let refused = LightClient::from_checkpoint(&weak, POLICY, at(10)).unwrap_err();
    assert!(matches!(refused, LightError::NoQuorum { .. }));
}

#[test]
fn beyond_the_trust_period_nothing_is_believed_until_a_new_checkpoint() {
    let mut chain = Chain::new(&[1, 2, 3]);
    let late = START + 30 * DAY_MS + 1;
    let fresh = (late - START) / 1_000;
    chain.next = vec![4, 5, 6];
    let mut client = chain.client();
    let expired = |age_ms| LightError::TrustExpired { age_ms, period_ms: 30 * DAY_MS };
    assert_eq!(client.follow(&chain.change(10), late), Err(expired(late - START)));
    let answer = chain.answer(KEY, fresh);
    assert_eq!(client.check(KEY, &answer, 0, late), Err(expired(late - START)));

    // A header seen within the period renews it.
    let middle = START + 20 * DAY_MS;
    let mut client = chain.client();
    chain.next = vec![1, 2, 3];
    client.check(KEY, &chain.answer(KEY, (middle - START) / 1_000), 0, middle).unwrap();
    client.check(KEY, &chain.answer(KEY, fresh), 0, late).unwrap();

    let old = checkpoint(&chain, 10, &[1, 2, 3]);
    let age_ms = late + DAY_MS - at(10);
    assert_eq!(LightClient::from_checkpoint(&old, POLICY, late + DAY_MS).unwrap_err(), expired(age_ms));
    let ahead = checkpoint(&chain, 100, &[1, 2, 3]);
    let refused = LightClient::from_checkpoint(&ahead, POLICY, at(10)).unwrap_err();
    assert_eq!(refused, LightError::FromFuture { ahead_ms: 90_000 });
    let new = checkpoint(&chain, fresh, &[1, 2, 3]);
    LightClient::from_checkpoint(&new, POLICY, late).unwrap();
}

fn remembering(folder: &tempfile::TempDir) -> TrustConfig {
    TrustConfig { memory: Some(folder.path().join("trusted.json")), ..TrustConfig::default() }
}

fn uncached() -> Options {
    Options { cache_ttl: Duration::ZERO, policy: POLICY, ..Options::default() }
}

/// Writing is done beside the answers.
async fn written(path: &std::path::Path) -> Vec<u8> {
    for _ in 0..500 {
        if let Ok(content) = std::fs::read(path) {
            return content;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing is written to {}", path.display());
}

fn reader(node: &Arc<Node>, trust: &TrustConfig) -> (Result<Registry, TrustError>, TestClock) {
    let (registry, clock) = node.registry(uncached());
    (registry.trust(trust).map(|()| registry), clock)
}

#[tokio::test]
async fn protection_against_rollback_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let trust = remembering(&folder);
    let path = trust.memory.clone().unwrap();
    let node = Node::new(Chain::new(&[1]));
    reader(&node, &trust).0.unwrap().schema("urn:a").await.unwrap();
    let kept = Checkpoint::from_json(&written(&path).await).unwrap();
    assert_eq!(kept.header().height, 10);

    node.go_to(8);
    let error = reader(&node, &trust).0.unwrap().schema("urn:a").await.unwrap_err();
    assert!(matches!(error, RegistryError::Unproven(LightError::Rollback { height: 8, known: 10 })));

    std::fs::write(&path, b"{").unwrap();
    assert!(matches!(reader(&node, &trust).0, Err(TrustError::Checkpoint { .. })));
    let mut elsewhere = Chain::new(&[1]);
    elsewhere.genesis.name = "Other".to_owned();
    std::fs::write(&path, checkpoint(&elsewhere, 10, &[1]).to_json()).unwrap();
    assert!(matches!(reader(&node, &trust).0, Err(TrustError::OtherChain { .. })));
    let nowhere = TrustConfig { memory: Some("/nowhere/trusted.json".into()), ..trust };
    assert!(matches!(reader(&node, &nowhere).0, Err(TrustError::File { .. })));
}

/// Configurations outlive trust periods; what a reader has seen since then counts.
#[tokio::test]
async fn an_old_checkpoint_does_not_stop_a_reader_that_remembers_more() {
    let folder = tempfile::tempdir().unwrap();
    let chain = Chain::new(&[1]);
    let mut header = chain.header(1);
    header.time_ms = START - 181 * DAY_MS;
    let certificate = chain.certify(&header, &[1]);
    let old = Checkpoint::new(header, certificate, Chain::set(&[1])).unwrap();
    let path = folder.path().join("checkpoint.json");
    std::fs::write(&path, old.to_json()).unwrap();
    let node = Node::new(chain);
    let trust = remembering(&folder);
    reader(&node, &trust).0.unwrap().schema("urn:a").await.unwrap();
    written(trust.memory.as_ref().unwrap()).await;

    let trust = TrustConfig { checkpoint: Some(path), ..trust };
    reader(&node, &trust).0.unwrap().schema("urn:a").await.unwrap();
    let forgetful = TrustConfig { memory: None, ..trust };
    assert!(matches!(reader(&node, &forgetful).0, Err(TrustError::Untrusted { .. })));
}

#[tokio::test]
async fn a_fork_is_kept_and_ends_belief_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let trust = remembering(&folder);
    let node = Node::new(Chain::new(&[1]));
    let registry = reader(&node, &trust).0.unwrap();
    registry.schema("urn:a").await.unwrap();
    node.change_state();
    let error = registry.schema("urn:a").await.unwrap_err();
    let RegistryError::Unproven(LightError::Fork(evidence)) = error else { panic!("{error}") };
    let file = written(&folder.path().join("trusted.fork")).await;
    let kept = <registry_client::Evidence as registry_types::Canonical>::from_bytes(&file).unwrap();
    assert_eq!(kept, *evidence);
    assert!(matches!(registry.schema("urn:a").await, Err(RegistryError::Unproven(LightError::Fork(_)))));
    assert!(matches!(reader(&node, &trust).0, Err(TrustError::Forked { .. })));
}
