//! Printed recovery codes, by fingerprint.

use clock::Timestamp;
use sql::{Error, args};

use crate::Tx;

impl Tx {
    /// Makes a code the account's only one.
    pub async fn replace_recovery_code(
        &mut self,
        account: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str =
            "INSERT INTO recovery_codes (fingerprint, account_id, created_at) VALUES ($1, $2, $3)";
        self.delete_recovery_code(account).await?;
        self.0.execute_one(SQL, args![fingerprint, account, now]).await
    }

    pub async fn delete_recovery_code(&mut self, account: &str) -> Result<bool, Error> {
        const SQL: &str = "DELETE FROM recovery_codes WHERE account_id = $1";
        Ok(self.0.execute(SQL, args![account]).await? == 1)
    }

    /// Whose code this is.
    pub async fn find_recovery_code(&mut self, fingerprint: &str) -> Result<Option<String>, Error> {
        const SQL: &str = "SELECT account_id FROM recovery_codes WHERE fingerprint = $1";
        let row = self.0.fetch_optional(SQL, args![fingerprint]).await?;
        row.map(|row| row.text("account_id")).transpose()
    }

    /// Takes a code out, once; false when it was used or replaced meanwhile.
    pub async fn consume_recovery_code(&mut self, account: &str, fingerprint: &str) -> Result<bool, Error> {
        const SQL: &str = "DELETE FROM recovery_codes WHERE account_id = $1 AND fingerprint = $2";
        Ok(self.0.execute(SQL, args![account, fingerprint]).await? == 1)
    }

    /// When the account's code was made, if it has one.
    pub async fn find_recovery_made(&mut self, account: &str) -> Result<Option<Timestamp>, Error> {
        const SQL: &str = "SELECT created_at FROM recovery_codes WHERE account_id = $1";
        let row = self.0.fetch_optional(SQL, args![account]).await?;
        row.map(|row| row.time("created_at")).transpose()
    }

    /// After a recovery no PIN opens the account any more.
    pub async fn delete_pins(&mut self, account: &str) -> Result<u64, Error> {
        self.0.execute("DELETE FROM pins WHERE account_id = $1", args![account]).await
    }
}
