//! Credential offers.

use issuance::{Configuration, Offer, OfferState};
use sql::{Row, args};

use crate::row::{Columns, json};
use crate::{Error, Transaction};

const INSERT: &str = "INSERT INTO offers (tenant, id, subject_id, token, configurations, state, extra_claims,
        code_hash, code_sealed, tries_left, bound_key, holder_key, created_by, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const FIND: &str = "SELECT * FROM offers WHERE tenant = $1 AND id = $2";
const FIND_BY_TOKEN: &str = "SELECT * FROM offers WHERE tenant = $1 AND token = $2";
const OF_SUBJECT: &str =
    "SELECT * FROM offers WHERE tenant = $1 AND subject_id = $2 ORDER BY id DESC LIMIT 100";
const COUNT_TRY: &str = "UPDATE offers SET tries_left = tries_left - 1,
        state = CASE WHEN tries_left = 1 THEN 'locked' ELSE state END
    WHERE tenant = $1 AND id = $2 AND tries_left > 0 RETURNING tries_left";
const RENEW: &str = "UPDATE offers SET code_hash = $3, code_sealed = $4, tries_left = $5, expires_at = $6,
        state = CASE WHEN state = 'locked' THEN
            CASE WHEN holder_key IS NULL THEN 'open' ELSE 'accepted' END ELSE state END
    WHERE tenant = $1 AND id = $2 AND state <> 'withdrawn'";
const WITHDRAW: &str = "UPDATE offers SET state = 'withdrawn'
    WHERE tenant = $1 AND id = $2 AND state IN ('open', 'locked')";
const END: &str =
    "UPDATE offers SET state = 'withdrawn' WHERE tenant = $1 AND id = $2 AND state <> 'withdrawn'";
const BIND: &str = "UPDATE offers SET holder_key = $3, state = 'accepted'
    WHERE tenant = $1 AND id = $2 AND state <> 'withdrawn'
        AND (holder_key IS NULL OR holder_key = $3) AND (bound_key IS NULL OR bound_key = $3)";

impl Transaction {
    pub async fn insert_offer(&mut self, tenant: &str, offer: &Offer) -> Result<(), Error> {
        let configurations: Vec<String> = offer.configurations.iter().map(ToString::to_string).collect();
        self.tx
            .execute_one(
                INSERT,
                args![
                    tenant,
                    &offer.id,
                    &offer.subject_id,
                    &offer.token,
                    configurations.join(" "),
                    offer.state.as_str(),
                    json(&offer.extra_claims),
                    offer.code_hash.clone(),
                    offer.code_sealed.clone(),
                    offer.tries_left,
                    offer.bound_key.clone(),
                    offer.holder_key.clone(),
                    &offer.created_by,
                    offer.created_at,
                    offer.expires_at
                ],
            )
            .await?;
        Ok(())
    }

    pub async fn find_offer(&mut self, tenant: &str, id: &str) -> Result<Option<Offer>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, id]).await?;
        row.as_ref().map(offer).transpose()
    }

    pub async fn find_offer_by_token(&mut self, tenant: &str, token: &str) -> Result<Option<Offer>, Error> {
        let row = self.tx.fetch_optional(FIND_BY_TOKEN, args![tenant, token]).await?;
        row.as_ref().map(offer).transpose()
    }

    /// Newest first.
    pub async fn list_offers(&mut self, tenant: &str, subject_id: &str) -> Result<Vec<Offer>, Error> {
        let rows = self.tx.fetch_all(OF_SUBJECT, args![tenant, subject_id]).await?;
        rows.iter().map(offer).collect()
    }

    /// Takes one try away and locks the offer with the last one. Answers how many are left, or nothing when there was
    /// none, so that guesses in parallel cannot share a try.
    pub async fn count_wrong_code(&mut self, tenant: &str, id: &str) -> Result<Option<u32>, Error> {
        let row = self.tx.fetch_optional(COUNT_TRY, args![tenant, id]).await?;
        row.map(|row| Columns { table: "offers", row: &row }.number("tries_left")).transpose()
    }

    /// Gives the offer another transaction code, all its tries and more time. False when it was withdrawn.
    pub async fn renew_offer(&mut self, tenant: &str, offer: &Offer) -> Result<bool, Error> {
        let done = self
            .tx
            .execute(
                RENEW,
                args![
                    tenant,
                    &offer.id,
                    offer.code_hash.clone(),
                    offer.code_sealed.clone(),
                    offer.tries_left,
                    offer.expires_at
                ],
            )
            .await?;
        Ok(done == 1)
    }

    /// False when it was accepted or withdrawn already.
    pub async fn withdraw_offer(&mut self, tenant: &str, id: &str) -> Result<bool, Error> {
        Ok(self.tx.execute(WITHDRAW, args![tenant, id]).await? == 1)
    }

    /// Ends an offer, also an accepted one, from which its holder could still get a copy in another format.
    pub async fn end_offer(&mut self, tenant: &str, id: &str) -> Result<bool, Error> {
        Ok(self.tx.execute(END, args![tenant, id]).await? == 1)
    }

    /// Binds the offer to the key that accepts it. False when another key was first or the offer is closed.
    pub async fn accept_offer(&mut self, tenant: &str, id: &str, thumbprint: &str) -> Result<bool, Error> {
        Ok(self.tx.execute(BIND, args![tenant, id, thumbprint]).await? == 1)
    }
}

pub(crate) fn offer(row: &Row) -> Result<Offer, Error> {
    let columns = Columns { table: "offers", row };
    let configurations = columns.parsed("configurations", |text| {
        text.split(' ').map(|name| name.parse::<Configuration>().ok()).collect::<Option<Vec<_>>>()
    })?;
    Ok(Offer {
        id: row.text("id")?,
        subject_id: row.text("subject_id")?,
        token: row.text("token")?,
        configurations,
        state: columns.parsed("state", OfferState::parse)?,
        extra_claims: columns.object("extra_claims")?,
        code_hash: row.opt_blob("code_hash")?,
        code_sealed: row.opt_blob("code_sealed")?,
        tries_left: columns.number("tries_left")?,
        bound_key: row.opt_text("bound_key")?,
        holder_key: row.opt_text("holder_key")?,
        created_by: row.text("created_by")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    })
}
