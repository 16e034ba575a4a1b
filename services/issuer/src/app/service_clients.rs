//! Machines that act for an organisation: made and ended by an administrator, known by a bearer token.

use chrono::Duration;
use issuance::audit::Act;
use issuance::{Actor, Scope, fingerprint};
use store_issuer::ServiceClient;

use super::{Issuer, Tenant};

const LONGEST_NAME: usize = 80;
const MOST_CLIENTS: usize = 50;
/// The last use is written down this often.
const TOUCH_MINUTES: i64 = 10;

#[derive(Debug, thiserror::Error)]
pub enum ServiceClientError {
    #[error("a name has one to {LONGEST_NAME} characters on one line")]
    Name,
    #[error("choose what the client may do")]
    NoScope,
    #[error("{MOST_CLIENTS} clients are enough; end one that is not used")]
    TooMany,
    #[error("there is no such client here")]
    Unknown,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// Makes a client and answers with its token, which is not kept.
    pub async fn create_service_client(
        &self,
        by: &Actor,
        name: &str,
        scopes: &[Scope],
    ) -> Result<String, ServiceClientError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(ServiceClientError::Name);
        }
        if scopes.is_empty() {
            return Err(ServiceClientError::NoScope);
        }
        let token = self.new_token();
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("create_service_client").await?;
            let living = tx.list_service_clients(&by.tenant).await?;
            if living.iter().filter(|client| client.revoked_at.is_none()).count() >= MOST_CLIENTS {
                return Err(ServiceClientError::TooMany);
            }
            let client = ServiceClient {
                id: self.new_id(),
                name: name.to_owned(),
                scopes: scopes.to_vec(),
                created_by: by.officer.clone(),
                created_at: now,
                last_used_at: None,
                revoked_at: None,
            };
            tx.insert_service_client(&by.tenant, &client, &fingerprint(&token)).await?;
            let detail: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            let act = Act { action: "client.create", target: &client.id, detail: &detail.join(" ") };
            tx.audit(by, act, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await?;
        Ok(token)
    }

    /// From the next request on the token is worth nothing. Repeating it changes nothing.
    pub async fn revoke_service_client(&self, by: &Actor, id: &str) -> Result<(), ServiceClientError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("revoke_service_client").await?;
            if tx.find_service_client(&by.tenant, id).await?.is_none() {
                return Err(ServiceClientError::Unknown);
            }
            if tx.revoke_service_client(&by.tenant, id, now).await? {
                tx.audit(by, Act { action: "client.revoke", target: id, detail: "" }, now).await?;
            }
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    pub async fn list_service_clients(
        &self,
        tenant: &str,
    ) -> Result<Vec<ServiceClient>, store_issuer::Error> {
        self.store.read().await?.list_service_clients(tenant).await
    }

    /// The client of a token, if it may do that. An unknown token is a guess and counted as one; a known one without the right
    /// is not, so that a machine that asks for too much does not slow down its organisation.
    pub(super) async fn service_client(
        &self,
        tenant: &Tenant,
        token: Option<&str>,
        scope: Scope,
    ) -> Result<Option<Actor>, store_issuer::Error> {
        let Some(token) = token else { return Ok(None) };
        let found = self.store.read().await?.find_client_by_token(&tenant.id, &fingerprint(token)).await?;
        let Some(client) = found else {
            self.note_refusal(tenant, "client-token").await;
            return Ok(None);
        };
        if !client.scopes.contains(&scope) {
            return Ok(None);
        }
        let now = self.now();
        if client.last_used_at.is_none_or(|last| now - last >= Duration::minutes(TOUCH_MINUTES)) {
            sql::retry(|| async {
                let mut tx = self.store.write("touch_service_client").await?;
                tx.touch_service_client(&tenant.id, &client.id, now).await?;
                tx.commit().await
            })
            .await?;
        }
        Ok(Some(Actor::client(&tenant.id, &client.id)))
    }
}
