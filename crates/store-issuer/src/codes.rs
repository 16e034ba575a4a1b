//! Things that can be used once or for a short time: pre-authorized codes, access tokens, nonces.

use issuance::{Configuration, Timestamp};
use sql::args;

use crate::row::Columns;
use crate::{Error, Transaction};

/// What an access token allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    pub offer_id: String,
    /// The configurations whose identifiers the token response named, which the wallet must then use; without them it
    /// names configurations of the offer itself.
    pub identified: Option<Vec<Configuration>>,
    pub expires_at: Timestamp,
}

const INSERT_CODE: &str =
    "INSERT INTO codes (tenant, fingerprint, offer_id, expires_at) VALUES ($1, $2, $3, $4)";
const COUNT_CODES: &str =
    "SELECT COUNT(*) AS many FROM codes WHERE tenant = $1 AND offer_id = $2 AND expires_at > $3";
const FIND_CODE: &str =
    "SELECT offer_id FROM codes WHERE tenant = $1 AND fingerprint = $2 AND expires_at > $3";
const CONSUME_CODE: &str = "DELETE FROM codes WHERE tenant = $1 AND fingerprint = $2 AND expires_at > $3";
const INSERT_TOKEN: &str =
    "INSERT INTO access_tokens (tenant, fingerprint, offer_id, configurations, expires_at)
    VALUES ($1, $2, $3, $4, $5)";
const FIND_TOKEN: &str = "SELECT offer_id, configurations, expires_at FROM access_tokens
    WHERE tenant = $1 AND fingerprint = $2";
const SPEND_NONCE: &str = "INSERT INTO spent_nonces (tenant, fingerprint, expires_at) VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING";

impl Transaction {
    pub async fn insert_code(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        offer_id: &str,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(INSERT_CODE, args![tenant, fingerprint, offer_id, expires_at]).await?)
    }

    /// How many codes of an offer can be used.
    pub async fn count_codes(&mut self, tenant: &str, offer_id: &str, now: Timestamp) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_CODES, args![tenant, offer_id, now]).await?;
        let row = row.ok_or_else(Error::stale)?;
        Columns { table: "codes", row: &row }.number("many")
    }

    /// The offer of a code that can still be used.
    pub async fn find_code(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        let row = self.tx.fetch_optional(FIND_CODE, args![tenant, fingerprint, now]).await?;
        Ok(row.map(|row| row.text("offer_id")).transpose()?)
    }

    /// True once for each code, while it lives.
    pub async fn consume_code(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(CONSUME_CODE, args![tenant, fingerprint, now]).await? == 1)
    }

    pub async fn insert_access_token(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        token: &AccessToken,
    ) -> Result<(), Error> {
        let names =
            |list: &Vec<Configuration>| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let identified = token.identified.as_ref().map(names);
        let values = args![tenant, fingerprint, &token.offer_id, identified, token.expires_at];
        Ok(self.tx.execute_one(INSERT_TOKEN, values).await?)
    }

    /// Also one that has expired: the caller decides for what it is still good.
    pub async fn find_access_token(
        &mut self,
        tenant: &str,
        fingerprint: &str,
    ) -> Result<Option<AccessToken>, Error> {
        let Some(row) = self.tx.fetch_optional(FIND_TOKEN, args![tenant, fingerprint]).await? else {
            return Ok(None);
        };
        let impossible = || Columns { table: "access_tokens", row: &row }.impossible("configurations");
        let identified = row.opt_text("configurations")?.map(|names| {
            let parsed: Result<Vec<Configuration>, _> = names.split(' ').map(str::parse).collect();
            parsed.map_err(|_| impossible())
        });
        let (offer_id, expires_at) = (row.text("offer_id")?, row.time("expires_at")?);
        Ok(Some(AccessToken { offer_id, identified: identified.transpose()?, expires_at }))
    }

    /// True once for each nonce.
    pub async fn spend_nonce(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        expires_at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(SPEND_NONCE, args![tenant, fingerprint, expires_at]).await? == 1)
    }

    /// Forgets what nobody can use any more. Tokens stay longer, because late notifications still present them.
    pub async fn delete_expired(&mut self, now: Timestamp, tokens_before: Timestamp) -> Result<u64, Error> {
        let mut gone = self.tx.execute("DELETE FROM codes WHERE expires_at <= $1", args![now]).await?;
        gone += self.tx.execute("DELETE FROM spent_nonces WHERE expires_at <= $1", args![now]).await?;
        gone +=
            self.tx.execute("DELETE FROM access_tokens WHERE expires_at <= $1", args![tokens_before]).await?;
        Ok(gone)
    }
}
