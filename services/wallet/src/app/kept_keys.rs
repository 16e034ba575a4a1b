//! The keys that this service keeps for people without a phone: sealed in the database, or in a PKCS#11 token.
//!
//! Of a key in a token a row is written before it is made and is gone only after it was destroyed, so that no crash leaves one behind.
//! A token that does not answer is an error to be tried again, never a reason to make a key elsewhere.

mod attester;
mod own;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration as Pause;

use chrono::Duration;
use clock::Entropy;
use holding::custody::{Custody, Kept};
use holding::key_attestation::{KeyStatement, StatementFault};
use keys::{Algorithm, PublicKey, SignError, Signer, Token, TokenConfig, TokenError};

pub use attester::{Attester, AttesterCertificateFault};

use super::Wallet;
use super::fault::Fault;

/// Labels of kept keys in the token begin so.
const PREFIX: &str = "wallet.kept-";
/// Under which the key of the attester is in the token.
pub const ATTESTER: &str = "wallet.key-attester-1";
/// A key that no custody uses by then was made for a request that failed.
const UNUSED_MINUTES: i64 = 10;
/// A token that hangs is as good as away.
const PATIENCE: Pause = Pause::from_secs(20);
/// Keys destroyed in one round.
const MOST_ENDING: i64 = 50;

/// Where kept keys are made.
#[derive(Clone, Default)]
pub enum KeptKeys {
    #[default]
    Sealed,
    Token(TokenKeys),
}

/// Kept keys in a token.
#[derive(Clone)]
pub struct TokenKeys {
    token: Arc<Token>,
    attester: Option<Arc<Attester>>,
}

/// Why kept keys cannot be made as configured.
#[derive(Debug, thiserror::Error)]
pub enum KeptKeysError {
    #[error("the token of [keys.pkcs11] cannot be used")]
    Token(#[from] TokenError),
    #[error(transparent)]
    Statement(#[from] StatementFault),
    #[error("[keys.attestation] needs [keys.pkcs11]: nobody can vouch for keys outside of a token")]
    NoToken,
    #[error(
        "there are wallets whose keys are in a PKCS#11 token: name it in [keys.pkcs11], or nobody could use them"
    )]
    TokenNeeded,
}

impl KeptKeys {
    /// Opens the token, if one is named, so that a wrong path, label or PIN is told at start. It blocks.
    pub fn open(
        token: Option<&TokenConfig>,
        says: Option<&KeyStatement>,
        entropy: &dyn Entropy,
    ) -> Result<Self, KeptKeysError> {
        let Some(token) = token else {
            return if says.is_some() { Err(KeptKeysError::NoToken) } else { Ok(Self::Sealed) };
        };
        says.map_or(Ok(()), KeyStatement::check)?;
        let token = Token::open(token)?;
        let attester = match says {
            None => None,
            Some(says) => {
                let key = token.load_or_create(ATTESTER, Algorithm::P256, entropy)?;
                Some(Arc::new(Attester::new(key, says.clone())))
            }
        };
        Ok(Self::Token(TokenKeys { token: Arc::new(token), attester }))
    }
}

impl Wallet {
    /// Makes the key of a new custody. One in a token is destroyed again unless [`Self::claim_kept`] follows soon.
    pub(super) async fn begin_custody(
        &self,
        account: &str,
        officer: &str,
    ) -> Result<(Custody, PublicKey), Fault> {
        let now = self.now();
        let KeptKeys::Token(TokenKeys { token, .. }) = &self.kept_keys else {
            return Ok(Custody::sealed(account, officer, &self.sealing_key, self.entropy.as_ref(), now));
        };
        let label = format!("{PREFIX}{}", self.new_id());
        let mut tx = self.store.write("announce_token_key").await?;
        tx.insert_token_key(&label, now + Duration::minutes(UNUSED_MINUTES)).await?;
        tx.commit().await?;
        let (named, entropy) = (label.clone(), Arc::clone(&self.entropy));
        let made = in_token(token, move |token| token.create(&named, Algorithm::P256, entropy.as_ref()));
        let public = made.await?;
        Ok((Custody::in_token(account, officer, &public, &label, now), public))
    }

    /// In the transaction that stores the custody: its key stays.
    pub(super) async fn claim_kept(&self, tx: &mut store_wallet::Tx, custody: &Custody) -> Result<(), Fault> {
        match &custody.kept {
            Kept::Sealed(_) => Ok(()),
            Kept::Token(label) if tx.use_token_key(label).await? => Ok(()),
            Kept::Token(_) => Err(Fault::KeptKey(SignError::Token(TokenError::Stopped))),
        }
    }

    /// The signature of a custody's key.
    pub(super) async fn sign_kept(&self, key: &dyn Signer, message: &[u8]) -> Result<Vec<u8>, Fault> {
        patiently(key.sign(message)).await
    }

    /// The key of a custody, to sign with at once and forget. Who comes here has proven the person.
    pub(super) async fn kept_key(&self, custody: &Custody) -> Result<Arc<dyn Signer>, Fault> {
        match (&custody.kept, &self.kept_keys) {
            (Kept::Sealed(sealed), _) => {
                let key = custody.unseal(sealed, &self.sealing_key);
                Ok(Arc::new(key.map_err(|error| Fault::Vault(error.into()))?))
            }
            (Kept::Token(label), KeptKeys::Token(TokenKeys { token, .. })) => {
                let public = self.usable_key(&custody.account, &custody.thumbprint).await?;
                let missing = || TokenError::PublicKey { token: token.label().into(), key: label.clone() };
                Ok(token.key(label, public.ok_or_else(|| SignError::Token(missing()))?))
            }
            (Kept::Token(_), KeptKeys::Sealed) => Err(Fault::KeptKey(SignError::Token(TokenError::Stopped))),
        }
    }

    /// Destroys keys whose custody is over, and those that were made for none.
    pub(super) async fn tend_kept_keys(&self) -> Result<(), Fault> {
        let KeptKeys::Token(TokenKeys { token, .. }) = &self.kept_keys else { return Ok(()) };
        let mut tx = self.store.write("end_unused_token_keys").await?;
        let unused = tx.end_unused_token_keys(self.now()).await?;
        let ending = tx.list_ending_token_keys(MOST_ENDING).await?;
        tx.commit().await?;
        if unused > 0 {
            tracing::warn!(keys = unused, "keys in the token were made for no wallet and are destroyed");
        }
        for label in ending {
            let named = label.clone();
            in_token(token, move |token| token.destroy(&named)).await?;
            let mut tx = self.store.write("forget_token_key").await?;
            tx.forget_token_key(&label).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Tells the operator of kept keys in the token that the database knows nothing of, as after it was restored from an older copy.
    /// They may be another service's, so nobody but the operator destroys them.
    pub async fn report_unknown_keys(&self) -> Result<usize, Fault> {
        let KeptKeys::Token(TokenKeys { token, .. }) = &self.kept_keys else { return Ok(0) };
        let labels = in_token(token, Token::list).await?;
        let mut unknown = 0;
        for label in labels.iter().filter(|label| label.starts_with(PREFIX)) {
            if !self.store.read().await?.knows_token_key(label).await? {
                tracing::warn!(key.label = %label, "the token has a key of a wallet that is not in the database");
                unknown += 1;
            }
        }
        Ok(unknown)
    }
}

impl KeptKeys {
    /// The token, where one is named.
    #[must_use]
    pub fn token(&self) -> Option<&Token> {
        match self {
            Self::Sealed => None,
            Self::Token(keys) => Some(&keys.token),
        }
    }
}

/// On a thread that may wait.
async fn in_token<T: Send + 'static>(
    token: &Arc<Token>,
    work: impl FnOnce(&Token) -> Result<T, TokenError> + Send + 'static,
) -> Result<T, Fault> {
    let token = Arc::clone(token);
    let done = tokio::task::spawn_blocking(move || work(&token));
    patiently(async { Ok(done.await.map_err(|_| TokenError::Stopped)??) }).await
}

async fn patiently<T>(work: impl Future<Output = Result<T, SignError>>) -> Result<T, Fault> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Fault::KeptKeySlow),
    }
}
