use borsh::{BorshDeserialize, BorshSerialize};
use sha2::{Digest, Sha256};

use crate::Hash;

/// A value with exactly one byte form: its version, then borsh.
///
/// Decoding is bounded: an input longer than [`Canonical::MAX_BYTES`] is refused before it is looked at,
/// borsh allocates no more than the input can fill, and trailing bytes are an error. So equal values
/// have equal bytes and a hash of the bytes names the value.
pub trait Canonical: BorshSerialize + BorshDeserialize {
    const VERSION: u8;
    const MAX_BYTES: usize;

    #[expect(clippy::expect_used, reason = "borsh fails only when the writer does, and a Vec never does")]
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![Self::VERSION];
        self.serialize(&mut bytes).expect("writing to memory cannot fail");
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(DecodeError::TooLong { limit_bytes: Self::MAX_BYTES });
        }
        let (version, rest) = bytes.split_first().ok_or(DecodeError::Malformed)?;
        if *version != Self::VERSION {
            return Err(DecodeError::UnknownVersion(*version));
        }
        Self::try_from_slice(rest).map_err(|_| DecodeError::Malformed)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("longer than {limit_bytes} bytes")]
    TooLong { limit_bytes: usize },
    #[error("version {0} is not known here")]
    UnknownVersion(u8),
    #[error("not a canonical encoding")]
    Malformed,
}

/// SHA-256 over a domain tag and parts. The tag is closed by a zero byte, so no tag is a prefix of another.
#[must_use]
pub fn sha256(domain: &str, parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(domain.as_bytes());
    hasher.update([0]);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
