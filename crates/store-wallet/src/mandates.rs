//! Guardians and attorneys: their mandates, sealed, and the PINs with which they come to a desk.

use clock::Timestamp;
use holding::pin::PinAccess;
use sql::{Error, Row, args};

use crate::Tx;
use crate::pins::pin;

/// More than a wallet ever has.
const MOST: u32 = 100;

/// A mandate as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MandateRow {
    pub id: String,
    /// Of the person for whom it is.
    pub account: String,
    pub state: String,
    pub sealed: Vec<u8>,
    pub revision: i64,
    pub created_at: Timestamp,
}

impl Tx {
    pub async fn insert_mandate(&mut self, row: &MandateRow) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO mandates (id, account_id, state, sealed, revision, created_at)
            VALUES ($1, $2, $3, $4, 0, $5)";
        let MandateRow { id, account, state, sealed, created_at, .. } = row;
        self.0.execute_one(SQL, args![id, account, state, sealed.as_slice(), *created_at]).await
    }

    pub async fn find_mandate(&mut self, id: &str) -> Result<Option<MandateRow>, Error> {
        const SQL: &str = "SELECT * FROM mandates WHERE id = $1";
        self.0.fetch_optional(SQL, args![id]).await?.as_ref().map(mandate).transpose()
    }

    /// The mandate whose identifier begins so; none when there is no such one, or more than one.
    pub async fn find_mandate_by_beginning(&mut self, beginning: &str) -> Result<Option<MandateRow>, Error> {
        const SQL: &str = "SELECT * FROM mandates WHERE id >= $1 AND id < $2 ORDER BY id LIMIT 2";
        let rows = self.0.fetch_all(SQL, args![beginning, format!("{beginning}~")]).await?;
        match rows.as_slice() {
            [row] => Ok(Some(mandate(row)?)),
            _ => Ok(None),
        }
    }

    /// The latest first.
    pub async fn list_mandates(&mut self, account: &str) -> Result<Vec<MandateRow>, Error> {
        const SQL: &str =
            "SELECT * FROM mandates WHERE account_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
        self.0.fetch_all(SQL, args![account, MOST]).await?.iter().map(mandate).collect()
    }

    /// What a second officer has to look at, the oldest first, of what was recorded after `since`.
    pub async fn list_recorded_mandates(&mut self, since: Timestamp) -> Result<Vec<MandateRow>, Error> {
        const SQL: &str = "SELECT * FROM mandates WHERE state = 'recorded' AND created_at > $1
            ORDER BY created_at, id LIMIT $2";
        self.0.fetch_all(SQL, args![since, MOST]).await?.iter().map(mandate).collect()
    }

    /// Moves a mandate on from the revision that was read.
    pub async fn replace_mandate(&mut self, row: &MandateRow) -> Result<(), Error> {
        const SQL: &str = "UPDATE mandates SET state = $3, sealed = $4, revision = revision + 1
            WHERE id = $1 AND revision = $2";
        let MandateRow { id, revision, state, sealed, .. } = row;
        self.0.execute_one(SQL, args![id, *revision, state, sealed.as_slice()]).await
    }

    /// The PIN of a representative, whose mandate stands in the place of a key's thumbprint.
    pub async fn insert_mandate_pin(&mut self, pin: &PinAccess) -> Result<(), Error> {
        const SQL: &str =
            "INSERT INTO pins (thumbprint, account_id, sealed, tries, next_try_at, created_at, mandate_id)
            VALUES ($1, $2, $3, $4, $5, $6, $1)";
        let PinAccess { account, thumbprint, sealed, tries, next_try_at, created_at } = pin;
        let values = args![thumbprint, account, sealed.as_slice(), *tries, *next_try_at, *created_at];
        self.0.execute_one(SQL, values).await
    }

    pub async fn find_mandate_pin(&mut self, mandate: &str) -> Result<Option<PinAccess>, Error> {
        const SQL: &str = "SELECT * FROM pins WHERE mandate_id = $1";
        self.0.fetch_optional(SQL, args![mandate]).await?.as_ref().map(pin).transpose()
    }

    /// What opened the wallet under a mandate that is over: its PIN, and the visits.
    pub async fn delete_access_by_mandate(&mut self, mandate: &str) -> Result<(), Error> {
        self.0.execute("DELETE FROM pins WHERE mandate_id = $1", args![mandate]).await?;
        self.0.execute("DELETE FROM sessions WHERE mandate_id = $1", args![mandate]).await.map(drop)
    }
}

fn mandate(row: &Row) -> Result<MandateRow, Error> {
    Ok(MandateRow {
        id: row.text("id")?,
        account: row.text("account_id")?,
        state: row.text("state")?,
        sealed: row.blob("sealed")?,
        revision: row.int("revision")?,
        created_at: row.time("created_at")?,
    })
}
