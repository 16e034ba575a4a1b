//! Signing in and out.

use holding::account::Session;
use holding::assurance::Assurance;
use holding::vault::DataKey;
use serde_json::Value;
use store_wallet::Tx;
use store_wallet::sessions::Ceremony;
use web::passkey::{PasskeyError, answered_challenge, challenge_of};

use super::accounts::{AccountError, encode};
use super::fault::Fault;
use super::{Person, Wallet, hash};

/// How long a passkey ceremony may take: people look for their glasses.
const CEREMONY_MINUTES: i64 = 5;

/// What a ceremony is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CeremonyKind {
    Registration,
    SignIn,
    StepUp,
    Recovery,
    Assisted,
    PinRegistration,
    PinSignIn,
    PinStepUp,
    PinRecovery,
    PinAssisted,
    DeskKey,
    DeskKeyVisit,
    DeskKeyUse,
}

impl CeremonyKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "sign-in",
            Self::StepUp => "step-up",
            Self::Recovery => "recovery",
            Self::Assisted => "assisted recovery",
            Self::PinRegistration => "pin registration",
            Self::PinSignIn => "pin sign-in",
            Self::PinStepUp => "pin step-up",
            Self::PinRecovery => "pin recovery",
            Self::PinAssisted => "pin assisted recovery",
            Self::DeskKey => "desk key",
            Self::DeskKeyVisit => "desk key visit",
            Self::DeskKeyUse => "desk key use",
        }
    }
}

/// A new session: the token goes into the cookie and nowhere else.
pub struct NewSession {
    pub token: String,
    pub account: String,
}

impl Wallet {
    /// Who this cookie belongs to, if anybody. Touches the session at most once a minute.
    pub async fn person(&self, token: &str) -> Result<Option<Person>, Fault> {
        let token_hash = hash(token);
        let now = self.now();
        let mut tx = self.store.read().await?;
        let session = tx.find_session(&token_hash).await?;
        let Some(session) = session.filter(|session| session.is_live(now)) else { return Ok(None) };
        let Some(account) = tx.find_account(&session.account).await? else { return Ok(None) };
        drop(tx);
        if session.wants_touch(now) {
            let mut tx = self.store.write("touch_session").await?;
            tx.touch_session(&token_hash, now).await?;
            tx.commit().await?;
        }
        let data_key = DataKey::open(&self.sealing_key, &account.id, &account.data_key)?;
        let desk = match &session.officer {
            None => None,
            // It ends with the custody, and with the office.
            Some(officer) => match self.at_desk(&account.id, officer, session.mandate.as_deref()).await? {
                None => return Ok(None),
                desk => desk,
            },
        };
        Ok(Some(Person { account: account.id, session, data_key, desk }))
    }

    pub async fn start_sign_in(&self) -> Result<Value, AccountError> {
        let (options, state) = self.passkeys.start_login(&[]).map_err(Fault::Passkey)?;
        self.begin(CeremonyKind::SignIn, "", &options, state).await?;
        Ok(options)
    }

    pub async fn sign_in(&self, response: &Value, device: &str) -> Result<NewSession, AccountError> {
        let ceremony = self.take(CeremonyKind::SignIn, response).await?;
        let (user, credential) = self.passkeys.identify(response).map_err(AccountError::Passkey)?;
        let found = self.store.read().await?.find_passkey(&encode(&credential)).await?;
        let passkey = found.filter(|passkey| passkey.account == user.to_string());
        let passkey = passkey.ok_or(AccountError::Passkey(PasskeyError::Unknown))?;
        let signed_in = self
            .passkeys
            .finish_login(&ceremony.state, response, std::slice::from_ref(&passkey.passkey))
            .map_err(AccountError::Passkey)?;
        let now = self.now();
        let (session, token) = self.new_session(&passkey.account, device, Assurance::Passkey);
        let state = signed_in.updated_json.unwrap_or(passkey.passkey);
        let mut tx = self.store.write("sign_in").await?;
        tx.replace_passkey(&passkey.credential_id, &state, now).await?;
        tx.insert_session(&session).await?;
        tx.commit().await?;
        Ok(NewSession { token, account: passkey.account })
    }

    /// Ends one session; false when there is none of that name.
    pub async fn end_session(&self, person: &Person, id: &str) -> Result<bool, Fault> {
        let id = if id == "current" { &person.session.id } else { id };
        let mut tx = self.store.write("end_session").await?;
        let done = tx.delete_session(&person.account, id).await?;
        tx.commit().await?;
        Ok(done)
    }

    pub async fn end_sessions(&self, person: &Person) -> Result<(), Fault> {
        let mut tx = self.store.write("end_sessions").await?;
        tx.delete_sessions(&person.account).await?;
        Ok(tx.commit().await?)
    }

    pub(super) fn new_session(&self, account: &str, device: &str, assurance: Assurance) -> (Session, String) {
        let token = clock::token(self.entropy.as_ref());
        let now = self.now();
        let session = Session {
            id: self.new_id(),
            token_hash: hash(&token),
            account: account.to_owned(),
            device: device.to_owned(),
            created_at: now,
            seen_at: now,
            assurance,
            verified_at: now,
            officer: None,
            mandate: None,
        };
        (session, token)
    }

    /// Remembers a ceremony under its challenge, which the browser will name again.
    pub(super) async fn begin(
        &self,
        kind: CeremonyKind,
        account: &str,
        options: &Value,
        state: String,
    ) -> Result<(), Fault> {
        self.begin_challenge(kind, account, challenge_of(options).unwrap_or_default(), state).await
    }

    pub(super) async fn begin_challenge(
        &self,
        kind: CeremonyKind,
        account: &str,
        challenge: &str,
        state: String,
    ) -> Result<(), Fault> {
        let ceremony = Ceremony {
            challenge_hash: hash(challenge),
            kind: kind.as_str().to_owned(),
            account: account.to_owned(),
            state,
            expires_at: self.now() + chrono::Duration::minutes(CEREMONY_MINUTES),
        };
        let mut tx: Tx = self.store.write("begin_ceremony").await?;
        tx.insert_ceremony(&ceremony).await?;
        Ok(tx.commit().await?)
    }

    /// Takes the ceremony that an answer belongs to, once.
    pub(super) async fn take(&self, kind: CeremonyKind, response: &Value) -> Result<Ceremony, AccountError> {
        let challenge = answered_challenge(response).ok_or(AccountError::Ceremony)?;
        let ceremony = self.consume(&challenge).await?;
        ceremony.filter(|ceremony| ceremony.kind == kind.as_str()).ok_or(AccountError::Ceremony)
    }

    /// The ceremony of a challenge, which is then over.
    pub(super) async fn consume(&self, challenge: &str) -> Result<Option<Ceremony>, Fault> {
        let mut tx = self.store.write("consume_ceremony").await?;
        let ceremony = tx.consume_ceremony(&hash(challenge), self.now()).await?;
        tx.commit().await?;
        Ok(ceremony)
    }
}
