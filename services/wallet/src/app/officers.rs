//! Officers of this service: people with a passkey of this wallet who redeemed a one-time link.

use chrono::Duration;
use clock::{Entropy, Timestamp};
use holding::account::{StepUp, label};
use holding::assurance::{Act, Assurance};

use store_wallet::Store;

use super::accounts::AccountError;
use super::custody::away_from_desk;
use super::fault::Fault;
use super::{Person, Wallet, hash};

const LINK_DAYS: i64 = 3;

/// Somebody who may help others, by the name that stands in their records.
#[derive(Clone, Debug)]
pub struct Officer {
    pub account: String,
    pub name: String,
}

/// What the officers' page is to who is signed in.
pub enum Desk {
    /// Their wallet is no officer's.
    Closed,
    /// An officer who has to prove themselves afresh.
    Locked(Officer),
    Open(Officer),
}

/// A one-time link for the first officer, which the program that runs the service prints; none once there is one.
pub async fn first_officer_link(
    store: &Store,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Option<String>, sql::Error> {
    if store.read().await?.count_officers().await? > 0 {
        return Ok(None);
    }
    new_officer_link(store, entropy, now).await.map(Some)
}

async fn new_officer_link(
    store: &Store,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<String, sql::Error> {
    let token = clock::token(entropy);
    let mut tx = store.write("new_officer_link").await?;
    tx.insert_officer_link(&hash(&token), now + Duration::days(LINK_DAYS)).await?;
    tx.commit().await?;
    Ok(token)
}

impl Wallet {
    /// A one-time link for a colleague.
    pub async fn invite_officer(&self, person: &Person) -> Result<String, AccountError> {
        self.officer(person).await?;
        Ok(new_officer_link(&self.store, self.entropy.as_ref(), self.now()).await?)
    }

    /// Makes the person who is signed in by a passkey an officer.
    pub async fn become_officer(&self, person: &Person, link: &str, name: &str) -> Result<(), AccountError> {
        away_from_desk(person)?;
        self.require(person, Act::ChangeWaysIn).await?;
        if person.session.assurance < Assurance::Passkey {
            return Err(StepUp::Weak.into());
        }
        let name = label(name).ok_or(AccountError::EmptyName)?;
        let sealed = self.sealing_key.seal(&aad(&person.account), name.as_bytes(), self.entropy.as_ref());
        let mut tx = self.store.write("become_officer").await?;
        if !tx.consume_officer_link(&hash(link), self.now()).await? {
            return Err(AccountError::Unknown);
        }
        match tx.insert_officer(&person.account, &sealed, self.now()).await {
            Err(error) if error.is_conflict() => return Err(AccountError::AlreadyOfficer),
            other => other?,
        }
        Ok(tx.commit().await?)
    }

    /// How the officers' page stands for this person.
    pub async fn desk(&self, person: &Person) -> Result<Desk, Fault> {
        let Some(officer) = self.find_officer(person).await? else { return Ok(Desk::Closed) };
        let proven = self.may(person, Act::ChangeWaysIn).await?.is_ok();
        Ok(if proven { Desk::Open(officer) } else { Desk::Locked(officer) })
    }

    /// The officer that this person is, proven afresh by a passkey; strangers learn nothing of what is there.
    pub(super) async fn officer(&self, person: &Person) -> Result<Officer, AccountError> {
        let officer = self.find_officer(person).await?.ok_or(AccountError::Unknown)?;
        self.require(person, Act::ChangeWaysIn).await?;
        Ok(officer)
    }

    async fn find_officer(&self, person: &Person) -> Result<Option<Officer>, Fault> {
        self.officer_of(&person.account).await
    }

    /// The officer that an account is.
    pub(super) async fn officer_of(&self, account: &str) -> Result<Option<Officer>, Fault> {
        let Some(sealed) = self.store.read().await?.find_officer(account).await? else { return Ok(None) };
        let name =
            self.sealing_key.open(&aad(account), &sealed).map_err(|error| Fault::Vault(error.into()))?;
        let name = String::from_utf8_lossy(&name).into_owned();
        Ok(Some(Officer { account: account.to_owned(), name }))
    }
}

fn aad(account: &str) -> Vec<u8> {
    format!("passerelle wallet officer 1:{account}").into_bytes()
}
