//! The passkeys of persons, as an officer looks after them.

use issuance::Timestamp;
use sql::{Migration, args};

use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 733,
    name: "passkeys used",
    sql: include_str!("migrations/0733_passkeys_used.sql"),
}];

/// One passkey, without what is needed to check it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonPasskey {
    pub credential_id: Vec<u8>,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

const LIST: &str = "SELECT credential_id, created_at, last_used_at FROM person_passkeys
    WHERE tenant = $1 AND subject_id = $2 ORDER BY created_at, credential_id";
const USE: &str = "UPDATE person_passkeys SET last_used_at = $3 WHERE tenant = $1 AND credential_id = $2";
const DELETE: &str =
    "DELETE FROM person_passkeys WHERE tenant = $1 AND subject_id = $2 AND credential_id = $3";

impl Transaction {
    /// Oldest first.
    pub async fn list_person_passkeys(
        &mut self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Vec<PersonPasskey>, Error> {
        let rows = self.tx.fetch_all(LIST, args![tenant, subject_id]).await?;
        let passkeys = rows.iter().map(|row| {
            Ok(PersonPasskey {
                credential_id: row.blob("credential_id")?,
                created_at: row.time("created_at")?,
                last_used_at: row.opt_time("last_used_at")?,
            })
        });
        passkeys.collect()
    }

    pub async fn use_person_passkey(
        &mut self,
        tenant: &str,
        credential_id: &[u8],
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(USE, args![tenant, credential_id, now]).await?)
    }

    /// False when the person has no such passkey.
    pub async fn delete_person_passkey(
        &mut self,
        tenant: &str,
        subject_id: &str,
        credential_id: &[u8],
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(DELETE, args![tenant, subject_id, credential_id]).await? == 1)
    }
}
