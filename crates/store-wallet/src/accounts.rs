//! Accounts, their passkeys and the public keys of their devices.

use clock::Timestamp;
use holding::account::{DeviceKey, Passkey};
use sql::{Error, Row, args};

use crate::Tx;

/// An account as stored: the data key is sealed under the service's sealing key.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: String,
    pub data_key: Vec<u8>,
    pub created_at: Timestamp,
}

impl Tx {
    pub async fn insert_account(&mut self, account: &Account) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO accounts (id, data_key, created_at) VALUES ($1, $2, $3)";
        self.0.execute_one(SQL, args![&account.id, account.data_key.as_slice(), account.created_at]).await
    }

    pub async fn find_account(&mut self, id: &str) -> Result<Option<Account>, Error> {
        const SQL: &str = "SELECT id, data_key, created_at FROM accounts WHERE id = $1";
        let row = self.0.fetch_optional(SQL, args![id]).await?;
        row.map(|row| {
            Ok(Account {
                id: row.text("id")?,
                data_key: row.blob("data_key")?,
                created_at: row.time("created_at")?,
            })
        })
        .transpose()
    }

    pub async fn set_language(&mut self, account: &str, code: &str) -> Result<(), Error> {
        const SQL: &str = "UPDATE accounts SET language = $2 WHERE id = $1";
        self.0.execute(SQL, args![account, code]).await.map(|_| ())
    }

    pub async fn find_language(&mut self, account: &str) -> Result<Option<String>, Error> {
        const SQL: &str = "SELECT language FROM accounts WHERE id = $1";
        let row = self.0.fetch_optional(SQL, args![account]).await?;
        row.map_or(Ok(None), |row| row.opt_text("language"))
    }

    /// Forgets a person: the data key first overwritten, then every row that belonged to it.
    pub async fn delete_account(&mut self, id: &str) -> Result<(), Error> {
        const STEPS: [&str; 19] = [
            "DELETE FROM activities WHERE account_id = $1",
            "DELETE FROM sharings WHERE account_id = $1",
            "DELETE FROM existences WHERE account_id = $1",
            "DELETE FROM enrolments WHERE account_id = $1",
            "DELETE FROM presentations WHERE account_id = $1",
            "DELETE FROM credentials WHERE account_id = $1",
            "DELETE FROM offers WHERE account_id = $1",
            "DELETE FROM assisted_recoveries WHERE account_id = $1",
            "DELETE FROM desk_queue WHERE account_id = $1",
            "DELETE FROM mandates WHERE account_id = $1",
            "DELETE FROM desk_keys WHERE account_id = $1",
            "DELETE FROM officers WHERE account_id = $1",
            "DELETE FROM recovery_codes WHERE account_id = $1",
            "DELETE FROM pins WHERE account_id = $1",
            "DELETE FROM device_keys WHERE account_id = $1",
            "DELETE FROM sessions WHERE account_id = $1",
            "DELETE FROM ceremonies WHERE account_id = $1",
            "DELETE FROM passkeys WHERE account_id = $1",
            "DELETE FROM accounts WHERE id = $1",
        ];
        self.0
            .execute("UPDATE accounts SET data_key = $2 WHERE id = $1", args![id, Vec::<u8>::new()])
            .await?;
        self.forget_custody(id).await?;
        for step in STEPS {
            self.0.execute(step, args![id]).await?;
        }
        Ok(())
    }

    pub async fn insert_passkey(&mut self, passkey: &Passkey) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO passkeys
            (credential_id, account_id, passkey, public_key, name, created_at, last_used_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let Passkey { credential_id, account, passkey, public_key, name, created_at, last_used_at, .. } =
            passkey;
        let values =
            args![credential_id, account, passkey, public_key.as_deref(), name, *created_at, *last_used_at,];
        self.0.execute_one(SQL, values).await
    }

    pub async fn find_passkey(&mut self, credential_id: &str) -> Result<Option<Passkey>, Error> {
        const SQL: &str =
            "SELECT credential_id, account_id, passkey, public_key, name, label, created_at, last_used_at
            FROM passkeys WHERE credential_id = $1";
        self.0.fetch_optional(SQL, args![credential_id]).await?.as_ref().map(passkey).transpose()
    }

    pub async fn list_passkeys(&mut self, account: &str) -> Result<Vec<Passkey>, Error> {
        const SQL: &str =
            "SELECT credential_id, account_id, passkey, public_key, name, label, created_at, last_used_at
            FROM passkeys WHERE account_id = $1 ORDER BY created_at, credential_id LIMIT 100";
        self.0.fetch_all(SQL, args![account]).await?.iter().map(passkey).collect()
    }

    /// Keeps what the authenticator said of itself (its counter) and when.
    pub async fn replace_passkey(
        &mut self,
        credential_id: &str,
        state: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "UPDATE passkeys SET passkey = $2, last_used_at = $3 WHERE credential_id = $1";
        self.0.execute_one(SQL, args![credential_id, state, at]).await
    }

    /// Replaces the person's name for a passkey; false when there is no such passkey.
    pub async fn label_passkey(
        &mut self,
        account: &str,
        credential_id: &str,
        label: &[u8],
    ) -> Result<bool, Error> {
        const SQL: &str = "UPDATE passkeys SET label = $3 WHERE account_id = $1 AND credential_id = $2";
        Ok(self.0.execute(SQL, args![account, credential_id, label]).await? == 1)
    }

    pub async fn delete_passkey(&mut self, account: &str, credential_id: &str) -> Result<bool, Error> {
        const SQL: &str = "DELETE FROM passkeys WHERE account_id = $1 AND credential_id = $2";
        Ok(self.0.execute(SQL, args![account, credential_id]).await? == 1)
    }

    /// True when the key is new to the account.
    pub async fn insert_device_key(&mut self, key: &DeviceKey) -> Result<bool, Error> {
        const SQL: &str = "INSERT INTO device_keys (account_id, thumbprint, jwk, device, created_at)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, thumbprint) DO NOTHING";
        let jwk = key.jwk.to_string();
        let done = self
            .0
            .execute(SQL, args![&key.account, &key.thumbprint, jwk, &key.device, key.created_at])
            .await?;
        Ok(done == 1)
    }

    pub async fn list_device_keys(&mut self, account: &str) -> Result<Vec<DeviceKey>, Error> {
        const SQL: &str = "SELECT account_id, thumbprint, jwk, device, label, created_at, lost_at
            FROM device_keys WHERE account_id = $1 ORDER BY created_at, thumbprint LIMIT 100";
        self.0.fetch_all(SQL, args![account]).await?.iter().map(device_key).collect()
    }

    /// Replaces the person's name for a device; false when there is no such key.
    pub async fn label_device_key(
        &mut self,
        account: &str,
        thumbprint: &str,
        label: &[u8],
    ) -> Result<bool, Error> {
        const SQL: &str = "UPDATE device_keys SET label = $3 WHERE account_id = $1 AND thumbprint = $2";
        Ok(self.0.execute(SQL, args![account, thumbprint, label]).await? == 1)
    }

    pub async fn mark_device_key_lost(
        &mut self,
        account: &str,
        thumbprint: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "UPDATE device_keys SET lost_at = $3 WHERE account_id = $1 AND thumbprint = $2 AND lost_at IS NULL";
        Ok(self.0.execute(SQL, args![account, thumbprint, at]).await? == 1)
    }
}

fn passkey(row: &Row) -> Result<Passkey, Error> {
    Ok(Passkey {
        credential_id: row.text("credential_id")?,
        account: row.text("account_id")?,
        passkey: row.text("passkey")?,
        public_key: row.opt_blob("public_key")?,
        name: row.text("name")?,
        label: row.opt_blob("label")?,
        created_at: row.time("created_at")?,
        last_used_at: row.time("last_used_at")?,
    })
}

fn device_key(row: &Row) -> Result<DeviceKey, Error> {
    let jwk = serde_json::from_str(&row.text("jwk")?);
    Ok(DeviceKey {
        account: row.text("account_id")?,
        thumbprint: row.text("thumbprint")?,
        jwk: jwk.map_err(|_| Error::Column { column: "jwk", found: "text", wanted: "JSON" })?,
        device: row.text("device")?,
        label: row.opt_blob("label")?,
        created_at: row.time("created_at")?,
        lost_at: row.opt_time("lost_at")?,
    })
}
