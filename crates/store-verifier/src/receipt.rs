use clock::Timestamp;
use sql::args;

use crate::{StoreError, Tx};

const INSERT: &str = "INSERT INTO receipt (verification, jwt, created_ms) VALUES ($1, $2, $3)";
const FIND: &str = "SELECT jwt FROM receipt WHERE verification = $1";
const DELETE_DEAD: &str = "DELETE FROM receipt
    WHERE NOT EXISTS (SELECT 1 FROM verification WHERE verification.id = receipt.verification)";

impl Tx {
    /// Stores the signed receipt of a verification, once and for all.
    pub async fn insert_receipt(
        &mut self,
        verification: &str,
        jwt: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.execute_one(INSERT, args![verification, jwt, now]).await?;
        Ok(())
    }

    pub async fn find_receipt(&mut self, verification: &str) -> Result<Option<String>, StoreError> {
        let found = self.0.fetch_optional(FIND, args![verification]).await?;
        Ok(found.map(|row| row.text("jwt")).transpose()?)
    }

    /// Deletes the receipts of verifications that are not kept any more.
    pub async fn delete_dead_receipts(&mut self) -> Result<u64, StoreError> {
        Ok(self.0.execute(DELETE_DEAD, args![]).await?)
    }
}
