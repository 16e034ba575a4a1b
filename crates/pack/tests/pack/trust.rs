//! Who is believed, until when, and what a changed file is worth: nothing.

use std::io::Write as _;

use keys::{Algorithm, SoftwareKey};
use pack::{Content, OpenError, PackError, Trust, seal};
use registry_types::Canonical as _;

use crate::chain::genesis;
use crate::node::{Node, build, by_key, gather, open, policy};
use crate::world::{Issuer, STAFF, World};

async fn scene() -> (World, Node, Issuer, Vec<u8>) {
    let world = World::new();
    let undp = world.organisation("undp").await;
    world.accredit(&undp, STAFF, &[&undp.did]);
    let mut node = Node::new();
    node.commit(&world);
    let file = build(&world, &node, &undp, &policy("staff-identity")).await;
    (world, node, undp, file)
}

#[tokio::test]
async fn a_pack_past_its_stated_age_is_refused() {
    let (world, _, undp, file) = scene().await;
    world.advance(86_399);
    let pack = open(&world, &file, &by_key(&undp.p256)).await.unwrap();
    world.advance(2);
    assert!(matches!(open(&world, &file, &by_key(&undp.p256)).await, Err(OpenError::TooOld { .. })));
    // One that was opened in time ends as well.
    assert!(matches!(pack.check_age(clock::Clock::now(&world.clock)), Err(OpenError::TooOld { .. })));
}

#[tokio::test]
async fn a_pack_ends_with_the_list_that_ends_first() {
    let (world, node, undp, _) = scene().await;
    let policy = policy("staff-identity");
    let mut collected = gather(&world, &node, &undp, &policy).await;
    assert_eq!(
        collected.manifest.usable_until,
        collected.manifest.header_time + chrono::Duration::days(1),
        "the lists of this world have no end"
    );
    collected.manifest.usable_until = collected.manifest.header_time + chrono::Duration::hours(2);
    let file = seal(collected.manifest, &collected.content, undp.p256.as_ref()).await.unwrap();
    world.advance(7_199);
    open(&world, &file, &by_key(&undp.p256)).await.unwrap();
    world.advance(1);
    assert!(matches!(open(&world, &file, &by_key(&undp.p256)).await, Err(OpenError::TooOld { .. })));
}

#[tokio::test]
async fn only_the_trusted_signer_or_chain_is_believed() {
    let (world, node, undp, file) = scene().await;
    let stranger = SoftwareKey::generate(Algorithm::P256, &world.entropy);
    let by_stranger = open(&world, &file, &by_key(&stranger)).await;
    assert!(matches!(by_stranger, Err(OpenError::OtherSigner)));
    let other_chain = Trust::Genesis(Box::new(genesis("Another", &[1, 2, 3, 4])));
    assert!(matches!(open(&world, &file, &other_chain).await, Err(OpenError::OtherChain)));
    // On the right chain the key must be in the signer's document.
    let policy = policy("staff-identity");
    let collected = gather(&world, &node, &undp, &policy).await;
    let forged = seal(collected.manifest, &collected.content, &stranger).await.unwrap();
    let right_chain = Trust::Genesis(Box::new(node.genesis()));
    assert!(matches!(open(&world, &forged, &right_chain).await, Err(OpenError::NotTheSigners)));
    open(&world, &file, &right_chain).await.unwrap();
}

#[tokio::test]
async fn a_header_without_a_quorum_is_not_believed_whoever_signed_the_pack() {
    let (world, node, undp, _) = scene().await;
    let policy = policy("staff-identity");
    let collected = gather(&world, &node, &undp, &policy).await;
    let mut content = collected.content;
    content.certificate.signatures.truncate(2);
    let file = seal(collected.manifest, &content, undp.p256.as_ref()).await.unwrap();
    for trust in [by_key(&undp.p256), Trust::Genesis(Box::new(node.genesis()))] {
        let opened = open(&world, &file, &trust).await;
        assert!(matches!(opened, Err(OpenError::Header(_) | OpenError::Signer(_))), "{trust:?}");
    }
}

#[tokio::test]
async fn no_changed_byte_is_accepted() {
    let (world, _, undp, file) = scene().await;
    let trust = by_key(&undp.p256);
    let places = (0..file.len()).step_by(file.len() / 97).chain(0..16);
    for place in places {
        let mut changed = file.clone();
        changed[place] ^= 1;
        let opened = open(&world, &changed, &trust).await;
        // Some bits of the compressed form's own header mean nothing.
        assert!(
            opened.is_err() || same_content(&opened.unwrap(), &world, &file, &trust).await,
            "byte {place}"
        );
        assert!(open(&world, &file[..place], &trust).await.is_err(), "cut at {place}");
    }
}

async fn same_content(opened: &pack::Pack, world: &World, file: &[u8], trust: &Trust) -> bool {
    let whole = open(world, file, trust).await.unwrap();
    opened.content() == whole.content() && opened.manifest() == whole.manifest()
}

#[tokio::test]
async fn a_bomb_ends_at_the_stated_length() {
    let (world, node, undp, file) = scene().await;
    let collected = gather(&world, &node, &undp, &policy("staff-identity")).await;
    let content = collected.content.to_bytes();
    let start = file.len() - compressed(&content).len();
    let mut bomb = file[..start].to_vec();
    bomb.extend(compressed(&vec![0; 4 * Content::MAX_BYTES]));
    let opened = open(&world, &bomb, &by_key(&undp.p256)).await;
    assert!(matches!(opened, Err(OpenError::File(PackError::OtherContent))));
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
