//! Agency clients: OAuth 2.0 client credentials (RFC 6749, 4.4) with opaque tokens kept as hashes.

use std::io::Write as _;
use std::path::PathBuf;

use chrono::Duration;
use serde_json::json;
use store_verifier::{Client, StoreError, Token};

use super::{AssertionFault, Desk, same, sha256};
use crate::config::DemoClient;

/// The one scope there is: everything under `/v1`.
pub const SCOPE: &str = "verify";

/// An authenticated agency system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    pub id: String,
}

/// What a client sent to prove who it is.
pub struct Credentials {
    pub id: String,
    pub secret: String,
}

/// How a client proves who it is.
pub enum Authentication {
    Secret(Credentials),
    /// A JWT, and `client_id` where it was sent beside it.
    Assertion {
        token: String,
        client_id: Option<String>,
    },
}

#[derive(Clone, Debug)]
pub struct TokenGrant {
    pub access_token: String,
    pub expires_in: i64,
    pub scope: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("the client is unknown or its secret is wrong")]
    Unknown,
    #[error(transparent)]
    Assertion(#[from] AssertionFault),
    #[error("the scope is not one the client may have")]
    Scope,
    #[error("the token is unknown or has expired")]
    Token,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the demonstration client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    #[error("cannot write {path}")]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Gives a client a token for the scopes it asks for, or all of its own.
    pub async fn grant_token(
        &self,
        given: &Authentication,
        scope: Option<&str>,
    ) -> Result<TokenGrant, ClientError> {
        match given {
            Authentication::Secret(given) => self.grant_token_by_secret(given, scope).await,
            Authentication::Assertion { token, client_id } => {
                self.grant_token_by_assertion(token, client_id.as_deref(), scope).await
            }
        }
    }

    /// A client that is registered with keys has no secret.
    async fn grant_token_by_secret(
        &self,
        given: &Credentials,
        scope: Option<&str>,
    ) -> Result<TokenGrant, ClientError> {
        let found = self.store.read().await?.find_client(&given.id).await?;
        // The comparison also runs for unknown clients, so that its time tells nothing.
        let expected = found.as_ref().map_or_else(|| vec![0; 32], |client| client.secret_hash.clone());
        let fits = same(&sha256(given.secret.as_bytes()), &expected);
        let fits = fits && self.key_client(&given.id).is_none();
        let client = found.filter(|_| fits).ok_or(ClientError::Unknown)?;
        let (token, grant) = self.new_token(&client, scope)?;
        let mut tx = self.store.write("grant_token").await?;
        tx.insert_token(&token).await?;
        tx.commit().await?;
        Ok(grant)
    }

    /// A token with the scopes that are asked for, or all of the client's own; not yet stored.
    pub(super) fn new_token(
        &self,
        client: &Client,
        scope: Option<&str>,
    ) -> Result<(Token, TokenGrant), ClientError> {
        let scope = scope.filter(|scope| !scope.trim().is_empty()).unwrap_or(&client.scopes);
        if !scope
            .split_ascii_whitespace()
            .all(|one| client.scopes.split_ascii_whitespace().any(|own| own == one))
        {
            return Err(ClientError::Scope);
        }
        let access_token = self.token();
        let token = Token {
            hash: sha256(access_token.as_bytes()),
            client: client.id.clone(),
            scopes: scope.to_owned(),
            expires: self.now() + Duration::seconds(self.settings.token_seconds),
        };
        let scope = token.scopes.clone();
        Ok((token, TokenGrant { access_token, expires_in: self.settings.token_seconds, scope }))
    }

    /// The agency behind a bearer token with our scope.
    pub async fn authenticate(&self, bearer: &str) -> Result<Agency, ClientError> {
        let hash = sha256(bearer.as_bytes());
        let token = self.store.read().await?.find_token(&hash, self.now()).await?;
        let token = token.ok_or(ClientError::Token)?;
        if !token.scopes.split_ascii_whitespace().any(|one| one == SCOPE) {
            return Err(ClientError::Scope);
        }
        Ok(Agency { id: token.client })
    }

    /// Makes the demonstration client at first start. The secret goes into a file that only the owner can read; if
    /// that file is gone, the client gets another secret.
    pub async fn ensure_demo_client(&self, demo: &DemoClient) -> Result<(), SecretFileError> {
        let mut tx = self.store.write("ensure_demo_client").await?;
        let known = tx.find_client(&demo.id).await?.is_some();
        if known && demo.secret_file.exists() {
            return Ok(());
        }
        let secret = self.token();
        let hash = sha256(secret.as_bytes());
        if known {
            tx.replace_secret(&demo.id, &hash).await?;
        } else {
            let client = Client {
                id: demo.id.clone(),
                name: demo.name.clone(),
                secret_hash: hash,
                scopes: SCOPE.to_owned(),
                return_urls: demo.return_urls.iter().map(ToString::to_string).collect(),
                created: self.now(),
            };
            tx.insert_client(&client).await?;
        }
        // The commit comes first: a crash between the two leaves no file, and the next start makes another secret.
        tx.commit().await?;
        write_secret(demo, &secret)
            .map_err(|source| SecretFileError::Write { path: demo.secret_file.clone(), source })
    }
}

fn write_secret(demo: &DemoClient, secret: &str) -> std::io::Result<()> {
    if let Some(parent) = demo.secret_file.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let text = json!({ "client_id": demo.id, "client_secret": secret }).to_string();
    let beside = demo.secret_file.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, &demo.secret_file)
}
