//! Keys that the service keeps for people without a phone.

use holding::custody::Custody;
use sql::{Error, args};

use crate::Tx;

impl Tx {
    pub async fn insert_custody(&mut self, custody: &Custody) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO custodies (account_id, thumbprint, sealed, opened_by, opened_at)
            VALUES ($1, $2, $3, $4, $5)";
        let Custody { account, thumbprint, sealed, opened_by, opened_at } = custody;
        self.0.execute_one(SQL, args![account, thumbprint, sealed.as_slice(), opened_by, *opened_at]).await
    }

    pub async fn find_custody(&mut self, account: &str) -> Result<Option<Custody>, Error> {
        const SQL: &str = "SELECT * FROM custodies WHERE account_id = $1";
        let row = self.0.fetch_optional(SQL, args![account]).await?;
        row.map(|row| {
            Ok(Custody {
                account: row.text("account_id")?,
                thumbprint: row.text("thumbprint")?,
                sealed: row.blob("sealed")?,
                opened_by: row.text("opened_by")?,
                opened_at: row.time("opened_at")?,
            })
        })
        .transpose()
    }

    /// Ends a custody, its key overwritten first; returns the thumbprint of the key that is gone.
    pub async fn end_custody(&mut self, account: &str) -> Result<Option<String>, Error> {
        let Some(custody) = self.find_custody(account).await? else { return Ok(None) };
        let empty = Vec::<u8>::new();
        self.0
            .execute("UPDATE custodies SET sealed = $2 WHERE account_id = $1", args![account, empty])
            .await?;
        self.0.execute("DELETE FROM custodies WHERE account_id = $1", args![account]).await?;
        Ok(Some(custody.thumbprint))
    }
}
