use std::path::{Path, PathBuf};

use registry_client::{LightClient, LightError, Policy};
use registry_types::{Canonical as _, DecodeError, Genesis, GenesisError};

use super::{Report, replay_all};
use crate::carry::{self, CarriedError};
use crate::store::export::{Exports, Manifest};
use crate::store::import::{Import, ImportError};
use crate::store::{ReadOnly, Snapshot, Store, StoreError};
use crate::{SNAPSHOTS, STORE};

/// The replayed state is small beside the blocks; reads come in the order of the map.
const CACHE_BYTES: usize = 64 * 1024 * 1024;
const CHANGES: usize = 1_000;
const ANY_AGE: std::time::Duration = std::time::Duration::from_secs(u64::MAX / 1_000);

/// An audit of a node's data folder, which is only read.
pub struct Audit<'a> {
    /// The folder that the configuration calls `data`, or a copy of it.
    pub data: &'a Path,
    pub genesis: &'a Genesis,
    /// The first height; when absent, the first that can be replayed.
    pub from: Option<u64>,
    /// The last height; when absent, the node's newest.
    pub to: Option<u64>,
    /// The exported records that the genesis carries on, where it does.
    pub carried: Option<&'a Path>,
    /// An empty folder for the state that is made again. Not removed here.
    pub scratch: &'a Path,
}

/// Why an audit says nothing about the data.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the records that the genesis carries on cannot be used")]
    Carried(#[from] Box<CarriedError>),
    #[error("the heights {from} to {to} are no range that the node has decided; its newest is {newest}")]
    Range { from: u64, to: u64, newest: u64 },
    #[error(
        "older blocks are gone and there is no snapshot before height {from} to begin with: the earliest height that \
         can be audited here is {earliest}"
    )]
    NothingToBeginWith { from: u64, earliest: u64 },
    #[error("the snapshot of height {height} in the data folder cannot be used")]
    Snapshot {
        height: u64,
        #[source]
        source: BeginError,
    },
    #[error("cannot copy the data into {path}")]
    Copy {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

/// Why a snapshot in the data folder is nothing to begin with.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    #[error("its manifest or a chunk is missing")]
    Missing,
    #[error("its manifest cannot be read")]
    Manifest(#[from] DecodeError),
    #[error("its validators do not follow from the genesis")]
    Light(#[from] LightError),
    #[error("the genesis is not sound")]
    Genesis(#[from] GenesisError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Audit<'_> {
    pub fn run(&self) -> Result<Report, AuditError> {
        let file = self.readable()?;
        let node = file.snapshot(&self.data.join(STORE), &self.genesis.chain_id())?;
        let newest = node.tip().height;
        let to = self.to.unwrap_or(newest);
        let exports = Exports::new(self.data.join(SNAPSHOTS));
        let states = states(&exports, node.first_block()?.unwrap_or(u64::MAX));
        let earliest = states.first().map_or(u64::MAX, |began| began.saturating_add(1));
        let from = self.from.unwrap_or(earliest).max(1);
        if from > to || to > newest {
            return Err(AuditError::Range { from, to, newest });
        }
        let began = states.into_iter().rfind(|began| *began < from);
        let began = began.ok_or(AuditError::NothingToBeginWith { from, earliest })?;
        let path = self.scratch.join("replayed.redb");
        if began > 0 {
            let height = began;
            self.import(&node, &exports, height, &path)
                .map_err(|source| AuditError::Snapshot { height, source })?;
        } else if let Some(carried) = self.carried {
            carry::found(&path, self.genesis, carried).map_err(Box::new)?;
        }
        let scratch = Store::open(&path, self.genesis, CACHE_BYTES)?;
        Ok(replay_all(&node, &scratch, self.genesis, (from, to))?)
    }

    /// The data itself, or a copy of it where it was not closed properly: it is repaired there.
    fn readable(&self) -> Result<ReadOnly, AuditError> {
        let path = self.data.join(STORE);
        if let Some(file) = ReadOnly::open(&path)? {
            return Ok(file);
        }
        let copy = self.scratch.join("copy.redb");
        std::fs::copy(&path, &copy).map_err(|source| AuditError::Copy { path: copy.clone(), source })?;
        Ok(ReadOnly::repair(&copy)?)
    }

    fn import(&self, node: &Snapshot, exports: &Exports, height: u64, path: &Path) -> Result<(), BeginError> {
        let manifest = Manifest::from_bytes(&exports.manifest(height).ok_or(BeginError::Missing)?)?;
        let policy = Policy { max_age: ANY_AGE, trust_period: ANY_AGE };
        let mut light = LightClient::from_genesis(self.genesis, policy)?;
        // The time of the snapshot itself: the past is judged by its own clock.
        let now_ms = manifest.header.time_ms;
        let mut changes = Vec::new();
        loop {
            let page = node.changes_after(light.validators_since(), CHANGES)?;
            let count = changes.len();
            for change in page {
                if change.header.height < height && light.is_news(&change) {
                    light.follow(&change, now_ms)?;
                    changes.push(change);
                }
            }
            if changes.len() == count {
                break;
            }
        }
        let mut import = Import::begin(path, &self.genesis.chain_id(), manifest, light.validators())?;
        while let Some(number) = import.due() {
            import.add(number, &exports.chunk(height, number).ok_or(BeginError::Missing)?)?;
        }
        Ok(import.finish(&changes)?)
    }
}

/// The heights whose state there is and whose next block is kept, lowest first; 0 is the genesis.
fn states(exports: &Exports, first_block: u64) -> Vec<u64> {
    let genesis = (first_block <= 1).then_some(0);
    let snapshots = exports.heights().into_iter().filter(|height| height.saturating_add(1) >= first_block);
    genesis.into_iter().chain(snapshots).collect()
}
