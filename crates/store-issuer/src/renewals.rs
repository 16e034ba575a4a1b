//! Offers that follow another by its refresh token.

use issuance::{CredentialCopy, Offer, Timestamp};
use sql::{Migration, args};

use crate::copies::copy;
use crate::offers::offer;
use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 740, name: "renewals", sql: include_str!("migrations/0740_renewals.sql") }];

const SET_RENEWS: &str = "UPDATE offers SET renews = $3, renewal_chain = $4 WHERE tenant = $1 AND id = $2";
const CHAIN: &str = "SELECT COALESCE(renewal_chain, id) AS chain FROM offers WHERE tenant = $1 AND id = $2";
const END_CHAIN: &str = "INSERT INTO ended_renewals (tenant, chain, ended_at) VALUES ($1, $2, $3)
    ON CONFLICT (tenant, chain) DO NOTHING";
const IS_ENDED: &str = "SELECT 1 AS ended FROM ended_renewals WHERE tenant = $1 AND chain = $2";
const RENEWS: &str = "SELECT renews FROM offers WHERE tenant = $1 AND id = $2";
const FOLLOWING: &str = "SELECT * FROM offers WHERE tenant = $1 AND renews = $2";
const PROLONG: &str = "UPDATE offers SET expires_at = $3 WHERE tenant = $1 AND id = $2 AND state = 'open'";
const COUNT_SINCE: &str = "SELECT COUNT(*) AS many FROM offers
    WHERE tenant = $1 AND subject_id = $2 AND renews IS NOT NULL AND created_at > $3";
const COPIES: &str = "SELECT * FROM copies WHERE tenant = $1 AND offer_id = $2 ORDER BY id";

impl Transaction {
    /// Says which offer this one takes the place of, and the first of the chain. A conflict when another follows that one already.
    pub async fn set_offer_renews(
        &mut self,
        tenant: &str,
        offer_id: &str,
        (renewed, chain): (&str, &str),
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(SET_RENEWS, args![tenant, offer_id, renewed, chain]).await?)
    }

    /// The first offer of the chain in which this one stands.
    pub async fn find_renewal_chain(
        &mut self,
        tenant: &str,
        offer_id: &str,
    ) -> Result<Option<String>, Error> {
        let row = self.tx.fetch_optional(CHAIN, args![tenant, offer_id]).await?;
        Ok(row.map(|row| row.text("chain")).transpose()?)
    }

    /// From now on nothing of this chain is renewed.
    pub async fn end_renewal_chain(
        &mut self,
        tenant: &str,
        chain: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(END_CHAIN, args![tenant, chain, now]).await?;
        Ok(())
    }

    pub async fn is_renewal_chain_ended(&mut self, tenant: &str, chain: &str) -> Result<bool, Error> {
        Ok(self.tx.fetch_optional(IS_ENDED, args![tenant, chain]).await?.is_some())
    }

    /// The offer that this one renews.
    pub async fn find_renewed_offer(
        &mut self,
        tenant: &str,
        offer_id: &str,
    ) -> Result<Option<String>, Error> {
        let row = self.tx.fetch_optional(RENEWS, args![tenant, offer_id]).await?;
        Ok(row.map(|row| row.opt_text("renews")).transpose()?.flatten())
    }

    /// The offer that follows this one.
    pub async fn find_following_offer(
        &mut self,
        tenant: &str,
        offer_id: &str,
    ) -> Result<Option<Offer>, Error> {
        let row = self.tx.fetch_optional(FOLLOWING, args![tenant, offer_id]).await?;
        row.as_ref().map(offer).transpose()
    }

    /// Gives an offer that nobody has taken more time. False when it was taken or withdrawn.
    pub async fn prolong_offer(&mut self, tenant: &str, id: &str, until: Timestamp) -> Result<bool, Error> {
        Ok(self.tx.execute(PROLONG, args![tenant, id, until]).await? == 1)
    }

    /// How many offers of a person followed others since then.
    pub async fn count_renewals(
        &mut self,
        tenant: &str,
        subject_id: &str,
        since: Timestamp,
    ) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_SINCE, args![tenant, subject_id, since]).await?;
        Columns { table: "offers", row: &row.ok_or_else(Error::stale)? }.number("many")
    }

    /// All that was issued by an offer, in every configuration.
    pub async fn list_copies_by_offer(
        &mut self,
        tenant: &str,
        offer_id: &str,
    ) -> Result<Vec<CredentialCopy>, Error> {
        let rows = self.tx.fetch_all(COPIES, args![tenant, offer_id]).await?;
        rows.iter().map(copy).collect()
    }
}
