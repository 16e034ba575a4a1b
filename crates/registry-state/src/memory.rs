//! The map in memory, for tests and simulations of the rules.

use std::collections::BTreeMap;

use registry_types::{Genesis, Hash, state_key};

use crate::map::{self, Leaf, MapError, MapReader, Path, Row, Update, Version};
use crate::{View, ViewError, Writes, genesis_writes};

#[derive(Clone, Debug, Default)]
pub struct MemoryMap {
    pages: BTreeMap<(Version, Path), Vec<u8>>,
    rows: BTreeMap<(Hash, Version), Vec<u8>>,
    version: Option<Version>,
    root: Hash,
}

impl MemoryMap {
    pub fn from_genesis(genesis: &Genesis) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut map = Self::default();
        map.store(&genesis_writes(genesis)?)?;
        Ok(map)
    }

    /// Stores the writes as a new version, unless there are none.
    pub fn store(&mut self, writes: &Writes) -> Result<Hash, MapError> {
        if writes.is_empty() {
            return Ok(self.root);
        }
        let Update { root, version, rows, pages, .. } = map::update(self, self.version, writes)?;
        self.rows.extend(rows.into_iter().map(|(place, row)| ((place, version), row)));
        self.pages.extend(pages.into_iter().map(|(path, page)| ((version, path), page)));
        (self.version, self.root) = (Some(version), root);
        Ok(root)
    }

    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The newest version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version.unwrap_or(0)
    }

    pub fn prove(&self, key: &str) -> Result<(Option<Vec<u8>>, Vec<u8>), MapError> {
        map::prove(self, self.version(), key)
    }
}

impl View for MemoryMap {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, ViewError> {
        match self.row(&state_key::place(key), Version::MAX) {
            Ok(row) => Ok(row.map(|row| row.value)),
            Err(source) => Err(ViewError::Store { key: key.to_owned(), source }),
        }
    }
}

impl MapReader for MemoryMap {
    fn page(&self, version: Version, path: &Path) -> Result<Option<Vec<u8>>, MapError> {
        Ok(self.pages.get(&(version, *path)).cloned())
    }

    fn leaves(&self, path: &Path, version: Version, limit: usize) -> Result<Vec<Leaf>, MapError> {
        let mut leaves: Vec<Leaf> = Vec::new();
        for ((place, written), row) in self.rows.range((path.first(), 0)..=(path.last(), Version::MAX)) {
            if *written > version {
                continue;
            }
            let hash = Row::leaf_hash_of(row).ok_or(MapError::Records { depth: path.depth() })?;
            leaves.pop_if(|last| last.place == *place);
            if leaves.len() == limit {
                break;
            }
            leaves.push(Leaf { place: *place, hash });
        }
        Ok(leaves)
    }

    fn row(&self, place: &Hash, version: Version) -> Result<Option<Row>, MapError> {
        let Some((_, bytes)) = self.rows.range((*place, 0)..=(*place, version)).next_back() else {
            return Ok(None);
        };
        Row::from_bytes(place, bytes).map(Some).ok_or(MapError::Records { depth: 256 })
    }
}
