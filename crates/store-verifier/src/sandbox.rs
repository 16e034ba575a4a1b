//! Clients that integrators make for themselves: ordinary clients with an end.

use clock::Timestamp;
use sql::{Migration, args};

use crate::{Client, StoreError, Tx};

pub(crate) const MIGRATION: Migration =
    Migration { version: 202, name: "sandbox", sql: include_str!("../migrations/0202_sandbox.sql") };

const INSERT: &str = "INSERT INTO sandbox_client (client, expires_ms) VALUES ($1, $2)";
const COUNT: &str = "SELECT COUNT(*) AS many FROM sandbox_client";
const LIST_ENDED: &str =
    "SELECT client FROM sandbox_client WHERE expires_ms <= $1 ORDER BY expires_ms LIMIT $2";
/// Everything of a client, the client last.
const DELETE: [&str; 7] = [
    "DELETE FROM access_token WHERE client = $1",
    "DELETE FROM verification WHERE tenant = $1",
    "DELETE FROM idempotency WHERE tenant = $1",
    "DELETE FROM webhook_delivery WHERE client = $1",
    "DELETE FROM webhook WHERE client = $1",
    "DELETE FROM sandbox_client WHERE client = $1",
    "DELETE FROM client WHERE id = $1",
];

impl Tx {
    pub async fn insert_sandbox_client(
        &mut self,
        client: &Client,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        self.insert_client(client).await?;
        self.0.execute_one(INSERT, args![client.id.clone(), expires]).await?;
        Ok(())
    }

    pub async fn count_sandbox_clients(&mut self) -> Result<i64, StoreError> {
        let row = self.0.fetch_optional(COUNT, args![]).await?;
        Ok(row.map(|row| row.int("many")).transpose()?.unwrap_or(0))
    }

    /// Those whose time is over, the oldest first.
    pub async fn list_ended_sandbox_clients(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let rows = self.0.fetch_all(LIST_ENDED, args![now, limit]).await?;
        rows.iter().map(|row| Ok(row.text("client")?)).collect()
    }

    /// Deletes such a client with everything it did.
    pub async fn delete_sandbox_client(&mut self, client: &str) -> Result<(), StoreError> {
        for statement in DELETE {
            self.0.execute(statement, args![client]).await?;
        }
        Ok(())
    }
}
