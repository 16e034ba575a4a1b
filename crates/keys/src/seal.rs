//! Sealing: secrets at rest are encrypted under one key that lives outside the database.
//!
//! Form: `1 || salt (32) || AES-256-GCM ciphertext and tag`. Key and nonce of every sealed value come
//! from HKDF-SHA-256 over a fresh random salt, so no counter has to be kept and any number of values
//! can be sealed under one key.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use clock::Entropy;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::{Zeroize as _, Zeroizing};

use crate::locked::Locked;

const VERSION: u8 = 1;
const SALT: usize = 32;
const KEY: usize = 32;
const NONCE: usize = 12;

/// Why a secret could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the sealed value is damaged, or was sealed under another key or for another purpose")]
    Damaged,
    #[error("the sealing key file does not hold 32 bytes")]
    KeyFile,
    #[error("the sealing key file could not be read or written")]
    Io(#[from] io::Error),
}

/// The key under which secrets at rest are encrypted.
#[derive(Clone)]
pub struct SealingKey(Arc<Locked<Zeroizing<[u8; 32]>>>);

impl SealingKey {
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self::locked(Zeroizing::new(bytes))
    }

    fn locked(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(Arc::new(Locked::new(bytes)))
    }

    /// Reads the key file, or makes one that only its owner may read. Two processes that start together
    /// end up with the same key, and a crash leaves either no file or a whole one.
    pub fn load_or_create(path: impl AsRef<Path>) -> Result<Self, SealError> {
        let path = path.as_ref();
        match Self::load(path) {
            Err(SealError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        let mut bytes = Zeroizing::new([0u8; 32]);
        SystemRandom::new().fill(bytes.as_mut()).map_err(|_| io::Error::other("no randomness"))?;
        match write_new_private(path, bytes.as_ref()) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::load(path),
            Err(error) => Err(error.into()),
            Ok(()) => Ok(Self::locked(bytes)),
        }
    }

    fn load(path: &Path) -> Result<Self, SealError> {
        let mut bytes = fs::read(path)?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SealError::KeyFile);
        bytes.zeroize();
        Ok(Self::locked(Zeroizing::new(key?)))
    }

    /// Encrypts; `aad` names what the value is for and must be given again to open it.
    #[must_use]
    pub fn seal(&self, aad: &[u8], plain: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let mut salt = [0u8; SALT];
        entropy.fill(&mut salt);
        let mut sealed = Vec::with_capacity(1 + SALT + plain.len() + AES_256_GCM.tag_len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&salt);
        let mut body = plain.to_vec();
        // Fails only above 64 GiB; an empty result opens as damaged, never as something else.
        let done = self
            .keys(&salt)
            .ok()
            .and_then(|(key, nonce)| key.seal_in_place_append_tag(nonce, Aad::from(aad), &mut body).ok());
        if done.is_none() {
            body.zeroize();
            return Vec::new();
        }
        sealed.append(&mut body);
        sealed
    }

    /// Decrypts what [`Self::seal`] made with the same `aad`.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (&version, rest) = sealed.split_first().ok_or(SealError::Damaged)?;
        let (salt, body) = rest.split_first_chunk::<SALT>().ok_or(SealError::Damaged)?;
        if version != VERSION {
            return Err(SealError::Damaged);
        }
        let (key, nonce) = self.keys(salt)?;
        let mut body = Zeroizing::new(body.to_vec());
        let length =
            key.open_in_place(nonce, Aad::from(aad), &mut body).map_err(|_| SealError::Damaged)?.len();
        body.truncate(length);
        Ok(body)
    }

    fn keys(&self, salt: &[u8; SALT]) -> Result<(LessSafeKey, Nonce), SealError> {
        let mut material = Zeroizing::new([0u8; KEY + NONCE]);
        Salt::new(HKDF_SHA256, salt)
            .extract(self.0.as_slice())
            .expand(&[b"passerelle sealed value 1"], Length(KEY + NONCE))
            .and_then(|okm| okm.fill(material.as_mut()))
            .map_err(|_| SealError::Damaged)?;
        let (key, nonce) = material.split_at(KEY);
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| SealError::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Damaged)?;
        Ok((LessSafeKey::new(key), nonce))
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey")
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Length(pub(crate) usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Writes a file that only its owner may read, whole or not at all, never over an existing one.
pub fn write_new_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
    let mut suffix = [0u8; 8];
    SystemRandom::new().fill(&mut suffix).map_err(|_| io::Error::other("no randomness"))?;
    let temporary = directory.join(format!(".{name}.{:016x}", u64::from_le_bytes(suffix)));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        // A hard link fails where the name exists; a rename would replace the other process's key.
        fs::hard_link(&temporary, path)
    });
    let removed = fs::remove_file(&temporary);
    written?;
    removed?;
    fs::File::open(directory)?.sync_all()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use clock::SeededEntropy;

    use super::*;

    #[test]
    fn sealed_values_open_only_whole_with_the_same_key_and_purpose() {
        let key = SealingKey::from_bytes([1; 32]);
        let entropy = SeededEntropy::new(1);
        let sealed = key.seal(b"holder key", b"secret", &entropy);
        assert_eq!(key.open(b"holder key", &sealed).unwrap().as_slice(), b"secret");
        assert!(key.open(b"other", &sealed).is_err());
        assert!(SealingKey::from_bytes([2; 32]).open(b"holder key", &sealed).is_err());
        for index in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[index] ^= 1;
            assert!(key.open(b"holder key", &broken).is_err(), "byte {index}");
            assert!(key.open(b"holder key", &sealed[..index]).is_err(), "length {index}");
        }
        assert_ne!(sealed, key.seal(b"holder key", b"secret", &entropy));
    }

    #[test]
    fn key_file_is_made_once_and_is_private() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/sealing.key");
        let first = SealingKey::load_or_create(&path).unwrap();
        let second = SealingKey::load_or_create(&path).unwrap();
        assert_eq!(first.0.as_slice(), second.0.as_slice());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        fs::write(&path, b"short").unwrap();
        assert!(matches!(SealingKey::load_or_create(&path), Err(SealError::KeyFile)));
    }
}
