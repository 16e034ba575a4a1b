//! The authenticated map: a Jellyfish Merkle tree over SHA-256 of the state keys.
//!
//! Versions count the blocks that changed something; an idle chain's blocks carry the root of the version
//! before and touch no node.

use jmt::storage::{TreeReader, TreeUpdateBatch};
use jmt::{KeyHash, Sha256Jmt, Version};
use registry_types::{Hash, state_key};

use crate::Writes;

/// A map version that is computed and not yet stored.
pub struct Update {
    pub root: Hash,
    pub version: Version,
    pub batch: TreeUpdateBatch,
}

/// Computes the version that follows `current` (nothing before the genesis).
pub fn update(
    reader: &impl TreeReader,
    current: Option<Version>,
    writes: &Writes,
) -> Result<Update, anyhow::Error> {
    let version = current.map_or(0, |current| current + 1);
    let values = writes.iter().map(|(key, value)| (KeyHash(state_key::place(key)), Some(value.clone())));
    let (root, batch) = Sha256Jmt::new(reader).put_value_set(values, version)?;
    Ok(Update { root: root.0, version, batch })
}

/// The value under the key, and bytes that prove it, or its absence, against the version's root.
pub fn prove(
    reader: &impl TreeReader,
    version: Version,
    key: &str,
) -> Result<(Option<Vec<u8>>, Vec<u8>), anyhow::Error> {
    let (value, proof) = Sha256Jmt::new(reader).get_with_proof(KeyHash(state_key::place(key)), version)?;
    Ok((value, borsh::to_vec(&proof)?))
}
