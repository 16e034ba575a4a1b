use clock::Timestamp;
use sql::{Row, args};

use crate::{StoreError, Tx};

/// An agency's system. Its id is the tenant of everything it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: String,
    pub name: String,
    /// SHA-256 of the secret, which is 256 random bits and so needs no slow hash.
    pub secret_hash: Vec<u8>,
    /// Separated by spaces.
    pub scopes: String,
    /// Where a wallet may send a person back.
    pub return_urls: Vec<String>,
    pub created: Timestamp,
}

/// An access token as the database knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub hash: Vec<u8>,
    pub client: String,
    pub scopes: String,
    pub expires: Timestamp,
}

const FIND_CLIENT: &str =
    "SELECT id, name, secret_hash, scopes, return_urls, created_ms FROM client WHERE id = $1";
const INSERT_CLIENT: &str = "INSERT INTO client (id, name, secret_hash, scopes, return_urls, created_ms)
    VALUES ($1, $2, $3, $4, $5, $6)";
const REPLACE_SECRET: &str = "UPDATE client SET secret_hash = $1 WHERE id = $2";
const INSERT_TOKEN: &str =
    "INSERT INTO access_token (token_hash, client, scopes, expires_ms) VALUES ($1, $2, $3, $4)";
const FIND_TOKEN: &str = "SELECT token_hash, client, scopes, expires_ms FROM access_token
    WHERE token_hash = $1 AND expires_ms > $2";
const DELETE_TOKENS: &str = "DELETE FROM access_token WHERE expires_ms <= $1";
const DELETE_TOKENS_OF: &str = "DELETE FROM access_token WHERE client = $1";

impl Tx {
    pub async fn find_client(&mut self, id: &str) -> Result<Option<Client>, StoreError> {
        self.0.fetch_optional(FIND_CLIENT, args![id]).await?.map(|row| client(&row)).transpose()
    }

    pub async fn insert_client(&mut self, client: &Client) -> Result<(), StoreError> {
        let urls = serde_json::Value::from(client.return_urls.clone()).to_string();
        let args = args![
            client.id.clone(),
            client.name.clone(),
            client.secret_hash.clone(),
            client.scopes.clone(),
            urls,
            client.created
        ];
        self.0.execute_one(INSERT_CLIENT, args).await?;
        Ok(())
    }

    /// Gives the client another secret and ends its tokens.
    pub async fn replace_secret(&mut self, id: &str, secret_hash: &[u8]) -> Result<(), StoreError> {
        self.0.execute_one(REPLACE_SECRET, args![secret_hash, id]).await?;
        self.0.execute(DELETE_TOKENS_OF, args![id]).await?;
        Ok(())
    }

    pub async fn insert_token(&mut self, token: &Token) -> Result<(), StoreError> {
        let args = args![token.hash.clone(), token.client.clone(), token.scopes.clone(), token.expires];
        self.0.execute_one(INSERT_TOKEN, args).await?;
        Ok(())
    }

    /// A token that is still good; RFC 7519's rule applies: dead on the instant named.
    pub async fn find_token(&mut self, hash: &[u8], now: Timestamp) -> Result<Option<Token>, StoreError> {
        let Some(row) = self.0.fetch_optional(FIND_TOKEN, args![hash, now]).await? else { return Ok(None) };
        Ok(Some(Token {
            hash: row.blob("token_hash")?,
            client: row.text("client")?,
            scopes: row.text("scopes")?,
            expires: row.time("expires_ms")?,
        }))
    }

    pub async fn delete_dead_tokens(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.0.execute(DELETE_TOKENS, args![now]).await?)
    }
}

fn client(row: &Row) -> Result<Client, StoreError> {
    let impossible = StoreError::Impossible { table: "client", column: "return_urls" };
    Ok(Client {
        id: row.text("id")?,
        name: row.text("name")?,
        secret_hash: row.blob("secret_hash")?,
        scopes: row.text("scopes")?,
        return_urls: serde_json::from_str(&row.text("return_urls")?).map_err(|_| impossible)?,
        created: row.time("created_ms")?,
    })
}
