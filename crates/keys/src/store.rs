//! Where a service's private keys are: in sealed files, or in a token beside sealed files of an earlier time.

use std::path::Path;
use std::sync::Arc;

use clock::Entropy;

use crate::files::{KeyFileError, KeyFiles};
use crate::public::Algorithm;
use crate::seal::SealingKey;
use crate::signer::Signer;
use crate::token::{Token, TokenConfig, TokenError};

/// Why a key could not be found or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    #[error(transparent)]
    File(#[from] KeyFileError),
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// All private keys of a service. With a token, new keys are made in it and nowhere else; a key that only a sealed
/// file has goes on being used until it is rotated. A token that does not answer is an error, never a reason to look
/// into the files.
pub struct KeyStore {
    files: KeyFiles,
    token: Option<Token>,
}

impl KeyStore {
    /// Opens the directory of sealed files, made when missing, and the token if there is one.
    pub fn open(
        directory: impl AsRef<Path>,
        sealing: SealingKey,
        token: Option<&TokenConfig>,
    ) -> Result<Self, KeyStoreError> {
        let token = token.map(Token::open).transpose()?;
        Ok(Self { files: KeyFiles::open(directory, sealing)?, token })
    }

    /// The key of that name, if there is one.
    pub fn find(&self, name: &str) -> Result<Option<Arc<dyn Signer>>, KeyStoreError> {
        if let Some(token) = &self.token
            && let Some(key) = token.find(name)?
        {
            return Ok(Some(key));
        }
        if !self.files.exists(name) {
            return Ok(None);
        }
        Ok(Some(self.files.load(name)?))
    }

    /// The key of that name, which must exist.
    pub fn load(&self, name: &str) -> Result<Arc<dyn Signer>, KeyStoreError> {
        self.find(name)?.ok_or_else(|| KeyFileError::Missing(name.to_owned()).into())
    }

    /// The key of that name, made first when there is none. Once it returns, the key is on disk or in the token.
    pub fn load_or_create(
        &self,
        name: &str,
        algorithm: Algorithm,
        entropy: &dyn Entropy,
    ) -> Result<Arc<dyn Signer>, KeyStoreError> {
        let key = match (self.find(name)?, &self.token) {
            (Some(key), _) => key,
            (None, Some(token)) => token.load_or_create(name, algorithm, entropy)?,
            (None, None) => self.files.load_or_create(name, algorithm, entropy)?,
        };
        if key.public_key().algorithm() != algorithm {
            return Err(KeyFileError::OtherAlgorithm(name.to_owned()).into());
        }
        Ok(key)
    }

    /// The token in which new keys are made, if there is one.
    #[must_use]
    pub fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}
