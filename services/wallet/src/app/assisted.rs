//! Recovery with the help of two officers: asked for on the new device, agreed to, waited for, stopped or done.

use clock::Timestamp;
use holding::account::Passkey;
use holding::activity::Activity;
use holding::assisted::{
    ASK_DAYS, Approval, AssistedFault, AssistedPin, AssistedRecovery, State, read_wallet_number,
};
use holding::pin::PinAccess;
use holding::recovery::RecoveryCode;
use holding::request::plain_text;
use holding::vault::{DataKey, Purpose};
use serde_json::Value;
use store_wallet::Tx;
use store_wallet::officers::Assisted;

use super::accounts::AccountError;
use super::fault::Fault;
use super::officers::Officer;
use super::sessions::CeremonyKind;
use super::{Person, Wallet};

const LONGEST_TEXT: usize = 300;

/// Why a request for help is not taken, or not taken further.
#[derive(Debug, thiserror::Error)]
pub enum AssistedError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("there is no such wallet or request")]
    Unknown,
    #[error("somebody has asked for this wallet already")]
    UnderWay,
    #[error(transparent)]
    Assisted(#[from] AssistedFault),
}

impl From<Fault> for AssistedError {
    fn from(fault: Fault) -> Self {
        AccountError::from(fault).into()
    }
}

/// A request as it begins on a device, without its way in.
fn asked_on(device: &str, now: Timestamp) -> AssistedRecovery {
    AssistedRecovery {
        credential_id: String::new(),
        passkey: String::new(),
        public_key: None,
        pin: None,
        device: device.to_owned(),
        asked_at: now,
        approvals: Vec::new(),
        state: State::Asked,
    }
}

/// A request of a device that makes no passkey.
pub(super) fn asked_by_pin(pin: AssistedPin, device: &str, now: Timestamp) -> AssistedRecovery {
    AssistedRecovery { pin: Some(pin), ..asked_on(device, now) }
}

/// A request with what is in it.
pub struct Help {
    pub row: Assisted,
    pub recovery: AssistedRecovery,
}

impl Wallet {
    /// Options for the passkey of the new device, by the number of the wallet.
    pub async fn start_assisted(&self, number: &str) -> Result<Value, AssistedError> {
        let account = self.account_of_number(number).await?;
        let known = self.store.read().await?.list_passkeys(&account).await?;
        Ok(self.registration_options(CeremonyKind::Assisted, &account, &known).await?)
    }

    /// The account of a number as people type it.
    pub(super) async fn account_of_number(&self, number: &str) -> Result<String, AssistedError> {
        let beginning = read_wallet_number(number).ok_or(AssistedError::Unknown)?;
        let found = self.store.read().await?.find_account_by_beginning(&beginning).await?;
        found.ok_or(AssistedError::Unknown)
    }

    /// Asks for help. The code beside the request is what the person reads to an officer.
    pub async fn ask_for_help(
        &self,
        response: &Value,
        device: &str,
    ) -> Result<(Help, RecoveryCode), AssistedError> {
        let ceremony = self.take(CeremonyKind::Assisted, response).await?;
        let account = ceremony.account.clone();
        let passkey = self.registered(&ceremony, response, device)?;
        let recovery = AssistedRecovery {
            credential_id: passkey.credential_id,
            passkey: passkey.passkey,
            public_key: passkey.public_key,
            ..asked_on(device, self.now())
        };
        self.ask(&account, recovery).await
    }

    /// Writes a request for this account, under a code for the officers.
    pub(super) async fn ask(
        &self,
        account: &str,
        recovery: AssistedRecovery,
    ) -> Result<(Help, RecoveryCode), AssistedError> {
        let account = account.to_owned();
        let key = self.data_key(&account).await?.ok_or(AssistedError::Unknown)?;
        let (id, code) = (clock::token(self.entropy.as_ref()), RecoveryCode::generate(self.entropy.as_ref()));
        let row = Assisted {
            sealed: self.seal(&key, Purpose::Recovery, &id, &recovery)?,
            id,
            code: code.fingerprint(),
            account,
            state: recovery.state().to_owned(),
            revision: 0,
            created_at: self.now(),
            due_at: None,
        };
        let since = self.now() - chrono::Duration::days(ASK_DAYS);
        let mut tx = self.store.write("ask_for_help").await?;
        // Looked at where it is written: two who ask at the same moment are not both taken.
        if tx.has_open_assisted(&row.account, since).await? {
            return Err(AssistedError::UnderWay);
        }
        tx.insert_assisted(&row).await?;
        tx.commit().await?;
        Ok((Help { row, recovery }, code))
    }

    /// How a request stands, for whoever made it: its identifier is a secret of the new device.
    pub async fn help(&self, id: &str) -> Result<Help, AssistedError> {
        let row = self.store.read().await?.find_assisted(id).await?;
        Ok(self.open_help(row.ok_or(AssistedError::Unknown)?).await?.1)
    }

    /// The request that a person reads the code of, for an officer.
    pub async fn find_help(&self, person: &Person, code: &str) -> Result<Help, AssistedError> {
        self.officer(person).await?;
        let code = RecoveryCode::parse(code).ok_or(AssistedError::Unknown)?;
        let row = self.store.read().await?.find_assisted_by_code(&code.fingerprint()).await?;
        Ok(self.open_help(row.ok_or(AssistedError::Unknown)?).await?.1)
    }

    /// What officers can still decide on, by number and state; who decides has the code read to them first.
    pub async fn open_help_requests(&self, person: &Person) -> Result<Vec<Help>, AssistedError> {
        self.officer(person).await?;
        let since = self.now() - chrono::Duration::days(ASK_DAYS);
        let rows = self.store.read().await?.list_open_assisted(since).await?;
        let mut open = Vec::new();
        for row in rows {
            open.push(self.open_help(row).await?.1);
        }
        Ok(open)
    }

    /// One request, for an officer.
    pub async fn help_for_officer(&self, person: &Person, id: &str) -> Result<Help, AssistedError> {
        self.officer(person).await?;
        self.help(id).await
    }

    /// An officer agrees, and says how they know the person. The code shows that the person spoke to this officer. Whoever has
    /// the wallet reads of it at once.
    pub async fn approve_help(
        &self,
        person: &Person,
        id: &str,
        code: &str,
        seen: &str,
    ) -> Result<Help, AssistedError> {
        if self.find_help(person, code).await?.row.id != id {
            return Err(AssistedError::Unknown);
        }
        let Officer { account: officer, name } = self.officer(person).await?;
        let approval = Approval { officer, name, seen: plain_text(seen, LONGEST_TEXT), at: self.now() };
        let activity = Activity::RecoveryAgreed { officer: approval.name.clone() };
        self.move_help(id, Some(activity), |recovery, account| recovery.approved(account, approval)).await
    }

    /// An officer says no, and why. It needs no code: one who was told of a fraud must not have to wait for the thief's call.
    pub async fn refuse_help(&self, person: &Person, id: &str, why: &str) -> Result<Help, AssistedError> {
        let Officer { name, .. } = self.officer(person).await?;
        let (why, now) = (plain_text(why, LONGEST_TEXT), self.now());
        let activity = Activity::RecoveryEnded { by: Some(name.clone()) };
        self.move_help(id, Some(activity), |recovery, _| recovery.refused(&name, &why, now)).await
    }

    /// The device that asked puts its request away: one that is still open ends by it.
    pub async fn withdraw_help(&self, id: &str) -> Result<(), AssistedError> {
        let Help { recovery, .. } = self.help(id).await?;
        let now = self.now();
        if !recovery.is_open(now) {
            return Ok(());
        }
        // Whoever has the wallet read of an agreement, and then of its end.
        let withdrawn = Activity::RecoveryWithdrawn { device: recovery.device.clone() };
        let activity = (!recovery.approvals.is_empty()).then_some(withdrawn);
        self.move_help(id, activity, |recovery, _| recovery.stopped(now)).await.map(drop)
    }

    /// Whoever has the wallet says no. It needs no fresh proof: it only takes away, and it may be urgent.
    pub async fn stop_help(&self, person: &Person) -> Result<(), AssistedError> {
        let help = self.help_of(&person.account).await?.ok_or(AssistedError::Unknown)?;
        let now = self.now();
        let activity = Activity::RecoveryEnded { by: None };
        self.move_help(&help.row.id, Some(activity), |recovery, _| recovery.stopped(now)).await.map(drop)
    }

    /// What is under way for this wallet, so that its person sees it.
    pub async fn help_under_way(&self, person: &Person) -> Result<Option<Help>, Fault> {
        let help = self.help_of(&person.account).await?;
        Ok(help.filter(|help| help.recovery.is_open(self.now())))
    }

    /// Lets in whose time to wait is over: their passkey counts from now on, other sessions and PINs end.
    pub(super) async fn tend_assisted(&self) -> Result<(), Fault> {
        for row in self.store.read().await?.list_due_assisted(self.now()).await? {
            // One that cannot be carried out must not hold up the others.
            if let Err(error) = self.let_in_again(row).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "a recovery is not carried out");
            }
        }
        Ok(())
    }

    async fn let_in_again(&self, row: Assisted) -> Result<(), Fault> {
        let now = self.now();
        let (key, help) = self.open_help(row).await?;
        let Some(done) = help.recovery.done(now) else { return Ok(()) };
        let entry = self.entry(&key, &Activity::RecoveryDone { device: done.device.clone() })?;
        let moved = self.moved_help(&key, &help.row, &done)?;
        let mut tx = self.store.write("let_in_again").await?;
        tx.replace_assisted(&moved).await?;
        tx.delete_sessions(&moved.account).await?;
        tx.delete_pins(&moved.account).await?;
        self.add_way_in(&mut tx, &moved.account, &done).await?;
        self.leave_custody(&mut tx, &moved.account, &key).await?;
        tx.insert_entry(&moved.account, &entry).await?;
        tx.commit().await?;
        self.forget_deleted().await;
        self.wake.notify_one();
        Ok(())
    }

    /// What was made on the new device counts from now on: the passkey, or the PIN with its key.
    async fn add_way_in(&self, tx: &mut Tx, account: &str, done: &AssistedRecovery) -> Result<(), Fault> {
        let now = self.now();
        if let Some(AssistedPin { jwk, thumbprint, sealed }) = done.pin.clone() {
            let access = PinAccess {
                account: account.to_owned(),
                thumbprint,
                sealed,
                tries: 0,
                next_try_at: None,
                created_at: now,
            };
            return self.enter_by_pin(tx, jwk, &access, &done.device).await;
        }
        let passkey = Passkey {
            credential_id: done.credential_id.clone(),
            account: account.to_owned(),
            passkey: done.passkey.clone(),
            public_key: done.public_key.clone(),
            name: done.device.clone(),
            label: None,
            created_at: now,
            last_used_at: now,
        };
        Ok(tx.insert_passkey(&passkey).await?)
    }

    async fn move_help(
        &self,
        id: &str,
        activity: Option<Activity>,
        change: impl FnOnce(AssistedRecovery, &str) -> Result<AssistedRecovery, AssistedFault>,
    ) -> Result<Help, AssistedError> {
        let row = self.store.read().await?.find_assisted(id).await?.ok_or(AssistedError::Unknown)?;
        let (key, Help { row, recovery }) = self.open_help(row).await?;
        let recovery = change(recovery, &row.account)?;
        let moved = self.moved_help(&key, &row, &recovery)?;
        let entry = activity.map(|activity| self.entry(&key, &activity)).transpose()?;
        let mut tx = self.store.write("move_help").await?;
        tx.replace_assisted(&moved).await?;
        if let Some(entry) = entry {
            tx.insert_entry(&moved.account, &entry).await?;
        }
        tx.commit().await?;
        Ok(Help { row: Assisted { revision: moved.revision + 1, ..moved }, recovery })
    }

    fn moved_help(
        &self,
        key: &DataKey,
        row: &Assisted,
        recovery: &AssistedRecovery,
    ) -> Result<Assisted, Fault> {
        let due_at = match recovery.state {
            State::Waiting { until } => Some(until),
            _ => None,
        };
        Ok(Assisted {
            state: recovery.state().to_owned(),
            sealed: self.seal(key, Purpose::Recovery, &row.id, recovery)?,
            due_at,
            ..row.clone()
        })
    }

    async fn help_of(&self, account: &str) -> Result<Option<Help>, Fault> {
        let row = self.store.read().await?.find_assisted_of(account).await?;
        match row {
            None => Ok(None),
            Some(row) => Ok(Some(self.open_help(row).await?.1)),
        }
    }

    async fn open_help(&self, row: Assisted) -> Result<(DataKey, Help), Fault> {
        let gone = || Fault::Prepare("the account of a recovery is gone".to_owned());
        let key = self.data_key(&row.account).await?.ok_or_else(gone)?;
        let recovery = key.unseal(Purpose::Recovery, &row.id, &row.sealed)?;
        Ok((key, Help { row, recovery }))
    }
}
