use registry_types::{Hash, state_key};

use super::hash;

/// A record as the map keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The state key; its hash is the place.
    pub key: String,
    pub value: Vec<u8>,
}

impl Row {
    #[must_use]
    pub fn place(&self) -> Hash {
        state_key::place(&self.key)
    }

    #[must_use]
    pub fn leaf_hash(&self) -> Hash {
        hash::leaf(&self.place(), &hash::value(&self.value))
    }

    /// The leaf's hash first, so that hashing a subtree again reads no values; then key and value.
    #[must_use]
    pub fn to_bytes(&self, leaf_hash: &Hash) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(36 + self.key.len() + self.value.len());
        bytes.extend(leaf_hash);
        bytes.extend(u32::try_from(self.key.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(self.key.as_bytes());
        bytes.extend(&self.value);
        bytes
    }

    /// The leaf's hash alone. Nothing when the bytes are no row.
    #[must_use]
    pub fn leaf_hash_of(bytes: &[u8]) -> Option<Hash> {
        bytes.first_chunk::<32>().copied()
    }

    /// Nothing when the bytes are no row, or not those of this place with the hash that they name: a value
    /// that was damaged on disk is never taken for a record.
    #[must_use]
    pub fn from_bytes(place: &Hash, bytes: &[u8]) -> Option<Self> {
        let (leaf_hash, rest) = bytes.split_first_chunk::<32>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (key, value) = rest.split_at_checked(length)?;
        let row = Self { key: std::str::from_utf8(key).ok()?.to_owned(), value: value.to_vec() };
        (row.place() == *place && row.leaf_hash() == *leaf_hash).then_some(row)
    }
}
