//! Remembers what this validator's key has signed, beside the key and apart from the engine's log, so that it never
//! signs two different votes for one place: not after a crash, not with the log lost, not with an old copy of it.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use borsh::{BorshDeserialize, BorshSerialize};
use registry_types::{Hash, sha256};
use tokio::sync::Mutex;

/// The file is written anew once it holds this many records.
const RECORDS: usize = 8_192;
const CHECKSUM_BYTES: usize = 8;

/// What is signed at a height and round, each at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub enum Step {
    Proposal,
    Prevote,
    Precommit,
}

/// A place in the chain's decisions; no round stands before every round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Place {
    pub height: u64,
    pub round: Option<u32>,
    pub step: Step,
}

#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    #[error("cannot use the record of signed votes in {path}")]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "the record of signed votes in {0} is damaged: give this node a new validator key. An older copy of the \
         record has forgotten votes, so with it the key could sign twice"
    )]
    Damaged(PathBuf),
    #[error("something else was signed at height {0} already")]
    Conflict(u64),
    #[error("height {0} is past what this key has signed")]
    Past(u64),
}

/// Opened once for a key; everything that signs for consensus asks it first.
pub struct Guard {
    path: PathBuf,
    inner: Mutex<Inner>,
}

struct Inner {
    /// Something was refused since this was last asked.
    refused: bool,
    file: File,
    records: usize,
    height: u64,
    signed: BTreeMap<Place, Signed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Signed {
    digest: Hash,
    signature: [u8; 64],
}

impl Guard {
    pub fn open(path: &Path) -> Result<Self, GuardError> {
        let failed = |source| GuardError::File { path: path.to_owned(), source };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed(error)),
        };
        let records = read(&bytes).ok_or_else(|| GuardError::Damaged(path.to_owned()))?;
        let height = records.iter().map(|(place, _)| place.height).max().unwrap_or(0);
        let signed: BTreeMap<_, _> =
            records.into_iter().filter(|(place, _)| place.height == height).collect();
        // A torn record at the end was never answered with; writing anew removes it.
        let file = write_anew(path, &signed).map_err(failed)?;
        let inner = Inner { refused: false, file, records: signed.len(), height, signed };
        Ok(Self { path: path.to_owned(), inner: Mutex::new(inner) })
    }

    /// The highest height at which something was signed; zero when nothing was.
    pub async fn height(&self) -> u64 {
        self.inner.lock().await.height
    }

    /// Whether a signature was refused since the last call.
    pub async fn take_refusal(&self) -> bool {
        std::mem::take(&mut self.inner.lock().await.refused)
    }

    /// The signature for these bytes at this place: the one from before, or a new one that is recorded
    /// durably before it is returned.
    pub async fn sign<E: From<GuardError>>(
        &self,
        place: Place,
        bytes: &[u8],
        sign: impl Future<Output = Result<[u8; 64], E>>,
    ) -> Result<[u8; 64], E> {
        let digest = sha256("passerelle/signed", &[bytes]);
        let mut inner = self.inner.lock().await;
        if let Some(signed) = inner.signed.get(&place) {
            if signed.digest == digest {
                return Ok(signed.signature);
            }
            inner.refused = true;
            return Err(GuardError::Conflict(place.height).into());
        }
        // Within a round the steps may come in any order; an earlier round or height is over.
        let last =
            inner.signed.keys().next_back().map_or((inner.height, None), |last| (last.height, last.round));
        if (place.height, place.round) < last {
            inner.refused = true;
            return Err(GuardError::Past(place.height).into());
        }
        let signed = Signed { digest, signature: sign.await? };
        if let Err(source) = tokio::task::block_in_place(|| inner.append(&self.path, place, signed)) {
            // Whether the disk has it is unknown: nothing is signed any more until a restart has looked.
            inner.signed.clear();
            inner.height = u64::MAX;
            return Err(GuardError::File { path: self.path.clone(), source }.into());
        }
        Ok(signed.signature)
    }
}

impl Inner {
    fn append(&mut self, path: &Path, place: Place, signed: Signed) -> io::Result<()> {
        if place.height > self.height {
            self.signed.clear();
        }
        if self.records >= RECORDS {
            let next = BTreeMap::from([(place, signed)]).into_iter().chain(std::mem::take(&mut self.signed));
            self.signed = next.collect();
            self.file = write_anew(path, &self.signed)?;
            self.records = self.signed.len();
        } else {
            self.file.write_all(&record(place, signed))?;
            self.file.sync_data()?;
            self.signed.insert(place, signed);
            self.records += 1;
        }
        self.height = place.height;
        Ok(())
    }
}

#[expect(clippy::expect_used, reason = "borsh fails only when the writer does, and a Vec never does")]
fn record(place: Place, signed: Signed) -> Vec<u8> {
    let body = borsh::to_vec(&(place, signed)).expect("writing to memory cannot fail");
    let mut bytes = u8::try_from(body.len()).unwrap_or(u8::MAX).to_be_bytes().to_vec();
    bytes.extend(sha256("passerelle/signed-record", &[&body]).iter().take(CHECKSUM_BYTES));
    bytes.extend(body);
    bytes
}

/// All records, or nothing when one that is there as a whole is broken. Of the last one a part may be missing.
fn read(mut bytes: &[u8]) -> Option<Vec<(Place, Signed)>> {
    let mut records = Vec::new();
    while let Some((length, rest)) = bytes.split_first() {
        let length = usize::from(*length);
        let Some((sum, rest)) = rest.split_at_checked(CHECKSUM_BYTES) else { break };
        let Some((body, rest)) = rest.split_at_checked(length) else { break };
        if !sha256("passerelle/signed-record", &[body]).starts_with(sum) {
            return None;
        }
        records.push(BorshDeserialize::try_from_slice(body).ok()?);
        bytes = rest;
    }
    Some(records)
}

fn write_anew(path: &Path, signed: &BTreeMap<Place, Signed>) -> io::Result<File> {
    let next = path.with_extension("next");
    let mut file = File::create(&next)?;
    for (place, signed) in signed {
        file.write_all(&record(*place, *signed))?;
    }
    file.sync_all()?;
    std::fs::rename(&next, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    OpenOptions::new().append(true).open(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn place(height: u64, round: u32, step: Step) -> Place {
        Place { height, round: Some(round), step }
    }

    async fn sign(guard: &Guard, place: Place, bytes: &[u8], signature: u8) -> Result<[u8; 64], GuardError> {
        guard.sign(place, bytes, async { Ok([signature; 64]) }).await
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn one_place_is_signed_once_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("validator.signed");
        let guard = Guard::open(&path).unwrap();
        assert_eq!(sign(&guard, place(5, 0, Step::Prevote), b"a", 1).await.unwrap(), [1; 64]);
        assert_eq!(sign(&guard, place(5, 0, Step::Precommit), b"a", 2).await.unwrap(), [2; 64]);
        drop(guard);
        let guard = Guard::open(&path).unwrap();
        assert_eq!(guard.height().await, 5);
        // The engine's log, replayed, asks for the same again.
        assert_eq!(sign(&guard, place(5, 0, Step::Prevote), b"a", 9).await.unwrap(), [1; 64]);
        let other = sign(&guard, place(5, 0, Step::Prevote), b"b", 9).await.unwrap_err();
        assert!(matches!(other, GuardError::Conflict(5)));
        sign(&guard, place(5, 1, Step::Prevote), b"b", 3).await.unwrap();
        // A proposal that comes after the vote of its round is no second vote.
        sign(&guard, place(5, 1, Step::Proposal), b"b", 3).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn what_lies_behind_is_not_signed_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let guard = Guard::open(&folder.path().join("validator.signed")).unwrap();
        sign(&guard, place(5, 2, Step::Prevote), b"a", 1).await.unwrap();
        let earlier = sign(&guard, place(5, 1, Step::Precommit), b"a", 1).await.unwrap_err();
        assert!(matches!(earlier, GuardError::Past(5)));
        assert!(matches!(sign(&guard, place(4, 9, Step::Prevote), b"a", 1).await, Err(GuardError::Past(4))));
        sign(&guard, place(6, 0, Step::Prevote), b"a", 1).await.unwrap();
        assert!(matches!(sign(&guard, place(5, 2, Step::Prevote), b"a", 1).await, Err(GuardError::Past(5))));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_torn_end_is_forgotten_and_damage_before_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("validator.signed");
        let guard = Guard::open(&path).unwrap();
        sign(&guard, place(1, 0, Step::Prevote), b"a", 1).await.unwrap();
        sign(&guard, place(1, 0, Step::Precommit), b"a", 2).await.unwrap();
        drop(guard);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let guard = Guard::open(&path).unwrap();
        assert!(sign(&guard, place(1, 0, Step::Prevote), b"b", 1).await.is_err());
        assert_eq!(sign(&guard, place(1, 0, Step::Precommit), b"a", 7).await.unwrap(), [7; 64]);
        drop(guard);
        let mut broken = whole;
        broken[20] ^= 1;
        std::fs::write(&path, &broken).unwrap();
        assert!(matches!(Guard::open(&path), Err(GuardError::Damaged(_))));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn the_file_does_not_grow_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("validator.signed");
        let guard = Guard::open(&path).unwrap();
        guard.inner.lock().await.records = RECORDS - 1;
        for height in 1..=3 {
            sign(&guard, place(height, 0, Step::Prevote), b"a", 1).await.unwrap();
        }
        // The second came when the file was full, and replaced the first.
        assert_eq!(read(&std::fs::read(&path).unwrap()).unwrap().len(), 2);
        drop(guard);
        assert_eq!(Guard::open(&path).unwrap().height().await, 3);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_failed_signature_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let guard = Guard::open(&folder.path().join("validator.signed")).unwrap();
        let failed = guard.sign(place(1, 0, Step::Prevote), b"a", async { Err(GuardError::Past(0)) }).await;
        assert!(failed.is_err());
        sign(&guard, place(1, 0, Step::Prevote), b"b", 1).await.unwrap();
    }
}
