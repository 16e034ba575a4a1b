//! Yearly proofs that a station takes without a network, from their preparation until they have come.

use clock::Timestamp;
use sql::{Error, Row, args};

use crate::Tx;

/// One prepared proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    pub id: String,
    pub account: String,
    /// The record of the request that it answers.
    pub existence: String,
    /// The thumbprint of the station.
    pub station: String,
    /// The account of the officer who has the person in front of them.
    pub officer: String,
    /// The key under which the station seals it, sealed; empty when it has come.
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub done_at: Option<Timestamp>,
}

impl Tx {
    pub async fn insert_prepared(&mut self, prepared: &Prepared) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO desk_queue
            (id, account_id, existence_id, station, officer_id, sealed, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let Prepared { id, account, existence, station, officer, sealed, created_at, expires_at, .. } =
            prepared;
        let values =
            args![id, account, existence, station, officer, sealed.as_slice(), *created_at, *expires_at];
        self.0.execute_one(SQL, values).await
    }

    pub async fn find_prepared(&mut self, id: &str) -> Result<Option<Prepared>, Error> {
        const SQL: &str = "SELECT * FROM desk_queue WHERE id = $1";
        self.0.fetch_optional(SQL, args![id]).await?.as_ref().map(prepared).transpose()
    }

    /// What a station has prepared and not brought, of requests that can still be answered.
    pub async fn list_prepared(&mut self, station: &str, now: Timestamp) -> Result<Vec<Prepared>, Error> {
        const SQL: &str = "SELECT * FROM desk_queue
            WHERE station = $1 AND expires_at > $2 AND done_at IS NULL ORDER BY created_at, id LIMIT 100";
        self.0.fetch_all(SQL, args![station, now]).await?.iter().map(prepared).collect()
    }

    /// Its key is emptied: what the station still has of it is of no use any more. False when it had come before.
    pub async fn finish_prepared(&mut self, id: &str, now: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "UPDATE desk_queue SET sealed = $2, done_at = $3 WHERE id = $1 AND done_at IS NULL";
        Ok(self.0.execute(SQL, args![id, Vec::<u8>::new(), now]).await? == 1)
    }

    /// Clears what ended before this.
    pub async fn delete_prepared(&mut self, ended_before: Timestamp) -> Result<u64, Error> {
        self.0.execute("DELETE FROM desk_queue WHERE expires_at <= $1", args![ended_before]).await
    }
}

fn prepared(row: &Row) -> Result<Prepared, Error> {
    Ok(Prepared {
        id: row.text("id")?,
        account: row.text("account_id")?,
        existence: row.text("existence_id")?,
        station: row.text("station")?,
        officer: row.text("officer_id")?,
        sealed: row.blob("sealed")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        done_at: row.opt_time("done_at")?,
    })
}
