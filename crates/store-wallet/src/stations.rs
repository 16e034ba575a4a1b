//! Devices of officers that stand at a fixed place.

use holding::station::Station;
use sql::{Error, Row, args};

use crate::Tx;

impl Tx {
    /// `token_hash` is of the cookie by which the device is known again.
    pub async fn insert_station(&mut self, station: &Station, token_hash: &str) -> Result<(), Error> {
        const SQL: &str =
            "INSERT INTO stations (thumbprint, token_hash, name, country, sealed, opened_by, opened_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let Station { thumbprint, name, country, sealed, opened_by, opened_at } = station;
        let values = args![thumbprint, token_hash, name, country, sealed.as_slice(), opened_by, *opened_at];
        self.0.execute_one(SQL, values).await
    }

    pub async fn find_station(&mut self, token_hash: &str) -> Result<Option<Station>, Error> {
        const SQL: &str = "SELECT * FROM stations WHERE token_hash = $1";
        self.0.fetch_optional(SQL, args![token_hash]).await?.as_ref().map(station).transpose()
    }

    pub async fn list_stations(&mut self, limit: u32) -> Result<Vec<Station>, Error> {
        const SQL: &str = "SELECT * FROM stations ORDER BY country, name, thumbprint LIMIT $1";
        self.0.fetch_all(SQL, args![limit]).await?.iter().map(station).collect()
    }

    /// Ends a station, its key overwritten first; false when there is none.
    pub async fn end_station(&mut self, thumbprint: &str) -> Result<bool, Error> {
        let empty = Vec::<u8>::new();
        self.0
            .execute("UPDATE stations SET sealed = $2 WHERE thumbprint = $1", args![thumbprint, empty])
            .await?;
        Ok(self.0.execute("DELETE FROM stations WHERE thumbprint = $1", args![thumbprint]).await? == 1)
    }
}

fn station(row: &Row) -> Result<Station, Error> {
    Ok(Station {
        thumbprint: row.text("thumbprint")?,
        name: row.text("name")?,
        country: row.text("country")?,
        sealed: row.blob("sealed")?,
        opened_by: row.text("opened_by")?,
        opened_at: row.time("opened_at")?,
    })
}
