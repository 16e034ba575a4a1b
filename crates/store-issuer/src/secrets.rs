//! Random secrets of the service, sealed under a key that is not in the database.

use sql::args;

use crate::{Error, Transaction};

impl Transaction {
    pub async fn find_secret(&mut self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let row = self.tx.fetch_optional("SELECT sealed FROM secrets WHERE name = $1", args![name]).await?;
        Ok(row.map(|row| row.blob("sealed")).transpose()?)
    }

    /// The first one stored stays: two processes that start together must end with the same secret.
    pub async fn insert_secret(&mut self, name: &str, sealed: &[u8]) -> Result<(), Error> {
        let sql = "INSERT INTO secrets (name, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.tx.execute(sql, args![name, sealed]).await?;
        Ok(())
    }
}
