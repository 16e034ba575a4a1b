//! What ends when, and offers that nobody has taken yet.

use issuance::Timestamp;
use sql::{Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// A person some of whose credentials end in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndingRow {
    pub subject_id: String,
    pub number: String,
    pub name: String,
    /// The first end in the period.
    pub ends: Timestamp,
    /// How many types of credential end.
    pub types: u64,
}

/// An open offer that its person has not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclaimed {
    pub offer_id: String,
    pub subject_id: String,
    pub number: String,
    pub name: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub reminded_at: Option<Timestamp>,
}

const COUNT_ENDING: &str = "SELECT COUNT(DISTINCT subject_id) AS many FROM copies
    WHERE tenant = $1 AND status <> 'revoked' AND valid_until >= $2 AND valid_until < $3";
const ENDING: &str = "SELECT s.id, s.number, s.name, MIN(c.valid_until) AS ends,
        COUNT(DISTINCT c.credential_type) AS types
    FROM copies c JOIN subjects s ON s.tenant = c.tenant AND s.id = c.subject_id
    WHERE c.tenant = $1 AND c.status <> 'revoked' AND c.valid_until >= $2 AND c.valid_until < $3
        AND s.number > $4
    GROUP BY s.id, s.number, s.name ORDER BY s.number LIMIT $5";
const UNCLAIMED: &str = "SELECT o.*, s.number, s.name
    FROM offers o JOIN subjects s ON s.tenant = o.tenant AND s.id = o.subject_id
    WHERE o.tenant = $1 AND o.state = 'open' AND o.expires_at > $2
        AND COALESCE(o.reminded_at, o.created_at) <= $3 AND o.id > $4
    ORDER BY o.id LIMIT $5";
const COUNT_UNCLAIMED: &str = "SELECT COUNT(*) AS many FROM offers
    WHERE tenant = $1 AND state = 'open' AND expires_at > $2 AND COALESCE(reminded_at, created_at) <= $3";
const MARK_REMINDED: &str =
    "UPDATE offers SET reminded_at = $3 WHERE tenant = $1 AND id = $2 AND state = 'open'";

impl Transaction {
    /// How many people have something that ends from `from` and before `until`.
    pub async fn count_ending(
        &mut self,
        tenant: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_ENDING, args![tenant, from, until]).await?;
        Columns { table: "copies", row: &row.ok_or_else(Error::stale)? }.number("many")
    }

    /// In order of the number, those after `after`.
    pub async fn list_ending(
        &mut self,
        tenant: &str,
        (from, until): (Timestamp, Timestamp),
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<EndingRow>, Error> {
        let values = args![tenant, from, until, after.unwrap_or_default(), limit];
        let rows = self.tx.fetch_all(ENDING, values).await?;
        rows.iter().map(ending).collect()
    }

    /// Open offers that were made, or of which the person was reminded, no later than `quiet_since`. Oldest first.
    pub async fn list_unclaimed(
        &mut self,
        tenant: &str,
        now: Timestamp,
        quiet_since: Timestamp,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Unclaimed>, Error> {
        let values = args![tenant, now, quiet_since, after.unwrap_or_default(), limit];
        let rows = self.tx.fetch_all(UNCLAIMED, values).await?;
        rows.iter().map(unclaimed).collect()
    }

    pub async fn count_unclaimed(
        &mut self,
        tenant: &str,
        now: Timestamp,
        quiet_since: Timestamp,
    ) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_UNCLAIMED, args![tenant, now, quiet_since]).await?;
        Columns { table: "offers", row: &row.ok_or_else(Error::stale)? }.number("many")
    }

    /// Remembers that the person was reminded; `false` when the offer is not open any more.
    pub async fn mark_reminded(
        &mut self,
        tenant: &str,
        offer_id: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(MARK_REMINDED, args![tenant, offer_id, at]).await? == 1)
    }
}

fn ending(row: &Row) -> Result<EndingRow, Error> {
    Ok(EndingRow {
        subject_id: row.text("id")?,
        number: row.text("number")?,
        name: row.text("name")?,
        ends: row.time("ends")?,
        types: Columns { table: "copies", row }.number("types")?,
    })
}

fn unclaimed(row: &Row) -> Result<Unclaimed, Error> {
    Ok(Unclaimed {
        offer_id: row.text("id")?,
        subject_id: row.text("subject_id")?,
        number: row.text("number")?,
        name: row.text("name")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        reminded_at: row.opt_time("reminded_at")?,
    })
}
