//! A difference leads from one pack to the next, and to nothing else.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use pack::{DifferenceError, Document, PackError, apply, difference, seal};

use crate::node::{Node, build, by_key, gather, open, policy};
use crate::world::{STAFF, World};

#[tokio::test]
async fn the_older_pack_and_the_difference_give_the_newer_one() {
    let world = World::new();
    let undp = world.organisation("undp").await;
    world.accredit(&undp, STAFF, &[&undp.did]);
    let policy = policy("staff-identity");
    let mut node = Node::new();
    node.commit(&world);
    let monday = build(&world, &node, &undp, &policy).await;
    world.advance(86_000);
    world.publish(&undp, &[12, 4_000], &[99]).await;
    node.commit(&world);
    let tuesday = build(&world, &node, &undp, &policy).await;

    let patch = difference(&monday, &tuesday).unwrap();
    assert!(patch.len() < tuesday.len(), "{} is less than {}", patch.len(), tuesday.len());
    let applied = apply(&monday, &patch).unwrap();
    let trust = by_key(&undp.p256);
    let (made, whole) =
        (open(&world, &applied, &trust).await.unwrap(), open(&world, &tuesday, &trust).await.unwrap());
    assert_eq!(made.content(), whole.content());
    assert_eq!(made.manifest(), whole.manifest());

    assert!(matches!(apply(&tuesday, &patch), Err(DifferenceError::OtherBase)));
    assert!(matches!(apply(&patch, &patch), Err(DifferenceError::Base(_))));
    for place in (0..patch.len()).step_by(patch.len() / 53) {
        let mut changed = patch.clone();
        changed[place] ^= 1;
        // Either refused or, where a bit means nothing, the same pack.
        if let Ok(result) = apply(&monday, &changed) {
            assert_eq!(
                open(&world, &result, &trust).await.unwrap().content(),
                whole.content(),
                "byte {place}"
            );
        }
        assert!(apply(&monday, &patch[..place]).is_err(), "cut at {place}");
    }
}

/// A list of a megabyte of nothing, in a few bytes.
fn packed_list() -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 1024 * 1024]).unwrap();
    let list = URL_SAFE_NO_PAD.encode(encoder.finish().unwrap());
    let payload = format!(r#"{{"status_list":{{"bits":8,"lst":"{list}"}}}}"#);
    [&b"{}"[..], payload.as_bytes(), &[7; 64]].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".").into_bytes()
}

#[tokio::test]
async fn lists_that_unpack_to_more_than_there_is_room_for_are_refused_with_what_to_do() {
    let world = World::new();
    let undp = world.organisation("undp").await;
    world.accredit(&undp, STAFF, &[&undp.did]);
    let policy = policy("staff-identity");
    let mut node = Node::new();
    node.commit(&world);
    let small = build(&world, &node, &undp, &policy).await;
    let list = packed_list();
    let with_lists = async |count: usize| {
        let mut collected = gather(&world, &node, &undp, &policy).await;
        let lists = (0..count)
            .map(|number| Document { url: format!("https://undp.example/{number}"), bytes: list.clone() });
        collected.content.documents.extend(lists);
        seal(collected.manifest, &collected.content.ordered(), undp.p256.as_ref()).await.unwrap()
    };
    let large = with_lists(66).await;
    assert!(large.len() < 200_000, "{}", large.len());
    for refused in [difference(&large, &small).unwrap_err(), difference(&small, &large).unwrap_err()] {
        let (DifferenceError::Base(cause) | DifferenceError::New(cause)) = refused else {
            panic!("{refused:?}")
        };
        assert!(matches!(cause, PackError::Unpacked), "{cause:?}");
        assert!(cause.to_string().contains("take the whole newer pack"), "{cause}");
    }
    let fits = with_lists(60).await;
    let patch = difference(&small, &fits).unwrap();
    assert!(matches!(apply(&large, &patch), Err(DifferenceError::OtherBase)));
    assert_eq!(apply(&small, &patch).unwrap(), fits);
}
