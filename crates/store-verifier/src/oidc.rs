//! Sign-ins of applications by OpenID Connect.

use clock::Timestamp;
use sql::{Migration, Row, args};

use crate::{StoreError, Tx};

pub(crate) const MIGRATION: Migration =
    Migration { version: 200, name: "oidc", sql: include_str!("../migrations/0200_oidc.sql") };

/// One sign-in: what the application asked for, and what became of its code. No claim is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcLogin {
    /// The verification that the person answers; its identifier is the login's too.
    pub verification: String,
    pub client: String,
    pub redirect_uri: String,
    /// Separated by spaces.
    pub scope: String,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub code_challenge: String,
    pub browser_hash: Vec<u8>,
    pub redeemed: Option<Timestamp>,
    pub revoked: Option<Timestamp>,
    pub created: Timestamp,
}

const COLUMNS_BY_ID: &str =
    "SELECT verification, client, redirect_uri, scope, state, nonce, code_challenge, browser_hash,
    redeemed_ms, revoked_ms, created_ms FROM oidc_login WHERE verification = $1";
const COLUMNS_BY_CODE: &str =
    "SELECT verification, client, redirect_uri, scope, state, nonce, code_challenge, browser_hash,
    redeemed_ms, revoked_ms, created_ms FROM oidc_login WHERE code_hash = $1";
const INSERT: &str = "INSERT INTO oidc_login (verification, client, redirect_uri, scope, state, nonce,
    code_challenge, browser_hash, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const SET_CODE: &str = "UPDATE oidc_login SET code_hash = $1 WHERE verification = $2 AND redeemed_ms IS NULL";
// The code is consumed by the row count of this statement.
const REDEEM: &str = "UPDATE oidc_login SET redeemed_ms = $1 WHERE code_hash = $2 AND redeemed_ms IS NULL";
const REVOKE: &str = "UPDATE oidc_login SET revoked_ms = $1 WHERE verification = $2 AND revoked_ms IS NULL";
const FORGET_CLAIMS: &str =
    "UPDATE verification SET claims_sealed = NULL, claims_until_ms = NULL WHERE id = $1";
const DELETE: &str = "DELETE FROM oidc_login WHERE created_ms <= $1";
const FIND_SECRET: &str = "SELECT sealed FROM oidc_secret WHERE name = $1";
const INSERT_SECRET: &str =
    "INSERT INTO oidc_secret (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";

impl Tx {
    pub async fn insert_oidc_login(&mut self, login: &OidcLogin) -> Result<(), StoreError> {
        let args = args![
            login.verification.clone(),
            login.client.clone(),
            login.redirect_uri.clone(),
            login.scope.clone(),
            login.state.clone(),
            login.nonce.clone(),
            login.code_challenge.clone(),
            login.browser_hash.clone(),
            login.created
        ];
        self.0.execute_one(INSERT, args).await?;
        Ok(())
    }

    pub async fn find_oidc_login(&mut self, verification: &str) -> Result<Option<OidcLogin>, StoreError> {
        self.0.fetch_optional(COLUMNS_BY_ID, args![verification]).await?.map(|row| login(&row)).transpose()
    }

    /// The login whose newest code has this hash, redeemed or not.
    pub async fn find_oidc_login_by_code(&mut self, hash: &[u8]) -> Result<Option<OidcLogin>, StoreError> {
        self.0.fetch_optional(COLUMNS_BY_CODE, args![hash]).await?.map(|row| login(&row)).transpose()
    }

    /// Gives the login a code; one given before ends. False when one was redeemed.
    pub async fn set_oidc_code(&mut self, verification: &str, hash: &[u8]) -> Result<bool, StoreError> {
        Ok(self.0.execute(SET_CODE, args![hash, verification]).await? == 1)
    }

    /// Consumes a code. False when it was consumed before.
    pub async fn redeem_oidc_code(&mut self, hash: &[u8], now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.0.execute(REDEEM, args![now, hash]).await? == 1)
    }

    /// Ends the access tokens of a login.
    pub async fn revoke_oidc_login(&mut self, verification: &str, now: Timestamp) -> Result<(), StoreError> {
        self.0.execute(REVOKE, args![now, verification]).await?;
        Ok(())
    }

    /// Erases the claims of one verification before their time.
    pub async fn forget_claims(&mut self, verification: &str) -> Result<(), StoreError> {
        self.0.execute(FORGET_CLAIMS, args![verification]).await?;
        Ok(())
    }

    pub async fn delete_oidc_logins(&mut self, until: Timestamp) -> Result<u64, StoreError> {
        Ok(self.0.execute(DELETE, args![until]).await?)
    }

    pub async fn find_oidc_secret(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.0.fetch_optional(FIND_SECRET, args![name]).await?;
        Ok(row.map(|row| row.blob("sealed")).transpose()?)
    }

    /// Keeps the first; whoever comes later reads that.
    pub async fn insert_oidc_secret(&mut self, name: &str, sealed: &[u8]) -> Result<(), StoreError> {
        self.0.execute(INSERT_SECRET, args![name, sealed]).await?;
        Ok(())
    }
}

fn login(row: &Row) -> Result<OidcLogin, StoreError> {
    Ok(OidcLogin {
        verification: row.text("verification")?,
        client: row.text("client")?,
        redirect_uri: row.text("redirect_uri")?,
        scope: row.text("scope")?,
        state: row.opt_text("state")?,
        nonce: row.opt_text("nonce")?,
        code_challenge: row.text("code_challenge")?,
        browser_hash: row.blob("browser_hash")?,
        redeemed: row.opt_time("redeemed_ms")?,
        revoked: row.opt_time("revoked_ms")?,
        created: row.time("created_ms")?,
    })
}
