//! Credentials kept: accepted only when they verify, listed, shown, removed.

use holding::account::StepUp;
use holding::activity::Activity;
use holding::assurance::Act;
use holding::client::AccessToken;
use holding::copies::{self, CopyKey, HolderKeys};
use holding::held::{Annex, Held, Notification, StatusEntry};
use holding::party::Party;
use holding::path::Step as PathStep;
use holding::reception::{Offered, Reception};
use holding::vault::{DataKey, Purpose};
use serde_json::Value;
use store_wallet::credentials::Credential;
use wire::vci::{CredentialResponse, IssuedCredential};

use credential::{Expect, Input, KeyState, Outcome, StatusRef};

use super::fault::{Fault, RemoteFault};
use super::held_form::as_held;
use super::issuers::parse;
use super::offers::OfferError;
use super::{Person, Wallet};

/// A credential and what is known of it.
pub struct Kept {
    pub row: Credential,
    pub held: Held,
    pub annex: Annex,
}

/// Why a credential cannot be shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("there is no such credential")]
    Unknown,
}

/// Why a credential is not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemovalError {
    #[error(transparent)]
    Credential(#[from] CredentialError),
    #[error(transparent)]
    StepUp(#[from] StepUp),
}

impl From<Fault> for RemovalError {
    fn from(fault: Fault) -> Self {
        CredentialError::from(fault).into()
    }
}

impl Wallet {
    pub async fn credentials(&self, person: &Person) -> Result<Vec<Kept>, Fault> {
        let rows = self.store.read().await?.list_credentials(&person.account).await?;
        rows.into_iter().map(|row| open(person, row)).collect()
    }

    pub async fn credential(&self, person: &Person, id: &str) -> Result<Kept, CredentialError> {
        let mut tx = self.store.read().await?;
        let row = tx.find_credential(&person.account, id).await?;
        Ok(open(person, row.ok_or(CredentialError::Unknown)?)?)
    }

    /// Removes one credential. With the last of an offer the offer goes too, so that the same link can be
    /// opened afresh.
    pub async fn remove_credential(&self, person: &Person, id: &str) -> Result<(), RemovalError> {
        let kept = self.credential(person, id).await?;
        if person.desk.is_some() {
            self.may(person, Act::RemoveAtDesk).await??;
        }
        let entry = self.entry_by(person, &Activity::CredentialRemoved { name: kept.held.name.clone() })?;
        let mut tx = self.store.write("remove_credential").await?;
        let account = &person.account;
        if !tx.delete_credential(account, id).await? {
            return Err(CredentialError::Unknown.into());
        }
        if tx.list_credentials_of_offer(account, &kept.row.offer).await?.is_empty() {
            let table = store_wallet::records::Table::Offers;
            tx.delete_record(table, account, &kept.row.offer).await?;
        }
        tx.insert_entry(account, &entry).await?;
        tx.commit().await?;
        self.forget_deleted().await;
        Ok(())
    }

    /// Verifies what an issuer sent. What does not verify, or is bound to another key or type than was asked
    /// for, comes no further than here.
    pub(super) async fn verified(
        &self,
        reception: &Reception,
        slot: usize,
        keys: &HolderKeys,
        access_token: &AccessToken,
        mut answer: CredentialResponse,
    ) -> Result<Vec<Held>, OfferError> {
        let bound = reception.offered.get(slot).is_some_and(|one| one.needs_proof);
        let bound_to = keys.of(reception.kind(slot));
        let places = if bound { bound_to.len() } else { 1 };
        if !(1..=places).contains(&answer.credentials.len()) {
            return Err(RemoteFault::Form("credential response").into());
        }
        let mut notification = answer.notification_id.take();
        let mut all: Vec<Held> = Vec::new();
        for issued in answer.credentials {
            let told = notification.take().map(|id| (id, access_token));
            let held = self.verified_one(reception, slot, keys, told, issued).await?;
            if all.iter().any(|earlier| earlier.holder_thumbprint == held.holder_thumbprint) {
                return Err(OfferError::Credential(vec!["holderBinding.sameKey".to_owned()]));
            }
            all.push(held);
        }
        let first = bound_to.first().map_or_else(String::new, |key| key.jwk_thumbprint());
        let Some(first) = all.iter().position(|held| held.holder_thumbprint == first) else {
            return Err(OfferError::Credential(vec!["holderBinding.otherKey".to_owned()]));
        };
        all.swap(0, first);
        // What the person reads and consents to is the first; a copy that says something else would be shown unread.
        let says = |held: &Held| -> Vec<(Vec<PathStep>, String)> {
            held.claims().into_iter().map(|claim| (claim.path, claim.value)).collect()
        };
        let differs = all.first().is_some_and(|first| all.iter().any(|copy| says(copy) != says(first)));
        if differs { Err(OfferError::Credential(vec!["form.copiesDiffer".to_owned()])) } else { Ok(all) }
    }

    async fn verified_one(
        &self,
        reception: &Reception,
        slot: usize,
        keys: &HolderKeys,
        notification: Option<(String, &AccessToken)>,
        issued: IssuedCredential,
    ) -> Result<Held, OfferError> {
        let offered = reception.offered.get(slot).ok_or(OfferError::Unknown)?;
        let input =
            Input::from_value(issued.credential.clone()).map_err(|_| RemoteFault::Form("credential"))?;
        let mut outcome = as_held(&input, self.resolver.as_ref(), &Expect::credential(self.now())).await;
        if outcome.faults.iter().any(|fault| fault.unfinished) {
            return Err(RemoteFault::Registry.into());
        }
        if credential::data_integrity::is_shown_in_parts(&outcome.credential)
            && let Some(document) = outcome.credential.as_object_mut()
        {
            // It is of this one check; the base proof is with the credential.
            document.remove("proof");
        }
        let bound_to = keys.of(offered.proof.kind);
        let first = bound_to.first().copied().unwrap_or(&keys.device);
        let bound =
            bound_to.into_iter().find(|key| outcome.holder_key.as_ref() == Some(key)).unwrap_or(first);
        let faults = faults(&outcome, offered, reception.issuer.did.as_deref(), bound);
        if !faults.is_empty() {
            tracing::warn!(faults = faults.join(" "), "a credential was refused");
            return Err(OfferError::Credential(faults));
        }
        let origin = |text: &str| parse(text).ok().map(|url| url.origin());
        let home = origin(&reception.endpoints.issuer);
        let notification = match (&reception.endpoints.notification, notification) {
            (Some(endpoint), Some((id, access_token))) => Some(Notification {
                endpoint: endpoint.clone(),
                id,
                access_token: access_token.clone(),
                key: reception.client_key.clone().filter(|_| access_token.is_bound()),
            }),
            _ => None,
        };
        Ok(Held {
            format: offered.format.clone(),
            credential: issued.credential,
            root: outcome.credential,
            types: outcome.types,
            name: offered.name.clone(),
            description: offered.description.clone(),
            labels: offered.labels.clone(),
            issuer: self.credential_issuer(&reception.issuer, outcome.issuer).await?,
            holder_thumbprint: bound.jwk_thumbprint(),
            copy: (bound != &keys.device)
                .then(|| CopyKey { jwk: bound.to_jwk(), device: keys.device.jwk_thumbprint() }),
            configuration_id: offered.configuration_id.clone(),
            received_at: self.now(),
            valid_from: outcome.valid_from,
            valid_until: outcome.valid_until,
            status: outcome.status.into_iter().filter_map(status_entry).collect(),
            // A receipt from elsewhere would tell a stranger when the person's wallet looks for it.
            receipt_uri: issued.receipt_uri.filter(|uri| home.is_some() && origin(uri) == home),
            notification,
            colours: offered.look.colours.clone(),
            logo: (bound == first).then(|| reception.logo(slot).cloned()).flatten(),
        })
    }

    /// Stores a verified credential under its place in the offer, once, with its copies.
    pub(super) async fn keep_credential(
        &self,
        (account, key): (&str, &DataKey),
        offer: &str,
        slot: usize,
        held: &[Held],
    ) -> Result<Credential, Fault> {
        let mut rows: Vec<Credential> = Vec::new();
        for (copy, held) in held.iter().enumerate() {
            let mut row = self.new_credential((account, key), offer, copies::slot(slot, copy), held)?;
            row.copy_of = rows.first().map(|first| first.id.clone());
            rows.push(row);
        }
        let row = rows.first().cloned().ok_or_else(|| Fault::Prepare("no credential came".to_owned()))?;
        let mut tx = self.store.write("keep_credential").await?;
        let new = tx.insert_credential(&row).await?;
        for copy in rows.iter().skip(1).filter(|_| new) {
            tx.insert_credential(copy).await?;
        }
        let stored = tx.list_credentials_of_offer(account, &row.offer).await?;
        tx.commit().await?;
        if new {
            return Ok(row);
        }
        // Another request of the same person was faster; what it stored stands.
        Ok(stored.into_iter().find(|stored| stored.slot == row.slot).unwrap_or(row))
    }

    fn new_credential(
        &self,
        (account, key): (&str, &DataKey),
        offer: &str,
        slot: usize,
        held: &Held,
    ) -> Result<Credential, Fault> {
        let (id, now) = (self.new_id(), self.now());
        Ok(Credential {
            account: account.to_owned(),
            offer: offer.to_owned(),
            slot: i64::try_from(slot).unwrap_or(i64::MAX),
            sealed: self.seal(key, Purpose::Credential, &id, held)?,
            annex: self.seal(key, Purpose::Annex, &id, &Annex::default())?,
            id,
            revision: 0,
            created_at: now,
            receipt_due_at: held.receipt_uri.as_ref().map(|_| now),
            receipt_tries: 0,
            notify_due_at: held.notification.as_ref().map(|_| now),
            notify_tries: 0,
            copy_of: None,
            shown_to: None,
        })
    }

    /// Who issued a credential: proven already, or proven now by the DID that signed it.
    async fn credential_issuer(&self, offered_by: &Party, did: Option<String>) -> Result<Party, OfferError> {
        if offered_by.did.is_some() && offered_by.did == did {
            return Ok(offered_by.clone());
        }
        let organisation = match &did {
            Some(did) => self.chain.organisation(did).await.map_err(|_| RemoteFault::Registry)?,
            None => None,
        };
        Ok(Party { did, organisation, ..Party::unverified(&offered_by.host) })
    }
}

pub(super) fn open(person: &Person, row: Credential) -> Result<Kept, Fault> {
    let held = person.data_key.unseal(Purpose::Credential, &row.id, &row.sealed)?;
    let annex = person.data_key.unseal(Purpose::Annex, &row.id, &row.annex)?;
    Ok(Kept { row, held, annex })
}

/// Everything that speaks against keeping a credential, by check and code.
fn faults(
    outcome: &Outcome,
    offered: &Offered,
    signed_by: Option<&str>,
    key: &keys::PublicKey,
) -> Vec<String> {
    let mut faults: Vec<String> =
        outcome.faults.iter().map(|fault| format!("{}.{}", fault.check.as_str(), fault.code)).collect();
    let mut refuse = |wrong: bool, code: &str| {
        if wrong {
            faults.push(code.to_owned());
        }
    };
    refuse(outcome.format.as_str() != offered.format, "form.otherFormat");
    refuse(offered.needs_proof && outcome.holder_key.as_ref() != Some(key), "holderBinding.otherKey");
    refuse(!has_type(&outcome.credential, &outcome.types, &offered.types), "form.otherType");
    refuse(signed_by.is_some_and(|did| outcome.issuer.as_deref() != Some(did)), "issuerKey.otherIssuer");
    // There is no receipt yet that could vouch for an old key.
    let proven = outcome.faults.is_empty();
    refuse(proven && outcome.key_state != KeyState::Current, "issuerKey.notCurrent");
    faults
}

/// Whether the credential is of the type that was offered: `vct` for SD-JWT, the names in `type` for W3C.
fn has_type(document: &Value, types: &[String], offered: &[String]) -> bool {
    let named: Vec<&str> = document
        .get("type")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    offered.iter().all(|wanted| types.contains(wanted) || named.contains(&wanted.as_str()))
}

fn status_entry(reference: StatusRef) -> Option<StatusEntry> {
    match reference {
        StatusRef::Bitstring { purpose, index, list, .. } => {
            Some(StatusEntry { list, index, purpose: Some(purpose) })
        }
        StatusRef::Token { index, uri } => Some(StatusEntry { list: uri, index, purpose: None }),
        // The credential says that it has a status and nobody here can read it.
        StatusRef::Other { kind } => Some(StatusEntry { list: String::new(), index: 0, purpose: Some(kind) }),
    }
}
