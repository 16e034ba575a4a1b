//! How long proofs wait for somebody to decide.

use chrono::Duration;
use issuance::Timestamp;
use sql::{Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// Proofs of one channel that were decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceTime {
    /// The way they came.
    pub channel: String,
    /// How many were decided.
    pub decided: u64,
    /// Of them, with nobody looking.
    pub automatic: u64,
    /// Half of them waited so long at most.
    pub half: Duration,
    /// Nine in ten waited so long at most.
    pub most: Duration,
}

/// Proofs of one channel that wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingProofs {
    /// The way they came.
    pub channel: String,
    /// How many.
    pub many: u64,
    /// When the first of them came.
    pub since: Timestamp,
}

/// The nearest rank: of n that are sorted, the one at n times p, rounded up.
const TIMES: &str =
    "SELECT channel, CAST(MAX(many) AS BIGINT) AS decided, CAST(SUM(alone) AS BIGINT) AS automatic,
        CAST(MIN(CASE WHEN place * 2 >= many THEN waited END) AS BIGINT) AS half,
        CAST(MIN(CASE WHEN place * 10 >= many * 9 THEN waited END) AS BIGINT) AS most
    FROM (SELECT channel, decided_at - received_at AS waited,
            CASE WHEN decided_by = 'automatic' THEN 1 ELSE 0 END AS alone,
            ROW_NUMBER() OVER (PARTITION BY channel ORDER BY decided_at - received_at, id) AS place,
            COUNT(*) OVER (PARTITION BY channel) AS many
        FROM fund_proofs WHERE tenant = $1 AND year = $2 AND decided_at IS NOT NULL) AS ranked
    GROUP BY channel ORDER BY channel LIMIT 20";
const WAITING: &str = "SELECT channel, COUNT(*) AS many, MIN(received_at) AS since FROM fund_proofs
    WHERE tenant = $1 AND state = 'waiting' GROUP BY channel ORDER BY channel LIMIT 20";

impl Transaction {
    /// Decided proofs of a year by channel, each with how long they waited.
    pub async fn fund_service_times(&mut self, tenant: &str, year: i32) -> Result<Vec<ServiceTime>, Error> {
        let rows = self.tx.fetch_all(TIMES, args![tenant, year]).await?;
        let one = |row: &Row| {
            let columns = Columns { table: "fund_proofs", row };
            let span = |column| Ok::<_, Error>(Duration::milliseconds(row.int(column)?));
            Ok(ServiceTime {
                channel: row.text("channel")?,
                decided: columns.number("decided")?,
                automatic: columns.number("automatic")?,
                half: span("half")?,
                most: span("most")?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// Proofs that wait, of whatever year, by channel.
    pub async fn fund_waiting_proofs(&mut self, tenant: &str) -> Result<Vec<WaitingProofs>, Error> {
        let rows = self.tx.fetch_all(WAITING, args![tenant]).await?;
        let one = |row: &Row| {
            let many = Columns { table: "fund_proofs", row }.number("many")?;
            Ok(WaitingProofs { channel: row.text("channel")?, many, since: row.time("since")? })
        };
        rows.iter().map(one).collect()
    }
}
