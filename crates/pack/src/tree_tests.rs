//! Trees of maps at random: each record has its own proof back, and nothing that was changed is proven.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use registry_client::{CompactProof, verify_map_proof};
use registry_state::memory::MemoryMap;
use registry_types::state_key;

use super::*;

/// A map, and records of which some are in it.
fn scene(there: &BTreeMap<u16, u8>, wanted: &BTreeSet<u16>) -> (Hash, Vec<Record>, Vec<Proven>) {
    let mut map = MemoryMap::default();
    map.store(&there.iter().map(|(key, value)| (key.to_string(), vec![*value; 3])).collect()).unwrap();
    let mut all: Vec<(Proven, Record)> = wanted
        .iter()
        .map(|key| {
            let key = key.to_string();
            let (value, proof) = map.prove(&key).unwrap();
            let proof = CompactProof::of_map_proof(&proof).unwrap();
            (Proven { place: state_key::place(&key), proof }, Record { key, value })
        })
        .collect();
    all.sort_by_key(|(proven, _)| proven.place);
    let (proven, records) = all.into_iter().unzip();
    (map.root(), records, proven)
}

/// Whether the tree proves every record under the root, each by a proof of its own.
fn proves(tree: &Tree, records: &[Record], root: &Hash) -> bool {
    let Some(grown) = tree.grow(records) else { return false };
    records.iter().all(|Record { key, value }| {
        let proof = grown.proof(&state_key::place(key));
        proof.is_some_and(|proof| verify_map_proof(root, key, value.as_deref(), &proof.to_bytes()).is_ok())
    })
}

fn maps() -> impl Strategy<Value = (BTreeMap<u16, u8>, BTreeSet<u16>)> {
    let there = proptest::collection::btree_map(0u16..400, any::<u8>(), 1..80);
    (there, proptest::collection::btree_set(0u16..400, 1..40))
}

proptest! {
    #[test]
    fn every_record_has_its_own_proof_back((there, wanted) in maps()) {
        let (root, records, proven) = scene(&there, &wanted);
        let tree = Tree::of(&proven).unwrap();
        let grown = tree.grow(&records).unwrap();
        for one in &proven {
            prop_assert_eq!(grown.proof(&one.place), Some(one.proof.clone()));
        }
        prop_assert!(proves(&tree, &records, &root));
    }

    #[test]
    fn a_hash_of_a_record_is_never_written((there, wanted) in maps()) {
        let (_, records, proven) = scene(&there, &wanted);
        let tree = Tree::of(&proven).unwrap();
        let own: BTreeSet<Hash> = proven.iter().filter_map(|one| one.proof.leaf).map(|leaf| leaf.hash()).collect();
        let grown = tree.grow(&records).unwrap();
        let forks = grown.nodes.iter().filter(|node| matches!(node.below, Below::Parts { .. }));
        let computed: BTreeSet<Hash> = forks.map(|node| node.hash).chain(own).collect();
        prop_assert!(tree.hashes.iter().all(|hash| !computed.contains(hash)));
    }

    #[test]
    fn nothing_that_was_changed_is_proven(
        (there, wanted) in maps(), at in any::<prop::sample::Index>(), bit in 0u8..8, what in 0u8..5,
    ) {
        let (root, mut records, proven) = scene(&there, &wanted);
        let mut tree = Tree::of(&proven).unwrap();
        let count = records.len();
        let before = (tree.clone(), records.clone());
        match what {
            0 if !tree.hashes.is_empty() => {
                let length = tree.hashes.len();
                tree.hashes[at.index(length)][at.index(32)] ^= 1 << bit;
            }
            1 => {
                let length = tree.shape.len();
                tree.shape[at.index(length)] ^= 1 << bit;
            }
            2 => match &mut records[at.index(count)].value {
                Some(value) => value[0] ^= 1 << bit,
                none => *none = Some(vec![bit]),
            },
            3 => records[at.index(count)].value = None,
            _ => {
                let record = records.remove(at.index(count));
                records.push(record);
            }
        }
        let changed = (tree, records);
        prop_assert!(changed == before || !proves(&changed.0, &changed.1, &root));
    }

    #[test]
    fn no_bytes_make_it_panic(
        shape in proptest::collection::vec(0u8..6, 0..40), hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..6),
        (there, wanted) in maps(),
    ) {
        let (root, records, _) = scene(&there, &wanted);
        let _ = proves(&Tree { shape, hashes }, &records, &root);
    }
}

#[test]
fn proofs_of_two_states_make_no_tree() {
    let wanted: BTreeSet<u16> = (0..20).collect();
    let there = |value| (0..200).map(|key| (key, value)).collect::<BTreeMap<u16, u8>>();
    let (root, records, mut proven) = scene(&there(1), &wanted);
    let (_, _, other) = scene(&there(2), &wanted);
    // Hashes of another state go into the tree, and the tree proves nothing.
    proven[0].proof = other[0].proof.clone();
    assert!(Tree::of(&proven).is_none_or(|tree| !proves(&tree, &records, &root)));
    let (_, _, fewer) = scene(&there(1).into_iter().take(3).collect(), &wanted);
    proven[0].proof = fewer[0].proof.clone();
    assert!(Tree::of(&proven).is_none_or(|tree| !proves(&tree, &records, &root)));
}
