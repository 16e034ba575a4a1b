//! Which keys in the service's PKCS#11 token belong to kept wallets, from before they are made until they are destroyed.

use clock::Timestamp;
use sql::{Error, args};

use crate::Tx;

impl Tx {
    /// Announces a key that is to be made under this label. No custody may use it after `due_at`.
    pub async fn insert_token_key(&mut self, label: &str, due_at: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO token_keys (label, state, due_at) VALUES ($1, 'made', $2)";
        self.0.execute_one(SQL, args![label, due_at]).await
    }

    /// A custody uses the key. False when it came too late: the key is destroyed, or about to be.
    pub async fn use_token_key(&mut self, label: &str) -> Result<bool, Error> {
        const SQL: &str = "UPDATE token_keys SET state = 'used' WHERE label = $1 AND state = 'made'";
        Ok(self.0.execute(SQL, args![label]).await? == 1)
    }

    /// Takes back the keys that no custody used in time.
    pub async fn end_unused_token_keys(&mut self, now: Timestamp) -> Result<u64, Error> {
        const SQL: &str = "UPDATE token_keys SET state = 'ending' WHERE state = 'made' AND due_at <= $1";
        self.0.execute(SQL, args![now]).await
    }

    /// Labels of keys that are to be destroyed.
    pub async fn list_ending_token_keys(&mut self, most: i64) -> Result<Vec<String>, Error> {
        const SQL: &str =
            "SELECT label FROM token_keys WHERE state = 'ending' ORDER BY due_at, label LIMIT $1";
        self.0.fetch_all(SQL, args![most]).await?.iter().map(|row| row.text("label")).collect()
    }

    /// The key is gone from the token.
    pub async fn forget_token_key(&mut self, label: &str) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM token_keys WHERE label = $1 AND state = 'ending'";
        self.0.execute(SQL, args![label]).await.map(drop)
    }

    pub async fn knows_token_key(&mut self, label: &str) -> Result<bool, Error> {
        const SQL: &str = "SELECT label FROM token_keys WHERE label = $1";
        Ok(self.0.fetch_optional(SQL, args![label]).await?.is_some())
    }

    /// Whether any wallet's key is in a token.
    pub async fn has_token_keys(&mut self) -> Result<bool, Error> {
        const SQL: &str = "SELECT label FROM token_keys WHERE state = 'used' LIMIT 1";
        Ok(self.0.fetch_optional(SQL, args![]).await?.is_some())
    }
}
