//! Held credentials: sealed once, with an annex of what was learned since.

use clock::Timestamp;
use sql::{Error, Row, args};

use crate::Tx;

/// One held credential. `slot` is its place in the offer it came by: an offer gives each place once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    pub account: String,
    pub id: String,
    pub offer: String,
    pub slot: i64,
    pub sealed: Vec<u8>,
    pub annex: Vec<u8>,
    pub revision: i64,
    pub created_at: Timestamp,
    pub receipt_due_at: Option<Timestamp>,
    pub receipt_tries: i64,
    pub notify_due_at: Option<Timestamp>,
    pub notify_tries: i64,
    /// The credential that this is a further copy of.
    pub copy_of: Option<String>,
    /// Of a copy: to whom it was shown, sealed.
    pub shown_to: Option<Vec<u8>>,
}

impl Tx {
    /// False when the place in the offer is taken: the credential that is there stands.
    pub async fn insert_credential(&mut self, credential: &Credential) -> Result<bool, Error> {
        const SQL: &str = "INSERT INTO credentials (account_id, id, offer_id, slot, sealed, annex, revision,
                created_at, receipt_due_at, receipt_tries, notify_due_at, notify_tries, copy_of)
            VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, 0, $9, 0, $10) ON CONFLICT (account_id, offer_id, slot) DO NOTHING";
        let c = credential;
        let values = args![
            &c.account,
            &c.id,
            &c.offer,
            c.slot,
            c.sealed.as_slice(),
            c.annex.as_slice(),
            c.created_at,
            c.receipt_due_at,
            c.notify_due_at,
            c.copy_of.as_deref(),
        ];
        Ok(self.0.execute(SQL, values).await? == 1)
    }

    pub async fn find_credential(&mut self, account: &str, id: &str) -> Result<Option<Credential>, Error> {
        const SQL: &str = "SELECT * FROM credentials WHERE account_id = $1 AND id = $2";
        self.0.fetch_optional(SQL, args![account, id]).await?.as_ref().map(credential).transpose()
    }

    /// The latest first; without further copies.
    pub async fn list_credentials(&mut self, account: &str) -> Result<Vec<Credential>, Error> {
        const SQL: &str =
            "SELECT * FROM credentials WHERE account_id = $1 AND copy_of IS NULL ORDER BY id DESC LIMIT 500";
        self.0.fetch_all(SQL, args![account]).await?.iter().map(credential).collect()
    }

    /// How many [`Self::list_credentials`] would list, were there no limit.
    pub async fn count_credentials(&mut self, account: &str) -> Result<i64, Error> {
        const SQL: &str =
            "SELECT count(*) AS held FROM credentials WHERE account_id = $1 AND copy_of IS NULL";
        self.0.fetch_optional(SQL, args![account]).await?.map_or(Ok(0), |row| row.int("held"))
    }

    /// Further copies of a credential, in the order of their places.
    pub async fn list_copies(&mut self, account: &str, of: &str) -> Result<Vec<Credential>, Error> {
        const SQL: &str =
            "SELECT * FROM credentials WHERE account_id = $1 AND copy_of = $2 ORDER BY slot LIMIT 100";
        self.0.fetch_all(SQL, args![account, of]).await?.iter().map(credential).collect()
    }

    /// For each credential that has further copies: how many, and how many of them nobody has seen.
    pub async fn count_copies(&mut self, account: &str) -> Result<Vec<(String, i64, i64)>, Error> {
        const SQL: &str = "SELECT copy_of, COUNT(*) AS copies,
                COUNT(*) - COUNT(shown_to) AS unseen FROM credentials
            WHERE account_id = $1 AND copy_of IS NOT NULL GROUP BY copy_of";
        let rows = self.0.fetch_all(SQL, args![account]).await?;
        rows.iter().map(|row| Ok((row.text("copy_of")?, row.int("copies")?, row.int("unseen")?))).collect()
    }

    /// Gives a copy to a verifier; false when another request was faster.
    pub async fn show_copy(&mut self, account: &str, id: &str, to: &[u8]) -> Result<bool, Error> {
        const SQL: &str = "UPDATE credentials SET shown_to = $3
            WHERE account_id = $1 AND id = $2 AND copy_of IS NOT NULL AND shown_to IS NULL";
        Ok(self.0.execute(SQL, args![account, id, to]).await? == 1)
    }

    /// All of them, for the person to take along; a page shows fewer.
    pub async fn every_credential(&mut self, account: &str) -> Result<Vec<Credential>, Error> {
        const SQL: &str = "SELECT * FROM credentials WHERE account_id = $1 ORDER BY id DESC LIMIT 20000";
        self.0.fetch_all(SQL, args![account]).await?.iter().map(credential).collect()
    }

    pub async fn list_credentials_of_offer(
        &mut self,
        account: &str,
        offer: &str,
    ) -> Result<Vec<Credential>, Error> {
        const SQL: &str =
            "SELECT * FROM credentials WHERE account_id = $1 AND offer_id = $2 AND copy_of IS NULL
            ORDER BY slot LIMIT 100";
        self.0.fetch_all(SQL, args![account, offer]).await?.iter().map(credential).collect()
    }

    /// Keeps what was learned; guarded by the revision that was read.
    pub async fn replace_annex(&mut self, credential: &Credential) -> Result<(), Error> {
        const SQL: &str = "UPDATE credentials SET annex = $4, receipt_due_at = $5, receipt_tries = $6,
                notify_due_at = $7, notify_tries = $8, revision = revision + 1
            WHERE account_id = $1 AND id = $2 AND revision = $3";
        let c = credential;
        let values = args![
            &c.account,
            &c.id,
            c.revision,
            c.annex.as_slice(),
            c.receipt_due_at,
            c.receipt_tries,
            c.notify_due_at,
            c.notify_tries,
        ];
        self.0.execute_one(SQL, values).await
    }

    /// Deletes a credential and its copies.
    pub async fn delete_credential(&mut self, account: &str, id: &str) -> Result<bool, Error> {
        const COPIES: &str = "DELETE FROM credentials WHERE account_id = $1 AND copy_of = $2";
        self.0.execute(COPIES, args![account, id]).await?;
        const SQL: &str = "DELETE FROM credentials WHERE account_id = $1 AND id = $2";
        Ok(self.0.execute(SQL, args![account, id]).await? == 1)
    }

    pub async fn list_due_receipts(&mut self, now: Timestamp) -> Result<Vec<Credential>, Error> {
        const SQL: &str =
            "SELECT * FROM credentials WHERE receipt_due_at <= $1 ORDER BY receipt_due_at LIMIT 50";
        self.0.fetch_all(SQL, args![now]).await?.iter().map(credential).collect()
    }

    pub async fn list_due_notifications(&mut self, now: Timestamp) -> Result<Vec<Credential>, Error> {
        const SQL: &str =
            "SELECT * FROM credentials WHERE notify_due_at <= $1 ORDER BY notify_due_at LIMIT 50";
        self.0.fetch_all(SQL, args![now]).await?.iter().map(credential).collect()
    }
}

fn credential(row: &Row) -> Result<Credential, Error> {
    Ok(Credential {
        account: row.text("account_id")?,
        id: row.text("id")?,
        offer: row.text("offer_id")?,
        slot: row.int("slot")?,
        sealed: row.blob("sealed")?,
        annex: row.blob("annex")?,
        revision: row.int("revision")?,
        created_at: row.time("created_at")?,
        receipt_due_at: row.opt_time("receipt_due_at")?,
        receipt_tries: row.int("receipt_tries")?,
        notify_due_at: row.opt_time("notify_due_at")?,
        notify_tries: row.int("notify_tries")?,
        copy_of: row.opt_text("copy_of")?,
        shown_to: row.opt_blob("shown_to")?,
    })
}
