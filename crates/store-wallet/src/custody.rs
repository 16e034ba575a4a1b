//! Keys that the service keeps for people without a phone.

use holding::custody::{Custody, Kept};
use sql::{Error, args};

use crate::Tx;

impl Tx {
    pub async fn insert_custody(&mut self, custody: &Custody) -> Result<(), Error> {
        const SQL: &str =
            "INSERT INTO custodies (account_id, thumbprint, sealed, token_label, opened_by, opened_at)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let Custody { account, thumbprint, kept, opened_by, opened_at } = custody;
        let (sealed, label) = match kept {
            Kept::Sealed(sealed) => (sealed.as_slice(), None),
            Kept::Token(label) => (&[][..], Some(label.as_str())),
        };
        self.0.execute_one(SQL, args![account, thumbprint, sealed, label, opened_by, *opened_at]).await
    }

    pub async fn find_custody(&mut self, account: &str) -> Result<Option<Custody>, Error> {
        const SQL: &str = "SELECT * FROM custodies WHERE account_id = $1";
        let row = self.0.fetch_optional(SQL, args![account]).await?;
        row.map(|row| {
            let kept = match row.opt_text("token_label")? {
                Some(label) => Kept::Token(label),
                None => Kept::Sealed(row.blob("sealed")?),
            };
            Ok(Custody {
                account: row.text("account_id")?,
                thumbprint: row.text("thumbprint")?,
                kept,
                opened_by: row.text("opened_by")?,
                opened_at: row.time("opened_at")?,
            })
        })
        .transpose()
    }

    /// Ends a custody, its sealed key overwritten first, one in the token marked to be destroyed; returns the thumbprint of the key
    /// that is gone.
    pub async fn end_custody(&mut self, account: &str) -> Result<Option<String>, Error> {
        let Some(custody) = self.find_custody(account).await? else { return Ok(None) };
        self.forget_custody(account).await?;
        Ok(Some(custody.thumbprint))
    }

    pub(crate) async fn forget_custody(&mut self, account: &str) -> Result<(), Error> {
        const END: &str = "UPDATE token_keys SET state = 'ending'
            WHERE label IN (SELECT token_label FROM custodies WHERE account_id = $1)";
        const OVERWRITE: &str = "UPDATE custodies SET sealed = $2 WHERE account_id = $1";
        self.0.execute(END, args![account]).await?;
        self.0.execute(OVERWRITE, args![account, Vec::<u8>::new()]).await?;
        self.0.execute("DELETE FROM custodies WHERE account_id = $1", args![account]).await.map(drop)
    }
}
