//! The way in for a phone with neither passkey nor screen lock: a PIN, whose tries are counted here, and a signature by the
//! device's key. Neither serves without the other, and what is done so is known as less sure ([`Assurance::Pin`]).

use holding::account::{DeviceKey, DeviceKeyFault, StepUp, device_public_key};
use holding::activity::Activity;
use holding::assurance::{Act, Assurance};
use holding::pin::{Pin, PinAccess, PinFault, signing_input};
use holding::signing::{SignatureFault, ToSign, check};
use holding::vault::DataKey;
use serde_json::Value;
use store_wallet::accounts::Account;
use store_wallet::sessions::Ceremony;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::fault::Fault;
use super::sessions::{CeremonyKind, NewSession};
use super::signing::Signatures;
use super::{Person, Wallet};

const TO_SIGN: &str = "0";
/// SHA-256 in base64url (RFC 7638 and RFC 9278).
const THUMBPRINT: usize = 43;
/// PINs that are stretched at the same moment. Each takes a core for a tenth of a second, and strangers can ask for it.
static STRETCHING: Semaphore = Semaphore::const_new(2);
/// How many may wait for that, two seconds at worst; further ones are told to come again.
static WAITING: Semaphore = Semaphore::const_new(32);

/// Why a PIN does not open an account, or cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the ceremony is over or was never begun")]
    Ceremony,
    /// Also when no PIN belongs to the key: strangers learn nothing.
    #[error("this device and PIN open no account")]
    Refused,
    #[error("the PIN is wrong; {left} tries are left")]
    Wrong { left: i64 },
    #[error(transparent)]
    Pin(#[from] PinFault),
    #[error(transparent)]
    DeviceKey(#[from] DeviceKeyFault),
    #[error("this is no thumbprint of a key")]
    Thumbprint,
    #[error("too many PINs are stretched at this moment")]
    Overloaded,
    #[error("this device key has a PIN already")]
    Taken,
    #[error("there is no such PIN")]
    Unknown,
    #[error("the only way in cannot be removed")]
    OnlyWayIn,
    #[error(transparent)]
    StepUp(#[from] StepUp),
}

/// A challenge, and the bytes in which the device key signs it.
pub struct PinStart {
    pub challenge: String,
    pub to_sign: ToSign,
}

/// What comes back: the challenge it answers, the PIN, and the signature.
pub struct PinAnswer<'a> {
    pub challenge: &'a str,
    pub pin: &'a str,
    pub signatures: &'a Signatures,
}

impl Wallet {
    /// Begins a new account with this device key.
    pub async fn start_pin_registration(&self, jwk: &Value) -> Result<PinStart, PinError> {
        let key = device_public_key(jwk)?;
        self.begin_pin(CeremonyKind::PinRegistration, &self.new_account_id(), key.to_jwk().to_string()).await
    }

    /// Makes the account with its device key and PIN, and signs in.
    pub async fn register_pin(&self, answer: PinAnswer<'_>, device: &str) -> Result<NewSession, PinError> {
        let ceremony = self.take_challenge(CeremonyKind::PinRegistration, answer.challenge).await?;
        let ceremony = ceremony.ok_or(PinError::Ceremony)?;
        let jwk: Value = serde_json::from_str(&ceremony.state)?;
        let public = device_public_key(&jwk)?;
        self.check_signature(&public, CeremonyKind::PinRegistration, &answer)?;
        let pin = Pin::choose(answer.pin)?;
        let (id, thumbprint, now) = (ceremony.account, public.jwk_thumbprint(), self.now());
        let access = self.make_pin(&id, &thumbprint, pin, turn().await?).await?;
        let (data_key, sealed) = DataKey::generate(&self.sealing_key, &id, self.entropy.as_ref());
        let entries = [
            self.entry(&data_key, &Activity::DeviceKeyAdded { device: device.to_owned() })?,
            self.entry(&data_key, &Activity::PinAdded { device: device.to_owned() })?,
        ];
        let key = DeviceKey {
            account: id.clone(),
            thumbprint,
            jwk,
            device: device.to_owned(),
            label: None,
            created_at: now,
            lost_at: None,
        };
        let (session, token) = self.new_session(&id, device, Assurance::Pin);
        let mut tx = self.store.write("register_pin").await?;
        tx.insert_account(&Account { id: id.clone(), data_key: sealed, created_at: now }).await?;
        tx.insert_device_key(&key).await?;
        match tx.insert_pin(&access).await {
            Err(error) if error.is_conflict() => return Err(PinError::Taken),
            other => other?,
        }
        tx.insert_session(&session).await?;
        for entry in &entries {
            tx.insert_entry(&id, entry).await?;
        }
        tx.commit().await?;
        Ok(NewSession { token, account: id })
    }

    /// A challenge for whoever says to hold this key; nobody learns here whether an account does.
    pub async fn start_pin_sign_in(&self, thumbprint: &str) -> Result<PinStart, PinError> {
        check_thumbprint(thumbprint)?;
        self.begin_pin(CeremonyKind::PinSignIn, "", thumbprint.to_owned()).await
    }

    pub async fn pin_sign_in(&self, answer: PinAnswer<'_>, device: &str) -> Result<NewSession, PinError> {
        let (from, to) = self.proven_pin(CeremonyKind::PinSignIn, "", &answer).await?;
        let (session, token) = self.new_session(&from.account, device, Assurance::Pin);
        let mut tx = self.store.write("pin_sign_in").await?;
        tx.replace_pin_tries(&from, &to).await?;
        tx.insert_session(&session).await?;
        tx.commit().await?;
        Ok(NewSession { token, account: from.account })
    }

    pub async fn start_pin_step_up(&self, person: &Person, thumbprint: &str) -> Result<PinStart, PinError> {
        check_thumbprint(thumbprint)?;
        self.begin_pin(CeremonyKind::PinStepUp, &person.account, thumbprint.to_owned()).await
    }

    /// Marks this session as proven now, by a PIN: also one that came by a passkey is no surer than that from here on.
    pub async fn pin_step_up(&self, person: &Person, answer: PinAnswer<'_>) -> Result<(), PinError> {
        let (from, to) = self.proven_pin(CeremonyKind::PinStepUp, &person.account, &answer).await?;
        let mut tx = self.store.write("pin_step_up").await?;
        tx.replace_pin_tries(&from, &to).await?;
        if !tx.verify_session(&person.session.token_hash, Assurance::Pin, self.now()).await? {
            return Err(PinError::Unknown);
        }
        tx.commit().await?;
        Ok(())
    }

    /// Another PIN for a device that has one.
    pub async fn change_pin(&self, person: &Person, thumbprint: &str, pin: &str) -> Result<(), PinError> {
        self.may(person, Act::ChangeWaysIn).await??;
        self.own_pin(person, thumbprint).await?;
        let access = self.make_pin(&person.account, thumbprint, Pin::choose(pin)?, turn().await?).await?;
        let mut tx = self.store.write("change_pin").await?;
        tx.replace_pin(&access).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes a PIN from an account that has a passkey.
    pub async fn remove_pin(&self, person: &Person, thumbprint: &str) -> Result<(), PinError> {
        self.may(person, Act::ChangeWaysIn).await??;
        self.own_pin(person, thumbprint).await?;
        if self.strongest(&person.account).await? == Assurance::Pin {
            return Err(PinError::OnlyWayIn);
        }
        let device = self.device_of(&person.account, thumbprint).await?;
        let entry = self.entry_by(person, &Activity::PinRemoved { device })?;
        let mut tx = self.store.write("remove_pin").await?;
        tx.delete_pin(&person.account, thumbprint).await?;
        tx.insert_entry(&person.account, &entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The PIN that an answer proves, as its try was counted and as it is once that is cleared. The signature comes first:
    /// a stranger who knows a thumbprint can use up no tries. The try is stored before the PIN is compared.
    async fn proven_pin(
        &self,
        kind: CeremonyKind,
        account: &str,
        answer: &PinAnswer<'_>,
    ) -> Result<(PinAccess, PinAccess), PinError> {
        let ceremony = self.take_challenge(kind, answer.challenge).await?;
        let ceremony = ceremony.filter(|one| one.account == account).ok_or(PinError::Ceremony)?;
        let access = self.store.read().await?.find_pin(&ceremony.state).await?;
        let access = access.filter(|it| account.is_empty() || it.account == account);
        let access = access.ok_or(PinError::Refused)?;
        let key = self.usable_key(&access.account, &access.thumbprint).await?.ok_or(PinError::Refused)?;
        self.check_signature(&key, kind, answer)?;
        self.tried_pin(access, answer.pin).await
    }

    /// Counts a try and compares; also gives what clears the count.
    pub(super) async fn tried_pin(
        &self,
        access: PinAccess,
        pin: &str,
    ) -> Result<(PinAccess, PinAccess), PinError> {
        let pin = Pin::parse(pin)?;
        // Before the try is counted: who is sent away for want of room has used up none.
        let turn = turn().await?;
        let tried = access.tried(self.now())?;
        let mut tx = self.store.write("count_pin_try").await?;
        tx.replace_pin_tries(&access, &tried).await?;
        tx.commit().await?;
        if self.pin_matches(&tried, pin, turn).await? {
            let cleared = tried.cleared();
            return Ok((tried, cleared));
        }
        if tried.is_locked() {
            self.note_locked(&tried).await?;
            return Err(PinFault::Locked.into());
        }
        Err(PinError::Wrong { left: tried.tries_left() })
    }

    async fn note_locked(&self, access: &PinAccess) -> Result<(), PinError> {
        if self.note_representative_locked(&access.thumbprint).await? {
            return Ok(());
        }
        let Some(key) = self.data_key(&access.account).await? else { return Ok(()) };
        let device = self.device_of(&access.account, &access.thumbprint).await?;
        let entry = self.entry(&key, &Activity::PinLocked { device })?;
        let mut tx = self.store.write("note_locked").await?;
        tx.insert_entry(&access.account, &entry).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn own_pin(&self, person: &Person, thumbprint: &str) -> Result<PinAccess, PinError> {
        let found = self.store.read().await?.find_pin(thumbprint).await?;
        found.filter(|one| one.account == person.account).ok_or(PinError::Unknown)
    }

    async fn device_of(&self, account: &str, thumbprint: &str) -> Result<String, Fault> {
        let keys = self.store.read().await?.list_device_keys(account).await?;
        let found = keys.into_iter().find(|key| key.thumbprint == thumbprint);
        Ok(found.map(|key| key.device).unwrap_or_default())
    }

    pub(super) fn check_signature(
        &self,
        key: &keys::PublicKey,
        kind: CeremonyKind,
        answer: &PinAnswer<'_>,
    ) -> Result<(), PinError> {
        let asked = [self.pin_to_sign(kind, answer.challenge)];
        let refused = |_: SignatureFault| PinError::Refused;
        check(&asked, answer.signatures, key).map(drop).map_err(refused)
    }

    fn pin_to_sign(&self, kind: CeremonyKind, challenge: &str) -> ToSign {
        ToSign {
            id: TO_SIGN.to_owned(),
            input: signing_input(kind.as_str(), &self.origin, challenge),
            key: None,
        }
    }

    pub(super) async fn begin_pin(
        &self,
        kind: CeremonyKind,
        account: &str,
        state: String,
    ) -> Result<PinStart, PinError> {
        let challenge = clock::token(self.entropy.as_ref());
        self.begin_challenge(kind, account, &challenge, state).await?;
        Ok(PinStart { to_sign: self.pin_to_sign(kind, &challenge), challenge })
    }

    pub(super) async fn take_challenge(
        &self,
        kind: CeremonyKind,
        challenge: &str,
    ) -> Result<Option<Ceremony>, Fault> {
        let ceremony = self.consume(challenge).await?;
        Ok(ceremony.filter(|one| one.kind == kind.as_str()))
    }

    /// Stretching blocks, so it runs beside the async threads.
    pub(super) async fn make_pin(
        &self,
        account: &str,
        thumbprint: &str,
        pin: Pin,
        turn: SemaphorePermit<'static>,
    ) -> Result<PinAccess, Fault> {
        let (owner, service) = ((account.to_owned(), thumbprint.to_owned()), self.sealing_key.clone());
        let (entropy, now) = (std::sync::Arc::clone(&self.entropy), self.now());
        let made = tokio::task::spawn_blocking(move || {
            // Held to the end of the work, also when whoever asked has gone.
            let _turn = turn;
            PinAccess::make((&owner.0, &owner.1), &pin, &service, entropy.as_ref(), now)
        });
        made.await.map_err(|error| Fault::Prepare(error.to_string()))
    }

    async fn pin_matches(
        &self,
        access: &PinAccess,
        pin: Pin,
        turn: SemaphorePermit<'static>,
    ) -> Result<bool, Fault> {
        let (access, service) = (access.clone(), self.sealing_key.clone());
        let compared = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            access.matches(&pin, &service)
        });
        let compared = compared.await.map_err(|error| Fault::Prepare(error.to_string()))?;
        Ok(compared.map_err(holding::vault::VaultError::from)?)
    }
}

/// A turn to stretch a PIN.
pub(super) async fn turn() -> Result<SemaphorePermit<'static>, PinError> {
    take_turn(&STRETCHING, &WAITING).await
}

async fn take_turn(
    turns: &'static Semaphore,
    places: &Semaphore,
) -> Result<SemaphorePermit<'static>, PinError> {
    let _place = places.try_acquire().map_err(|_| PinError::Overloaded)?;
    turns.acquire().await.map_err(|_| PinError::Overloaded)
}

fn check_thumbprint(text: &str) -> Result<(), PinError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if text.len() == THUMBPRINT && text.bytes().all(allowed) { Ok(()) } else { Err(PinError::Thumbprint) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn thumbprint_is_a_digest_in_base64url() {
        let good = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        assert!(check_thumbprint(good).is_ok());
        for bad in ["", "x", &good[1..], &format!("{good}A"), &good.replace('-', "+"), &"x".repeat(100_000)] {
            assert!(matches!(check_thumbprint(bad), Err(PinError::Thumbprint)), "{}", bad.len());
        }
    }

    #[tokio::test]
    async fn no_more_pins_are_stretched_at_once_than_there_are_turns_and_no_more_wait_than_there_are_places()
    {
        static TURNS: Semaphore = Semaphore::const_new(1);
        static PLACES: Semaphore = Semaphore::const_new(1);
        let first = take_turn(&TURNS, &PLACES).await.unwrap();
        let second = tokio::spawn(take_turn(&TURNS, &PLACES));
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        assert!(matches!(take_turn(&TURNS, &PLACES).await, Err(PinError::Overloaded)));
        drop(first);
        drop(second.await.unwrap().unwrap());
        assert!(take_turn(&TURNS, &PLACES).await.is_ok());
    }
}
