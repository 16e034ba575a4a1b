//! What is inside a pack, as canonical bytes.

use borsh::{BorshDeserialize, BorshSerialize};
use registry_client::{Checkpoint, CheckpointError};
use registry_types::{Canonical, Certificate, Hash, Header, SetChange, ValidatorSet};
use sha2::{Digest as _, Sha256};

use crate::tree::Tree;

/// Everything a reader learns from the pack. Nothing in it is believed before the light client has checked it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Content {
    /// The header under whose state root every record is proven.
    pub header: Header,
    pub certificate: Certificate,
    /// The validators of the header or of the next one, for readers that begin here.
    pub validators: ValidatorSet,
    /// The changes of the validators since the genesis, for readers that begin there.
    pub changes: Vec<SetChange>,
    /// In the order of their places in the map, each once.
    pub records: Vec<Record>,
    /// The proofs of all of them.
    pub tree: Tree,
    /// Status lists and schemas, by address.
    pub documents: Vec<Document>,
}

/// A record of the state map, or its absence.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Record {
    pub key: String,
    pub value: Option<Vec<u8>>,
}

/// Bytes as they stand at an address; their digest is in a record.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Document {
    pub url: String,
    pub bytes: Vec<u8>,
}

impl Canonical for Content {
    const VERSION: u8 = 2;
    /// More than ten times what thirty organisations with lists for a hundred thousand people take.
    const MAX_BYTES: usize = 16 * 1024 * 1024;
}

impl Content {
    /// Puts the documents into the order in which they are written.
    #[must_use]
    pub fn ordered(mut self) -> Self {
        self.documents.sort_by(|a, b| a.url.cmp(&b.url));
        self.documents.dedup_by(|a, b| a.url == b.url);
        self
    }

    /// The header as something to begin from; refused when its parts do not fit each other.
    pub fn checkpoint(&self) -> Result<Checkpoint, CheckpointError> {
        Checkpoint::new(self.header.clone(), self.certificate.clone(), self.validators.clone())
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}
