//! A header that somebody vouches for, with the validators that decide what follows: where a reader starts
//! that cannot, or must not, go all the way back to the genesis.

use registry_types::{Canonical, Certificate, Hash, Header, Validator, ValidatorSet, as_hex};
use serde::{Deserialize, Serialize};

/// Longer files are refused unread: 256 validators with long names take about 150 kB.
const MAX_BYTES: usize = 1024 * 1024;
const VERSION: u8 = 1;

/// A header, its certificate, and either the set that decides the next height or the set that decided this one.
/// Its parts fit each other; whether it is the chain's is for whoever pins it to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    header: Header,
    header_hash: Hash,
    certificate: Certificate,
    validators: ValidatorSet,
}

#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error("longer than {MAX_BYTES} bytes: not a checkpoint")]
    TooLong,
    #[error("not what a checkpoint looks like")]
    Form(#[source] serde_json::Error),
    #[error("version {0} of checkpoints is not known here")]
    Version(u8),
    #[error("the checkpoint's {0} cannot be read")]
    Unreadable(&'static str),
    #[error("the checkpoint's {0} does not belong to its header")]
    Mismatch(&'static str),
    #[error("the checkpoint's header is {found}, not the pinned {pinned}")]
    OtherPin { found: String, pinned: String },
}

impl Checkpoint {
    pub fn new(
        header: Header,
        certificate: Certificate,
        validators: ValidatorSet,
    ) -> Result<Self, CheckpointError> {
        let header_hash = header.hash();
        if certificate.height != header.height || certificate.header_hash != header_hash {
            return Err(CheckpointError::Mismatch("certificate"));
        }
        let set = validators.hash();
        let belongs = set == header.next_validators_hash || set == header.validators_hash;
        if !belongs || !validators.is_well_formed() {
            return Err(CheckpointError::Mismatch("validator set"));
        }
        Ok(Self { header, header_hash, certificate, validators })
    }

    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    #[must_use]
    pub fn header_hash(&self) -> Hash {
        self.header_hash
    }

    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    #[must_use]
    pub fn validators(&self) -> &ValidatorSet {
        &self.validators
    }

    /// Fails unless this is the header whose hash came by another way: printed, by telephone, from a second member.
    pub fn check_pin(&self, pinned: &Hash) -> Result<(), CheckpointError> {
        if self.header_hash == *pinned {
            return Ok(());
        }
        Err(CheckpointError::OtherPin { found: hex::encode(self.header_hash), pinned: hex::encode(pinned) })
    }

    #[must_use]
    #[expect(clippy::expect_used, reason = "numbers, text and lists of them always have a JSON form")]
    pub fn to_json(&self) -> Vec<u8> {
        let file = File {
            version: VERSION,
            chain: self.header.chain,
            height: self.header.height,
            time_ms: self.header.time_ms,
            header_hash: self.header_hash,
            header: hex::encode(self.header.to_bytes()),
            certificate: hex::encode(self.certificate.to_bytes()),
            validators: self.validators.validators().to_vec(),
        };
        serde_json::to_vec_pretty(&file).expect("a plain structure is written to memory")
    }

    /// What stands in clear beside the header must be what the header says, or a person would read one thing and
    /// trust another.
    pub fn from_json(json: &[u8]) -> Result<Self, CheckpointError> {
        if json.len() > MAX_BYTES {
            return Err(CheckpointError::TooLong);
        }
        let file: File = serde_json::from_slice(json).map_err(CheckpointError::Form)?;
        if file.version != VERSION {
            return Err(CheckpointError::Version(file.version));
        }
        let header: Header = decode(&file.header, "header")?;
        let certificate = decode(&file.certificate, "certificate")?;
        let validators =
            ValidatorSet::new(file.validators).ok_or(CheckpointError::Unreadable("validator set"))?;
        let checkpoint = Self::new(header, certificate, validators)?;
        let header = &checkpoint.header;
        let told = [
            ("chain", file.chain == header.chain),
            ("height", file.height == header.height),
            ("time", file.time_ms == header.time_ms),
            ("header hash", file.header_hash == checkpoint.header_hash),
        ];
        match told.into_iter().find(|(_, agrees)| !agrees) {
            Some((what, _)) => Err(CheckpointError::Mismatch(what)),
            None => Ok(checkpoint),
        }
    }
}

fn decode<T: Canonical>(text: &str, what: &'static str) -> Result<T, CheckpointError> {
    let bytes = hex::decode(text).map_err(|_| CheckpointError::Unreadable(what))?;
    T::from_bytes(&bytes).map_err(|_| CheckpointError::Unreadable(what))
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    version: u8,
    #[serde(with = "as_hex")]
    chain: Hash,
    height: u64,
    time_ms: u64,
    #[serde(with = "as_hex")]
    header_hash: Hash,
    /// Canonical bytes in hexadecimal.
    header: String,
    certificate: String,
    validators: Vec<Validator>,
}
