//! Renewal: what ends soon, or has shown every copy, is asked for anew by the issuer's refresh token where it gave one.
//!
//! The keys are in the person's browser, so it happens while the wallet is open there; nobody need press anything. Credentials
//! that came anew take the place of the earlier ones in one transaction.

use std::collections::BTreeMap;

use chrono::Duration;
use clock::Timestamp;
use holding::held::{Held, Standing};
use holding::reception::{self, Progress, Reception};
use holding::vault::{DataKey, Purpose};
use store_wallet::Tx;
use store_wallet::credentials::Credential;
use store_wallet::records::Table;

use super::{OfferError, OfferState};
use crate::app::credentials::{CredentialError, Kept};
use crate::app::fault::Fault;
use crate::app::{Person, Wallet, open_record};

/// A renewal that failed is tried by itself again after this.
const AGAIN_HOURS: i64 = 24;

/// A credential that the person is reminded of.
pub struct Ending {
    pub kept: Kept,
    /// Its end, where that is near or past.
    pub ends: Option<Timestamp>,
    /// There were copies, and each was shown to somebody.
    pub copies_used: bool,
    /// Its key was on a device that is gone.
    pub lost: bool,
    /// The issuer gave a token to renew it with.
    pub renewable: bool,
    /// The page may begin by itself.
    pub due: bool,
}

/// What a renewal takes the place of.
pub(super) struct Replaced {
    offer: String,
    credentials: Vec<String>,
    /// Nothing of the earlier offer is left.
    whole: bool,
    pub changed: bool,
}

impl Wallet {
    /// What ends soon, has ended, has no fresh copy left, or is bound to a key that is gone. What was withdrawn is no matter of
    /// renewal.
    pub async fn endings(&self, person: &Person) -> Result<Vec<Ending>, Fault> {
        let now = self.now();
        let (used, gone): (Vec<String>, Vec<String>) = {
            let mut tx = self.store.read().await?;
            let counts = tx.count_copies(&person.account).await?;
            let keys = tx.list_device_keys(&person.account).await?;
            (
                counts.into_iter().filter(|(_, _, unseen)| *unseen == 0).map(|(id, _, _)| id).collect(),
                keys.into_iter().filter(|key| key.lost_at.is_some()).map(|key| key.thumbprint).collect(),
            )
        };
        let mut receptions: BTreeMap<String, Option<Reception>> = BTreeMap::new();
        let mut endings = Vec::new();
        for kept in self.credentials(person).await? {
            let copies_used = used.contains(&kept.row.id);
            let ends = kept.held.valid_until.filter(|_| kept.held.ends_soon(now));
            let withdrawn = kept.held.standing(&kept.annex, now) == Standing::Revoked;
            let lost = gone.iter().any(|gone| gone == kept.held.device_key());
            if withdrawn || (ends.is_none() && !copies_used && !lost) {
                continue;
            }
            if !receptions.contains_key(&kept.row.offer) {
                let found = self.find::<Reception>(person, Table::Offers, &kept.row.offer).await?;
                receptions.insert(kept.row.offer.clone(), found.map(|(_, reception)| reception));
            }
            let reception = receptions.get(&kept.row.offer).and_then(Option::as_ref);
            let renewable = reception.is_some_and(|it| it.refresh_token.is_some());
            let tried = reception.and_then(|it| it.renewal_tried_at);
            let rested = tried.is_none_or(|tried| now - tried >= Duration::hours(AGAIN_HOURS));
            endings.push(Ending { kept, ends, copies_used, lost, renewable, due: renewable && rested });
        }
        Ok(endings)
    }

    /// Opens the renewal of a credential and of whatever came by the same offer. Opened again, it is the same one.
    pub async fn open_renewal(
        &self,
        person: &Person,
        credential: &str,
    ) -> Result<(OfferState, bool), OfferError> {
        let kept = match self.credential(person, credential).await {
            Err(CredentialError::Unknown) => return Err(OfferError::Unknown),
            Err(CredentialError::Fault(fault)) => return Err(fault.into()),
            Ok(kept) => kept,
        };
        let earlier = kept.row.offer;
        let found = self.find::<Reception>(person, Table::Offers, &earlier).await?;
        let (record, mut before) = found.ok_or(OfferError::RenewalOver)?;
        if before.refresh_token.is_none() {
            return Err(OfferError::RenewalOver);
        }
        let key = format!("renews {earlier}");
        if let Some((record, reception)) =
            self.find_by_source::<Reception>(person, Table::Offers, &key).await?
        {
            match reception.progress {
                // The rest of the earlier offer is what the issuer did not give anew.
                Progress::Received { .. } => return Err(OfferError::RenewalOver),
                Progress::Refused { .. } => self.decline_offer(person, &record.id).await?,
                Progress::Opened | Progress::Signing { .. } | Progress::Waiting { .. } => {
                    return Ok((self.with_stored(person, record, reception).await?, false));
                }
            }
        }
        let endings = self.endings(person).await?;
        if !endings.iter().any(|ending| ending.kept.row.offer == earlier) {
            return Err(OfferError::NotDue);
        }
        before.renewal_tried_at = Some(self.now());
        let moved = self.moved(&person.data_key, Table::Offers, &record, before.state(), &before)?;
        self.replace("try_renewal", Table::Offers, moved).await?;
        let issuer = self.issuer(&before.endpoints.issuer, before.server.name()).await?;
        let said = self.attester_of(person).await?.map(|attester| &attester.says);
        let described = (&issuer.metadata, &issuer.server);
        let mut reception = reception::renew((&earlier, &before), described, (issuer.party, said))?;
        self.fetch_logos(&mut reception).await;
        let record = self.new_record(person, Table::Offers, &key, reception.state(), &reception)?;
        let mut tx = self.store.write("open_renewal").await?;
        let new = tx.insert_record(Table::Offers, &record).await?;
        tx.commit().await?;
        if new {
            return Ok((OfferState { record, reception, stored: Vec::new() }, true));
        }
        let found = self.find_by_source(person, Table::Offers, &key).await?;
        let (record, reception) = found.ok_or(OfferError::Unknown)?;
        Ok((self.with_stored(person, record, reception).await?, false))
    }

    /// The issuer takes the token no more: it is forgotten, so that the person is told whom to ask, and the renewal with it.
    pub(super) async fn end_renewal(&self, person: &Person, offer: &OfferState) -> Result<OfferError, Fault> {
        let Some(earlier) = &offer.reception.renews else { return Ok(OfferError::RenewalOver) };
        let found = self.find::<Reception>(person, Table::Offers, earlier).await?;
        let before = match found {
            None => None,
            Some((record, before)) => {
                let before = Reception { refresh_token: None, ..before };
                Some(self.moved(&person.data_key, Table::Offers, &record, before.state(), &before)?)
            }
        };
        let mut tx = self.store.write("end_renewal").await?;
        if let Some(before) = before {
            tx.replace_record(Table::Offers, &before).await?;
        }
        tx.delete_record(Table::Offers, &person.account, &offer.record.id).await?;
        tx.commit().await?;
        Ok(OfferError::RenewalOver)
    }

    /// What the credentials of a renewal take the place of; nothing where the offer is none.
    pub(super) async fn replaced_by(
        &self,
        (account, key): (&str, &DataKey),
        offer: &OfferState,
    ) -> Result<Option<Replaced>, Fault> {
        let Some(earlier) = &offer.reception.renews else { return Ok(None) };
        let mut tx = self.store.read().await?;
        let found = tx.find_record(Table::Offers, account, earlier).await?;
        let old = tx.list_credentials_of_offer(account, earlier).await?;
        let new = tx.list_credentials_of_offer(account, &offer.record.id).await?;
        drop(tx);
        let open = |row: &Credential| -> Result<Held, Fault> {
            Ok(key.unseal(Purpose::Credential, &row.id, &row.sealed)?)
        };
        let mut came: BTreeMap<String, Held> = BTreeMap::new();
        for row in &new {
            let held = open(row)?;
            came.insert(held.configuration_id.clone(), held);
        }
        let (mut credentials, mut changed) = (Vec::new(), false);
        for row in &old {
            let before = open(row)?;
            if let Some(after) = came.get(&before.configuration_id) {
                changed |= says(&before) != says(after);
                credentials.push(row.id.clone());
            }
        }
        let waits = match found {
            Some(record) => {
                let (_, before): (_, Reception) = open_record(key, Table::Offers, record)?;
                !before.deferred.is_empty()
            }
            None => false,
        };
        let whole = !waits && credentials.len() == old.len();
        Ok(Some(Replaced { offer: earlier.clone(), credentials, whole, changed }))
    }
}

impl Replaced {
    /// In the transaction that notes what came.
    pub(super) async fn remove(&self, tx: &mut Tx, account: &str) -> Result<(), sql::Error> {
        for credential in &self.credentials {
            tx.delete_credential(account, credential).await?;
        }
        if self.whole {
            tx.delete_record(Table::Offers, account, &self.offer).await?;
        }
        Ok(())
    }
}

/// What a credential says, apart from its dates.
fn says(held: &Held) -> Vec<(String, String)> {
    held.claims().into_iter().map(|claim| (claim.label, claim.value)).collect()
}
