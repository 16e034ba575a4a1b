//! Security keys and cards of people without a phone, for desks.

use clock::Timestamp;
use sql::{Error, Row, args};

use crate::Tx;

/// A key as registered. `passkey` is what the WebAuthn library keeps: public key and counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskKey {
    pub credential_id: String,
    pub account: String,
    pub passkey: String,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
}

impl Tx {
    /// [`Error::is_conflict`] when this key is registered already, here or in another account.
    pub async fn insert_desk_key(&mut self, key: &DeskKey) -> Result<(), Error> {
        const SQL: &str =
            "INSERT INTO desk_keys (credential_id, account_id, passkey, created_at, last_used_at)
            VALUES ($1, $2, $3, $4, $5)";
        let DeskKey { credential_id, account, passkey, created_at, last_used_at } = key;
        self.0.execute_one(SQL, args![credential_id, account, passkey, *created_at, *last_used_at]).await
    }

    pub async fn list_desk_keys(&mut self, account: &str) -> Result<Vec<DeskKey>, Error> {
        const SQL: &str =
            "SELECT * FROM desk_keys WHERE account_id = $1 ORDER BY created_at, credential_id LIMIT 100";
        self.0.fetch_all(SQL, args![account]).await?.iter().map(desk_key).collect()
    }

    /// Keeps what the key said of itself (its counter) and when. No row is no fault: it may have been removed meanwhile.
    pub async fn replace_desk_key(
        &mut self,
        credential_id: &str,
        state: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "UPDATE desk_keys SET passkey = $2, last_used_at = $3 WHERE credential_id = $1";
        Ok(self.0.execute(SQL, args![credential_id, state, at]).await? == 1)
    }

    pub async fn delete_desk_key(&mut self, account: &str, credential_id: &str) -> Result<bool, Error> {
        const SQL: &str = "DELETE FROM desk_keys WHERE account_id = $1 AND credential_id = $2";
        Ok(self.0.execute(SQL, args![account, credential_id]).await? == 1)
    }

    pub async fn delete_desk_keys(&mut self, account: &str) -> Result<u64, Error> {
        self.0.execute("DELETE FROM desk_keys WHERE account_id = $1", args![account]).await
    }
}

fn desk_key(row: &Row) -> Result<DeskKey, Error> {
    Ok(DeskKey {
        credential_id: row.text("credential_id")?,
        account: row.text("account_id")?,
        passkey: row.text("passkey")?,
        created_at: row.time("created_at")?,
        last_used_at: row.time("last_used_at")?,
    })
}
