//! The passkeys with which a person signs in for credentials: seen and taken away by an officer.

use issuance::Actor;
use issuance::audit::Act;
use store_issuer::PersonPasskey;

use super::{DirectoryError, Issuer, Tenant};

impl Issuer {
    pub async fn passkeys_of(
        &self,
        tenant: &Tenant,
        subject_id: &str,
    ) -> Result<Vec<PersonPasskey>, store_issuer::Error> {
        self.store.read().await?.list_person_passkeys(&tenant.id, subject_id).await
    }

    /// From then on nobody signs in with it. What was fetched with it stays: after a lost phone an offer that says so
    /// suspends that. Repeating it changes nothing.
    pub async fn remove_passkey(
        &self,
        by: &Actor,
        subject_id: &str,
        credential_id: &[u8],
    ) -> Result<(), DirectoryError> {
        sql::retry(|| async {
            let mut tx = self.store.write("remove_passkey").await?;
            if tx.find_subject(&by.tenant, subject_id).await?.is_none() {
                return Err(DirectoryError::Unknown);
            }
            if !tx.delete_person_passkey(&by.tenant, subject_id, credential_id).await? {
                return Ok(());
            }
            let act = Act { action: "person.passkey-end", target: subject_id, detail: "" };
            tx.audit(by, act, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }
}
