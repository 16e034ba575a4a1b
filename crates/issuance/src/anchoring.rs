//! Batches of salted commitments: what goes on the chain so that the time of issue can be proven.

use clock::Entropy;

/// The most leaves taken into one batch; the rest waits for the next one.
pub const LARGEST_BATCH: usize = 4_096;

/// What a batch holds. Each kind has batches of its own, and the chain says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafKind {
    /// Copies of credentials, and evidence that belongs to them.
    Credentials,
    /// Documents of any kind that the organisation put there.
    Documents,
    /// Roots over the last links of the Fund's journals.
    Audit,
}

impl LeafKind {
    pub const ALL: [Self; 3] = [Self::Credentials, Self::Documents, Self::Audit];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Documents => "documents",
            Self::Audit => "audit",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A leaf waiting for its batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingLeaf {
    /// Identifier of the copy or other evidence.
    pub id: String,
    /// Keeps the commitment meaningless to everybody else. Destroyed with the record, the anchor points to nobody.
    pub salt: [u8; 32],
    pub digest: [u8; 32],
}

/// A batch with every leaf in its place. Once stored it is never built again: the same bytes are sent until the chain
/// has them, so that no leaf gets a second place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub kind: LeafKind,
    pub leaves: Vec<[u8; 32]>,
    /// `id` of each waiting leaf with its position.
    pub places: Vec<(String, u32)>,
    pub root: [u8; 32],
}

impl Batch {
    /// Pads to a power of two, so that the number of credentials an organisation issued in an interval does not show.
    /// Puts the leaves in random order among random padding, so that a position tells nothing about when in the
    /// interval a credential was issued.
    #[must_use]
    pub fn build(kind: LeafKind, waiting: &[WaitingLeaf], entropy: &dyn Entropy) -> Option<Self> {
        if waiting.is_empty() || waiting.len() > LARGEST_BATCH {
            return None;
        }
        let size = merkle::padded_count(waiting.len());
        let mut slots: Vec<Option<&WaitingLeaf>> = waiting.iter().map(Some).collect();
        slots.resize(size, None);
        shuffle(&mut slots, entropy);
        let mut leaves = Vec::with_capacity(size);
        let mut places = Vec::with_capacity(waiting.len());
        for (position, slot) in (0u32..).zip(slots) {
            if let Some(leaf) = slot {
                places.push((leaf.id.clone(), position));
                leaves.push(merkle::leaf(&leaf.salt, &leaf.digest));
            } else {
                let (mut salt, mut digest) = ([0u8; 32], [0u8; 32]);
                entropy.fill(&mut salt);
                entropy.fill(&mut digest);
                leaves.push(merkle::leaf(&salt, &digest));
            }
        }
        let root = merkle::Tree::build(leaves.clone()).ok()?.root();
        Some(Self { kind, leaves, places, root })
    }
}

/// Fisher and Yates.
fn shuffle<T>(items: &mut [T], entropy: &dyn Entropy) {
    for last in (1..items.len()).rev() {
        let drawn = clock::below(entropy, last as u64 + 1);
        items.swap(last, usize::try_from(drawn).unwrap_or(last));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use clock::SeededEntropy;

    use super::*;

    fn waiting(count: usize) -> Vec<WaitingLeaf> {
        let byte = |index: usize| u8::try_from(index % 251).unwrap();
        (0..count)
            .map(|index| WaitingLeaf {
                id: index.to_string(),
                salt: [byte(index); 32],
                digest: [byte(index + 1); 32],
            })
            .collect()
    }

    #[test]
    fn batches_are_padded_to_a_power_of_two() {
        for (count, size) in [(1, 16), (16, 16), (17, 32), (100, 128)] {
            assert_eq!(
                Batch::build(LeafKind::Credentials, &waiting(count), &SeededEntropy::new(1))
                    .unwrap()
                    .leaves
                    .len(),
                size
            );
        }
        assert!(Batch::build(LeafKind::Credentials, &[], &SeededEntropy::new(1)).is_none());
        assert!(
            Batch::build(LeafKind::Credentials, &waiting(LARGEST_BATCH + 1), &SeededEntropy::new(1))
                .is_none()
        );
    }

    #[test]
    fn every_leaf_has_one_place_and_a_path_to_the_root() {
        let waiting = waiting(20);
        let batch = Batch::build(LeafKind::Credentials, &waiting, &SeededEntropy::new(1)).unwrap();
        let tree = merkle::Tree::build(batch.leaves.clone()).unwrap();
        assert_eq!(batch.places.len(), 20);
        for (id, place) in &batch.places {
            let leaf = waiting.iter().find(|leaf| leaf.id == *id).unwrap();
            let (hash, path) = (merkle::leaf(&leaf.salt, &leaf.digest), tree.path(*place).unwrap());
            merkle::verify(&hash, *place, tree.leaf_count(), &path, &batch.root).unwrap();
        }
    }
}
