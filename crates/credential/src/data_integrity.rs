//! Data Integrity proofs (VC Data Integrity 1.0) with the cryptosuites of vc-di-eddsa, vc-di-ecdsa and vc-di-bbs.
//!
//! Everything but JSON-LD expansion is done here: `ssi` accepts proofs of the wrong purpose, proofs that
//! have expired and proofs by keys that are not the issuer's, and has no way to sign in two steps.

mod found;
mod secure;
mod selective;
mod verify;

use std::fmt;
use std::sync::Arc;

use clock::Timestamp;
use did::Relationship;
use keys::{Algorithm, SignError, Signer};
use ring::digest::{SHA256, SHA384, digest};
use serde_json::Value;

use crate::expand;
use crate::outcome::Fault;

pub(crate) use found::{FoundKey, FoundKeys, keys_in, unresolved};
pub use secure::{Prepared, prepare, secure};
pub use selective::{derive, is_shown_in_parts, linkable_digest, mandatory_pointers, secure_base, suite_of};
pub(crate) use verify::verify_proofs;

/// A cryptosuite. The RDFC suites sign the RDF dataset, the JCS suites the JSON, `ecdsa-sd-2023` each statement of
/// the dataset, `bbs-2023` all of them so that each can be shown alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    EddsaRdfc2022,
    EcdsaRdfc2019,
    EddsaJcs2022,
    EcdsaJcs2019,
    EcdsaSd2023,
    Bbs2023,
}

impl Suite {
    pub const ALL: [Self; 6] = [
        Self::EddsaRdfc2022,
        Self::EcdsaRdfc2019,
        Self::EddsaJcs2022,
        Self::EcdsaJcs2019,
        Self::EcdsaSd2023,
        Self::Bbs2023,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EddsaRdfc2022 => "eddsa-rdfc-2022",
            Self::EcdsaRdfc2019 => "ecdsa-rdfc-2019",
            Self::EddsaJcs2022 => "eddsa-jcs-2022",
            Self::EcdsaJcs2019 => "ecdsa-jcs-2019",
            Self::EcdsaSd2023 => "ecdsa-sd-2023",
            Self::Bbs2023 => "bbs-2023",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.as_str() == text)
    }

    /// The kind of key that the suite signs with where nobody chooses; some take others, too.
    #[must_use]
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::EddsaRdfc2022 | Self::EddsaJcs2022 => Algorithm::Ed25519,
            Self::EcdsaRdfc2019 | Self::EcdsaJcs2019 | Self::EcdsaSd2023 => Algorithm::P256,
            Self::Bbs2023 => Algorithm::Bls12381G2,
        }
    }

    /// Whether the suite signs with keys of this kind (vc-di-ecdsa 1.0, 2.1.1: P-384 beside P-256).
    #[must_use]
    pub fn takes(self, algorithm: Algorithm) -> bool {
        match self {
            Self::EcdsaRdfc2019 | Self::EcdsaJcs2019 => {
                matches!(algorithm, Algorithm::P256 | Algorithm::P384)
            }
            _ => algorithm == self.algorithm(),
        }
    }

    /// The kind of key of which a signature has so many bytes; nothing when the suite makes none of that length.
    pub(crate) fn algorithm_of(self, signature_length: usize) -> Option<Algorithm> {
        let kinds = [self.algorithm(), Algorithm::P384].into_iter().filter(|kind| self.takes(*kind));
        kinds.into_iter().find(|kind| kind.signature_length() == signature_length)
    }

    /// Whether the holder shows parts: such a suite secures by [`secure_base`], not by [`secure`].
    #[must_use]
    pub const fn is_selective(self) -> bool {
        matches!(self, Self::EcdsaSd2023 | Self::Bbs2023)
    }

    pub(crate) fn is_jcs(self) -> bool {
        matches!(self, Self::EddsaJcs2022 | Self::EcdsaJcs2019)
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `proofPurpose` (VC Data Integrity 1.0, 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    AssertionMethod,
    Authentication,
}

impl Purpose {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.relationship().as_str()
    }

    /// The relationship for which the key must be listed.
    #[must_use]
    pub fn relationship(self) -> Relationship {
        match self {
            Self::AssertionMethod => Relationship::AssertionMethod,
            Self::Authentication => Relationship::Authentication,
        }
    }
}

/// The options of a proof to be made.
#[derive(Clone, Debug)]
pub struct ProofOptions {
    pub created: Option<Timestamp>,
    pub purpose: Purpose,
    pub challenge: Option<String>,
    pub domain: Option<String>,
    pub expires: Option<Timestamp>,
}

impl ProofOptions {
    /// A proof on a credential, made now.
    #[must_use]
    pub fn assertion(now: Timestamp) -> Self {
        Self {
            created: Some(now),
            purpose: Purpose::AssertionMethod,
            challenge: None,
            domain: None,
            expires: None,
        }
    }

    /// A proof on a presentation for one verifier, made now.
    #[must_use]
    pub fn presentation(now: Timestamp, challenge: &str, domain: &str) -> Self {
        Self {
            purpose: Purpose::Authentication,
            challenge: Some(challenge.to_owned()),
            domain: Some(domain.to_owned()),
            ..Self::assertion(now)
        }
    }
}

/// A private key and the DID URL under which its public half is published.
#[derive(Clone)]
pub struct SigningKey {
    pub verification_method: String,
    pub signer: Arc<dyn Signer>,
}

/// Why no proof was made.
#[derive(Debug, thiserror::Error)]
pub enum SecureError {
    /// What the document breaks; the caller must change it.
    #[error("the document cannot be secured as it is")]
    Document(Vec<Fault>),
    #[error("the key is of another kind than the cryptosuite")]
    KeyKind,
    #[error(transparent)]
    Signing(#[from] SignError),
    #[error("too much work is waiting")]
    Overloaded,
}

impl From<Fault> for SecureError {
    fn from(fault: Fault) -> Self {
        if fault.unfinished { Self::Overloaded } else { Self::Document(vec![fault]) }
    }
}

/// What a proof signs: the hash of the proof options, then the hash of the document
/// (vc-di-eddsa 1.0, 3.2.4 and 3.3.4; vc-di-ecdsa 1.0, 3.2.4 and 3.3.4). Also the types of the document.
///
/// With P-384 keys everything is hashed with SHA-384, also while blank nodes are named (vc-di-ecdsa 1.0, 3).
pub(crate) async fn hash_data(
    suite: Suite,
    algorithm: Algorithm,
    document: &Value,
    options: &Value,
) -> Result<(Vec<u8>, Vec<String>), Fault> {
    let hash = if algorithm == Algorithm::P384 { &SHA384 } else { &SHA256 };
    let (document, options, types) = if suite.is_jcs() {
        crate::limits::check(document)?;
        crate::limits::check(options)?;
        (crate::jcs::to_sign(document)?, crate::jcs::to_sign(options)?, Vec::new())
    } else {
        let form = expand::canonical_by(hash, document).await?;
        let options = expand::canonical_by(hash, options).await?;
        (form.nquads.into_bytes(), options.nquads.into_bytes(), form.types)
    };
    let hashes = [digest(hash, &options), digest(hash, &document)];
    Ok((hashes.map(|hash| hash.as_ref().to_vec()).concat(), types))
}

#[cfg(test)]
mod tests;
