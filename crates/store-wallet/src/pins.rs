//! PINs, each with its count of wrong tries.

use holding::pin::PinAccess;
use sql::{Error, Row, args};

use crate::Tx;

impl Tx {
    /// [`Error::is_conflict`] when this device key has a PIN already, here or in another account.
    pub async fn insert_pin(&mut self, pin: &PinAccess) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO pins (thumbprint, account_id, sealed, tries, next_try_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let PinAccess { account, thumbprint, sealed, tries, next_try_at, created_at } = pin;
        let values = args![thumbprint, account, sealed.as_slice(), *tries, *next_try_at, *created_at];
        self.0.execute_one(SQL, values).await
    }

    pub async fn find_pin(&mut self, thumbprint: &str) -> Result<Option<PinAccess>, Error> {
        const SQL: &str = "SELECT * FROM pins WHERE thumbprint = $1 AND mandate_id IS NULL";
        self.0.fetch_optional(SQL, args![thumbprint]).await?.as_ref().map(pin).transpose()
    }

    /// The person's own; those of representatives are found by their mandates.
    pub async fn list_pins(&mut self, account: &str) -> Result<Vec<PinAccess>, Error> {
        const SQL: &str = "SELECT * FROM pins WHERE account_id = $1 AND mandate_id IS NULL
            ORDER BY created_at, thumbprint LIMIT 100";
        self.0.fetch_all(SQL, args![account]).await?.iter().map(pin).collect()
    }

    /// Counts a try from the count that was read; [`Error::Stale`] when another try was faster.
    pub async fn replace_pin_tries(&mut self, from: &PinAccess, to: &PinAccess) -> Result<(), Error> {
        const SQL: &str = "UPDATE pins SET tries = $3, next_try_at = $4 WHERE thumbprint = $1 AND tries = $2";
        self.0.execute_one(SQL, args![&from.thumbprint, from.tries, to.tries, to.next_try_at]).await
    }

    /// Another PIN in the place of one; its tries begin anew.
    pub async fn replace_pin(&mut self, pin: &PinAccess) -> Result<(), Error> {
        const SQL: &str = "UPDATE pins SET sealed = $3, tries = $4, next_try_at = $5
            WHERE thumbprint = $1 AND account_id = $2";
        let PinAccess { account, thumbprint, sealed, tries, next_try_at, .. } = pin;
        self.0.execute_one(SQL, args![thumbprint, account, sealed.as_slice(), *tries, *next_try_at]).await
    }

    pub async fn delete_pin(&mut self, account: &str, thumbprint: &str) -> Result<bool, Error> {
        const SQL: &str = "DELETE FROM pins WHERE account_id = $1 AND thumbprint = $2";
        Ok(self.0.execute(SQL, args![account, thumbprint]).await? == 1)
    }
}

pub(crate) fn pin(row: &Row) -> Result<PinAccess, Error> {
    Ok(PinAccess {
        account: row.text("account_id")?,
        thumbprint: row.text("thumbprint")?,
        sealed: row.blob("sealed")?,
        tries: row.int("tries")?,
        next_try_at: row.opt_time("next_try_at")?,
        created_at: row.time("created_at")?,
    })
}
