//! Accounts: passkeys, device keys, and leaving for good.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Timestamp;
use holding::account::{
    DeviceKey, DeviceKeyFault, MAX_DEVICE_KEYS, MAX_PASSKEYS, Passkey, Session, StepUp, device_public_key,
    label,
};
use holding::activity::Activity;
use holding::assurance::{Act, Assurance};
use holding::pin::PinAccess;
use holding::vault::{DataKey, Purpose};
use serde_json::Value;
use store_wallet::accounts::Account;
use store_wallet::sessions::Ceremony;
use web::passkey::{PasskeyError, Uuid};

use super::custody::away_from_desk;
use super::fault::Fault;
use super::sessions::{CeremonyKind, NewSession};
use super::{Person, Wallet};

/// Why an account cannot be entered or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the passkey ceremony is over or was never begun")]
    Ceremony,
    #[error("the passkey was not accepted")]
    Passkey(#[source] PasskeyError),
    #[error("this passkey is registered already")]
    Registered,
    #[error("the account holds as many passkeys as it may")]
    TooManyPasskeys,
    #[error("the last passkey cannot be removed")]
    LastPasskey,
    /// Its PIN is all that opens the account.
    #[error("the only way in goes with this device")]
    OnlyWayIn,
    /// It would leave something of the person's on the officer's device.
    #[error("this is not done at a desk")]
    AtDesk,
    #[error("the account is an officer's already")]
    AlreadyOfficer,
    #[error("there is no such passkey, session or key")]
    Unknown,
    #[error(transparent)]
    StepUp(#[from] StepUp),
    #[error("this recovery code opens no wallet")]
    RecoveryCode,
    #[error("the account has no passkey")]
    NoPasskey,
    #[error("the person has no card or key for desks")]
    NoDeskKey,
    #[error("nothing is left of this name that could be shown")]
    EmptyName,
    #[error(transparent)]
    DeviceKey(#[from] DeviceKeyFault),
}

/// What a person sees of their account.
pub struct AccountOverview {
    pub account: Account,
    pub passkeys: Vec<Named<Passkey>>,
    pub device_keys: Vec<Named<DeviceKey>>,
    pub pins: Vec<PinAccess>,
    pub recovery_code_made: Option<Timestamp>,
    pub sessions: Vec<Session>,
}

/// Something of a person's, under the name they gave it, or else under that of the device.
pub struct Named<T> {
    pub name: String,
    pub thing: T,
}

impl Wallet {
    /// Options for a new account, or for a further passkey of the person who is signed in.
    pub async fn start_registration(&self, person: Option<&Person>) -> Result<Value, AccountError> {
        let (account, known) = match person {
            Some(person) => {
                away_from_desk(person)?;
                self.require(person, Act::ChangeWaysIn).await?;
                let known = self.store.read().await?.list_passkeys(&person.account).await?;
                if known.len() >= MAX_PASSKEYS {
                    return Err(AccountError::TooManyPasskeys);
                }
                (person.account.clone(), known)
            }
            None => (self.new_account_id(), Vec::new()),
        };
        self.registration_options(CeremonyKind::Registration, &account, &known).await
    }

    /// Who is let in again is not held up by how many passkeys there are: those may all be lost, and a stranger who knows the
    /// number of a wallet must not learn it.
    pub(super) async fn registration_options(
        &self,
        kind: CeremonyKind,
        account: &str,
        known: &[Passkey],
    ) -> Result<Value, AccountError> {
        let user = Uuid::parse_str(account).map_err(|_| AccountError::Unknown)?;
        let exclude: Vec<Vec<u8>> =
            known.iter().filter_map(|passkey| decode(&passkey.credential_id)).collect();
        // The name is all a person sees in the phone's list of passkeys. It holds nothing personal, and the
        // day tells two wallets apart.
        let name = format!("Passerelle wallet, {}", self.now().format("%-d %B %Y"));
        let (options, state) =
            self.passkeys.start_registration(user, &name, &exclude).map_err(Fault::Passkey)?;
        self.begin(kind, account, &options, state).await?;
        Ok(options)
    }

    /// Makes the account with its first passkey and signs in; or adds a passkey to the account that is
    /// signed in, without a new session.
    pub async fn register(
        &self,
        response: &Value,
        person: Option<&Person>,
        device: &str,
    ) -> Result<Option<NewSession>, AccountError> {
        let ceremony = self.take(CeremonyKind::Registration, response).await?;
        if person.is_some_and(|person| person.account != ceremony.account) {
            return Err(AccountError::Ceremony);
        }
        let passkey = self.registered(&ceremony, response, device)?;
        let now = self.now();
        let mut tx = self.store.write("register").await?;
        let exists = tx.find_account(&ceremony.account).await?.is_some();
        // Without a session the ceremony makes an account; a ceremony begun while signed in must end so.
        if exists != person.is_some() {
            return Err(AccountError::Ceremony);
        }
        let mut session = None;
        if let Some(person) = person {
            away_from_desk(person)?;
            if tx.list_passkeys(&person.account).await?.len() >= MAX_PASSKEYS {
                return Err(AccountError::TooManyPasskeys);
            }
            let entry = self.entry_by(person, &Activity::PasskeyAdded { name: device.to_owned() })?;
            tx.insert_entry(&person.account, &entry).await?;
        } else {
            let (_, data_key) =
                DataKey::generate(&self.sealing_key, &ceremony.account, self.entropy.as_ref());
            let account = Account { id: ceremony.account.clone(), data_key, created_at: now };
            tx.insert_account(&account).await?;
            let (new, token) = self.new_session(&account.id, device, Assurance::Passkey);
            tx.insert_session(&new).await?;
            session = Some(NewSession { token, account: account.id });
        }
        match tx.insert_passkey(&passkey).await {
            Err(error) if error.is_conflict() => return Err(AccountError::Registered),
            other => other?,
        }
        tx.commit().await?;
        Ok(session)
    }

    /// The passkey that a browser made in answer to a ceremony.
    pub(super) fn registered(
        &self,
        ceremony: &Ceremony,
        response: &Value,
        device: &str,
    ) -> Result<Passkey, AccountError> {
        let registered =
            self.passkeys.finish_registration(&ceremony.state, response).map_err(AccountError::Passkey)?;
        let now = self.now();
        Ok(Passkey {
            credential_id: encode(&registered.credential_id),
            account: ceremony.account.clone(),
            passkey: registered.json,
            public_key: registered.public_key_cose,
            name: device.to_owned(),
            label: None,
            created_at: now,
            last_used_at: now,
        })
    }

    pub async fn account(&self, account: &str) -> Result<AccountOverview, AccountError> {
        let mut tx = self.store.read().await?;
        let now = self.now();
        let mut sessions = tx.list_sessions(account).await?;
        sessions.retain(|session| session.is_live(now));
        let pins = tx.list_pins(account).await?;
        let recovery_code_made = tx.find_recovery_made(account).await?;
        let (passkeys, device_keys) = (tx.list_passkeys(account).await?, tx.list_device_keys(account).await?);
        let account = tx.find_account(account).await?.ok_or(AccountError::Unknown)?;
        let key = DataKey::open(&self.sealing_key, &account.id, &account.data_key).map_err(Fault::from)?;
        Ok(AccountOverview {
            account,
            passkeys: passkeys.into_iter().map(|one| name_passkey(&key, one)).collect::<Result<_, _>>()?,
            device_keys: device_keys
                .into_iter()
                .map(|one| name_device(&key, one))
                .collect::<Result<_, _>>()?,
            pins,
            recovery_code_made,
            sessions,
        })
    }

    /// Gives a passkey the person's own name for it.
    pub async fn name_passkey(&self, person: &Person, id: &str, name: &str) -> Result<(), AccountError> {
        let sealed = self.seal_label(person, id, name)?;
        let mut tx = self.store.write("name_passkey").await?;
        if !tx.label_passkey(&person.account, id, &sealed).await? {
            return Err(AccountError::Unknown);
        }
        Ok(tx.commit().await?)
    }

    /// Gives a device the person's own name for it.
    pub async fn name_device(&self, person: &Person, id: &str, name: &str) -> Result<(), AccountError> {
        let sealed = self.seal_label(person, id, name)?;
        let mut tx = self.store.write("name_device").await?;
        if !tx.label_device_key(&person.account, id, &sealed).await? {
            return Err(AccountError::Unknown);
        }
        Ok(tx.commit().await?)
    }

    fn seal_label(&self, person: &Person, id: &str, name: &str) -> Result<Vec<u8>, AccountError> {
        let name = label(name).ok_or(AccountError::EmptyName)?;
        Ok(self.seal(&person.data_key, Purpose::Label, id, &name)?)
    }

    pub async fn remove_passkey(&self, person: &Person, credential_id: &str) -> Result<(), AccountError> {
        self.require(person, Act::ChangeWaysIn).await?;
        let mut tx = self.store.write("remove_passkey").await?;
        let passkeys = tx.list_passkeys(&person.account).await?;
        let removed = passkeys.iter().find(|passkey| passkey.credential_id == credential_id);
        let removed = removed.ok_or(AccountError::Unknown)?;
        if passkeys.len() == 1 {
            return Err(AccountError::LastPasskey);
        }
        tx.delete_passkey(&person.account, credential_id).await?;
        let name = name_passkey(&person.data_key, removed.clone())?.name;
        let entry = self.entry_by(person, &Activity::PasskeyRemoved { name })?;
        tx.insert_entry(&person.account, &entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Registers the public key of a device. The same key again is no fault: `false` beside it.
    pub async fn add_device_key(
        &self,
        person: &Person,
        jwk: &Value,
        device: &str,
    ) -> Result<(DeviceKey, bool), AccountError> {
        away_from_desk(person)?;
        let public = device_public_key(jwk)?;
        let key = DeviceKey {
            account: person.account.clone(),
            thumbprint: public.jwk_thumbprint(),
            jwk: public.to_jwk(),
            device: device.to_owned(),
            label: None,
            created_at: self.now(),
            lost_at: None,
        };
        let mut tx = self.store.write("add_device_key").await?;
        let known = tx.list_device_keys(&person.account).await?;
        if let Some(known) = known.iter().find(|known| known.thumbprint == key.thumbprint) {
            return if known.lost_at.is_some() {
                Err(DeviceKeyFault::Lost.into())
            } else {
                Ok((known.clone(), false))
            };
        }
        if known.len() >= MAX_DEVICE_KEYS {
            return Err(DeviceKeyFault::TooMany.into());
        }
        tx.insert_device_key(&key).await?;
        let entry = self.entry_by(person, &Activity::DeviceKeyAdded { device: device.to_owned() })?;
        tx.insert_entry(&person.account, &entry).await?;
        tx.commit().await?;
        Ok((key, true))
    }

    /// Marks a device's key as lost. The one whose PIN is all that opens the account stays: whoever says so holds it.
    pub async fn lose_device_key(&self, person: &Person, thumbprint: &str) -> Result<(), AccountError> {
        let mut tx = self.store.write("lose_device_key").await?;
        let known = tx.list_device_keys(&person.account).await?;
        let lost = known.iter().find(|key| key.thumbprint == thumbprint).ok_or(AccountError::Unknown)?;
        let pins = tx.list_pins(&person.account).await?;
        if tx.list_passkeys(&person.account).await?.is_empty() && opens_alone(&known, &pins, thumbprint) {
            return Err(AccountError::OnlyWayIn);
        }
        if tx.mark_device_key_lost(&person.account, thumbprint, self.now()).await? {
            let entry = self.entry_by(person, &Activity::DeviceKeyLost { device: lost.device.clone() })?;
            tx.insert_entry(&person.account, &entry).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Destroys the data key and everything under it.
    pub async fn delete_account(&self, person: &Person) -> Result<(), AccountError> {
        self.require(person, Act::DeleteAccount).await?;
        let mut tx = self.store.write("delete_account").await?;
        tx.delete_account(&person.account).await?;
        tx.commit().await?;
        self.forget_deleted().await;
        self.wake.notify_one();
        Ok(())
    }

    /// The public half of a device key that is still in use.
    pub(super) async fn usable_key(
        &self,
        account: &str,
        thumbprint: &str,
    ) -> Result<Option<keys::PublicKey>, Fault> {
        let known = self.store.read().await?.list_device_keys(account).await?;
        let key = known.iter().find(|key| key.thumbprint == thumbprint && key.lost_at.is_none());
        Ok(key.and_then(|key| device_public_key(&key.jwk).ok()))
    }

    /// A random UUID (version 4), since it is the user handle that authenticators store.
    pub(super) fn new_account_id(&self) -> String {
        let mut bytes = [0u8; 16];
        self.entropy.fill(&mut bytes);
        Uuid::from_u128((u128::from_be_bytes(bytes) & !(0xf << 76 | 0x3 << 62)) | 0x4 << 76 | 0x2 << 62)
            .to_string()
    }
}

/// Whether no PIN but that of this device opens the account.
fn opens_alone(devices: &[DeviceKey], pins: &[PinAccess], thumbprint: &str) -> bool {
    let held = |pin: &PinAccess| {
        devices.iter().any(|device| device.thumbprint == pin.thumbprint && device.lost_at.is_none())
    };
    let mut opening = pins.iter().filter(|pin| !pin.is_locked() && held(pin)).peekable();
    opening.peek().is_some() && opening.all(|pin| pin.thumbprint == thumbprint)
}

fn name_passkey(key: &DataKey, passkey: Passkey) -> Result<Named<Passkey>, Fault> {
    let name = match &passkey.label {
        Some(sealed) => key.unseal(Purpose::Label, &passkey.credential_id, sealed)?,
        None => passkey.name.clone(),
    };
    Ok(Named { name, thing: passkey })
}

fn name_device(key: &DataKey, device: DeviceKey) -> Result<Named<DeviceKey>, Fault> {
    let name = match &device.label {
        Some(sealed) => key.unseal(Purpose::Label, &device.thumbprint, sealed)?,
        None => device.device.clone(),
    };
    Ok(Named { name, thing: device })
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
