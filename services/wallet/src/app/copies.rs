//! Which copy of a credential a verifier sees, and the key that signs for it.

use holding::copies::{Choice, Copy, choose};
use holding::dcql::SelectionFault;
use holding::vault::Purpose;
use store_wallet::credentials::Credential;

use super::credentials::{CredentialError, Kept, open};
use super::fault::Fault;
use super::presentations::{Asked, PresentationError};
use super::{Person, Wallet};

/// How many copies there are for verifiers to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    pub all: usize,
    pub unseen: usize,
}

impl Wallet {
    pub async fn copies(&self, person: &Person, credential: &str) -> Result<Copies, Fault> {
        let rows = self.store.read().await?.list_copies(&person.account, credential).await?;
        let unseen = rows.iter().filter(|row| row.shown_to.is_none()).count();
        Ok(Copies { all: rows.len(), unseen })
    }

    /// The copy that this verifier has seen before, or one that nobody has; none when there is none left. A copy is taken when
    /// the person consents: bytes for its key are made then, whether they are sent or not.
    pub(super) async fn copy_for(
        &self,
        person: &Person,
        credential: &str,
        verifier: &str,
    ) -> Result<Option<Kept>, Fault> {
        loop {
            let rows = self.store.read().await?.list_copies(&person.account, credential).await?;
            let copies: Result<Vec<Copy>, Fault> = rows.iter().map(|row| seen(person, row)).collect();
            let id = match choose(&copies?, verifier) {
                Choice::First => return Ok(None),
                Choice::Same(id) => id,
                Choice::Fresh(id) => {
                    let to = self.seal(&person.data_key, Purpose::ShownTo, &id, &verifier)?;
                    let mut tx = self.store.write("show_copy").await?;
                    if !tx.show_copy(&person.account, &id, &to).await? {
                        // Another request took it; each round leaves one fewer.
                        continue;
                    }
                    tx.commit().await?;
                    id
                }
            };
            return rows.into_iter().find(|row| row.id == id).map(|row| open(person, row)).transpose();
        }
    }

    /// The credential or copy that an answer shows.
    pub(super) async fn shown(
        &self,
        person: &Person,
        asked: &Asked,
        id: &str,
    ) -> Result<Kept, PresentationError> {
        let kept = match self.credential(person, id).await {
            Err(CredentialError::Unknown) => return Err(SelectionFault::NotAMatch.into()),
            Err(CredentialError::Fault(fault)) => return Err(fault.into()),
            Ok(kept) => kept,
        };
        let first = kept.row.copy_of.as_deref().unwrap_or(id);
        let known = asked.credentials.iter().any(|one| one.row.id == first);
        if known { Ok(kept) } else { Err(SelectionFault::NotAMatch.into()) }
    }

    /// The key a credential is bound to, as long as its device is not lost.
    pub(super) async fn signing_key(&self, kept: &Kept) -> Result<Option<keys::PublicKey>, Fault> {
        let account = &kept.row.account;
        let Some(copy) = &kept.held.copy else {
            return self.usable_key(account, &kept.held.holder_thumbprint).await;
        };
        let device = self.usable_key(account, &copy.device).await?;
        Ok(device.and_then(|_| keys::PublicKey::from_jwk(&copy.jwk).ok()))
    }
}

fn seen(person: &Person, row: &Credential) -> Result<Copy, Fault> {
    let to = row.shown_to.as_ref().map(|sealed| person.data_key.unseal(Purpose::ShownTo, &row.id, sealed));
    Ok(Copy { id: row.id.clone(), shown_to: to.transpose()? })
}
