//! Wallets that this service keeps for people without a phone: opened by an officer at a desk, entered there with the person's PIN,
//! and used with that PIN for each signature. Every act stands in the person's record with the officer's name.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holding::account::DeviceKey;
use holding::activity::Activity;
use holding::assisted::{read_wallet_number, wallet_number};
use holding::assurance::Assurance;
use holding::custody::DEVICE;
use holding::mandate::Act;
use holding::pin::{Pin, PinAccess};
use holding::presentation::{Presentation, Progress as Answering};
use holding::reception::{Progress as Receiving, Reception};
use holding::signing::ToSign;
use holding::vault::DataKey;
use keys::Signer;
use language::Language;
use store_wallet::Tx;
use store_wallet::accounts::Account;
use store_wallet::records::Table;

use super::accounts::AccountError;
use super::desk_keys::{KeyUse, Presence};
use super::enrolment::Enrolment;
use super::fault::Fault;
use super::mandates::OutsideMandate;
use super::officers::Officer;
use super::pins::{PinError, turn};
use super::sessions::NewSession;
use super::signing::Signatures;
use super::{AtDesk, Person, Wallet};

/// Why a wallet is not opened, entered or used at a desk.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    #[error(transparent)]
    Pin(#[from] PinError),
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Also where the wallet is not kept here: officers learn nothing of others.
    #[error("there is no such wallet at this desk")]
    Unknown,
    #[error(transparent)]
    Outside(#[from] OutsideMandate),
    #[error("nothing waits for a signature")]
    NothingToSign,
}

impl From<Fault> for CustodyError {
    fn from(fault: Fault) -> Self {
        PinError::from(fault).into()
    }
}

/// A wallet that was opened or entered at a desk.
pub struct Entered {
    pub session: NewSession,
    /// Under which it is found again.
    pub number: String,
}

/// What is to be signed with the kept key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    Offer,
    Presentation,
    /// What is asked of the Fund about the yearly proof.
    Year,
}

impl Wallet {
    /// Opens a wallet for somebody without a phone, who chose the PIN, and enters it.
    pub async fn open_custody(
        &self,
        officer: &Person,
        pin: &str,
        language: Language,
    ) -> Result<Entered, CustodyError> {
        let Officer { account: by, name } = self.officer(officer).await?;
        let pin = Pin::choose(pin).map_err(PinError::from)?;
        let (id, now) = (self.new_account_id(), self.now());
        let (custody, public) = self.begin_custody(&id, &by).await?;
        let access = self.make_pin(&id, &custody.thumbprint, pin, turn().await?).await?;
        let (data_key, sealed) = DataKey::generate(&self.sealing_key, &id, self.entropy.as_ref());
        let key = DeviceKey {
            account: id.clone(),
            thumbprint: custody.thumbprint.clone(),
            jwk: public.to_jwk(),
            device: DEVICE.to_owned(),
            label: None,
            created_at: now,
            lost_at: None,
        };
        let entry = self.entry(&data_key, &Activity::CustodyOpened { officer: name })?;
        let (mut session, token) = self.new_session(&id, DEVICE, Assurance::Pin);
        session.officer = Some(by);
        let mut tx = self.store.write("open_custody").await?;
        tx.insert_account(&Account { id: id.clone(), data_key: sealed, created_at: now }).await?;
        tx.set_language(&id, language.code()).await?;
        tx.insert_device_key(&key).await?;
        tx.insert_custody(&custody).await?;
        self.claim_kept(&mut tx, &custody).await?;
        tx.insert_pin(&access).await?;
        tx.insert_session(&session).await?;
        tx.insert_entry(&id, &entry).await?;
        tx.commit().await?;
        Ok(Entered { number: wallet_number(&id), session: NewSession { token, account: id } })
    }

    /// The person comes back: the officer finds the wallet by its number, the person types the PIN.
    pub async fn enter_custody(
        &self,
        officer: &Person,
        number: &str,
        pin: &str,
    ) -> Result<Entered, CustodyError> {
        let Officer { account: by, name } = self.officer(officer).await?;
        let beginning = read_wallet_number(number).ok_or(CustodyError::Unknown)?;
        let mut tx = self.store.read().await?;
        let account = tx.find_account_by_beginning(&beginning).await?.ok_or(CustodyError::Unknown)?;
        let custody = tx.find_custody(&account).await?.ok_or(CustodyError::Unknown)?;
        let access = tx.find_pin(&custody.thumbprint).await?.ok_or(CustodyError::Unknown)?;
        drop(tx);
        let (tried, cleared) = self.tried_pin(access, pin).await?;
        let token = self.visit((&account, Assurance::Pin), (by, name), Some((&tried, &cleared))).await?;
        Ok(Entered { number: wallet_number(&account), session: NewSession { token, account } })
    }

    /// Begins a visit of the person at an officer's desk; gives its token. The right PIN ends the counting of its tries.
    pub(super) async fn visit(
        &self,
        (account, assurance): (&str, Assurance),
        (by, name): (String, String),
        pin: Option<(&PinAccess, &PinAccess)>,
    ) -> Result<String, CustodyError> {
        let key = self.data_key(account).await?.ok_or(CustodyError::Unknown)?;
        let entry = self.entry(&key, &Activity::DeskVisited { officer: name })?;
        let (mut session, token) = self.new_session(account, DEVICE, assurance);
        session.officer = Some(by);
        let mut tx = self.store.write("enter_custody").await?;
        if let Some((tried, cleared)) = pin {
            tx.replace_pin_tries(tried, cleared).await?;
        }
        tx.insert_session(&session).await?;
        tx.insert_entry(account, &entry).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// The PIN is forgotten or locked: with the recovery code on paper the person sets another one at the desk. The code is used up.
    pub async fn reset_at_desk(
        &self,
        officer: &Person,
        code: &str,
        pin: &str,
    ) -> Result<Entered, CustodyError> {
        let Officer { account: by, name } = self.officer(officer).await?;
        let pin = Pin::choose(pin).map_err(PinError::from)?;
        let (code, account) = self.owner_of(code).await?;
        let custody = self.store.read().await?.find_custody(&account).await?;
        // Of a wallet that is not kept here the code opens it on a device of its person's own.
        let custody = custody.ok_or(AccountError::RecoveryCode)?;
        let access = self.make_pin(&account, &custody.thumbprint, pin, turn().await?).await?;
        let key = self.data_key(&account).await?.ok_or(CustodyError::Unknown)?;
        let entry = self.entry(&key, &Activity::PinReset { officer: name })?;
        let (mut session, token) = self.new_session(&account, DEVICE, Assurance::Pin);
        session.officer = Some(by);
        let mut tx = self.store.write("reset_at_desk").await?;
        if !tx.consume_recovery_code(&account, &code.fingerprint()).await? {
            return Err(AccountError::RecoveryCode.into());
        }
        tx.delete_sessions(&account).await?;
        // A card or key that was lost with the PIN must not open the wallet for its finder.
        tx.delete_desk_keys(&account).await?;
        tx.replace_pin(&access).await?;
        tx.insert_session(&session).await?;
        tx.insert_entry(&account, &entry).await?;
        tx.commit().await?;
        Ok(Entered { number: wallet_number(&account), session: NewSession { token, account } })
    }

    /// A fresh proof of who is at the desk, for this use: by their PIN, or by the person's own key.
    pub async fn prove_at_desk(
        &self,
        person: &Person,
        what: KeyUse<'_>,
        presence: Presence<'_>,
    ) -> Result<(), CustodyError> {
        let desk = person.desk.as_ref().ok_or(CustodyError::Unknown)?;
        let (tries, assurance) = match presence {
            Presence::Pin(pin) => {
                let mut tx = self.store.read().await?;
                let access = match &desk.acting {
                    Some(acting) => tx.find_mandate_pin(&acting.mandate).await?,
                    None => tx.find_pin(&desk.key).await?,
                };
                drop(tx);
                (Some(self.tried_pin(access.ok_or(CustodyError::Unknown)?, pin).await?), Assurance::Pin)
            }
            Presence::Key(response) => {
                self.proven_by_key(person, what, response).await?;
                (None, Assurance::Passkey)
            }
        };
        let mut tx = self.store.write("prove_at_desk").await?;
        if let Some((tried, cleared)) = &tries {
            tx.replace_pin_tries(tried, cleared).await?;
        }
        if !tx.verify_session(&person.session.token_hash, assurance, self.now()).await? {
            return Err(CustodyError::Unknown);
        }
        Ok(tx.commit().await?)
    }

    /// Signs what the person agreed to just now, and nothing else: the bytes are those that stand prepared in the record.
    pub async fn sign_at_desk(
        &self,
        person: &Person,
        what: Signed,
        id: &str,
        presence: Presence<'_>,
    ) -> Result<Signatures, CustodyError> {
        if person.desk.is_none() {
            return Err(CustodyError::Unknown);
        }
        person.may_act(match what {
            Signed::Offer => Act::Receive,
            Signed::Presentation => Act::Present,
            Signed::Year => Act::Prove,
        })?;
        let items = self.prepared(person, what, id).await?;
        if items.is_empty() {
            return Err(CustodyError::NothingToSign);
        }
        self.prove_at_desk(person, KeyUse::Signature(what, id), presence).await?;
        let custody = self.store.read().await?.find_custody(&person.account).await?;
        let custody = custody.ok_or(CustodyError::Unknown)?;
        let key = self.kept_key(&custody).await?;
        let own = self.kept_own_key(&custody)?;
        let mut signatures = Signatures::new();
        for ToSign { id, input, key: named } in items {
            let own = own
                .as_ref()
                .filter(|own| named.as_deref() == Some(own.public_key().jwk_thumbprint().as_str()));
            let signer: &dyn Signer = match (&named, own) {
                (None, _) => key.as_ref(),
                (Some(_), Some(own)) => own,
                // Copies have keys of their own, and a desk keeps none.
                (Some(_), None) => continue,
            };
            signatures.insert(id, URL_SAFE_NO_PAD.encode(self.sign_kept(signer, &input).await?));
        }
        if signatures.is_empty() { Err(CustodyError::NothingToSign) } else { Ok(signatures) }
    }

    /// What waits for a kept key.
    async fn prepared(&self, person: &Person, what: Signed, id: &str) -> Result<Vec<ToSign>, CustodyError> {
        Ok(match what {
            Signed::Offer => {
                let found = self.find::<Reception>(person, Table::Offers, id).await?;
                match found.ok_or(CustodyError::Unknown)?.1.progress {
                    Receiving::Signing { proofs, .. } => proofs,
                    _ => Vec::new(),
                }
            }
            Signed::Presentation => {
                let found = self.find::<Presentation>(person, Table::Presentations, id).await?;
                match found.ok_or(CustodyError::Unknown)?.1.progress {
                    Answering::Prepared { items, .. } => {
                        items.into_iter().filter_map(|item| item.to_sign).collect()
                    }
                    _ => Vec::new(),
                }
            }
            Signed::Year => {
                let found = self.find::<Enrolment>(person, Table::Enrolments, id).await?;
                found.ok_or(CustodyError::Unknown)?.1.year.to_sign()
            }
        })
    }

    /// The desk of a session: none when the wallet is not kept here any more, the officer is none, or the mandate of who is there
    /// is not in force.
    pub(super) async fn at_desk(
        &self,
        account: &str,
        officer: &str,
        mandate: Option<&str>,
    ) -> Result<Option<AtDesk>, Fault> {
        let mut tx = self.store.read().await?;
        let custody = tx.find_custody(account).await?;
        let has_key = mandate.is_none() && !tx.list_desk_keys(account).await?.is_empty();
        drop(tx);
        let (Some(custody), Some(officer)) = (custody, self.officer_of(officer).await?) else {
            return Ok(None);
        };
        let acting = match mandate {
            None => None,
            Some(mandate) => match self.acting_under(account, mandate).await? {
                None => return Ok(None),
                acting => acting,
            },
        };
        Ok(Some(AtDesk {
            officer: officer.account,
            name: officer.name,
            key: custody.thumbprint,
            station: None,
            acting,
            has_key,
        }))
    }

    /// The person has the wallet on a device of their own: the kept key is destroyed, one in a token soon after, and counts as lost, so that issuers are asked
    /// for what was bound to it.
    pub(super) async fn leave_custody(&self, tx: &mut Tx, account: &str, key: &DataKey) -> Result<(), Fault> {
        let Some(thumbprint) = tx.end_custody(account).await? else { return Ok(()) };
        tx.mark_device_key_lost(account, &thumbprint, self.now()).await?;
        tx.delete_desk_keys(account).await?;
        self.end_mandates(tx, account, key).await?;
        tx.insert_entry(account, &self.entry(key, &Activity::CustodyEnded)?).await?;
        Ok(())
    }
}

/// Refuses what would leave something of the person's on the officer's device.
pub(super) fn away_from_desk(person: &Person) -> Result<(), AccountError> {
    if person.desk.is_some() { Err(AccountError::AtDesk) } else { Ok(()) }
}
