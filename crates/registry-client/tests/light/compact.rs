//! Proofs that give siblings by their hashes prove what the map's own do, and nothing else.

use proptest::prelude::*;
use registry_client::{CompactProof, verify_map_proof};
use registry_state::memory::MemoryMap;

proptest! {
    #[test]
    fn a_compact_proof_holds_for_what_the_map_holds_and_for_nothing_else(
        there in proptest::collection::btree_map(0u16..60, any::<u8>(), 1..40), key in 0u16..60,
        at in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let mut map = MemoryMap::default();
        map.store(&there.iter().map(|(key, value)| (key.to_string(), vec![*value; 3])).collect()).unwrap();
        let (root, key) = (map.root(), key.to_string());
        let (value, whole) = map.prove(&key).unwrap();
        let bytes = CompactProof::of_map_proof(&whole).unwrap().to_bytes();
        let holds = |key: &str, value: Option<&[u8]>, proof: &[u8]| verify_map_proof(&root, key, value, proof).is_ok();
        prop_assert!(holds(&key, value.as_deref(), &whole) && holds(&key, value.as_deref(), &bytes));

        let other = value.as_deref().map_or(Some(&b"x"[..]), |_| None);
        prop_assert!(!holds(&key, other, &bytes) && !holds(&key, Some(b"other"), &bytes));
        let mut changed = bytes.clone();
        changed[at.index(bytes.len())] ^= 1 << bit;
        prop_assert!(!holds(&key, value.as_deref(), &changed));
        prop_assert!(!holds(&key, value.as_deref(), &bytes[..at.index(bytes.len())]));
        // For another key it proves what the map's own proof would: at most that this one is absent as well.
        let another = format!("{key}x");
        prop_assert!(!holds(&another, Some(b"x"), &bytes));
        prop_assert_eq!(holds(&another, None, &bytes), holds(&another, None, &whole));
    }
}
