//! Bytes from a USB stick: whatever they are, nothing panics, and only what was signed opens.

use keys::{Algorithm, SoftwareKey};
use pack::{Content, difference};
use proptest::prelude::*;
use registry_types::Canonical as _;

use crate::node::{Node, build, by_key, open, policy};
use crate::world::{Issuer, STAFF, World};

struct Scene {
    world: World,
    undp: Issuer,
    file: Vec<u8>,
    patch: Vec<u8>,
}

async fn scene() -> Scene {
    let world = World::new();
    let undp = world.organisation("undp").await;
    world.accredit(&undp, STAFF, &[&undp.did]);
    let mut node = Node::new();
    node.commit(&world);
    let policy = policy("staff-identity");
    let file = build(&world, &node, &undp, &policy).await;
    world.advance(60);
    world.publish(&undp, &[3], &[]).await;
    node.commit(&world);
    let patch = difference(&file, &build(&world, &node, &undp, &policy).await).unwrap();
    Scene { world, undp, file, patch }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

/// Pieces of the original and noise, in any order.
fn mangled(original: &[u8], cuts: &[(usize, usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (from, length, noise) in cuts {
        let from = from % original.len();
        let until = (from + length % original.len()).min(original.len());
        bytes.extend(&original[from..until]);
        bytes.extend(noise);
    }
    bytes
}

fn cuts() -> impl Strategy<Value = Vec<(usize, usize, Vec<u8>)>> {
    let noise = proptest::collection::vec(any::<u8>(), 0..12);
    proptest::collection::vec((any::<usize>(), any::<usize>(), noise), 0..4)
}

#[test]
fn mangled_packs_and_differences_are_errors() {
    let runtime = runtime();
    let Scene { world, undp, file, patch } = runtime.block_on(scene());
    let trust = by_key(&undp.p256);
    let mut runner = proptest::test_runner::TestRunner::default();
    let of_pack = (cuts(), 0..file.len());
    runner
        .run(&of_pack, |(cuts, keep)| {
            // With the true beginning, so that what comes after it is reached.
            let bytes = [&file[..keep], &mangled(&file, &cuts)].concat();
            if let Ok(opened) = runtime.block_on(open(&world, &bytes, &trust)) {
                let whole = runtime.block_on(open(&world, &file, &trust)).unwrap();
                prop_assert_eq!(opened.content(), whole.content());
            }
            let _ = Content::from_bytes(&bytes);
            Ok(())
        })
        .unwrap();
    let of_patch = (cuts(), 0..patch.len());
    runner
        .run(&of_patch, |(cuts, keep)| {
            let bytes = [&patch[..keep], &mangled(&patch, &cuts)].concat();
            if let Ok(made) = pack::apply(&file, &bytes) {
                // What comes out was signed, or it would not have come out.
                prop_assert!(runtime.block_on(open(&world, &made, &trust)).is_ok());
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_strangers_key_makes_no_pack_that_opens() {
    let runtime = runtime();
    let Scene { world, file, .. } = runtime.block_on(scene());
    let stranger = SoftwareKey::generate(Algorithm::Ed25519, &world.entropy);
    assert!(runtime.block_on(open(&world, &file, &by_key(&stranger))).is_err());
}
