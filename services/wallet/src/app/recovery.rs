//! The printed recovery code: made with a fresh proof of the person, shown once, used once.
//!
//! It brings back the wallet and no more: a credential that is bound to a lost device's key stays of no use until its issuer
//! gives it anew, and whether a new key may make the yearly proof is for the Fund to say.

use holding::account::Passkey;
use holding::activity::Activity;
use holding::assurance::{Act, Assurance};
use holding::recovery::RecoveryCode;
use serde_json::Value;

use super::accounts::AccountError;
use super::fault::Fault;
use super::sessions::{CeremonyKind, NewSession};
use super::{Person, Wallet};

impl Wallet {
    /// Makes the account's code. An earlier one is of no use from then on.
    pub async fn make_recovery_code(&self, person: &Person) -> Result<RecoveryCode, AccountError> {
        self.require(person, Act::ChangeWaysIn).await?;
        let code = RecoveryCode::generate(self.entropy.as_ref());
        let entry = self.entry_by(person, &Activity::RecoveryCodeMade)?;
        let mut tx = self.store.write("make_recovery_code").await?;
        tx.replace_recovery_code(&person.account, &code.fingerprint(), self.now()).await?;
        tx.insert_entry(&person.account, &entry).await?;
        tx.commit().await?;
        Ok(code)
    }

    /// Makes a code that was lost, or seen by others, of no use.
    pub async fn remove_recovery_code(&self, person: &Person) -> Result<(), AccountError> {
        self.require(person, Act::ChangeWaysIn).await?;
        let mut tx = self.store.write("remove_recovery_code").await?;
        if !tx.delete_recovery_code(&person.account).await? {
            return Err(AccountError::Unknown);
        }
        Ok(tx.commit().await?)
    }

    /// Options for the passkey with which the account will be entered again. The code is not used up by this: people lay the
    /// phone aside.
    pub async fn start_recovery(&self, code: &str) -> Result<Value, AccountError> {
        let (_, account) = self.owner_of(code).await?;
        let known = self.store.read().await?.list_passkeys(&account).await?;
        self.registration_options(CeremonyKind::Recovery, &account, &known).await
    }

    /// Takes the code and adds the passkey, both or neither. All sessions end, and every PIN: whoever had those may have had
    /// the lost phone.
    pub async fn recover(
        &self,
        code: &str,
        response: &Value,
        device: &str,
    ) -> Result<NewSession, AccountError> {
        let (code, account) = self.owner_of(code).await?;
        let ceremony = self.take(CeremonyKind::Recovery, response).await?;
        if ceremony.account != account {
            return Err(AccountError::Ceremony);
        }
        let passkey: Passkey = self.registered(&ceremony, response, device)?;
        let key = self.data_key(&account).await?.ok_or(AccountError::RecoveryCode)?;
        let entry = self.entry(&key, &Activity::Recovered { device: device.to_owned() })?;
        let (session, token) = self.new_session(&account, device, Assurance::Passkey);
        let mut tx = self.store.write("recover").await?;
        if !tx.consume_recovery_code(&account, &code.fingerprint()).await? {
            return Err(AccountError::RecoveryCode);
        }
        match tx.insert_passkey(&passkey).await {
            Err(error) if error.is_conflict() => return Err(AccountError::Registered),
            other => other?,
        }
        tx.delete_sessions(&account).await?;
        tx.delete_pins(&account).await?;
        self.leave_custody(&mut tx, &account, &key).await?;
        tx.insert_session(&session).await?;
        tx.insert_entry(&account, &entry).await?;
        tx.commit().await?;
        self.forget_deleted().await;
        self.wake.notify_one();
        Ok(NewSession { token, account })
    }

    pub(super) async fn owner_of(&self, code: &str) -> Result<(RecoveryCode, String), AccountError> {
        let code = RecoveryCode::parse(code).ok_or(AccountError::RecoveryCode)?;
        let owner = self.store.read().await?.find_recovery_code(&code.fingerprint()).await;
        let owner = owner.map_err(Fault::from)?.ok_or(AccountError::RecoveryCode)?;
        Ok((code, owner))
    }
}
