//! Assertions by which clients authenticated (RFC 7523): remembered so that each is good once.

use clock::Timestamp;
use sql::{Migration, args};

use crate::{Client, StoreError, Tx};

pub(crate) const MIGRATION: Migration = Migration {
    version: 430,
    name: "client_assertion",
    sql: include_str!("../migrations/0430_client_assertion.sql"),
};

const SPEND: &str = "INSERT INTO client_assertion (fingerprint, expires_ms) VALUES ($1, $2)
    ON CONFLICT (fingerprint) DO NOTHING";
const DELETE: &str = "DELETE FROM client_assertion WHERE expires_ms <= $1";
const UPDATE_CLIENT: &str = "UPDATE client SET name = $1, scopes = $2, return_urls = $3 WHERE id = $4";

impl Tx {
    /// Whether this is its first use.
    pub async fn spend_assertion(&mut self, fingerprint: &[u8], ends: Timestamp) -> Result<bool, StoreError> {
        Ok(self.0.execute(SPEND, args![fingerprint, ends]).await? == 1)
    }

    /// Those that have ended are refused for their time.
    pub async fn delete_dead_assertions(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.0.execute(DELETE, args![now]).await?)
    }

    /// Name, scopes and return addresses of a client that is there; whether it is.
    pub async fn update_client(&mut self, client: &Client) -> Result<bool, StoreError> {
        let urls = serde_json::Value::from(client.return_urls.clone()).to_string();
        let args = args![client.name.clone(), client.scopes.clone(), urls, client.id.clone()];
        Ok(self.0.execute(UPDATE_CLIENT, args).await? == 1)
    }
}
