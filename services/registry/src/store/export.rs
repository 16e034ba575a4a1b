//! A complete map at one height as files: chunks of records in the order of their places, and a manifest.
//!
//! A chunk is bounded, so that neither side ever holds more than one, and named by its hash, so that a reader
//! who was cut off goes on where it was. Nothing here needs to be trusted: whoever imports it makes the
//! root again and holds it against the certificate.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use borsh::{BorshDeserialize, BorshSerialize};
use registry_types::{Canonical, Certificate, Hash, Header, ValidatorSet, sha256};

use super::{Snapshot, StoreError};
use crate::chain::turns::Turns;

/// Where a chunk is closed. One record more may follow, of at most 256 kB.
const CHUNK_BYTES: usize = 1024 * 1024;
const MANIFEST: &str = "manifest";
/// How many exports stay: one being read, one newer.
const KEPT: usize = 2;

/// What a snapshot is and by whom it is vouched for.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Manifest {
    pub header: Header,
    pub certificate: Certificate,
    /// Those who decided the header; its hash is in the header.
    pub decided_by: ValidatorSet,
    /// Those who decide the next one; its hash is in the header as well.
    pub next: ValidatorSet,
    /// The headers before it in its era, oldest first: whose turn it is to propose follows from them. Each is
    /// named by the one after it.
    pub era: Vec<Header>,
    pub records: u64,
    /// The hash of each chunk.
    pub chunks: Vec<Hash>,
}

impl Canonical for Manifest {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = 4 * 1024 * 1024;
}

/// Records in the order of their places: state key and value.
#[derive(Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct Chunk {
    pub records: Vec<(String, Vec<u8>)>,
}

impl Canonical for Chunk {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = 2 * 1024 * 1024;
}

impl Manifest {
    /// Whether each header of the era is the one that its follower names.
    #[must_use]
    pub fn is_linked(&self) -> bool {
        let after = self.era.iter().skip(1).chain([&self.header]);
        let mut links = self.era.iter().zip(after);
        links.all(|(header, next)| {
            header.height.checked_add(1) == Some(next.height) && header.hash() == next.previous
        })
    }

    /// Whether both are of the same header and the same chunks. Certificates of one header may differ.
    #[must_use]
    pub fn is_the_state_of(&self, other: &Self) -> bool {
        self.header == other.header && self.chunks == other.chunks
    }
}

#[must_use]
pub fn chunk_hash(bytes: &[u8]) -> Hash {
    sha256("passerelle/snapshot-chunk", &[bytes])
}

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("the chain has no block yet")]
    NoBlock,
    #[error("cannot write the snapshot in {path}")]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The snapshots of a node, a folder for each height.
#[derive(Clone, Debug)]
pub struct Exports {
    folder: PathBuf,
}

impl Exports {
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Writes the state that `snapshot` shows and removes what is too old. Memory stays at one chunk.
    pub fn write(&self, snapshot: &Snapshot) -> Result<Manifest, ExportError> {
        let (header, certificate) = snapshot.head().cloned().ok_or(ExportError::NoBlock)?;
        let decided_by = snapshot.tip().decided_by.clone().ok_or(ExportError::NoBlock)?;
        let place = self.folder.join(header.height.to_string());
        let part = self.folder.join(format!("{}.part", header.height));
        let failed = |source| ExportError::Write { path: part.clone(), source };
        remove(&part).map_err(failed)?;
        fs::create_dir_all(&part).map_err(failed)?;
        let mut writer = Writer { folder: &part, open: Chunk::default(), bytes: 0, chunks: Vec::new() };
        let mut records = 0;
        snapshot.each_record(|key, value| {
            records += 1;
            writer.add(key, value).map_err(failed)
        })?;
        writer.close().map_err(failed)?;
        let next = snapshot.tip().validators.clone();
        let chunks = writer.chunks;
        let era = era(snapshot, header.height)?;
        let manifest = Manifest { header, certificate, decided_by, next, era, records, chunks };
        fs::write(part.join(MANIFEST), manifest.to_bytes()).map_err(failed)?;
        remove(&place).map_err(failed)?;
        fs::rename(&part, &place).map_err(failed)?;
        for height in self.heights().into_iter().rev().skip(KEPT) {
            remove(&self.folder.join(height.to_string())).map_err(failed)?;
        }
        Ok(manifest)
    }

    /// The heights there are snapshots of, oldest first.
    #[must_use]
    pub fn heights(&self) -> Vec<u64> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut heights: Vec<u64> = entries
            .filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok()))
            .collect();
        heights.sort_unstable();
        heights
    }

    /// The manifest's bytes; nothing when there is no such snapshot.
    #[must_use]
    pub fn manifest(&self, height: u64) -> Option<Vec<u8>> {
        fs::read(self.folder.join(height.to_string()).join(MANIFEST)).ok()
    }

    /// A chunk's bytes; nothing when there is no such chunk.
    #[must_use]
    pub fn chunk(&self, height: u64, number: u32) -> Option<Vec<u8>> {
        fs::read(self.folder.join(height.to_string()).join(number.to_string())).ok()
    }
}

struct Writer<'a> {
    folder: &'a Path,
    open: Chunk,
    bytes: usize,
    chunks: Vec<Hash>,
}

impl Writer<'_> {
    fn add(&mut self, key: String, value: Vec<u8>) -> io::Result<()> {
        self.bytes += key.len() + value.len() + 8;
        self.open.records.push((key, value));
        if self.bytes >= CHUNK_BYTES { self.close() } else { Ok(()) }
    }

    fn close(&mut self) -> io::Result<()> {
        if self.open.records.is_empty() {
            return Ok(());
        }
        let bytes = self.open.to_bytes();
        fs::write(self.folder.join(self.chunks.len().to_string()), &bytes)?;
        self.chunks.push(chunk_hash(&bytes));
        (self.open, self.bytes) = (Chunk::default(), 0);
        Ok(())
    }
}

/// The headers before a height that are there and in the same era as the next height.
fn era(snapshot: &Snapshot, height: u64) -> Result<Vec<Header>, StoreError> {
    let mut headers = Vec::new();
    for before in (Turns::era(height.saturating_add(1)).max(1)..height).rev() {
        let Some(header) = snapshot.header(before)? else { break };
        headers.push(header);
    }
    headers.reverse();
    Ok(headers)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
