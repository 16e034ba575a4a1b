//! Machines that act for an organisation, known by a bearer token of which only the fingerprint is kept.

use issuance::{Scope, Timestamp};
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// A machine and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceClient {
    pub id: String,
    pub name: String,
    pub scopes: Vec<Scope>,
    /// The officer who made it; whoever that is approves nothing that it proposes.
    pub created_by: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 700,
    name: "service clients",
    sql: include_str!("migrations/0700_service_clients.sql"),
}];

const INSERT: &str =
    "INSERT INTO service_clients (tenant, id, name, scopes, fingerprint, created_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FIND: &str = "SELECT * FROM service_clients WHERE tenant = $1 AND id = $2";
const FIND_BY_TOKEN: &str =
    "SELECT * FROM service_clients WHERE tenant = $1 AND fingerprint = $2 AND revoked_at IS NULL";
const LIST: &str = "SELECT * FROM service_clients WHERE tenant = $1 ORDER BY id DESC LIMIT 500";
const REVOKE: &str =
    "UPDATE service_clients SET revoked_at = $3 WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL";
const TOUCH: &str = "UPDATE service_clients SET last_used_at = $3 WHERE tenant = $1 AND id = $2";

impl Transaction {
    pub async fn insert_service_client(
        &mut self,
        tenant: &str,
        client: &ServiceClient,
        fingerprint: &str,
    ) -> Result<(), Error> {
        let scopes: Vec<&str> = client.scopes.iter().map(|scope| scope.as_str()).collect();
        let values = args![
            tenant,
            &client.id,
            &client.name,
            scopes.join(" "),
            fingerprint,
            &client.created_by,
            client.created_at
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    /// Also one that was revoked.
    pub async fn find_service_client(
        &mut self,
        tenant: &str,
        id: &str,
    ) -> Result<Option<ServiceClient>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(client).transpose()
    }

    /// One that was not revoked, by the fingerprint of its token.
    pub async fn find_client_by_token(
        &mut self,
        tenant: &str,
        fingerprint: &str,
    ) -> Result<Option<ServiceClient>, Error> {
        self.tx
            .fetch_optional(FIND_BY_TOKEN, args![tenant, fingerprint])
            .await?
            .as_ref()
            .map(client)
            .transpose()
    }

    /// Newest first, with those that were revoked.
    pub async fn list_service_clients(&mut self, tenant: &str) -> Result<Vec<ServiceClient>, Error> {
        self.tx.fetch_all(LIST, args![tenant]).await?.iter().map(client).collect()
    }

    /// `false` when it was revoked before.
    pub async fn revoke_service_client(
        &mut self,
        tenant: &str,
        id: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(REVOKE, args![tenant, id, at]).await? == 1)
    }

    pub async fn touch_service_client(&mut self, tenant: &str, id: &str, at: Timestamp) -> Result<(), Error> {
        self.tx.execute(TOUCH, args![tenant, id, at]).await?;
        Ok(())
    }
}

fn client(row: &Row) -> Result<ServiceClient, Error> {
    let columns = Columns { table: "service_clients", row };
    let scopes = columns.parsed("scopes", |text| text.split_whitespace().map(Scope::parse).collect())?;
    Ok(ServiceClient {
        id: row.text("id")?,
        name: row.text("name")?,
        scopes,
        created_by: row.text("created_by")?,
        created_at: row.time("created_at")?,
        last_used_at: row.opt_time("last_used_at")?,
        revoked_at: row.opt_time("revoked_at")?,
    })
}
