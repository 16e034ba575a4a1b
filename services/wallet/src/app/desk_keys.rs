//! A card or security key of the person's own, which shows at a desk that they are there, in the place of the PIN.
//!
//! It is a WebAuthn credential that roams and verifies its user. It opens nothing but a visit, and each answer serves for the one
//! act that it was asked for. Tries of the PIN are not counted by it, and a locked PIN does not keep it out.

use holding::activity::Activity;
use holding::assisted::{read_wallet_number, wallet_number};
use holding::assurance::{Act, Assurance};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store_wallet::desk_keys::DeskKey;
use web::passkey::Uuid;

use super::accounts::{AccountError, decode, encode};
use super::custody::{CustodyError, Entered, Signed};
use super::fault::Fault;
use super::officers::Officer;
use super::sessions::{CeremonyKind, NewSession};
use super::{Person, Wallet};

/// Of one person: a card, a key, and some that were replaced.
const MOST_KEYS: usize = 5;

/// How the person shows that they are there.
#[derive(Clone, Copy)]
pub enum Presence<'a> {
    Pin(&'a str),
    /// AuthenticationResponseJSON, in answer to a challenge for exactly this act.
    Key(&'a Value),
}

/// For what a key is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse<'a> {
    /// A fresh proof.
    Proof,
    Signature(Signed, &'a str),
    Existence(&'a str),
    /// Enrolling at a station.
    Enrolment(&'a str),
}

impl KeyUse<'_> {
    fn name(self) -> String {
        match self {
            Self::Proof => "proof".to_owned(),
            Self::Signature(Signed::Offer, id) => format!("offers/{id}"),
            Self::Signature(Signed::Presentation, id) => format!("presentations/{id}"),
            Self::Signature(Signed::Year, id) => format!("years/{id}"),
            Self::Existence(id) => format!("existence/{id}"),
            Self::Enrolment(id) => format!("enrolments/{id}"),
        }
    }
}

/// What is remembered of a challenge.
#[derive(Serialize, Deserialize)]
struct Asked {
    /// The act, or the officer to whose desk the person comes.
    what: String,
    state: String,
}

impl Wallet {
    pub async fn desk_keys(&self, person: &Person) -> Result<Vec<DeskKey>, Fault> {
        Ok(self.store.read().await?.list_desk_keys(&person.account).await?)
    }

    /// Options for a key of the person's own, after a fresh proof by the best way in that they have.
    pub async fn start_desk_key(&self, person: &Person) -> Result<Value, AccountError> {
        let known = self.may_add_key(person).await?;
        let user = Uuid::parse_str(&person.account).map_err(|_| AccountError::Unknown)?;
        let exclude: Vec<Vec<u8>> = known.iter().filter_map(|key| decode(&key.credential_id)).collect();
        let name = format!("Passerelle desk, {}", self.now().format("%-d %B %Y"));
        let (mut options, state) =
            self.passkeys.start_registration(user, &name, &exclude).map_err(Fault::Passkey)?;
        if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
            // What is built into the officer's device would stay there; and a card has little room, so nothing is kept on it that
            // would name the wallet. User verification is required already.
            *selection = json!({
                "authenticatorAttachment": "cross-platform",
                "residentKey": "discouraged",
                "requireResidentKey": false,
                "userVerification": "required",
            });
        }
        self.begin(CeremonyKind::DeskKey, &person.account, &options, state).await?;
        Ok(options)
    }

    /// Keeps the key that answered.
    pub async fn add_desk_key(&self, person: &Person, response: &Value) -> Result<DeskKey, AccountError> {
        self.may_add_key(person).await?;
        let ceremony = self.take(CeremonyKind::DeskKey, response).await?;
        if ceremony.account != person.account {
            return Err(AccountError::Ceremony);
        }
        if is_built_in(response) {
            return Err(AccountError::AtDesk);
        }
        let registered =
            self.passkeys.finish_registration(&ceremony.state, response).map_err(AccountError::Passkey)?;
        let now = self.now();
        let key = DeskKey {
            credential_id: encode(&registered.credential_id),
            account: person.account.clone(),
            passkey: registered.json,
            created_at: now,
            last_used_at: now,
        };
        let entry = self.entry_by(person, &Activity::DeskKeyAdded)?;
        let mut tx = self.store.write("add_desk_key").await?;
        if tx.list_desk_keys(&person.account).await?.len() >= MOST_KEYS {
            return Err(AccountError::TooManyPasskeys);
        }
        match tx.insert_desk_key(&key).await {
            Err(error) if error.is_conflict() => return Err(AccountError::Registered),
            other => other?,
        }
        tx.insert_entry(&person.account, &entry).await?;
        tx.commit().await?;
        Ok(key)
    }

    pub async fn remove_desk_key(&self, person: &Person, id: &str) -> Result<(), AccountError> {
        self.require(person, Act::ChangeWaysIn).await?;
        let entry = self.entry_by(person, &Activity::DeskKeyRemoved)?;
        let mut tx = self.store.write("remove_desk_key").await?;
        if !tx.delete_desk_key(&person.account, id).await? {
            return Err(AccountError::Unknown);
        }
        tx.insert_entry(&person.account, &entry).await?;
        Ok(tx.commit().await?)
    }

    /// A challenge for one act of a visit.
    pub async fn start_key_use(&self, person: &Person, what: KeyUse<'_>) -> Result<Value, AccountError> {
        if person.desk.is_none() || person.acting().is_some() {
            return Err(AccountError::Unknown);
        }
        self.ask_key(CeremonyKind::DeskKeyUse, &person.account, what.name()).await
    }

    /// The person comes to a desk with their key: a challenge for the keys of this wallet, to be answered at this officer's desk.
    pub async fn start_visit_by_key(&self, officer: &Person, number: &str) -> Result<Value, AccountError> {
        let Officer { account: by, .. } = self.officer(officer).await?;
        let beginning = read_wallet_number(number).ok_or(AccountError::Unknown)?;
        let account = self.store.read().await?.find_account_by_beginning(&beginning).await?;
        self.ask_key(CeremonyKind::DeskKeyVisit, &account.ok_or(AccountError::Unknown)?, by).await
    }

    pub async fn enter_by_key(&self, officer: &Person, response: &Value) -> Result<Entered, CustodyError> {
        let Officer { account: by, name } = self.officer(officer).await?;
        let account = self.answered_by_key(CeremonyKind::DeskKeyVisit, response, &by).await?;
        let custody = self.store.read().await.map_err(Fault::from)?.find_custody(&account).await;
        custody.map_err(Fault::from)?.ok_or(CustodyError::Unknown)?;
        let session = self.visit((&account, Assurance::Passkey), (by, name), None).await?;
        Ok(Entered { number: wallet_number(&account), session: NewSession { token: session, account } })
    }

    /// Whether the key of the person at the desk answered a challenge for this act, which is then used up.
    pub(super) async fn proven_by_key(
        &self,
        person: &Person,
        what: KeyUse<'_>,
        response: &Value,
    ) -> Result<(), AccountError> {
        if person.acting().is_some() {
            return Err(AccountError::Unknown);
        }
        let account = self.answered_by_key(CeremonyKind::DeskKeyUse, response, &what.name()).await?;
        if account == person.account { Ok(()) } else { Err(AccountError::Ceremony) }
    }

    async fn may_add_key(&self, person: &Person) -> Result<Vec<DeskKey>, AccountError> {
        if person.desk.is_none() {
            return Err(AccountError::Unknown);
        }
        self.require(person, Act::ChangeWaysIn).await?;
        let known = self.desk_keys(person).await?;
        if known.len() >= MOST_KEYS { Err(AccountError::TooManyPasskeys) } else { Ok(known) }
    }

    async fn ask_key(&self, kind: CeremonyKind, account: &str, what: String) -> Result<Value, AccountError> {
        let keys = self.key_states(account).await?;
        if keys.is_empty() {
            return Err(AccountError::NoDeskKey);
        }
        let (options, state) = self.passkeys.start_login(&keys).map_err(Fault::Passkey)?;
        let asked = serde_json::to_string(&Asked { what, state })?;
        self.begin(kind, account, &options, asked).await?;
        Ok(options)
    }

    /// The account whose key answered a challenge that was asked for this.
    async fn answered_by_key(
        &self,
        kind: CeremonyKind,
        response: &Value,
        what: &str,
    ) -> Result<String, AccountError> {
        let ceremony = self.take(kind, response).await?;
        let asked: Asked = serde_json::from_str(&ceremony.state)?;
        if asked.what != what {
            return Err(AccountError::Ceremony);
        }
        let keys = self.key_states(&ceremony.account).await?;
        let proven =
            self.passkeys.finish_login(&asked.state, response, &keys).map_err(AccountError::Passkey)?;
        let id = encode(&proven.credential_id);
        let mut tx = self.store.write("use_desk_key").await?;
        let known = tx.list_desk_keys(&ceremony.account).await?;
        let key = known.into_iter().find(|key| key.credential_id == id).ok_or(AccountError::Unknown)?;
        let state = proven.updated_json.unwrap_or(key.passkey);
        tx.replace_desk_key(&id, &state, self.now()).await?;
        tx.commit().await?;
        Ok(ceremony.account)
    }

    async fn key_states(&self, account: &str) -> Result<Vec<String>, Fault> {
        let keys = self.store.read().await?.list_desk_keys(account).await?;
        Ok(keys.into_iter().map(|key| key.passkey).collect())
    }
}

/// Whether the browser says that the key is part of this device. It is the officer's browser, so this keeps from mistakes, and an
/// officer who means ill is known by their name in the record.
fn is_built_in(response: &Value) -> bool {
    let attachment = response.get("authenticatorAttachment").and_then(Value::as_str);
    let transports = response.pointer("/response/transports").and_then(Value::as_array);
    let internal = transports.is_some_and(|all| !all.is_empty() && all.iter().all(|one| one == "internal"));
    attachment == Some("platform") || internal
}
