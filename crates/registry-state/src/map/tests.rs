use std::collections::BTreeMap;

use borsh::BorshDeserialize as _;
use jmt::proof::SparseMerkleProof;
use jmt::storage::{LeafNode, Node, NodeKey, TreeReader};
use jmt::{KeyHash, OwnedValue, RootHash, Sha256Jmt};
use proptest::prelude::*;
use registry_types::state_key;

use super::*;
use crate::Writes;
use crate::memory::MemoryMap;

/// The library's own tree, which ours must agree with.
#[derive(Default)]
struct Model {
    nodes: BTreeMap<NodeKey, Node>,
    values: BTreeMap<(KeyHash, u64), Option<Vec<u8>>>,
    next: u64,
}

impl Model {
    fn store(&mut self, writes: &Writes) -> Hash {
        let values = writes.iter().map(|(key, value)| (KeyHash(state_key::place(key)), Some(value.clone())));
        let (root, batch) = Sha256Jmt::new(&*self).put_value_set(values, self.next).unwrap();
        self.nodes.extend(batch.node_batch.nodes().clone());
        for ((version, key), value) in batch.node_batch.values() {
            self.values.insert((*key, *version), value.clone());
        }
        self.next += 1;
        root.0
    }

    fn prove(&self, key: &str) -> Vec<u8> {
        let place = KeyHash(state_key::place(key));
        let (_, proof) = Sha256Jmt::new(self).get_with_proof(place, self.next - 1).unwrap();
        borsh::to_vec(&proof).unwrap()
    }
}

impl TreeReader for Model {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        Ok(self.nodes.get(key).cloned())
    }

    fn get_value_option(&self, max: u64, key: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        Ok(self.values.range((key, 0)..=(key, max)).next_back().and_then(|(_, value)| value.clone()))
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        Ok(None)
    }
}

fn holds(root: Hash, key: &str, value: Option<&[u8]>, proof: &[u8]) -> bool {
    let Ok(proof) = SparseMerkleProof::<sha2::Sha256>::try_from_slice(proof) else { return false };
    proof.verify(RootHash(root), KeyHash(state_key::place(key)), value).is_ok()
}

fn writes(keys: impl IntoIterator<Item = u32>, value: &[u8]) -> Writes {
    keys.into_iter().map(|key| (format!("anchor/did:example:a/{key}"), value.to_vec())).collect()
}

fn build_again(map: &MemoryMap) -> Hash {
    build(map, map.version(), &mut |_, _| Ok::<_, MapError>(())).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Sizes on both sides of a bucket, keys written again, blocks of one and of many.
    #[test]
    fn every_root_and_proof_is_the_librarys(
        blocks in proptest::collection::vec(
            proptest::collection::btree_map(0u32..700, proptest::collection::vec(any::<u8>(), 0..40), 1..90),
            1..10,
        ),
        asked in proptest::collection::vec(0u32..1_400, 12),
    ) {
        let (mut map, mut model) = (MemoryMap::default(), Model::default());
        for block in blocks {
            let block: Writes =
                block.into_iter().map(|(key, value)| (format!("anchor/did:example:a/{key}"), value)).collect();
            let root = map.store(&block).unwrap();
            prop_assert_eq!(root, model.store(&block));
            prop_assert_eq!(audit(&map, map.version()).unwrap().0, root);
            prop_assert_eq!(build_again(&map), root);
        }
        for key in asked {
            let key = format!("anchor/did:example:a/{key}");
            let (value, proof) = map.prove(&key).unwrap();
            prop_assert_eq!(&proof, &model.prove(&key));
            prop_assert!(holds(map.root(), &key, value.as_deref(), &proof));
        }
    }

    /// Cut into blocks in whatever way, the same records give the same root.
    #[test]
    fn the_root_knows_no_history(
        keys in proptest::collection::btree_set(any::<u32>(), 1..400),
        cuts in proptest::collection::vec(1usize..60, 400),
    ) {
        let whole = MemoryMap::default().store(&writes(keys.iter().copied(), b"v")).unwrap();
        let (mut map, mut rest, mut root) = (MemoryMap::default(), keys.into_iter(), Hash::default());
        for cut in cuts {
            root = map.store(&writes(rest.by_ref().take(cut), b"v")).unwrap();
        }
        prop_assert_eq!(root, whole);
    }

    #[test]
    fn a_flipped_bit_breaks_a_proof(bit in 0usize..4_000, present in any::<bool>()) {
        let mut map = MemoryMap::default();
        map.store(&writes(0..500, b"value")).unwrap();
        let key = format!("anchor/did:example:a/{}", if present { 77 } else { 501 });
        let (value, mut proof) = map.prove(&key).unwrap();
        prop_assert_eq!(value.is_some(), present);
        let bit = bit % (proof.len() * 8);
        proof[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!holds(map.root(), &key, value.as_deref(), &proof));
    }

    #[test]
    fn no_bytes_are_a_page_by_accident(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
        if let Some(page) = page::Page::from_bytes(&bytes) {
            prop_assert_eq!(page.to_bytes(), bytes);
        }
    }
}

#[test]
fn a_proof_is_for_one_key_and_one_value() {
    let mut map = MemoryMap::default();
    map.store(&writes(0..500, b"value")).unwrap();
    let key = "anchor/did:example:a/77";
    let (_, proof) = map.prove(key).unwrap();
    assert!(holds(map.root(), key, Some(b"value"), &proof));
    assert!(!holds(map.root(), key, Some(b"other"), &proof));
    assert!(!holds(map.root(), key, None, &proof));
    assert!(!holds(map.root(), "anchor/did:example:a/78", Some(b"value"), &proof));
    let (_, absent) = map.prove("anchor/did:example:a/501").unwrap();
    assert!(!holds(map.root(), "anchor/did:example:a/501", Some(b"value"), &absent));
}

#[test]
fn an_older_version_proves_what_it_held() {
    let mut map = MemoryMap::default();
    let root = map.store(&writes(0..300, b"first")).unwrap();
    let version = map.version();
    map.store(&writes(200..900, b"second")).unwrap();
    for (key, value) in [(250, Some(b"first".as_slice())), (10, Some(b"first")), (800, None)] {
        let key = format!("anchor/did:example:a/{key}");
        let (found, proof) = prove(&map, version, &key).unwrap();
        assert_eq!(found.as_deref(), value);
        assert!(holds(root, &key, value, &proof));
    }
}

/// A map whose rows beneath one place are lost.
struct Holed<'a>(&'a MemoryMap, Hash);

impl MapReader for Holed<'_> {
    fn page(&self, version: Version, path: &Path) -> Result<Option<Vec<u8>>, MapError> {
        self.0.page(version, path)
    }

    fn leaves(&self, path: &Path, version: Version, limit: usize) -> Result<Vec<Leaf>, MapError> {
        let mut leaves = self.0.leaves(path, version, limit)?;
        leaves.retain(|leaf| leaf.place != self.1);
        Ok(leaves)
    }

    fn row(&self, place: &Hash, version: Version) -> Result<Option<Row>, MapError> {
        if *place == self.1 { Ok(None) } else { self.0.row(place, version) }
    }
}

#[test]
fn a_lost_row_is_found_out() {
    let mut map = MemoryMap::default();
    map.store(&writes(0..300, b"value")).unwrap();
    let key = "anchor/did:example:a/77";
    let holed = Holed(&map, state_key::place(key));
    assert!(matches!(audit(&holed, map.version()), Err(MapError::Records { .. })));
    let again = Writes::from([(key.to_owned(), b"new".to_vec())]);
    assert!(matches!(update(&holed, Some(map.version()), &again), Err(MapError::Records { .. })));
}

#[test]
fn a_row_is_no_row_with_any_bit_flipped() {
    let row = Row { key: "params".to_owned(), value: b"value".to_vec() };
    let (place, bytes) = (row.place(), row.to_bytes(&row.leaf_hash()));
    assert_eq!(Row::from_bytes(&place, &bytes), Some(row));
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(Row::from_bytes(&place, &flipped), None, "bit {bit}");
    }
}
