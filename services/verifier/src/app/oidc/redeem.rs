//! Tokens for a code, and what the access token opens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use credential::jwt;
use keys::SignError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store_verifier::{OidcLogin, StoreError, Verification};

use super::request::PROFILE;
use super::{Client, PairwiseKeyError, claims, fits_challenge, subject};
use crate::app::{Desk, ViewError, sha256};

/// Life of an access token; it opens the userinfo endpoint and nothing else.
const TOKEN_SECONDS: i64 = 300;
/// Life of an ID token: it is read at once.
const ID_TOKEN_SECONDS: i64 = 300;
/// Longest access token: it holds the claims, sealed, and travels in a header.
pub const MAX_ACCESS_TOKEN: usize = 6 * 1024;
const AAD: &[u8] = b"verifier/oidc/access-token";

/// What a client sent to prove who it is.
pub struct ClientProof {
    pub id: String,
    pub secret: Option<String>,
}

/// A token request after client authentication.
pub struct Redemption {
    pub code: String,
    pub redirect_uri: String,
    pub code_verifier: String,
}

#[derive(Clone, Debug)]
pub struct Tokens {
    pub access_token: String,
    pub id_token: String,
    pub scope: String,
    pub expires_in: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("the client is unknown or did not prove who it is")]
    Client,
    /// Never says which: unknown, another client's, used, expired, or not the same request.
    #[error("the code is unknown, used or expired, or was given for another request")]
    Grant,
    #[error("the claims are too long for a token")]
    TooLong,
    #[error("the ID token cannot be signed")]
    Sign(#[from] SignError),
    #[error("the pairwise identifier cannot be made")]
    Pairwise(#[from] PairwiseKeyError),
    #[error(transparent)]
    View(#[from] ViewError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, thiserror::Error)]
pub enum UserInfoError {
    #[error("the access token is unknown or has expired")]
    Token,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The inside of an access token. It is sealed and given away, so that no claim is stored for it.
#[derive(Serialize, Deserialize)]
struct Opened {
    login: String,
    /// Seconds.
    exp: i64,
    claims: Map<String, Value>,
}

impl Desk {
    /// The client that a token request comes from (OpenID Connect Core 1.0, 9).
    pub fn authenticate_oidc_client(&self, proof: &ClientProof) -> Result<&Client, TokenError> {
        let known = self.oidc_client(&proof.id).filter(|client| client.is_proven_by(proof.secret.as_deref()));
        known.ok_or(TokenError::Client)
    }

    /// Exchanges a code (OpenID Connect Core 1.0, 3.1.3). The claims are erased with it.
    pub async fn redeem(&self, client: &Client, given: &Redemption) -> Result<Tokens, TokenError> {
        let hash = sha256(given.code.as_bytes());
        let (login, verification) = self.login_of_code(&hash).await?;
        let fits = login.client == client.id
            && login.redirect_uri == given.redirect_uri
            && fits_challenge(&given.code_verifier, &login.code_challenge);
        if !fits {
            return Err(TokenError::Grant);
        }
        if login.redeemed.is_some() {
            return self.redeemed_again(&login).await;
        }
        // Signed before the code is consumed: a signer that fails takes nothing from the person.
        let tokens = self.tokens(client, &login, &verification).await?;
        let consumed = sql::retry(|| async {
            let mut tx = self.store.write("redeem_code").await?;
            let consumed = tx.redeem_oidc_code(&hash, self.now()).await?;
            tx.forget_claims(&login.verification).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(consumed)
        })
        .await?;
        if consumed { Ok(tokens) } else { self.redeemed_again(&login).await }
    }

    async fn login_of_code(&self, hash: &[u8]) -> Result<(OidcLogin, Verification), TokenError> {
        let mut tx = self.store.read().await?;
        let login = tx.find_oidc_login_by_code(hash).await?.ok_or(TokenError::Grant)?;
        let verification = tx.find_verification(&login.verification).await?.ok_or(TokenError::Grant)?;
        Ok((login, verification))
    }

    /// Whoever redeemed it first may have stolen it, so what they got ends (RFC 6749, 4.1.2).
    async fn redeemed_again(&self, login: &OidcLogin) -> Result<Tokens, TokenError> {
        sql::retry(|| async {
            let mut tx = self.store.write("revoke_login").await?;
            tx.revoke_oidc_login(&login.verification, self.now()).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(())
        })
        .await?;
        Err(TokenError::Grant)
    }

    async fn tokens(
        &self,
        client: &Client,
        login: &OidcLogin,
        verification: &Verification,
    ) -> Result<Tokens, TokenError> {
        let report = self.view_of(verification)?.report.ok_or(TokenError::Grant)?;
        // They end with the code, so their absence means that it came too late.
        let told = report.claims.as_ref().ok_or(TokenError::Grant)?;
        let mut claims = match login.scope.split(' ').any(|scope| scope == PROFILE) {
            true => claims::mapped(client, told),
            false => Map::new(),
        };
        let key = self.oidc_pairwise_key().await?;
        // Without a stable identifier nobody is recognised: another subject each time.
        let subject = subject::pairwise(&key, &client.id, &report).unwrap_or_else(|| self.token());
        claims.insert("sub".to_owned(), subject.into());
        let answered = verification.answered.unwrap_or(verification.created);
        Ok(Tokens {
            access_token: self.access_token(login, claims.clone())?,
            id_token: self.id_token(client, login, claims, answered.timestamp()).await?,
            scope: login.scope.clone(),
            expires_in: TOKEN_SECONDS,
        })
    }

    /// OpenID Connect Core 1.0, 2.
    async fn id_token(
        &self,
        client: &Client,
        login: &OidcLogin,
        mut claims: Map<String, Value>,
        auth_time: i64,
    ) -> Result<String, SignError> {
        let now = self.now().timestamp();
        for (name, value) in [
            ("iss", json!(self.oidc_issuer())),
            ("aud", json!(client.id)),
            ("iat", json!(now)),
            ("exp", json!(now + ID_TOKEN_SECONDS)),
            ("auth_time", json!(auth_time)),
        ] {
            claims.insert(name.to_owned(), value);
        }
        claims.extend(login.nonce.clone().map(|nonce| ("nonce".to_owned(), nonce.into())));
        let mut header = Map::new();
        header.insert("typ".to_owned(), "JWT".into());
        header.insert("kid".to_owned(), self.oidc_key_id().into());
        jwt::sign(header, &claims, self.signer.as_ref()).await
    }

    fn access_token(&self, login: &OidcLogin, claims: Map<String, Value>) -> Result<String, TokenError> {
        let exp = (self.now() + Duration::seconds(TOKEN_SECONDS)).timestamp();
        let opened = Opened { login: login.verification.clone(), exp, claims };
        let plain = serde_json::to_vec(&opened).map_err(|_| TokenError::TooLong)?;
        let token = URL_SAFE_NO_PAD.encode(self.sealing.seal(AAD, &plain, self.entropy.as_ref()));
        if token.len() > MAX_ACCESS_TOKEN { Err(TokenError::TooLong) } else { Ok(token) }
    }

    /// The claims behind an access token (OpenID Connect Core 1.0, 5.3).
    pub async fn userinfo(&self, access_token: &str) -> Result<Value, UserInfoError> {
        let opened = self.open_access_token(access_token).ok_or(UserInfoError::Token)?;
        let login = self.store.read().await?.find_oidc_login(&opened.login).await?;
        if login.is_none_or(|login| login.revoked.is_some()) {
            return Err(UserInfoError::Token);
        }
        Ok(Value::Object(opened.claims))
    }

    fn open_access_token(&self, token: &str) -> Option<Opened> {
        let sealed = URL_SAFE_NO_PAD.decode(token).ok().filter(|_| token.len() <= MAX_ACCESS_TOKEN)?;
        let plain = self.sealing.open(AAD, &sealed).ok()?;
        let opened: Opened = serde_json::from_slice(&plain).ok()?;
        (opened.exp > self.now().timestamp()).then_some(opened)
    }
}
