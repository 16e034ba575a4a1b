//! A store made from another node's snapshot, believed only when its root is the certified one.
//!
//! It grows in a file beside the store's and takes the store's name when it is whole, so a cut or a crash
//! leaves either nothing or everything; what has been fetched is found again.

use std::path::{Path, PathBuf};

use redb::{Database, Durability, ReadableDatabase as _, ReadableTable as _, WriteTransaction};
use registry_client::{LightError, verify_certificate};
use registry_state::map::{self, MapError, Row};
use registry_types::{Canonical as _, Hash, SetChange, ValidatorSet};

use super::export::{Chunk, Manifest, chunk_hash};
use super::tables::{
    BLOCKS, CERTIFICATES, CHANGES, HASHES, HEADERS, LISTED, META, MapTables, PAGES, RESTARTS, ROWS, STALE,
    TRANSACTIONS, UNDECIDED, VERSIONS, page_key, row_key, split_row_key,
};
use super::{CHAIN, FORMAT, LAYOUT, StoreError, TIP, Tip, encode, index};

/// The manifest of what is being imported, and the number of the chunk that is due.
const MANIFEST: &str = "manifest";
const DUE: &str = "due";
/// The map version that an imported state begins with. Versions are each node's own.
const FIRST_VERSION: u64 = 0;
/// After how many chunks what was fetched is made durable.
const SYNC_CHUNKS: u32 = 16;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("there already is a chain in {0}")]
    NotEmpty(PathBuf),
    #[error("the snapshot is not vouched for by the validators of its height")]
    Certificate(#[from] LightError),
    #[error("the snapshot names another next validator set than its header")]
    NextValidators,
    #[error("the headers before the snapshot do not lead to it")]
    Era,
    #[error("chunk {0} is not the one that the manifest names")]
    Chunk(u32),
    #[error("the records of chunk {0} are not in the order of their places")]
    Unsorted(u32),
    #[error("chunk {expected} is due, not {found}")]
    Order { expected: u32, found: u32 },
    #[error("{missing} chunks are missing")]
    Incomplete { missing: u32 },
    #[error(
        "the records do not make the state root of height {height}: the snapshot is wrong and was removed"
    )]
    Root { height: u64 },
    #[error("a change of validators does not carry a quorum's header of its height")]
    Change,
    #[error("cannot put the finished store in its place")]
    Place(#[source] std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

macro_rules! through_store {
    ($($error:ty),*) => {$(
        impl From<$error> for ImportError {
            fn from(error: $error) -> Self {
                Self::Store(error.into())
            }
        }
    )*};
}

through_store!(
    redb::TransactionError,
    redb::TableError,
    redb::StorageError,
    redb::CommitError,
    redb::SetDurabilityError
);

impl From<MapError> for ImportError {
    fn from(error: MapError) -> Self {
        Self::Store(StoreError::Map(error))
    }
}

pub struct Import {
    database: Database,
    path: PathBuf,
    part: PathBuf,
    chain: Hash,
    manifest: Manifest,
    next: u32,
    /// The place of the last record that was taken in.
    last: Option<Hash>,
}

impl Import {
    /// Begins, or goes on with, an import of this chain's state for the store at `path`. `decided_by` are the validators of the
    /// snapshot's height as the caller's light client knows them.
    pub fn begin(
        path: &Path,
        chain: &Hash,
        mut manifest: Manifest,
        decided_by: &ValidatorSet,
    ) -> Result<Self, ImportError> {
        if path.exists() {
            return Err(ImportError::NotEmpty(path.to_owned()));
        }
        verify_certificate(chain, decided_by, &manifest.header, &manifest.certificate)?;
        if manifest.next.hash() != manifest.header.next_validators_hash {
            return Err(ImportError::NextValidators);
        }
        if !manifest.is_linked() {
            return Err(ImportError::Era);
        }
        manifest.decided_by = decided_by.clone();
        let part = part(path);
        let (database, next, last) = match resume(&part).filter(|it| it.manifest.is_the_state_of(&manifest)) {
            Some(Resumed { database, next, last, .. }) => (database, next, last),
            None => (start(&part, &manifest)?, 0, None),
        };
        let (path, chain) = (path.to_owned(), *chain);
        Ok(Self { database, path, part, chain, manifest, next, last })
    }

    /// What an import that was cut off was of. Not believed yet.
    pub fn pending(path: &Path) -> Option<Manifest> {
        resume(&part(path)).map(|resumed| resumed.manifest)
    }

    /// The number of the chunk that is due; nothing when all are here.
    #[must_use]
    pub fn due(&self) -> Option<u32> {
        (self.next < self.chunks()).then_some(self.next)
    }

    fn chunks(&self) -> u32 {
        u32::try_from(self.manifest.chunks.len()).unwrap_or(u32::MAX)
    }

    /// Takes a chunk in. A wrong one changes nothing.
    pub fn add(&mut self, number: u32, bytes: &[u8]) -> Result<(), ImportError> {
        if number != self.next {
            return Err(ImportError::Order { expected: self.next, found: number });
        }
        let named = usize::try_from(number).ok().and_then(|number| self.manifest.chunks.get(number));
        if named != Some(&chunk_hash(bytes)) {
            return Err(ImportError::Chunk(number));
        }
        let chunk = Chunk::from_bytes(bytes).map_err(|_| ImportError::Chunk(number))?;
        let rows = self.rows(number, chunk)?;
        let mut write = self.database.begin_write()?;
        let last = number + 1 == self.chunks();
        if !last && !(number + 1).is_multiple_of(SYNC_CHUNKS) {
            write.set_durability(Durability::None)?;
        }
        put_rows(&write, &rows)?;
        write.open_table(META)?.insert(DUE, (number + 1).to_be_bytes().as_slice())?;
        write.commit()?;
        self.next += 1;
        self.last = rows.last().map(|(place, _)| *place).or(self.last);
        Ok(())
    }

    /// Each place once and in order: a second record for a place could leave a trace beside the one that the root
    /// is made of.
    fn rows(&self, number: u32, chunk: Chunk) -> Result<Vec<(Hash, Row)>, ImportError> {
        let mut last = self.last;
        let mut rows = Vec::with_capacity(chunk.records.len());
        for (key, value) in chunk.records {
            let row = Row { key, value };
            let place = row.place();
            if last.is_some_and(|last| last >= place) {
                return Err(ImportError::Unsorted(number));
            }
            last = Some(place);
            rows.push((place, row));
        }
        Ok(rows)
    }

    /// Makes the root from what was taken in and, when it is the certified one, puts the store in place.
    /// `changes` are the changes of validators up to the height, as the light client followed them.
    pub fn finish(self, changes: &[SetChange]) -> Result<(), ImportError> {
        if self.next < self.chunks() {
            return Err(ImportError::Incomplete { missing: self.chunks() - self.next });
        }
        let header = &self.manifest.header;
        let write = self.database.begin_write()?;
        let root = self.build(&write)?;
        if root != header.state_root {
            drop(write);
            drop(self.database);
            std::fs::remove_file(&self.part).map_err(ImportError::Place)?;
            return Err(ImportError::Root { height: header.height });
        }
        self.put_head(&write)?;
        put_changes(&write, changes)?;
        write.commit()?;
        drop(self.database);
        std::fs::rename(&self.part, &self.path).map_err(ImportError::Place)?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(ImportError::Place)
    }

    fn build(&self, write: &WriteTransaction) -> Result<Hash, ImportError> {
        let read = self.database.begin_read()?;
        let rows = MapTables { pages: read.open_table(PAGES)?, rows: read.open_table(ROWS)? };
        let mut pages = write.open_table(PAGES)?;
        map::build(&rows, FIRST_VERSION, &mut |path, page| {
            pages.insert(page_key(FIRST_VERSION, &path).as_slice(), page.as_slice())?;
            Ok::<_, ImportError>(())
        })
    }

    fn put_head(&self, write: &WriteTransaction) -> Result<(), ImportError> {
        let Manifest { header, certificate, decided_by, next, .. } = &self.manifest;
        let tip = Tip {
            height: header.height,
            hash: header.hash(),
            time_ms: header.time_ms,
            state_root: header.state_root,
            state_version: FIRST_VERSION,
            validators: next.clone(),
            decided_by: Some(decided_by.clone()),
        };
        let mut meta = write.open_table(META)?;
        meta.remove(MANIFEST)?;
        meta.remove(DUE)?;
        meta.insert(CHAIN, self.chain.as_slice())?;
        meta.insert(FORMAT, LAYOUT.to_be_bytes().as_slice())?;
        meta.insert(TIP, encode(&tip).as_slice())?;
        let mut headers = write.open_table(HEADERS)?;
        let mut hashes = write.open_table(HASHES)?;
        for header in self.manifest.era.iter().chain([header]) {
            headers.insert(header.height, header.to_bytes().as_slice())?;
            hashes.insert(header.hash(), header.height)?;
        }
        write.open_table(CERTIFICATES)?.insert(header.height, certificate.to_bytes().as_slice())?;
        write.open_table(VERSIONS)?.insert(header.height, FIRST_VERSION)?;
        Ok(())
    }
}

fn part(path: &Path) -> PathBuf {
    path.with_extension("import")
}

/// An import that was cut off, as far as it came.
struct Resumed {
    database: Database,
    manifest: Manifest,
    next: u32,
    last: Option<Hash>,
}

/// Nothing when there is none, or what is there is not whole: then it begins again.
fn resume(part: &Path) -> Option<Resumed> {
    part.exists().then_some(())?;
    let database = super::open::database(part, super::IMPORT_CACHE_BYTES).ok()?;
    let read = database.begin_read().ok()?;
    let meta = read.open_table(META).ok()?;
    let manifest = Manifest::from_bytes(meta.get(MANIFEST).ok()??.value()).ok()?;
    let next = u32::from_be_bytes(meta.get(DUE).ok()??.value().try_into().ok()?);
    let rows = read.open_table(ROWS).ok()?;
    let last = rows.last().ok()?.map(|(key, _)| split_row_key(&key.value()).0);
    drop((meta, rows, read));
    Some(Resumed { database, manifest, next, last })
}

fn start(part: &Path, manifest: &Manifest) -> Result<Database, ImportError> {
    match std::fs::remove_file(part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(ImportError::Place(error)),
        _ => {}
    }
    let database = super::open::database(part, super::IMPORT_CACHE_BYTES)?;
    let write = database.begin_write()?;
    {
        write.open_table(BLOCKS)?;
        write.open_table(UNDECIDED)?;
        write.open_table(STALE)?;
        write.open_table(TRANSACTIONS)?;
        write.open_table(LISTED)?;
        write.open_table(PAGES)?;
        write.open_table(ROWS)?;
        let mut meta = write.open_table(META)?;
        meta.insert(MANIFEST, manifest.to_bytes().as_slice())?;
        meta.insert(DUE, 0u32.to_be_bytes().as_slice())?;
    }
    write.commit()?;
    Ok(database)
}

fn put_rows(write: &WriteTransaction, rows: &[(Hash, Row)]) -> Result<(), ImportError> {
    let mut table = write.open_table(ROWS)?;
    let mut listed = write.open_table(LISTED)?;
    for (place, row) in rows {
        table.insert(row_key(place, FIRST_VERSION), row.to_bytes(&row.leaf_hash()).as_slice())?;
        for entry in index::entries(&row.key, &row.value) {
            listed.insert(entry.as_str(), ())?;
        }
    }
    Ok(())
}

fn put_changes(write: &WriteTransaction, changes: &[SetChange]) -> Result<(), ImportError> {
    let mut table = write.open_table(CHANGES)?;
    let mut headers = write.open_table(HEADERS)?;
    let mut hashes = write.open_table(HASHES)?;
    let mut certificates = write.open_table(CERTIFICATES)?;
    let mut restarts = write.open_table(RESTARTS)?;
    for SetChange { header, certificate, next, restart } in changes {
        let named = restart
            .as_ref()
            .map_or(header.next_validators_hash, |restart| restart.certificate.plan.validators.hash());
        if next.hash() != named || certificate.header_hash != header.hash() {
            return Err(ImportError::Change);
        }
        if let Some(restart) = restart {
            restarts.insert(header.height, restart.to_bytes().as_slice())?;
        }
        table.insert(header.height, next.to_bytes().as_slice())?;
        headers.insert(header.height, header.to_bytes().as_slice())?;
        hashes.insert(header.hash(), header.height)?;
        certificates.insert(header.height, certificate.to_bytes().as_slice())?;
    }
    Ok(())
}
