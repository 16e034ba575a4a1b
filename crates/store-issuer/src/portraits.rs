//! Portraits, sealed.

use issuance::Timestamp;
use sql::{Migration, args};

use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 732, name: "portraits", sql: include_str!("migrations/0732_portraits.sql") }];

const PUT: &str = "INSERT INTO portraits (tenant, subject_id, jpeg_sealed, updated_at)
    VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, subject_id) DO UPDATE SET
        jpeg_sealed = excluded.jpeg_sealed, updated_at = excluded.updated_at";
const FIND: &str = "SELECT jpeg_sealed FROM portraits WHERE tenant = $1 AND subject_id = $2";
const DELETE: &str = "DELETE FROM portraits WHERE tenant = $1 AND subject_id = $2";

impl Transaction {
    pub async fn put_portrait(
        &mut self,
        tenant: &str,
        subject_id: &str,
        sealed: &[u8],
        at: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(PUT, args![tenant, subject_id, sealed.to_vec(), at]).await?)
    }

    pub async fn find_portrait(&mut self, tenant: &str, subject_id: &str) -> Result<Option<Vec<u8>>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, subject_id]).await?;
        Ok(row.map(|row| row.blob("jpeg_sealed")).transpose()?)
    }

    /// False when there was none.
    pub async fn delete_portrait(&mut self, tenant: &str, subject_id: &str) -> Result<bool, Error> {
        Ok(self.tx.execute(DELETE, args![tenant, subject_id]).await? == 1)
    }
}
