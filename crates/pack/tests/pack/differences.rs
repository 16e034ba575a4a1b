//! A difference leads from one pack to the next, and to nothing else.

use pack::{DifferenceError, apply, difference};

use crate::node::{Node, build, by_key, open, policy};
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
