use clock::Timestamp;
use sql::args;

use crate::{StoreError, Tx};

/// How a wallet is asked in one verification: fixed when it is started, so that a change of the configuration changes no
/// request that is on its way. Verifications older than this table have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletRequest {
    pub verification: String,
    /// Name of the request profile.
    pub profile: String,
    /// With its prefix; the audience of every presentation in the answer.
    pub client_id: String,
    /// Seed of the key to which the answer is encrypted, sealed; forgotten as soon as nothing needs it any more.
    pub key_sealed: Option<Vec<u8>>,
    /// JSON array of the strings of `transaction_data`, as they are sent.
    pub transaction_data: Option<String>,
    pub expires: Timestamp,
}

const INSERT: &str = "INSERT INTO wallet_request
    (verification, profile, client_id, key_sealed, transaction_data, expires_ms)
    VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT verification, profile, client_id, key_sealed, transaction_data, expires_ms
    FROM wallet_request WHERE verification = $1";
const FORGET: &str = "UPDATE wallet_request SET key_sealed = NULL WHERE verification = $1";
const FORGET_LATE: &str = "UPDATE wallet_request SET key_sealed = NULL
    WHERE expires_ms <= $1 AND key_sealed IS NOT NULL";
const DELETE: &str = "DELETE FROM wallet_request WHERE verification IN
    (SELECT id FROM verification WHERE tenant = $1 AND created_ms <= $2)";

impl Tx {
    pub async fn insert_wallet_request(&mut self, new: &WalletRequest) -> Result<(), StoreError> {
        let args = args![
            new.verification.clone(),
            new.profile.clone(),
            new.client_id.clone(),
            new.key_sealed.clone(),
            new.transaction_data.clone(),
            new.expires
        ];
        self.0.execute_one(INSERT, args).await?;
        Ok(())
    }

    pub async fn find_wallet_request(&mut self, id: &str) -> Result<Option<WalletRequest>, StoreError> {
        let Some(row) = self.0.fetch_optional(FIND, args![id]).await? else { return Ok(None) };
        Ok(Some(WalletRequest {
            verification: row.text("verification")?,
            profile: row.text("profile")?,
            client_id: row.text("client_id")?,
            key_sealed: row.opt_blob("key_sealed")?,
            transaction_data: row.opt_text("transaction_data")?,
            expires: row.time("expires_ms")?,
        }))
    }

    /// Once an answer is taken nobody can read a copy of it any more, not even with the sealing key.
    pub async fn forget_response_key(&mut self, id: &str) -> Result<(), StoreError> {
        self.0.execute(FORGET, args![id]).await?;
        Ok(())
    }

    /// The same for requests that nobody answered in time.
    pub async fn forget_late_response_keys(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.0.execute(FORGET_LATE, args![now]).await?)
    }

    /// Before the verifications themselves are deleted.
    pub(crate) async fn delete_wallet_requests(
        &mut self,
        tenant: &str,
        until: Timestamp,
    ) -> Result<u64, StoreError> {
        Ok(self.0.execute(DELETE, args![tenant, until]).await?)
    }
}
