//! Requests for credentials that wait for a second person.

use issuance::{Configuration, Deferral, Timestamp};
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 161, name: "deferrals", sql: include_str!("migrations/0161_deferrals.sql") }];

const INSERT: &str = "INSERT INTO deferrals (tenant, id, offer_id, configuration, holders, asked_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT * FROM deferrals WHERE tenant = $1 AND id = $2";
const FIND_OF: &str = "SELECT * FROM deferrals WHERE tenant = $1 AND offer_id = $2 AND configuration = $3";
const END: &str = "DELETE FROM deferrals WHERE tenant = $1 AND offer_id = $2 AND configuration = $3";
const FORGET: &str = "DELETE FROM deferrals WHERE asked_at <= $1";

impl Transaction {
    /// A second one for the same offer and configuration is a conflict.
    pub async fn insert_deferral(&mut self, tenant: &str, deferral: &Deferral) -> Result<(), Error> {
        let (offer, configuration) = (&deferral.offer_id, deferral.configuration.to_string());
        let holders = deferral.stored_holders();
        let values = args![tenant, &deferral.id, offer, configuration, holders, deferral.asked_at];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    pub async fn find_deferral(&mut self, tenant: &str, id: &str) -> Result<Option<Deferral>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, id]).await?;
        row.as_ref().map(deferral).transpose()
    }

    pub async fn find_deferral_of_offer(
        &mut self,
        tenant: &str,
        offer_id: &str,
        configuration: Configuration,
    ) -> Result<Option<Deferral>, Error> {
        let values = args![tenant, offer_id, configuration.to_string()];
        let row = self.tx.fetch_optional(FIND_OF, values).await?;
        row.as_ref().map(deferral).transpose()
    }

    /// Harmless where there is none.
    pub async fn end_deferral(
        &mut self,
        tenant: &str,
        offer_id: &str,
        configuration: Configuration,
    ) -> Result<(), Error> {
        self.tx.execute(END, args![tenant, offer_id, configuration.to_string()]).await?;
        Ok(())
    }

    /// Forgets those nobody came back for.
    pub async fn delete_deferrals(&mut self, asked_before: Timestamp) -> Result<u64, Error> {
        Ok(self.tx.execute(FORGET, args![asked_before]).await?)
    }
}

fn deferral(row: &Row) -> Result<Deferral, Error> {
    let columns = Columns { table: "deferrals", row };
    Ok(Deferral {
        id: row.text("id")?,
        offer_id: row.text("offer_id")?,
        configuration: columns.parsed("configuration", |text| text.parse().ok())?,
        holders: columns.parsed("holders", Deferral::parse_holders)?,
        asked_at: row.time("asked_at")?,
    })
}
