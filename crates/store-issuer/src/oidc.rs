//! Officers who sign in with their organisation's OpenID provider.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::officers::{Officer, officer};
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 721, name: "oidc", sql: include_str!("migrations/0721_oidc.sql") }];

/// What is remembered while somebody is at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcRequest {
    /// Of `state`.
    pub fingerprint: String,
    /// Of the cookie of the browser that began it.
    pub browser: String,
    /// Nonce and code verifier.
    pub sealed: Vec<u8>,
    /// The page to go to.
    pub next: String,
    /// Fingerprint of a one-time link, where somebody registers.
    pub link: Option<String>,
    pub expires_at: Timestamp,
}

const INSERT: &str =
    "INSERT INTO oidc_requests (tenant, fingerprint, browser, sealed, next, link, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const TAKE: &str = "DELETE FROM oidc_requests WHERE tenant = $1 AND fingerprint = $2 RETURNING *";
const PRUNE: &str = "DELETE FROM oidc_requests WHERE expires_at <= $1";
const BIND: &str = "INSERT INTO oidc_identities (tenant, issuer, subject, officer_id, created_at)
    VALUES ($1, $2, $3, $4, $5)";
const FIND: &str =
    "SELECT o.* FROM oidc_identities i JOIN officers o ON o.tenant = i.tenant AND o.id = i.officer_id
    WHERE i.tenant = $1 AND i.issuer = $2 AND i.subject = $3";

impl Transaction {
    pub async fn insert_oidc_request(&mut self, tenant: &str, request: &OidcRequest) -> Result<(), Error> {
        let values = args![
            tenant,
            &request.fingerprint,
            &request.browser,
            request.sealed.clone(),
            &request.next,
            request.link.clone(),
            request.expires_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Uses a request up; nothing when it is unknown, was used or has expired.
    pub async fn take_oidc_request(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Option<OidcRequest>, Error> {
        let row = self.tx.fetch_optional(TAKE, args![tenant, fingerprint]).await?;
        let request = row.map(|row| request(&row)).transpose()?;
        Ok(request.filter(|request| request.expires_at > now))
    }

    pub async fn prune_oidc_requests(&mut self, now: Timestamp) -> Result<u64, Error> {
        Ok(self.tx.execute(PRUNE, args![now]).await?)
    }

    /// A conflict when that person of the provider is an officer here already.
    pub async fn bind_identity(
        &mut self,
        tenant: &str,
        (issuer, subject): (&str, &str),
        officer_id: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(BIND, args![tenant, issuer, subject, officer_id, at]).await?)
    }

    pub async fn find_officer_by_identity(
        &mut self,
        tenant: &str,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<Officer>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, issuer, subject]).await?;
        row.as_ref().map(officer).transpose()
    }
}

fn request(row: &Row) -> Result<OidcRequest, Error> {
    Ok(OidcRequest {
        fingerprint: row.text("fingerprint")?,
        browser: row.text("browser")?,
        sealed: row.blob("sealed")?,
        next: row.text("next")?,
        link: row.opt_text("link")?,
        expires_at: row.time("expires_at")?,
    })
}
