//! Persons who sign in for a pushed request at their organisation's OpenID provider.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 710, name: "person_oidc", sql: include_str!("migrations/0710_person_oidc.sql") }];

/// What is remembered while a person is at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonOidcRequest {
    /// Of `state`.
    pub fingerprint: String,
    /// Of the cookie of the browser that began it.
    pub browser: String,
    /// Nonce and code verifier.
    pub sealed: Vec<u8>,
    /// Fingerprint of the pushed request.
    pub request: String,
    pub expires_at: Timestamp,
}

const PRUNE: &str =
    "DELETE FROM person_oidc_requests WHERE expires_at <= $1 OR (tenant = $2 AND request = $3)";
const INSERT: &str =
    "INSERT INTO person_oidc_requests (tenant, fingerprint, browser, sealed, request, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const TAKE: &str = "DELETE FROM person_oidc_requests WHERE tenant = $1 AND fingerprint = $2 RETURNING *";

impl Transaction {
    /// Keeps the newest for its pushed request; what has expired is forgotten.
    pub async fn put_person_oidc_request(
        &mut self,
        tenant: &str,
        kept: &PersonOidcRequest,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(PRUNE, args![now, tenant, &kept.request]).await?;
        let values = args![
            tenant,
            &kept.fingerprint,
            &kept.browser,
            kept.sealed.clone(),
            &kept.request,
            kept.expires_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Uses it up; nothing when it is unknown, was used or has expired.
    pub async fn take_person_oidc_request(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Option<PersonOidcRequest>, Error> {
        let row = self.tx.fetch_optional(TAKE, args![tenant, fingerprint]).await?;
        let kept = row.map(|row| kept(&row)).transpose()?;
        Ok(kept.filter(|kept| kept.expires_at > now))
    }
}

fn kept(row: &Row) -> Result<PersonOidcRequest, Error> {
    Ok(PersonOidcRequest {
        fingerprint: row.text("fingerprint")?,
        browser: row.text("browser")?,
        sealed: row.blob("sealed")?,
        request: row.text("request")?,
        expires_at: row.time("expires_at")?,
    })
}
