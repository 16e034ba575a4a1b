//! Restarts that the governors signed when validators were lost: after which header, with which validators.
//!
//! An operator puts each into the node's folder. It holds where its signatures do; the block after its header carries
//! it, so that whoever replays the chain finds it there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use registry_state::{BlockContext, Execution, RestartRefusal};
use registry_types::{ProvenValue, RestartCertificate, RestartProof, state_key};

use crate::ledger::LedgerError;
use crate::restart_file::{self, RestartFileError};
use crate::store::{Snapshot, StoreError, Tip};

/// Why a node with a restart in its folder does not start.
#[derive(Debug, thiserror::Error)]
pub enum RestartFault {
    #[error("cannot read the restarts in {path}")]
    Folder {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    File(#[from] RestartFileError),
    #[error(
        "two files in {path} restart the chain after block {height}: keep the one that the members agreed on"
    )]
    Twice { path: PathBuf, height: u64 },
    #[error(
        "the restart after block {height} names another block than this node has there: the restart is for another \
         history, or this node's data is. Compare the block's hash with the other members"
    )]
    OtherHistory { height: u64 },
    #[error(
        "this node has gone on past block {height} without the restart that its folder holds: set its data aside \
         and let it follow the others anew"
    )]
    WentOn { height: u64 },
    #[error("the restart after block {height} does not hold here: {refusal}")]
    Refused { height: u64, refusal: RestartRefusal },
}

/// By the last height that stays.
#[derive(Default)]
pub struct Restarts(BTreeMap<u64, RestartCertificate>);

impl Restarts {
    /// All `.json` files of a folder; no folder means no restart.
    pub fn read(folder: &Path) -> Result<Self, RestartFault> {
        let failed = |source| RestartFault::Folder { path: folder.to_owned(), source };
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failed(error)),
        };
        let mut restarts = BTreeMap::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            // What a crash left half written bears another ending.
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            let certificate = restart_file::read(&path)?;
            let height = certificate.plan.height;
            if restarts.insert(height, certificate).is_some() {
                return Err(RestartFault::Twice { path: folder.to_owned(), height });
            }
        }
        Ok(Self(restarts))
    }

    /// Whether what this node has decided agrees with every restart so far.
    pub fn check(&self, snapshot: &Snapshot) -> Result<(), LedgerError> {
        let tip = snapshot.tip();
        for (&height, restart) in self.0.range(..=tip.height) {
            // A node that began with a later snapshot has proven its way past the restart.
            let Some(last) = snapshot.header(height)? else { continue };
            if last.hash() != restart.plan.header_hash {
                return Err(RestartFault::OtherHistory { height }.into());
            }
            let next = snapshot.header(height.saturating_add(1))?;
            if next.is_some_and(|next| next.validators_hash != restart.plan.validators.hash()) {
                return Err(RestartFault::WentOn { height }.into());
            }
        }
        self.check_due(snapshot)
    }

    /// Whether the restart that comes next, if one does, has its quorum and can be carried out.
    fn check_due(&self, snapshot: &Snapshot) -> Result<(), LedgerError> {
        let Some((last, _)) = snapshot.head() else { return Ok(()) };
        let Some(restart) = self.due_after(last.height) else { return Ok(()) };
        let height = last.height;
        let block =
            BlockContext { height: height.saturating_add(1), time_ms: last.time_ms.saturating_add(1) };
        match Execution::begin_restarted(snapshot, block, last, restart) {
            Ok(_) => Ok(()),
            Err(RestartRefusal::View(error)) => Err(error.into()),
            Err(refusal) => Err(RestartFault::Refused { height, refusal }.into()),
        }
    }

    /// The restart that the block after `height` carries.
    pub fn due_after(&self, height: u64) -> Option<&RestartCertificate> {
        self.0.get(&height)
    }

    /// The last height that a restart up to `height` lets stay; votes for what came after it are void.
    pub fn newest_up_to(&self, height: u64) -> Option<u64> {
        self.0.range(..=height).next_back().map(|(height, _)| *height)
    }

    /// The tip with those who decide the next height in truth.
    pub fn decide(&self, tip: Tip) -> Result<Tip, RestartFault> {
        match self.due_after(tip.height) {
            Some(restart) if restart.plan.header_hash != tip.hash => {
                Err(RestartFault::OtherHistory { height: tip.height })
            }
            Some(restart) => Ok(Tip { validators: restart.plan.validators.clone(), ..tip }),
            None => Ok(tip),
        }
    }
}

/// What readers need to believe the restart, taken from the state under the last header that stays.
pub fn prove(
    snapshot: &Snapshot,
    restart: Option<&RestartCertificate>,
) -> Result<Option<RestartProof>, StoreError> {
    let Some(certificate) = restart else { return Ok(None) };
    let find = |key: String| {
        let proven = snapshot.prove(&key)?.ok_or(StoreError::Damaged("header"))?;
        let value = proven.value.ok_or(StoreError::Damaged("record of a governor"))?;
        Ok::<_, StoreError>(ProvenValue { value, map_proof: proven.map_proof })
    };
    let signers = certificate.signatures.iter().map(|it| state_key::organisation(&it.organisation));
    Ok(Some(RestartProof {
        governors: find(state_key::governors())?,
        organisations: signers.map(find).collect::<Result<_, _>>()?,
        certificate: certificate.clone(),
    }))
}
