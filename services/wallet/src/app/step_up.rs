//! A fresh proof of the person before what an open session alone does not suffice for ([`Act`]).

use holding::account::StepUp;
use holding::assurance::{Act, Assurance};
use serde_json::Value;

use super::accounts::AccountError;
use super::fault::Fault;
use super::sessions::CeremonyKind;
use super::{Person, Wallet};

impl Wallet {
    /// The best way in that an account has.
    pub(super) async fn strongest(&self, account: &str) -> Result<Assurance, Fault> {
        let mut tx = self.store.read().await?;
        let none =
            tx.list_passkeys(account).await?.is_empty() && tx.list_desk_keys(account).await?.is_empty();
        Ok(if none { Assurance::Pin } else { Assurance::Passkey })
    }

    /// Lets an act through, or says what is missing. The inner result is the person's to mend.
    pub(super) async fn may(&self, person: &Person, act: Act) -> Result<Result<(), StepUp>, Fault> {
        let strongest = self.strongest(&person.account).await?;
        Ok(person.session.may(act, strongest, self.now()))
    }

    pub(super) async fn require(&self, person: &Person, act: Act) -> Result<(), AccountError> {
        Ok(self.may(person, act).await??)
    }

    /// Options for one of the account's own passkeys.
    pub async fn start_step_up(&self, person: &Person) -> Result<Value, AccountError> {
        let passkeys = self.passkey_states(&person.account).await?;
        if passkeys.is_empty() {
            return Err(AccountError::NoPasskey);
        }
        let (options, state) = self.passkeys.start_login(&passkeys).map_err(Fault::Passkey)?;
        self.begin(CeremonyKind::StepUp, &person.account, &options, state).await?;
        Ok(options)
    }

    /// Marks this session as proven now; no other one, and no new one.
    pub async fn step_up(&self, person: &Person, response: &Value) -> Result<(), AccountError> {
        let ceremony = self.take(CeremonyKind::StepUp, response).await?;
        if ceremony.account != person.account {
            return Err(AccountError::Ceremony);
        }
        let passkeys = self.passkey_states(&person.account).await?;
        let proven = self
            .passkeys
            .finish_login(&ceremony.state, response, &passkeys)
            .map_err(AccountError::Passkey)?;
        let now = self.now();
        let mut tx = self.store.write("step_up").await?;
        if let Some(state) = proven.updated_json {
            tx.replace_passkey(&super::accounts::encode(&proven.credential_id), &state, now).await?;
        }
        if !tx.verify_session(&person.session.token_hash, Assurance::Passkey, now).await? {
            return Err(AccountError::Unknown);
        }
        tx.commit().await?;
        Ok(())
    }

    async fn passkey_states(&self, account: &str) -> Result<Vec<String>, Fault> {
        let passkeys = self.store.read().await?.list_passkeys(account).await?;
        Ok(passkeys.into_iter().map(|one| one.passkey).collect())
    }
}
