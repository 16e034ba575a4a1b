//! What a wallet asks about the yearly proof: whose device key it is, and how long decisions took of late.

use chrono::Duration;
use sql::{Migration, Row, args};

use crate::{Error, Transaction};

/// Somebody to whom a key is bound, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    pub subject_id: String,
    /// Another key took its place, or it was taken back.
    pub is_over: bool,
}

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 898, name: "key_holders", sql: include_str!("migrations/0898_key_holders.sql") }];

/// Wallets of a family may share a phone and its key.
const OF_KEY: &str = "SELECT subject_id, ended_at FROM bound_keys WHERE tenant = $1 AND device_key = $2
    ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, bound_at DESC, id DESC LIMIT 20";

/// Bounded: people's pages ask for it.
const LATEST_WAITS: &str = "SELECT decided_at - received_at AS waited FROM fund_proofs
    WHERE tenant = $1 AND channel = $2 AND decided_at IS NOT NULL ORDER BY decided_at DESC LIMIT 100";

impl Transaction {
    /// How long the latest decided proofs of a channel waited, at most a hundred.
    pub async fn latest_fund_waits(&mut self, tenant: &str, channel: &str) -> Result<Vec<Duration>, Error> {
        let rows = self.tx.fetch_all(LATEST_WAITS, args![tenant, channel]).await?;
        rows.iter().map(|row| Ok(Duration::milliseconds(row.int("waited")?))).collect()
    }

    /// Everybody to whom this key is bound, or was; those to whom it is bound first.
    pub async fn list_key_holders(
        &mut self,
        tenant: &str,
        device_key: &str,
    ) -> Result<Vec<KeyHolder>, Error> {
        let rows = self.tx.fetch_all(OF_KEY, args![tenant, device_key]).await?;
        let holder = |row: &Row| {
            Ok(KeyHolder {
                subject_id: row.text("subject_id")?,
                is_over: row.opt_time("ended_at")?.is_some(),
            })
        };
        rows.iter().map(holder).collect()
    }
}
