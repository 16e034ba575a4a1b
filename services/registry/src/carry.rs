//! Leaving a chain with its records: what the old one held is exported, named by the genesis of a new one, and
//! carried into its first state.
//!
//! The genesis pins the old chain's header; the header pins the state root, and the root pins every record. So the
//! exported folder may come from anywhere, and a proof that led to the pinned header needs the new genesis only.

mod found;

use std::path::{Path, PathBuf};
use std::time::Duration;

use registry_client::{LightClient, LightError, Policy};
use registry_state::{CarryError, ViewError};
use registry_types::{Canonical as _, DecodeError, Genesis, GenesisError, Predecessor, SetChange};

use crate::STORE;
use crate::store::export::{ExportError, Exports, Manifest};
use crate::store::import::{Import, ImportError};
use crate::store::{ReadOnly, Snapshot, StoreError};

pub use found::found;

/// Beside the manifest and the chunks: the old genesis, and the changes of validators since.
const GENESIS: &str = "genesis.json";
const CHANGES: &str = "changes";
const PAGE: usize = 1_000;
const ANY_AGE: Duration = Duration::from_secs(u64::MAX / 1_000);

/// Why records cannot be taken along.
#[derive(Debug, thiserror::Error)]
pub enum CarriedError {
    #[error("cannot use {path}")]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{0} is not an exported state: its manifest, a chunk, its genesis or its changes cannot be read")]
    Form(PathBuf),
    #[error(
        "the genesis carries on the chain {chain} from block {height}, and {path} is no export of that block's state"
    )]
    Other { chain: String, height: u64, path: PathBuf },
    #[error("the exported header is not signed by the validators that its genesis leads to")]
    Light(#[from] LightError),
    #[error("the exported records are not those of the header")]
    Import(#[from] ImportError),
    #[error("a genesis is not sound")]
    Genesis(#[from] GenesisError),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Carry(#[from] CarryError),
    #[error(transparent)]
    View(#[from] ViewError),
    #[error("the chain has a state that cannot be read")]
    Decode(#[from] DecodeError),
}

/// An exported state in its folder.
pub struct Exported {
    folder: PathBuf,
    pub manifest: Manifest,
}

/// Writes the newest state of a node that is not running into a folder named by its height, below `out`.
pub fn export(data: &Path, genesis: &Genesis, out: &Path) -> Result<Exported, CarriedError> {
    let path = data.join(STORE);
    let file = ReadOnly::open(&path)?.ok_or_else(|| StoreError::NotClosed(path.clone()))?;
    let snapshot = file.snapshot(&path, &genesis.chain_id())?;
    let exports = Exports::new(out.to_owned());
    let manifest = exports.write(&snapshot)?;
    let folder = out.join(manifest.header.height.to_string());
    write(&folder.join(CHANGES), &changes(&snapshot)?.to_bytes())?;
    let json = serde_json::to_vec_pretty(genesis).map_err(|_| CarriedError::Form(folder.clone()))?;
    write(&folder.join(GENESIS), &json)?;
    Exported::open(&folder)
}

fn changes(snapshot: &Snapshot) -> Result<Vec<SetChange>, StoreError> {
    let mut all: Vec<SetChange> = Vec::new();
    loop {
        let after = all.last().map_or(0, |change| change.header.height);
        let page = snapshot.changes_after(after, PAGE)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

impl Exported {
    /// Reads what the folder is of. Nothing is believed yet.
    pub fn open(folder: &Path) -> Result<Self, CarriedError> {
        let form = || CarriedError::Form(folder.to_owned());
        let bytes = std::fs::read(folder.join("manifest")).map_err(|_| form())?;
        let manifest = Manifest::from_bytes(&bytes).map_err(|_| form())?;
        Ok(Self { folder: folder.to_owned(), manifest })
    }

    /// What a genesis says to carry this on.
    #[must_use]
    pub fn predecessor(&self) -> Predecessor {
        let header = &self.manifest.header;
        Predecessor {
            chain: header.chain,
            height: header.height,
            header_hash: header.hash(),
            state_root: header.state_root,
        }
    }

    /// Follows the old chain from its own genesis to the header, and makes the state root again from every record.
    /// Returns the old genesis, whose chain id the caller must know by another way.
    pub fn verify(&self, scratch: &Path) -> Result<Genesis, CarriedError> {
        let form = || CarriedError::Form(self.folder.clone());
        let json = std::fs::read(self.folder.join(GENESIS)).map_err(|_| form())?;
        let genesis: Genesis = serde_json::from_slice(&json).map_err(|_| form())?;
        let bytes = std::fs::read(self.folder.join(CHANGES)).map_err(|_| form())?;
        let changes = Vec::<SetChange>::from_bytes(&bytes).map_err(|_| form())?;
        let policy = Policy { max_age: ANY_AGE, trust_period: ANY_AGE };
        let mut light = LightClient::from_genesis(&genesis, policy)?;
        let Manifest { header, certificate, .. } = &self.manifest;
        // The past is judged by its own clock.
        for change in changes.iter().filter(|change| change.header.height < header.height) {
            light.follow(change, header.time_ms)?;
        }
        light.check_header(header, certificate, 0, header.time_ms)?;
        self.restore(&scratch.join("verified.redb"))?;
        Ok(genesis)
    }

    /// The old state as a store of its own, which has the root of the header or is not there.
    fn restore(&self, path: &Path) -> Result<(), CarriedError> {
        let manifest = &self.manifest;
        let decided_by = &manifest.decided_by;
        let mut import = Import::begin(path, &manifest.header.chain, manifest.clone(), decided_by)?;
        while let Some(number) = import.due() {
            let path = self.folder.join(number.to_string());
            let bytes = std::fs::read(&path).map_err(|source| CarriedError::File { path, source })?;
            import.add(number, &bytes)?;
        }
        Ok(import.finish(&[])?)
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CarriedError> {
    std::fs::write(path, bytes).map_err(|source| CarriedError::File { path: path.to_owned(), source })
}
