//! Private keys in a PKCS#11 token (PKCS #11 3.1): made there, never read out, found by their label.
//!
//! Every call into the module happens on a thread of the token's own pool or of the caller who opens, loads or
//! creates; [`Signer::sign`] only waits for an answer, so a slow token never holds up an asynchronous runtime.

mod config;
mod error;
mod module;
mod place;
mod pool;
mod session;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use clock::Entropy;

pub use config::TokenConfig;
pub use error::TokenError;

use crate::files::is_key_name;
use crate::public::{Algorithm, PublicKey};
use crate::signer::{SignError, Signer};
use place::Place;
use pool::Pool;
use session::Connection;

/// What a found key must sign before it is believed to belong to its public half.
const PROBE: &[u8] = b"passerelle: does this private key belong to that public key?";

/// Ends the PKCS#11 modules of this process; every later use of a key in a token fails. The last act before a process
/// ends: threads that outlive `main` may hold a session, and a module that is taken away under them kills the process.
pub fn end_tokens() {
    module::Module::end_all();
}

/// One token with the user logged in.
pub struct Token {
    place: Arc<Place>,
    pool: Arc<Pool>,
    /// For finding and making keys, one caller at a time.
    desk: Mutex<Connection>,
    loaded: Mutex<HashMap<String, Arc<TokenKey>>>,
}

impl Token {
    /// Loads the module, finds the token and logs in, so that a wrong path, label or PIN is told at start.
    pub fn open(config: &TokenConfig) -> Result<Self, TokenError> {
        let place = Arc::new(Place::find(config)?);
        let mut desk = Connection::new(Arc::clone(&place));
        desk.run(|_| Ok(()))?;
        let pool = Arc::new(Pool::start(&place, config.sessions)?);
        Ok(Self { place, pool, desk: Mutex::new(desk), loaded: Mutex::default() })
    }

    /// The label of the token.
    #[must_use]
    pub fn label(&self) -> &str {
        self.place.label()
    }

    /// The key with that label, if the token has one. It has proven to belong to its public half.
    pub fn find(&self, name: &str) -> Result<Option<Arc<dyn Signer>>, TokenError> {
        if let Some(key) = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(Some(Arc::<TokenKey>::clone(key)));
        }
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        match desk.run(|open| open.public_key(name))? {
            None => Ok(None),
            Some(public) => Ok(Some(self.proven(&mut desk, name, public)?)),
        }
    }

    /// The key with that label, made in the token first when there is none: sensitive and not extractable.
    pub fn load_or_create(
        &self,
        name: &str,
        algorithm: Algorithm,
        entropy: &dyn Entropy,
    ) -> Result<Arc<dyn Signer>, TokenError> {
        if !is_key_name(name) {
            return Err(TokenError::Name);
        }
        if let Some(key) = self.find(name)? {
            return Ok(key);
        }
        let mut id = [0u8; 16];
        entropy.fill(&mut id);
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let public = desk.run(|open| open.generate(name, algorithm, &id))?;
        Ok(self.proven(&mut desk, name, public)?)
    }

    /// The labels of the private keys in the token, sorted.
    pub fn list(&self) -> Result<Vec<String>, TokenError> {
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.run(|open| open.labels())
    }

    /// A new key with that label, sensitive and not extractable, of which nothing is kept in memory: for services with many keys,
    /// which name each with [`Self::key`]. Where there is one already, as after a lost answer, that one.
    pub fn create(
        &self,
        name: &str,
        algorithm: Algorithm,
        entropy: &dyn Entropy,
    ) -> Result<PublicKey, TokenError> {
        if !is_key_name(name) {
            return Err(TokenError::Name);
        }
        let mut id = [0u8; 16];
        entropy.fill(&mut id);
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let public = desk.run(|open| open.generate(name, algorithm, &id))?;
        desk.run(|open| open.sign(name, &public, PROBE))?;
        Ok(public)
    }

    /// The key with that label whose public half is known, without asking the token: the first signature of each session shows
    /// that the two belong together.
    #[must_use]
    pub fn key(&self, name: &str, public: PublicKey) -> Arc<dyn Signer> {
        Arc::new(TokenKey { name: name.to_owned(), public, pool: Arc::clone(&self.pool) })
    }

    /// Destroys both halves of the key with that label, for good. False when there was none.
    pub fn destroy(&self, name: &str) -> Result<bool, TokenError> {
        if !is_key_name(name) {
            return Err(TokenError::Name);
        }
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.run(|open| open.destroy(name))
    }

    /// A first signature proves that the private key belongs to its public half.
    fn proven(
        &self,
        desk: &mut Connection,
        name: &str,
        public: PublicKey,
    ) -> Result<Arc<TokenKey>, TokenError> {
        desk.run(|open| open.sign(name, &public, PROBE))?;
        let key = TokenKey { name: name.to_owned(), public, pool: Arc::clone(&self.pool) };
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(loaded.entry(name.to_owned()).or_insert_with(|| Arc::new(key))))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").field("label", &self.label()).finish_non_exhaustive()
    }
}

/// A private key in a token.
struct TokenKey {
    name: String,
    public: PublicKey,
    pool: Arc<Pool>,
}

#[async_trait::async_trait]
impl Signer for TokenKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let (name, public, message) = (self.name.clone(), self.public, message.to_vec());
        let signed = self.pool.run(move |token| token.run(|open| open.sign(&name, &public, &message)));
        Ok(signed.await?)
    }
}
