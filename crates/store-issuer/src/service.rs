//! Persons whose service ended, and offers that replace what a person holds.

use issuance::{Actor, ReasonCode, ServiceEnd, Timestamp};
use sql::{Migration, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// How and when somebody's service ended, and who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedService {
    pub how: ServiceEnd,
    pub at: Timestamp,
    pub officer: String,
    pub approved_by: Option<String>,
}

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { version: 102, name: "status moves", sql: include_str!("migrations/0102_status_moves.sql") },
    Migration { version: 103, name: "service", sql: include_str!("migrations/0103_service.sql") },
];

const INSERT: &str = "INSERT INTO service_ends (tenant, subject_id, how, at, officer, approved_by)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, subject_id) DO UPDATE SET
        how = excluded.how, at = excluded.at, officer = excluded.officer, approved_by = excluded.approved_by";
const FIND: &str = "SELECT * FROM service_ends WHERE tenant = $1 AND subject_id = $2";
const DELETE: &str = "DELETE FROM service_ends WHERE tenant = $1 AND subject_id = $2";
const SET_REPLACES: &str = "UPDATE offers SET replaces = $3 WHERE tenant = $1 AND id = $2";
const REPLACES: &str = "SELECT replaces FROM offers WHERE tenant = $1 AND id = $2";

impl Transaction {
    /// A later word, such as a death after a separation, replaces the earlier one.
    pub async fn put_service_end(
        &mut self,
        by: &Actor,
        subject_id: &str,
        how: ServiceEnd,
        approved_by: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Error> {
        let approved_by = approved_by.map(str::to_owned);
        let values = args![&by.tenant, subject_id, how.as_str(), at, &by.officer, approved_by];
        self.tx.execute(INSERT, values).await?;
        Ok(())
    }

    pub async fn find_service_end(
        &mut self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<EndedService>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, subject_id]).await?;
        row.map(|row| {
            let how = Columns { table: "service_ends", row: &row }.parsed("how", ServiceEnd::parse)?;
            let (at, officer) = (row.time("at")?, row.text("officer")?);
            Ok(EndedService { how, at, officer, approved_by: row.opt_text("approved_by")? })
        })
        .transpose()
    }

    /// `false` when the person's service had not ended.
    pub async fn delete_service_end(&mut self, tenant: &str, subject_id: &str) -> Result<bool, Error> {
        Ok(self.tx.execute(DELETE, args![tenant, subject_id]).await? == 1)
    }

    /// From then on, taking the offer revokes earlier copies of the same types for that reason.
    pub async fn set_offer_replaces(
        &mut self,
        tenant: &str,
        offer_id: &str,
        reason: ReasonCode,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(SET_REPLACES, args![tenant, offer_id, reason.as_str()]).await?)
    }

    pub async fn find_offer_replaces(
        &mut self,
        tenant: &str,
        offer_id: &str,
    ) -> Result<Option<ReasonCode>, Error> {
        let Some(row) = self.tx.fetch_optional(REPLACES, args![tenant, offer_id]).await? else {
            return Ok(None);
        };
        let impossible = || Error::Impossible { table: "offers", column: "replaces" };
        row.opt_text("replaces")?.map(|code| ReasonCode::parse(&code).ok_or_else(impossible)).transpose()
    }
}
