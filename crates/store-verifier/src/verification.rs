use clock::Timestamp;
use sql::{Row, args};
use wire::verifications::State;

use crate::{StoreError, Tx};

/// One verification: a request, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    pub id: String,
    /// The client that started it, or the name of the demonstration pages.
    pub tenant: String,
    pub policy: String,
    pub purpose: String,
    pub state: State,
    /// Goes into the holder's proof; used once.
    pub nonce: String,
    /// Names the request in the wallet's answer.
    pub request_state: String,
    /// Brought back by the person's browser on the same device.
    pub response_code: String,
    pub return_url: Option<String>,
    /// SHA-256 of what the visitor's cookie holds, for verifications started on a page.
    pub page_key_hash: Option<Vec<u8>>,
    pub created: Timestamp,
    pub expires: Timestamp,
    pub answered: Option<Timestamp>,
    pub response_digest: Option<Vec<u8>>,
    /// The answer until it is checked; sealed.
    pub response_sealed: Option<Vec<u8>>,
    pub refusal: Option<String>,
    /// JSON without claims.
    pub report: Option<String>,
    /// Claims until their retention time is over; sealed.
    pub claims_sealed: Option<Vec<u8>>,
    pub claims_until: Option<Timestamp>,
}

/// A start that was made before under the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotent {
    pub request_digest: Vec<u8>,
    pub verification: String,
}

const INSERT: &str = "INSERT INTO verification
    (id, tenant, policy, purpose, state, nonce, request_state, response_code, return_url, page_key_hash,
     created_ms, expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const FIND: &str =
    "SELECT id, tenant, policy, purpose, state, nonce, request_state, response_code, return_url,
    page_key_hash, created_ms, expires_ms, answered_ms, response_digest, response_sealed, refusal, report,
    claims_sealed, claims_until_ms FROM verification WHERE id = $1";
// The nonce is consumed by the row count of this statement, and the answer is kept until it has been checked.
const RECEIVE: &str = "UPDATE verification
    SET state = 'received', answered_ms = $1, response_digest = $2, response_sealed = $3
    WHERE id = $4 AND state = 'waiting' AND expires_ms > $5";
const REFUSE: &str = "UPDATE verification
    SET state = 'refused', answered_ms = $1, response_digest = $2, refusal = $3
    WHERE id = $4 AND state = 'waiting' AND expires_ms > $5";
const COMPLETE: &str = "UPDATE verification
    SET state = 'verified', report = $1, claims_sealed = $2, claims_until_ms = $3, response_sealed = NULL
    WHERE id = $4 AND state = 'received'";
const LIST_RECEIVED: &str = "SELECT id FROM verification
    WHERE state = 'received' AND answered_ms <= $1 ORDER BY answered_ms LIMIT $2";
const EXPIRE: &str = "UPDATE verification SET state = 'expired' WHERE state = 'waiting' AND expires_ms <= $1";
const ERASE_CLAIMS: &str = "UPDATE verification SET claims_sealed = NULL, claims_until_ms = NULL
    WHERE claims_until_ms <= $1";
const COUNT_WAITING: &str =
    "SELECT COUNT(*) AS waiting FROM verification WHERE tenant = $1 AND state = 'waiting'";
const DELETE: &str = "DELETE FROM verification WHERE tenant = $1 AND created_ms <= $2";
const FIND_KEY: &str = "SELECT request_digest, verification FROM idempotency
    WHERE tenant = $1 AND idempotency_key = $2";
const INSERT_KEY: &str = "INSERT INTO idempotency
    (tenant, idempotency_key, request_digest, verification, created_ms) VALUES ($1, $2, $3, $4, $5)";
const DELETE_KEYS: &str = "DELETE FROM idempotency WHERE created_ms <= $1";

impl Tx {
    /// Stores a new request; it must be waiting.
    pub async fn insert_verification(&mut self, new: &Verification) -> Result<(), StoreError> {
        let args = args![
            new.id.clone(),
            new.tenant.clone(),
            new.policy.clone(),
            new.purpose.clone(),
            State::Waiting.as_str(),
            new.nonce.clone(),
            new.request_state.clone(),
            new.response_code.clone(),
            new.return_url.clone(),
            new.page_key_hash.clone(),
            new.created,
            new.expires
        ];
        self.0.execute_one(INSERT, args).await?;
        Ok(())
    }

    pub async fn find_verification(&mut self, id: &str) -> Result<Option<Verification>, StoreError> {
        self.0.fetch_optional(FIND, args![id]).await?.map(|row| verification(&row)).transpose()
    }

    /// Takes the first answer in time. False when there was one before, or it came too late.
    pub async fn receive_response(
        &mut self,
        id: &str,
        digest: &[u8],
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.0.execute(RECEIVE, args![now, digest, sealed, id, now]).await? == 1)
    }

    /// Takes a refusal, under the same condition.
    pub async fn refuse(
        &mut self,
        id: &str,
        digest: &[u8],
        code: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.0.execute(REFUSE, args![now, digest, code, id, now]).await? == 1)
    }

    /// Stores the report and forgets the answer. False when somebody else did.
    pub async fn complete(
        &mut self,
        id: &str,
        report: &str,
        claims: Option<(Vec<u8>, Timestamp)>,
    ) -> Result<bool, StoreError> {
        let (claims, until) = claims.unzip();
        Ok(self.0.execute(COMPLETE, args![report, claims, until, id]).await? == 1)
    }

    /// Answers that came before that time and have no report: a crash cut their check off.
    pub async fn list_received(&mut self, before: Timestamp, limit: u32) -> Result<Vec<String>, StoreError> {
        let rows = self.0.fetch_all(LIST_RECEIVED, args![before, limit]).await?;
        rows.iter().map(|row| Ok(row.text("id")?)).collect()
    }

    pub async fn expire(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.0.execute(EXPIRE, args![now]).await?)
    }

    /// Erases claims whose retention time is over.
    pub async fn erase_claims(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.0.execute(ERASE_CLAIMS, args![now]).await?)
    }

    /// Requests of a tenant that nobody has answered yet.
    pub async fn count_waiting(&mut self, tenant: &str) -> Result<i64, StoreError> {
        let row = self.0.fetch_optional(COUNT_WAITING, args![tenant]).await?;
        Ok(row.map(|row| row.int("waiting")).transpose()?.unwrap_or(0))
    }

    /// Deletes what a tenant started up to then.
    pub async fn delete_verifications(&mut self, tenant: &str, until: Timestamp) -> Result<u64, StoreError> {
        self.delete_wallet_requests(tenant, until).await?;
        Ok(self.0.execute(DELETE, args![tenant, until]).await?)
    }

    pub async fn find_idempotency_key(
        &mut self,
        tenant: &str,
        key: &str,
    ) -> Result<Option<Idempotent>, StoreError> {
        let Some(row) = self.0.fetch_optional(FIND_KEY, args![tenant, key]).await? else { return Ok(None) };
        Ok(Some(Idempotent {
            request_digest: row.blob("request_digest")?,
            verification: row.text("verification")?,
        }))
    }

    /// A conflict means that another request with the same key came first.
    pub async fn insert_idempotency_key(
        &mut self,
        tenant: &str,
        key: &str,
        made: &Idempotent,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let args = args![tenant, key, made.request_digest.clone(), made.verification.clone(), now];
        self.0.execute_one(INSERT_KEY, args).await?;
        Ok(())
    }

    pub async fn delete_idempotency_keys(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        Ok(self.0.execute(DELETE_KEYS, args![before]).await?)
    }
}

fn verification(row: &Row) -> Result<Verification, StoreError> {
    let state = row.text("state")?;
    let impossible = StoreError::Impossible { table: "verification", column: "state" };
    Ok(Verification {
        id: row.text("id")?,
        tenant: row.text("tenant")?,
        policy: row.text("policy")?,
        purpose: row.text("purpose")?,
        state: State::parse(&state).ok_or(impossible)?,
        nonce: row.text("nonce")?,
        request_state: row.text("request_state")?,
        response_code: row.text("response_code")?,
        return_url: row.opt_text("return_url")?,
        page_key_hash: row.opt_blob("page_key_hash")?,
        created: row.time("created_ms")?,
        expires: row.time("expires_ms")?,
        answered: row.opt_time("answered_ms")?,
        response_digest: row.opt_blob("response_digest")?,
        response_sealed: row.opt_blob("response_sealed")?,
        refusal: row.opt_text("refusal")?,
        report: row.opt_text("report")?,
        claims_sealed: row.opt_blob("claims_sealed")?,
        claims_until: row.opt_time("claims_until_ms")?,
    })
}
