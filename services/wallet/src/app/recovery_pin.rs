//! The ways back for a phone with neither passkey nor screen lock: the printed code, or two officers, and then a PIN with the key of
//! the new device. What a PIN is worth stays what it is ([`Assurance::Pin`]).

use holding::account::{DeviceKey, device_public_key};
use holding::activity::Activity;
use holding::assisted::AssistedPin;
use holding::assurance::Assurance;
use holding::pin::{Pin, PinAccess};
use holding::recovery::RecoveryCode;
use serde_json::{Value, json};

use super::Wallet;
use super::accounts::AccountError;
use super::assisted::{AssistedError, Help};
use super::fault::Fault;
use super::pins::{PinAnswer, PinError, PinStart, turn};
use super::sessions::{CeremonyKind, NewSession};

/// Why nobody comes back by a PIN.
#[derive(Debug, thiserror::Error)]
pub enum ReturnError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Assisted(#[from] AssistedError),
    #[error(transparent)]
    Pin(#[from] PinError),
}

impl From<Fault> for ReturnError {
    fn from(fault: Fault) -> Self {
        AccountError::from(fault).into()
    }
}

impl From<sql::Error> for ReturnError {
    fn from(error: sql::Error) -> Self {
        Fault::from(error).into()
    }
}

/// A PIN that was proven together with the key that it goes with, and is not yet anybody's way in.
struct Made {
    account: String,
    jwk: Value,
    access: PinAccess,
}

impl Wallet {
    /// A challenge for the key of the new device. The code is not used up by this: people lay the phone aside.
    pub async fn start_recovery_by_pin(&self, code: &str, jwk: &Value) -> Result<PinStart, ReturnError> {
        let (_, account) = self.owner_of(code).await?;
        self.start_return(CeremonyKind::PinRecovery, &account, jwk).await
    }

    /// Takes the code and adds key and PIN, all or nothing. All sessions end, and every PIN from before.
    pub async fn recover_by_pin(
        &self,
        code: &str,
        answer: PinAnswer<'_>,
        device: &str,
    ) -> Result<NewSession, ReturnError> {
        let (code, account) = self.owner_of(code).await?;
        let made = self.returned(CeremonyKind::PinRecovery, &answer).await?;
        if made.account != account {
            return Err(PinError::Ceremony.into());
        }
        let key = self.data_key(&account).await?.ok_or(AccountError::RecoveryCode)?;
        let entries = [
            self.entry(&key, &Activity::Recovered { device: device.to_owned() })?,
            self.entry(&key, &Activity::DeviceKeyAdded { device: device.to_owned() })?,
            self.entry(&key, &Activity::PinAdded { device: device.to_owned() })?,
        ];
        let (session, token) = self.new_session(&account, device, Assurance::Pin);
        let mut tx = self.store.write("recover_by_pin").await?;
        if !tx.consume_recovery_code(&account, &code.fingerprint()).await? {
            return Err(AccountError::RecoveryCode.into());
        }
        tx.delete_sessions(&account).await?;
        tx.delete_pins(&account).await?;
        self.leave_custody(&mut tx, &account, &key).await?;
        self.enter_by_pin(&mut tx, made.jwk, &made.access, device).await?;
        tx.insert_session(&session).await?;
        for entry in &entries {
            tx.insert_entry(&account, entry).await?;
        }
        tx.commit().await?;
        self.wake.notify_one();
        Ok(NewSession { token, account })
    }

    /// A challenge for the key of the device on which somebody asks two officers for help, by the number of the wallet.
    pub async fn start_assisted_by_pin(&self, number: &str, jwk: &Value) -> Result<PinStart, ReturnError> {
        let account = self.account_of_number(number).await?;
        self.start_return(CeremonyKind::PinAssisted, &account, jwk).await
    }

    /// Asks for help, with a PIN that opens nothing yet.
    pub async fn ask_for_help_by_pin(
        &self,
        answer: PinAnswer<'_>,
        device: &str,
    ) -> Result<(Help, RecoveryCode), ReturnError> {
        let Made { account, jwk, access } = self.returned(CeremonyKind::PinAssisted, &answer).await?;
        let pin = AssistedPin { jwk, thumbprint: access.thumbprint, sealed: access.sealed };
        Ok(self.ask(&account, super::assisted::asked_by_pin(pin, device, self.now())).await?)
    }

    /// Adds a key and its PIN to an account, where that is written which lets the person in.
    pub(super) async fn enter_by_pin(
        &self,
        tx: &mut store_wallet::Tx,
        jwk: Value,
        access: &PinAccess,
        device: &str,
    ) -> Result<(), Fault> {
        let key = DeviceKey {
            account: access.account.clone(),
            thumbprint: access.thumbprint.clone(),
            jwk,
            device: device.to_owned(),
            label: None,
            created_at: self.now(),
            lost_at: None,
        };
        tx.insert_device_key(&key).await?;
        tx.insert_pin(access).await?;
        Ok(())
    }

    async fn start_return(
        &self,
        kind: CeremonyKind,
        account: &str,
        jwk: &Value,
    ) -> Result<PinStart, ReturnError> {
        let key = device_public_key(jwk).map_err(PinError::from)?;
        // A key that opens a wallet already cannot open a second one.
        if self.store.read().await?.find_pin(&key.jwk_thumbprint()).await?.is_some() {
            return Err(PinError::Taken.into());
        }
        let state = json!({ "account": account, "jwk": key.to_jwk() }).to_string();
        Ok(self.begin_pin(kind, account, state).await?)
    }

    /// The signature first, then the PIN is chosen and stretched.
    async fn returned(&self, kind: CeremonyKind, answer: &PinAnswer<'_>) -> Result<Made, ReturnError> {
        let ceremony = self.take_challenge(kind, answer.challenge).await?.ok_or(PinError::Ceremony)?;
        let mut state: Value = serde_json::from_str(&ceremony.state).map_err(PinError::from)?;
        let jwk = state.get_mut("jwk").map(Value::take).unwrap_or_default();
        let public = device_public_key(&jwk).map_err(PinError::from)?;
        self.check_signature(&public, kind, answer)?;
        let pin = Pin::choose(answer.pin).map_err(PinError::from)?;
        let access = self.make_pin(&ceremony.account, &public.jwk_thumbprint(), pin, turn().await?).await?;
        Ok(Made { account: ceremony.account, jwk, access })
    }
}
