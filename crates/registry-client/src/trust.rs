//! What a reader remembers across restarts, so that nobody can take it back to an older chain by waiting for one.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use registry_types::{Canonical, Hash};
use serde::{Deserialize, Serialize};

use crate::{Checkpoint, CheckpointError, Evidence, LightError, Policy};

/// How often the newest header is written down. What is lost by a crash is far younger than the headers that a
/// reader accepts anyway; a change of validators and a fork are written at once.
const EVERY: Duration = Duration::from_secs(10);

/// How a service trusts its chain; a section of its configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrustConfig {
    /// How long the validators last heard of are believed. See [`Policy::trust_period`].
    pub period_days: u32,
    /// A checkpoint of a member's to start from instead of the genesis.
    pub checkpoint: Option<PathBuf>,
    /// The file that keeps the newest proven header across restarts; evidence of a fork is put beside it.
    pub memory: Option<PathBuf>,
}

impl Default for TrustConfig {
    fn default() -> Self {
        Self { period_days: 180, checkpoint: None, memory: None }
    }
}

impl TrustConfig {
    #[must_use]
    pub fn policy(&self, max_age: Duration) -> Policy {
        Policy { max_age, trust_period: Duration::from_secs(u64::from(self.period_days) * 24 * 3_600) }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("cannot use {path}")]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "{path} is not a checkpoint; if it is a damaged memory, delete it and give a fresh checkpoint of a member's"
    )]
    Checkpoint {
        path: PathBuf,
        #[source]
        source: CheckpointError,
    },
    #[error("{path} belongs to the chain {found}, not to this one")]
    OtherChain { path: PathBuf, found: String },
    #[error("{path} is not to be believed")]
    Untrusted {
        path: PathBuf,
        #[source]
        source: LightError,
    },
    #[error(
        "{path} proves that the chain forked; read it with `passerelle registry verify-proof`, ask the members, \
         and remove it only when they have restarted the chain"
    )]
    Forked { path: PathBuf },
}

pub(crate) fn read_checkpoint(path: &Path, chain: &Hash) -> Result<Checkpoint, TrustError> {
    let failed = |source| TrustError::File { path: path.to_owned(), source };
    let json = std::fs::read(path).map_err(failed)?;
    let checkpoint = Checkpoint::from_json(&json)
        .map_err(|source| TrustError::Checkpoint { path: path.to_owned(), source })?;
    if checkpoint.header().chain != *chain {
        let found = hex::encode(checkpoint.header().chain);
        return Err(TrustError::OtherChain { path: path.to_owned(), found });
    }
    Ok(checkpoint)
}

/// One file, replaced as a whole.
pub(crate) struct Memory {
    path: PathBuf,
    written: Mutex<Written>,
}

#[derive(Default)]
struct Written {
    height: u64,
    set: Hash,
    at_ms: u64,
}

impl Memory {
    /// The checkpoint in the file, if there is one.
    pub fn open(path: &Path, chain: &Hash) -> Result<(Self, Option<Checkpoint>), TrustError> {
        let memory = Self { path: path.to_owned(), written: Mutex::default() };
        let evidence = memory.evidence_path();
        if evidence.exists() {
            return Err(TrustError::Forked { path: evidence });
        }
        let checkpoint = if path.exists() { Some(read_checkpoint(path, chain)?) } else { None };
        match &checkpoint {
            // What the file holds already is not written again.
            Some(checkpoint) => {
                let (height, set) = (checkpoint.header().height, checkpoint.validators().hash());
                *memory.written() = Written { height, set, at_ms: 0 };
            }
            // A folder that cannot be written is found out now, not at the first header.
            None => {
                let failed = |source| TrustError::File { path: path.to_owned(), source };
                memory.replace(path, None).map_err(failed)?;
            }
        }
        Ok((memory, checkpoint))
    }

    /// Whether the checkpoint is worth a write. Asked before, so that most reads cost nothing.
    pub fn wants(&self, height: u64, set: &Hash, now_ms: u64) -> bool {
        let written = self.written();
        let due =
            now_ms.saturating_sub(written.at_ms) >= u64::try_from(EVERY.as_millis()).unwrap_or(u64::MAX);
        height > written.height && (due || written.set != *set)
    }

    /// Never goes back, in whatever order writers come.
    pub fn keep(&self, checkpoint: &Checkpoint, now_ms: u64) {
        let mut written = self.written();
        let height = checkpoint.header().height;
        if height <= written.height {
            return;
        }
        match self.replace(&self.path, Some(&checkpoint.to_json())) {
            Ok(()) => *written = Written { height, set: checkpoint.validators().hash(), at_ms: now_ms },
            Err(error) => {
                tracing::warn!(%error, path = %self.path.display(), "the newest header cannot be written down");
            }
        }
    }

    pub fn keep_evidence(&self, evidence: &Evidence) {
        let path = self.evidence_path();
        let _alone = self.written();
        match self.replace(&path, Some(&evidence.to_bytes())) {
            Ok(()) => {
                tracing::error!(path = %path.display(), height = evidence.height(), "the chain has forked")
            }
            Err(error) => {
                tracing::error!(%error, path = %path.display(), "evidence of a fork cannot be kept")
            }
        }
    }

    fn evidence_path(&self) -> PathBuf {
        self.path.with_extension("fork")
    }

    /// Without content only tries whether it would work.
    fn replace(&self, path: &Path, content: Option<&[u8]>) -> std::io::Result<()> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let mut file = std::fs::File::create(&beside)?;
        let Some(content) = content else { return std::fs::remove_file(&beside) };
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    }

    fn written(&self) -> std::sync::MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
