//! Officers, the links by which they begin, and the recoveries they help with.

use clock::Timestamp;
use sql::{Error, Row, args};

use crate::Tx;

/// A request to be let in again. `code` is the fingerprint of what the person reads to an officer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assisted {
    pub id: String,
    pub code: String,
    pub account: String,
    pub state: String,
    pub sealed: Vec<u8>,
    pub revision: i64,
    pub created_at: Timestamp,
    /// When the time to wait is over.
    pub due_at: Option<Timestamp>,
}

impl Tx {
    pub async fn insert_officer_link(&mut self, fingerprint: &str, until: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO officer_links (fingerprint, expires_at) VALUES ($1, $2)";
        self.0.execute_one(SQL, args![fingerprint, until]).await
    }

    /// Takes a link out, once and before its end.
    pub async fn consume_officer_link(&mut self, fingerprint: &str, now: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "DELETE FROM officer_links WHERE fingerprint = $1 AND expires_at > $2";
        Ok(self.0.execute(SQL, args![fingerprint, now]).await? == 1)
    }

    pub async fn count_officers(&mut self) -> Result<i64, Error> {
        let row = self.0.fetch_optional("SELECT COUNT(*) AS officers FROM officers", args![]).await?;
        row.map_or(Ok(0), |row| row.int("officers"))
    }

    pub async fn insert_officer(&mut self, account: &str, name: &[u8], now: Timestamp) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO officers (account_id, name, created_at) VALUES ($1, $2, $3)";
        self.0.execute_one(SQL, args![account, name, now]).await
    }

    /// The sealed name of an officer; none where the account is not one.
    pub async fn find_officer(&mut self, account: &str) -> Result<Option<Vec<u8>>, Error> {
        const SQL: &str = "SELECT name FROM officers WHERE account_id = $1";
        let row = self.0.fetch_optional(SQL, args![account]).await?;
        row.map(|row| row.blob("name")).transpose()
    }

    /// The account whose identifier begins so; none when there is no such one, or more than one.
    pub async fn find_account_by_beginning(&mut self, beginning: &str) -> Result<Option<String>, Error> {
        const SQL: &str = "SELECT id FROM accounts WHERE id >= $1 AND id < $2 ORDER BY id LIMIT 2";
        let rows = self.0.fetch_all(SQL, args![beginning, format!("{beginning}~")]).await?;
        match rows.as_slice() {
            [row] => Ok(Some(row.text("id")?)),
            _ => Ok(None),
        }
    }

    pub async fn insert_assisted(&mut self, assisted: &Assisted) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO assisted_recoveries
            (id, code, account_id, state, sealed, revision, created_at, due_at)
            VALUES ($1, $2, $3, $4, $5, 0, $6, $7)";
        let Assisted { id, code, account, state, sealed, created_at, due_at, .. } = assisted;
        self.0
            .execute_one(SQL, args![id, code, account, state, sealed.as_slice(), *created_at, *due_at])
            .await
    }

    pub async fn find_assisted(&mut self, id: &str) -> Result<Option<Assisted>, Error> {
        const SQL: &str = "SELECT * FROM assisted_recoveries WHERE id = $1";
        self.0.fetch_optional(SQL, args![id]).await?.as_ref().map(assisted).transpose()
    }

    pub async fn find_assisted_by_code(&mut self, code: &str) -> Result<Option<Assisted>, Error> {
        const SQL: &str = "SELECT * FROM assisted_recoveries WHERE code = $1";
        self.0.fetch_optional(SQL, args![code]).await?.as_ref().map(assisted).transpose()
    }

    /// The latest request of an account.
    pub async fn find_assisted_of(&mut self, account: &str) -> Result<Option<Assisted>, Error> {
        const SQL: &str = "SELECT * FROM assisted_recoveries WHERE account_id = $1
            ORDER BY created_at DESC, id DESC LIMIT 1";
        self.0.fetch_optional(SQL, args![account]).await?.as_ref().map(assisted).transpose()
    }

    /// Whether something is still to be decided or waited for of an account, of what was asked for after `since`.
    pub async fn has_open_assisted(&mut self, account: &str, since: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "SELECT id FROM assisted_recoveries WHERE account_id = $1
            AND (state = 'waiting' OR (state = 'asked' AND created_at > $2)) LIMIT 1";
        Ok(self.0.fetch_optional(SQL, args![account, since]).await?.is_some())
    }

    /// What officers have to decide on or may still refuse, the oldest first, of those asked for after `since`.
    pub async fn list_open_assisted(&mut self, since: Timestamp) -> Result<Vec<Assisted>, Error> {
        const SQL: &str = "SELECT * FROM assisted_recoveries
            WHERE state = 'waiting' OR (state = 'asked' AND created_at > $1) ORDER BY created_at, id LIMIT 50";
        self.0.fetch_all(SQL, args![since]).await?.iter().map(assisted).collect()
    }

    /// Moves a request on from the revision that was read.
    pub async fn replace_assisted(&mut self, assisted: &Assisted) -> Result<(), Error> {
        const SQL: &str = "UPDATE assisted_recoveries
            SET state = $3, sealed = $4, due_at = $5, revision = revision + 1 WHERE id = $1 AND revision = $2";
        let Assisted { id, revision, state, sealed, due_at, .. } = assisted;
        self.0.execute_one(SQL, args![id, *revision, state, sealed.as_slice(), *due_at]).await
    }

    pub async fn list_due_assisted(&mut self, now: Timestamp) -> Result<Vec<Assisted>, Error> {
        const SQL: &str = "SELECT * FROM assisted_recoveries WHERE due_at <= $1 ORDER BY due_at LIMIT 50";
        self.0.fetch_all(SQL, args![now]).await?.iter().map(assisted).collect()
    }
}

fn assisted(row: &Row) -> Result<Assisted, Error> {
    Ok(Assisted {
        id: row.text("id")?,
        code: row.text("code")?,
        account: row.text("account_id")?,
        state: row.text("state")?,
        sealed: row.blob("sealed")?,
        revision: row.int("revision")?,
        created_at: row.time("created_at")?,
        due_at: row.opt_time("due_at")?,
    })
}
