//! Private keys in sealed files: the default back end where there is no hardware module.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clock::Entropy;
use zeroize::Zeroizing;

use crate::public::Algorithm;
use crate::seal::{SealError, SealingKey, write_new_private};
use crate::signer::{Signer, SoftwareKey};

/// Why a key file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("there is no key named {0}")]
    Missing(String),
    #[error(
        "a key name has letters, digits, dots, hyphens and underscores only, and does not begin with a dot"
    )]
    Name,
    #[error("the key {0} exists with another algorithm")]
    OtherAlgorithm(String),
    #[error("the key file {name} does not open")]
    Damaged { name: String, source: SealError },
    #[error("the key file {name} could not be read or written")]
    Io { name: String, source: io::Error },
}

/// A directory of sealed private keys, one file for each name.
pub struct KeyFiles {
    directory: PathBuf,
    sealing: SealingKey,
    loaded: Mutex<HashMap<String, Arc<SoftwareKey>>>,
}

impl KeyFiles {
    /// Makes the directory when it is missing.
    pub fn open(directory: impl AsRef<Path>, sealing: SealingKey) -> Result<Self, KeyFileError> {
        let directory = directory.as_ref().to_path_buf();
        fs::create_dir_all(&directory)
            .map_err(|source| KeyFileError::Io { name: directory.display().to_string(), source })?;
        Ok(Self { directory, sealing, loaded: Mutex::new(HashMap::new()) })
    }

    /// The key of that name, made and stored first when there is none. Once it returns, the key is on disk.
    pub fn load_or_create(
        &self,
        name: &str,
        algorithm: Algorithm,
        entropy: &dyn Entropy,
    ) -> Result<Arc<dyn Signer>, KeyFileError> {
        let key = match self.find(name)? {
            Some(key) => key,
            None => self.create(name, algorithm, entropy)?,
        };
        if key.public_key().algorithm() != algorithm {
            return Err(KeyFileError::OtherAlgorithm(name.to_owned()));
        }
        Ok(key)
    }

    /// The key of that name, which must exist.
    pub fn load(&self, name: &str) -> Result<Arc<dyn Signer>, KeyFileError> {
        let key = self.find(name)?.ok_or_else(|| KeyFileError::Missing(name.to_owned()))?;
        Ok(key)
    }

    #[must_use]
    pub fn exists(&self, name: &str) -> bool {
        self.path(name).is_ok_and(|path| path.exists())
    }

    fn find(&self, name: &str) -> Result<Option<Arc<SoftwareKey>>, KeyFileError> {
        let path = self.path(name)?;
        if let Some(key) = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(Some(Arc::clone(key)));
        }
        let sealed = match fs::read(&path) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(KeyFileError::Io { name: name.to_owned(), source }),
        };
        let damaged = |source| KeyFileError::Damaged { name: name.to_owned(), source };
        let plain = self.sealing.open(&aad(name), &sealed).map_err(damaged)?;
        let key = read(&plain).ok_or_else(|| damaged(SealError::Damaged))?;
        Ok(Some(self.remember(name, key)))
    }

    fn create(
        &self,
        name: &str,
        algorithm: Algorithm,
        entropy: &dyn Entropy,
    ) -> Result<Arc<SoftwareKey>, KeyFileError> {
        let key = SoftwareKey::generate(algorithm, entropy);
        let sealed = self.sealing.seal(&aad(name), &write(algorithm, &key), entropy);
        match write_new_private(&self.path(name)?, &sealed) {
            Ok(()) => Ok(self.remember(name, key)),
            // Another process was faster: its key is the key.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.find(name)?.ok_or_else(|| KeyFileError::Missing(name.to_owned()))
            }
            Err(source) => Err(KeyFileError::Io { name: name.to_owned(), source }),
        }
    }

    fn remember(&self, name: &str, key: SoftwareKey) -> Arc<SoftwareKey> {
        let key = Arc::new(key);
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(loaded.entry(name.to_owned()).or_insert(key))
    }

    fn path(&self, name: &str) -> Result<PathBuf, KeyFileError> {
        if !is_key_name(name) {
            return Err(KeyFileError::Name);
        }
        Ok(self.directory.join(format!("{name}.key")))
    }
}

/// What a key may be called, in a file and in a token alike.
pub(crate) fn is_key_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.is_empty() && name.len() <= 128 && !name.starts_with('.') && name.bytes().all(allowed)
}

/// The name is bound into the seal, so that files cannot be exchanged for one another.
fn aad(name: &str) -> Vec<u8> {
    format!("private key {name}").into_bytes()
}

fn write(algorithm: Algorithm, key: &SoftwareKey) -> Zeroizing<Vec<u8>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(1 + key.secret().len()));
    plain.push(match algorithm {
        Algorithm::Ed25519 => 1,
        Algorithm::P256 => 2,
        Algorithm::P384 => 3,
        Algorithm::Bls12381G2 => 4,
    });
    plain.extend_from_slice(key.secret());
    plain
}

fn read(plain: &[u8]) -> Option<SoftwareKey> {
    let (&tag, secret) = plain.split_first()?;
    let algorithm = match tag {
        1 => Algorithm::Ed25519,
        2 => Algorithm::P256,
        3 => Algorithm::P384,
        4 => Algorithm::Bls12381G2,
        _ => return None,
    };
    SoftwareKey::from_secret(algorithm, secret).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clock::SeededEntropy;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_found_again() {
        let directory = tempfile::tempdir().unwrap();
        let open = || KeyFiles::open(directory.path(), SealingKey::from_bytes([3; 32])).unwrap();
        let entropy = SeededEntropy::new(1);
        let files = open();
        assert!(!files.exists("undp.did"));
        assert!(matches!(files.load("undp.did"), Err(KeyFileError::Missing(_))));
        for (name, algorithm) in [
            ("undp.did", Algorithm::P256),
            ("e", Algorithm::Ed25519),
            ("p384", Algorithm::P384),
            ("bbs", Algorithm::Bls12381G2),
        ] {
            let made = *files.load_or_create(name, algorithm, &entropy).unwrap().public_key();
            assert_eq!(made.algorithm(), algorithm);
            assert_eq!(made, *open().load(name).unwrap().public_key());
            assert_eq!(made, *open().load_or_create(name, algorithm, &entropy).unwrap().public_key());
        }
        assert!(matches!(
            open().load_or_create("undp.did", Algorithm::Ed25519, &entropy),
            Err(KeyFileError::OtherAlgorithm(_))
        ));
    }

    #[test]
    fn names_cannot_leave_the_directory_and_files_cannot_be_swapped() {
        let directory = tempfile::tempdir().unwrap();
        let files = KeyFiles::open(directory.path(), SealingKey::from_bytes([3; 32])).unwrap();
        let entropy = SeededEntropy::new(1);
        for name in ["", "../x", "a/b", ".hidden", "a b"] {
            assert!(matches!(files.load_or_create(name, Algorithm::P256, &entropy), Err(KeyFileError::Name)));
        }
        files.load_or_create("one", Algorithm::P256, &entropy).unwrap();
        fs::copy(directory.path().join("one.key"), directory.path().join("two.key")).unwrap();
        assert!(matches!(files.load("two"), Err(KeyFileError::Damaged { .. })));
    }
}
