//! The word of stations about people who enrol there.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::{Error, Transaction};

/// What a station said of one enrolment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationWordRow {
    /// RFC 7638, of the station's key.
    pub station: String,
    /// RFC 7638, of the key that the person's wallet service keeps.
    pub device_key: String,
    pub captured_at: Timestamp,
    pub received_at: Timestamp,
    /// Of the signature.
    pub digest: String,
    /// The operator, how the person was recognised, and who helped.
    pub sealed: Vec<u8>,
}

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 892,
    name: "enrolment_stations",
    sql: include_str!("migrations/0892_enrolment_stations.sql"),
}];

const PUT: &str = "INSERT INTO enrolment_stations
        (tenant, enrolment_id, station, device_key, captured_at, received_at, digest, sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (tenant, enrolment_id) DO UPDATE SET station = excluded.station, device_key = excluded.device_key,
        captured_at = excluded.captured_at, received_at = excluded.received_at, digest = excluded.digest,
        sealed = excluded.sealed";
const FIND: &str = "SELECT * FROM enrolment_stations WHERE tenant = $1 AND enrolment_id = $2";
const DELETE: &str = "DELETE FROM enrolment_stations WHERE tenant = $1 AND enrolment_id = $2";
const WAITING: &str = "SELECT e.id AS id FROM enrolments e JOIN enrolment_stations s
        ON s.tenant = e.tenant AND s.enrolment_id = e.id
    WHERE e.tenant = $1 AND e.stage = 'claimed' ORDER BY s.received_at, e.id LIMIT $2";

impl Transaction {
    /// Takes the place of an earlier word.
    pub async fn put_station_word(
        &mut self,
        tenant: &str,
        enrolment: &str,
        word: &StationWordRow,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            enrolment,
            &word.station,
            &word.device_key,
            word.captured_at,
            word.received_at,
            &word.digest,
            word.sealed.as_slice()
        ];
        Ok(self.tx.execute_one(PUT, values).await?)
    }

    pub async fn find_station_word(
        &mut self,
        tenant: &str,
        enrolment: &str,
    ) -> Result<Option<StationWordRow>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, enrolment]).await?.as_ref().map(word).transpose()
    }

    /// Another key is to be bound than the one the word was about. Whether there was one.
    pub async fn delete_station_word(&mut self, tenant: &str, enrolment: &str) -> Result<bool, Error> {
        Ok(self.tx.execute(DELETE, args![tenant, enrolment]).await? == 1)
    }

    /// Enrolments of which a station said a word and about which no agent has proposed anything, oldest first.
    pub async fn list_seen_at_stations(&mut self, tenant: &str, limit: u32) -> Result<Vec<String>, Error> {
        let rows = self.tx.fetch_all(WAITING, args![tenant, limit]).await?;
        rows.iter().map(|row| Ok(row.text("id")?)).collect()
    }
}

fn word(row: &Row) -> Result<StationWordRow, Error> {
    Ok(StationWordRow {
        station: row.text("station")?,
        device_key: row.text("device_key")?,
        captured_at: row.time("captured_at")?,
        received_at: row.time("received_at")?,
        digest: row.text("digest")?,
        sealed: row.blob("sealed")?,
    })
}
