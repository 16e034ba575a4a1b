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
    /// What it is limited to where it names no identifiers; the whole offer when absent.
    pub scope: Option<Vec<Configuration>>,
    /// RFC 7638 thumbprint of the key it is bound to (RFC 9449, 6).
    pub dpop_jkt: Option<String>,
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
    "INSERT INTO access_tokens (tenant, fingerprint, offer_id, configurations, scope, dpop_jkt, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FIND_TOKEN: &str = "SELECT * FROM access_tokens WHERE tenant = $1 AND fingerprint = $2";
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
        let (identified, scope) = (names(token.identified.as_deref()), names(token.scope.as_deref()));
        let (offer_id, dpop_jkt) = (token.offer_id.as_str(), token.dpop_jkt.clone());
        let values = args![tenant, fingerprint, offer_id, identified, scope, dpop_jkt, token.expires_at];
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
        let columns = Columns { table: "access_tokens", row: &row };
        Ok(Some(AccessToken {
            offer_id: row.text("offer_id")?,
            identified: parsed(&columns, "configurations")?,
            scope: parsed(&columns, "scope")?,
            dpop_jkt: row.opt_text("dpop_jkt")?,
            expires_at: row.time("expires_at")?,
        }))
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

fn names(list: Option<&[Configuration]>) -> Option<String> {
    list.map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
}

fn parsed(columns: &Columns<'_>, column: &'static str) -> Result<Option<Vec<Configuration>>, Error> {
    let Some(names) = columns.row.opt_text(column)? else { return Ok(None) };
    let list: Result<Vec<Configuration>, _> = names.split(' ').map(str::parse).collect();
    list.map(Some).map_err(|_| columns.impossible(column))
}
