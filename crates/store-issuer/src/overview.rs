//! What an officer sees first: how much there is, and what waits for somebody.

use issuance::Timestamp;
use sql::{Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// Counts of one organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    pub people: u64,
    /// Offers that can be accepted now.
    pub open_offers: u64,
    /// Offers nobody accepted in time.
    pub lapsed_offers: u64,
    /// Offers locked by wrong transaction codes.
    pub locked_offers: u64,
    /// Copies by status.
    pub valid: u64,
    pub suspended: u64,
    pub revoked: u64,
    /// Lists that wait for a confirmation.
    pub waiting_uploads: u64,
    pub running_uploads: u64,
}

const OFFERS: &str = "SELECT
        CAST(COALESCE(SUM(CASE WHEN state = 'open' AND expires_at > $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS open_offers,
        CAST(COALESCE(SUM(CASE WHEN state = 'open' AND expires_at <= $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS lapsed,
        CAST(COALESCE(SUM(CASE WHEN state = 'locked' THEN 1 ELSE 0 END), 0) AS BIGINT) AS locked
    FROM offers WHERE tenant = $1";
const COPIES: &str = "SELECT
        CAST(COALESCE(SUM(CASE WHEN status = 'valid' THEN 1 ELSE 0 END), 0) AS BIGINT) AS valid,
        CAST(COALESCE(SUM(CASE WHEN status = 'suspended' THEN 1 ELSE 0 END), 0) AS BIGINT) AS suspended,
        CAST(COALESCE(SUM(CASE WHEN status = 'revoked' THEN 1 ELSE 0 END), 0) AS BIGINT) AS revoked
    FROM copies WHERE tenant = $1";
const UPLOADS: &str = "SELECT
        CAST(COALESCE(SUM(CASE WHEN state = 'preview' THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting,
        CAST(COALESCE(SUM(CASE WHEN state = 'confirmed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS running
    FROM imports WHERE tenant = $1";

/// An offer that somebody should look at, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StuckOffer {
    pub offer_id: String,
    pub subject_id: String,
    pub number: String,
    pub name: String,
    pub expires_at: Timestamp,
}

const LOCKED: &str = "SELECT o.id, o.subject_id, o.expires_at, s.number, s.name
    FROM offers o JOIN subjects s ON s.tenant = o.tenant AND s.id = o.subject_id
    WHERE o.tenant = $1 AND o.state = 'locked' AND o.id > $2 ORDER BY o.id LIMIT $3";
const LAPSED: &str = "SELECT o.id, o.subject_id, o.expires_at, s.number, s.name
    FROM offers o JOIN subjects s ON s.tenant = o.tenant AND s.id = o.subject_id
    WHERE o.tenant = $1 AND o.state = 'open' AND o.expires_at <= $2 AND o.id > $3 ORDER BY o.id LIMIT $4";

impl Transaction {
    pub async fn list_locked_offers(
        &mut self,
        tenant: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StuckOffer>, Error> {
        let rows = self.tx.fetch_all(LOCKED, args![tenant, after.unwrap_or_default(), limit]).await?;
        rows.iter().map(stuck).collect()
    }

    pub async fn list_lapsed_offers(
        &mut self,
        tenant: &str,
        now: Timestamp,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StuckOffer>, Error> {
        let rows = self.tx.fetch_all(LAPSED, args![tenant, now, after.unwrap_or_default(), limit]).await?;
        rows.iter().map(stuck).collect()
    }

    pub async fn overview(&mut self, tenant: &str, now: Timestamp) -> Result<Overview, Error> {
        let people = self.count_subjects(tenant, None, &crate::Filter::default()).await?;
        let offers = self.tx.fetch_optional(OFFERS, args![tenant, now]).await?.ok_or_else(Error::stale)?;
        let copies = self.tx.fetch_optional(COPIES, args![tenant]).await?.ok_or_else(Error::stale)?;
        let uploads = self.tx.fetch_optional(UPLOADS, args![tenant]).await?.ok_or_else(Error::stale)?;
        let offers = Columns { table: "offers", row: &offers };
        let copies = Columns { table: "copies", row: &copies };
        let uploads = Columns { table: "imports", row: &uploads };
        Ok(Overview {
            people,
            open_offers: offers.number("open_offers")?,
            lapsed_offers: offers.number("lapsed")?,
            locked_offers: offers.number("locked")?,
            valid: copies.number("valid")?,
            suspended: copies.number("suspended")?,
            revoked: copies.number("revoked")?,
            waiting_uploads: uploads.number("waiting")?,
            running_uploads: uploads.number("running")?,
        })
    }
}

fn stuck(row: &Row) -> Result<StuckOffer, Error> {
    Ok(StuckOffer {
        offer_id: row.text("id")?,
        subject_id: row.text("subject_id")?,
        number: row.text("number")?,
        name: row.text("name")?,
        expires_at: row.time("expires_at")?,
    })
}
