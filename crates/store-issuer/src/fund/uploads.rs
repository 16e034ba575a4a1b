//! Paper forms that were sent from wallets.

use issuance::Timestamp;
use sql::args;

use super::scans::ScanRow;
use crate::row::Columns;
use crate::{Error, Transaction};

const INSERT: &str = "INSERT INTO existence_forms (tenant, request_id, n, sent_at, scan_id)
    SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), COUNT(*) + 1, CAST($3 AS BIGINT), CAST($4 AS TEXT)
    FROM existence_forms WHERE tenant = $1 AND request_id = $2";
const COUNT: &str = "SELECT COUNT(*) AS many FROM existence_forms WHERE tenant = $1 AND request_id = $2";
const LATEST: &str = "SELECT scan_id FROM existence_forms
    WHERE tenant = $1 AND request_id = $2 AND scan_id IS NOT NULL ORDER BY n DESC LIMIT 1";

impl Transaction {
    /// Writes down that somebody sent a form from their wallet, and which page of it was kept.
    pub async fn insert_sent_form(
        &mut self,
        tenant: &str,
        request: &str,
        scan: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(INSERT, args![tenant, request, at, scan]).await?)
    }

    /// How often that was.
    pub async fn count_sent_forms(&mut self, tenant: &str, request: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT, args![tenant, request]).await?.ok_or_else(Error::stale)?;
        Columns { table: "existence_forms", row: &row }.number("many")
    }

    /// The page that was kept last.
    pub async fn find_sent_form(&mut self, tenant: &str, request: &str) -> Result<Option<ScanRow>, Error> {
        let row = self.tx.fetch_optional(LATEST, args![tenant, request]).await?;
        match row.map(|row| row.text("scan_id")).transpose()? {
            Some(scan) => self.find_fund_scan(tenant, &scan).await,
            None => Ok(None),
        }
    }
}
