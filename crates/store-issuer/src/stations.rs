//! Stations of the Fund: where people without a phone prove that they are there.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::{Error, Transaction};

/// A station as it was registered. Its key and its place never change: another place is another station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationRow {
    /// RFC 7638, of its key.
    pub thumbprint: String,
    /// The key, as Multikey.
    pub public_key: String,
    pub name: String,
    /// ISO 3166-1 alpha-3.
    pub country: String,
    pub registered_by: String,
    pub registered_at: Timestamp,
    /// By whom and when; its word counts no more from then on.
    pub closed: Option<(String, Timestamp)>,
}

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { version: 850, name: "stations", sql: include_str!("migrations/0850_stations.sql") },
    Migration { version: 851, name: "ahead", sql: include_str!("migrations/0851_ahead.sql") },
];

const INSERT: &str = "INSERT INTO existence_stations
        (tenant, thumbprint, public_key, name, country, registered_by, registered_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FIND: &str = "SELECT * FROM existence_stations WHERE tenant = $1 AND thumbprint = $2";
const LIST: &str = "SELECT * FROM existence_stations WHERE tenant = $1
    ORDER BY CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END, country, name, thumbprint LIMIT $2";
const CLOSE: &str = "UPDATE existence_stations SET closed_by = $1, closed_at = $2
    WHERE tenant = $3 AND thumbprint = $4 AND closed_at IS NULL";

impl Transaction {
    /// A conflict when a station has this key already.
    pub async fn insert_station(&mut self, tenant: &str, station: &StationRow) -> Result<(), Error> {
        let StationRow { thumbprint, public_key, name, country, registered_by, registered_at, .. } = station;
        let values = args![tenant, thumbprint, public_key, name, country, registered_by, *registered_at];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    pub async fn find_station(
        &mut self,
        tenant: &str,
        thumbprint: &str,
    ) -> Result<Option<StationRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, thumbprint]).await?.as_ref().map(station).transpose()
    }

    /// Open ones first, by country and name.
    pub async fn list_stations(&mut self, tenant: &str, limit: u32) -> Result<Vec<StationRow>, Error> {
        self.tx.fetch_all(LIST, args![tenant, limit]).await?.iter().map(station).collect()
    }

    /// False when there is none that is open.
    pub async fn close_station(
        &mut self,
        tenant: &str,
        thumbprint: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(CLOSE, args![by, at, tenant, thumbprint]).await? == 1)
    }
}

fn station(row: &Row) -> Result<StationRow, Error> {
    let closed = match row.opt_text("closed_by")? {
        Some(by) => Some((by, row.time("closed_at")?)),
        None => None,
    };
    Ok(StationRow {
        thumbprint: row.text("thumbprint")?,
        public_key: row.text("public_key")?,
        name: row.text("name")?,
        country: row.text("country")?,
        registered_by: row.text("registered_by")?,
        registered_at: row.time("registered_at")?,
        closed,
    })
}
