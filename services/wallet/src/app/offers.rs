//! Receiving credentials: the flows of OID4VCI 1.0, each step stored before the next.

mod asking;
mod authorizing;
mod encrypting;
mod proving;
mod renewing;

use std::collections::BTreeSet;

use holding::account::DeviceKeyFault;
use holding::activity::Activity;
use holding::copies::HolderKeys;
use holding::key_kind::KeyKind;
use holding::reception::{self, AnswerFault, Deferred, OfferFault, Progress, Reception, Source};
use holding::signing::{self, SignatureFault, ToSign};
use holding::vault::DataKey;
use serde_json::Value;
use store_wallet::credentials::Credential;
use store_wallet::records::{Record, Table};

use self::asking::Answer;
use self::proving::{Proofs, finished, key_of, missing, place, places};
pub use self::renewing::Ending;
use super::fault::{Fault, RemoteFault};
use super::mandates::InPerson;
use super::signing::Signatures;
use super::{Person, Wallet};

/// Why an offer cannot be opened or taken further.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("there is no such offer")]
    Unknown,
    #[error(transparent)]
    Refused(#[from] OfferFault),
    #[error("the issuer cannot be asked")]
    Issuer(#[from] RemoteFault),
    #[error("the offer is used up, withdrawn or expired")]
    Gone,
    #[error("the person has to sign in at the issuer first")]
    SignInFirst,
    #[error(transparent)]
    Answer(#[from] AnswerFault),
    /// An officer's device must not stay signed in.
    #[error("nobody signs in at an issuer at an officer's desk")]
    AtDesk,
    #[error("the offer needs the transaction code")]
    TransactionCodeMissing,
    /// Not offered, or the issuer has ended it.
    #[error("the credential cannot be renewed without a new offer")]
    RenewalOver,
    #[error("nothing needs to be renewed yet")]
    NotDue,
    #[error("the issuer did not accept the transaction code")]
    TransactionCodeRefused,
    #[error("the issuer refused: {0}")]
    IssuerRefused(String),
    #[error(transparent)]
    InPerson(#[from] InPerson),
    #[error("the wallet holds as many credentials as it can list")]
    Full,
    #[error("the issuer takes keys of a kind alone that this device did not bring")]
    KeyKind,
    #[error("this device key is not registered with the account, or is lost")]
    DeviceKey,
    #[error(transparent)]
    CopyKey(#[from] DeviceKeyFault),
    #[error("the time to sign is over; accept the offer again")]
    TokenOver,
    #[error(transparent)]
    Signature(#[from] SignatureFault),
    #[error("the credential that came does not verify")]
    Credential(Vec<String>),
}

/// Credentials of one person. What comes in masses would push the older ones out of the lists, of which this is the length.
const MOST_HELD: usize = 500;

/// An offer with what of it is in the wallet already.
pub struct OfferState {
    pub record: Record,
    pub reception: Reception,
    pub stored: Vec<Credential>,
}

/// For which keys an offer was made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    DeviceAndCopies,
    DeviceAlone,
}

/// The keys that credentials are to be bound to: the thumbprint of the device's, and fresh public ones for further copies.
#[derive(Clone, Copy)]
pub struct OfferKeys<'a> {
    pub device: &'a str,
    pub copies: &'a [Value],
}

/// What came of a step, and what the page is to sign next.
pub struct Step {
    pub offer: OfferState,
    pub to_sign: Vec<ToSign>,
}

impl Wallet {
    /// Opens an offer. The same link opened again leads to the same offer; `true` beside it when it is new.
    pub async fn open_offer(
        &self,
        person: &Person,
        source: Source,
    ) -> Result<(OfferState, bool), OfferError> {
        self.open_offer_for(person, source, Keys::DeviceAndCopies).await
    }

    /// Opens an offer that was made for the key of this device and no other, such as a certificate of entitlement.
    pub async fn open_bound_offer(
        &self,
        person: &Person,
        source: Source,
    ) -> Result<(OfferState, bool), OfferError> {
        self.open_offer_for(person, source, Keys::DeviceAlone).await
    }

    async fn open_offer_for(
        &self,
        person: &Person,
        source: Source,
        keys: Keys,
    ) -> Result<(OfferState, bool), OfferError> {
        let key = source_key(&source);
        if let Some((record, reception)) = self.find_by_source(person, Table::Offers, &key).await? {
            return Ok((self.with_stored(person, record, reception).await?, false));
        }
        let mut reception = self.described(person, source).await?;
        if keys == Keys::DeviceAlone {
            reception.further_keys = 0;
            if reception.places().own > 0 {
                return Err(OfferFault::ProofType.into());
            }
        }
        reception.make_client_key(self.entropy.as_ref());
        self.fetch_logos(&mut reception).await;
        let record = self.new_record(person, Table::Offers, &key, reception.state(), &reception)?;
        let mut tx = self.store.write("open_offer").await?;
        let new = tx.insert_record(Table::Offers, &record).await?;
        tx.commit().await?;
        if new {
            return Ok((OfferState { record, reception, stored: Vec::new() }, true));
        }
        // Opened twice at the same moment: the other one stands.
        let (record, reception) =
            self.find_by_source(person, Table::Offers, &key).await?.ok_or(OfferError::Unknown)?;
        Ok((self.with_stored(person, record, reception).await?, false))
    }

    /// What is behind a link or a wish, as its issuer describes it.
    async fn described(&self, person: &Person, source: Source) -> Result<Reception, OfferError> {
        let said = self.attester_of(person).await?.map(|attester| &attester.says);
        if let Source::Chosen { issuer, configurations, .. } = &source {
            let found = self.issuer(issuer, None).await?;
            let (described, ids) = ((&found.metadata, &found.server), configurations.clone());
            return Ok(reception::choose(source, &ids, described, (found.party, said))?);
        }
        let offer = self.fetch_offer(&source).await?;
        let issuer = self.issuer(&offer.credential_issuer, offer.authorization_server()).await?;
        let described = (&issuer.metadata, &issuer.server);
        Ok(reception::open(source, &offer, described, (issuer.party, said))?)
    }

    pub async fn offer(&self, person: &Person, id: &str) -> Result<OfferState, OfferError> {
        let (record, reception) = self.find(person, Table::Offers, id).await?.ok_or(OfferError::Unknown)?;
        self.with_stored(person, record, reception).await
    }

    /// Forgets an offer that was not taken; credentials that came stay.
    pub async fn decline_offer(&self, person: &Person, id: &str) -> Result<(), OfferError> {
        let mut tx = self.store.write("decline_offer").await?;
        let done = tx.delete_record(Table::Offers, &person.account, id).await?;
        tx.commit().await?;
        if done { Ok(()) } else { Err(OfferError::Unknown) }
    }

    /// Gets a token and prepares the key proofs. With a token that still lives, the same proofs again.
    pub async fn accept_offer(
        &self,
        person: &Person,
        id: &str,
        wanted: OfferKeys<'_>,
        tx_code: Option<&str>,
    ) -> Result<Step, OfferError> {
        let mut offer = self.offer(person, id).await?;
        if is_over(&offer.reception.progress) {
            return Ok(Step { offer, to_sign: Vec::new() });
        }
        // Before the code is used up, which the person will need.
        if offer.reception.is_for_the_person_alone() && person.representative().is_some() {
            return Err(InPerson.into());
        }
        let key = self.usable_key(&person.account, wanted.device).await?.ok_or(OfferError::DeviceKey)?;
        let places = offer.reception.places();
        let mut named = wanted.copies.to_vec();
        if places.own > 0 {
            named.extend(self.own_key_at_desk(person).await?);
        }
        let keys = HolderKeys::new(key, &named, places)?;
        if places.own > 0 && keys.of(KeyKind::Ed25519).is_empty() {
            return Err(OfferError::KeyKind);
        }
        let copy_keys = keys.named();
        let mut token = None;
        if let Progress::Signing { access_token, expires_at, copy_keys: known, .. } =
            &offer.reception.progress
            && let Some((_, proofs)) = offer.reception.usable_token(wanted.device, self.now())
        {
            let to_sign = missing(&offer, proofs);
            if !to_sign.is_empty() && *known == copy_keys {
                return Ok(Step { offer, to_sign });
            }
            // A page that has lost the keys it meant to use names others; the permission is still good.
            token = Some((access_token.clone(), *expires_at));
        }
        let places = missing_slots(&offer);
        if places.is_empty() {
            return self.settle(person, offer, None).await;
        }
        let held = self.store.read().await?.count_credentials(&person.account).await?;
        // What is renewed takes the place of what was there.
        let grows = offer.reception.renews.is_none();
        if grows && usize::try_from(held).unwrap_or(usize::MAX).saturating_add(places.len()) > MOST_HELD {
            return Err(OfferError::Full);
        }
        let (token, expires_at) = match token {
            Some(token) => token,
            None => {
                let permission = match self.token(&offer.reception, tx_code).await {
                    Err(OfferError::RenewalOver) => return Err(self.end_renewal(person, &offer).await?),
                    Err(OfferError::SignInFirst) => return Err(self.forget_grant(person, offer).await?),
                    other => other?,
                };
                // RFC 6749, 6: where no other one comes, the same serves again.
                if permission.refresh_token.is_some() {
                    offer.reception.refresh_token = permission.refresh_token;
                }
                if !permission.identifiers.is_empty() {
                    offer.reception.identifiers = permission.identifiers;
                }
                (permission.access_token, permission.expires_at)
            }
        };
        let Proofs { to_sign, presentations } =
            self.key_proofs(person, &offer.reception, &places, &keys).await?;
        offer.reception.officer = person.officer().map(str::to_owned);
        offer.reception.representative = person.representative().cloned();
        if let Some(authorization) = &mut offer.reception.authorization {
            authorization.granted = None;
        }
        offer.reception.progress = Progress::Signing {
            access_token: token,
            expires_at,
            holder_thumbprint: wanted.device.to_owned(),
            copy_keys,
            proofs: to_sign.clone(),
            presentations,
        };
        let offer = self.keep_offer("accept_offer", person, offer).await?;
        Ok(Step { offer, to_sign })
    }

    /// Sends the signed key proofs, verifies and stores what comes. Each credential is stored before the next
    /// is asked for, so nothing that arrived is lost when a later one fails.
    pub async fn prove(
        &self,
        person: &Person,
        id: &str,
        signatures: &Signatures,
    ) -> Result<Step, OfferError> {
        let mut offer = self.offer(person, id).await?;
        let (access_token, expires_at, thumbprint, copy_keys, proofs) = match &offer.reception.progress {
            Progress::Waiting { .. } | Progress::Received { .. } | Progress::Refused { .. } => {
                return Ok(Step { offer, to_sign: Vec::new() });
            }
            Progress::Opened => return Err(OfferError::TokenOver),
            Progress::Signing {
                access_token,
                expires_at,
                holder_thumbprint,
                copy_keys,
                proofs,
                presentations,
            } => {
                let keys = (holder_thumbprint.clone(), copy_keys.clone());
                let proofs = Proofs { to_sign: proofs.clone(), presentations: presentations.clone() };
                (access_token.clone(), *expires_at, keys.0, keys.1, proofs)
            }
        };
        let key = self.usable_key(&person.account, &thumbprint).await?.ok_or(OfferError::DeviceKey)?;
        let wanted = missing(&offer, &proofs.to_sign);
        if wanted.is_empty() {
            return self.settle(person, offer, None).await;
        }
        let keys = HolderKeys::new(key, &copy_keys, offer.reception.places())?;
        let key_of = |item: &ToSign| key_of(item, &offer.reception, &keys);
        let checked = signing::check_each(&wanted, signatures, key_of)?;
        let (mut again, mut seconds) = (Vec::new(), None);
        for slot in places(&wanted) {
            let of_place = wanted.iter().filter(|item| place(item) == Some(slot));
            let made: Result<Vec<Value>, OfferError> =
                of_place.map(|item| finished(item, &checked, &proofs.presentations)).collect();
            match self.request_credential(&offer.reception, slot, &access_token, &made?).await? {
                Answer::Credential(answer) => {
                    let held = self.verified(&offer.reception, slot, &keys, &access_token, *answer).await?;
                    let owner = (person.account.as_str(), &person.data_key);
                    let row = self.keep_credential(owner, &offer.record.id, slot, &held).await?;
                    offer.stored.push(row);
                }
                Answer::Waits { transaction_id, seconds: told } => {
                    seconds = seconds.max(told);
                    offer.reception.deferred.push(Deferred { slot, transaction_id });
                }
                Answer::NonceRefused => again.push(slot),
                Answer::TokenRefused => {
                    offer.reception.progress = Progress::Opened;
                    self.keep_offer("token_over", person, offer).await?;
                    return Err(OfferError::TokenOver);
                }
            }
        }
        if again.is_empty() {
            return self.settle(person, offer, seconds).await;
        }
        let Proofs { to_sign, presentations } =
            self.key_proofs(person, &offer.reception, &again, &keys).await?;
        offer.reception.progress = Progress::Signing {
            access_token,
            expires_at,
            holder_thumbprint: thumbprint,
            copy_keys,
            proofs: to_sign.clone(),
            presentations,
        };
        let offer = self.keep_offer("renew_proofs", person, offer).await?;
        Ok(Step { offer, to_sign })
    }

    /// Nothing is left to prove: everything is here, or the organisation releases the rest later.
    async fn settle(
        &self,
        person: &Person,
        mut offer: OfferState,
        seconds: Option<u64>,
    ) -> Result<Step, OfferError> {
        let (access_token, holder_thumbprint, copy_keys) = match &offer.reception.progress {
            Progress::Signing { access_token, holder_thumbprint, copy_keys, .. }
                if !offer.reception.deferred.is_empty() =>
            {
                (access_token.clone(), holder_thumbprint.clone(), copy_keys.clone())
            }
            _ => return self.complete((&person.account, &person.data_key), offer).await,
        };
        offer.reception.progress = Progress::Waiting { access_token, holder_thumbprint, copy_keys };
        let moved = self.waiting(&person.data_key, &offer.record, &offer.reception, seconds)?;
        let record = self.replace("wait_for_offer", Table::Offers, moved).await?;
        Ok(Step { offer: OfferState { record, ..offer }, to_sign: Vec::new() })
    }

    /// Everything is here: note it, with a line in the person's record.
    pub(super) async fn complete(
        &self,
        (account, key): (&str, &DataKey),
        mut offer: OfferState,
    ) -> Result<Step, OfferError> {
        offer.reception.progress = Progress::Received { at: self.now() };
        let moved =
            self.moved(key, Table::Offers, &offer.record, offer.reception.state(), &offer.reception)?;
        let (from, proven) = (offer.reception.issuer.name().to_owned(), offer.reception.issuer.is_proven());
        let names = offer.reception.names();
        let replaced = self.replaced_by((account, key), &offer).await?;
        let activity = match &replaced {
            None => Activity::Received { from, proven, names },
            Some(replaced) => Activity::Renewed { from, proven, names, changed: replaced.changed },
        };
        let hands = (offer.reception.officer.as_deref(), offer.reception.representative.as_ref());
        let entry = self.entry_at(key, hands, &activity)?;
        let mut tx = self.store.write("complete_offer").await?;
        tx.replace_record(Table::Offers, &moved).await?;
        if let Some(replaced) = &replaced {
            replaced.remove(&mut tx, account).await?;
        }
        tx.insert_entry(account, &entry).await?;
        tx.commit().await?;
        self.wake.notify_one();
        let record = Record { revision: moved.revision + 1, ..moved };
        Ok(Step { offer: OfferState { record, ..offer }, to_sign: Vec::new() })
    }

    async fn keep_offer(
        &self,
        name: &'static str,
        person: &Person,
        offer: OfferState,
    ) -> Result<OfferState, OfferError> {
        let OfferState { record, reception, stored } = offer;
        let moved = self.moved(&person.data_key, Table::Offers, &record, reception.state(), &reception)?;
        let record = self.replace(name, Table::Offers, moved).await?;
        Ok(OfferState { record, reception, stored })
    }

    async fn with_stored(
        &self,
        person: &Person,
        record: Record,
        reception: Reception,
    ) -> Result<OfferState, OfferError> {
        let mut tx = self.store.read().await?;
        let stored = tx.list_credentials_of_offer(&person.account, &record.id).await?;
        Ok(OfferState { record, reception, stored })
    }
}

fn source_key(source: &Source) -> String {
    match source {
        Source::Reference(uri) => uri.clone(),
        Source::Value(value) => sorted(value).to_string(),
        Source::Chosen { issuer, configurations, attempt } => {
            format!("{attempt} {issuer} {}", configurations.join(" "))
        }
    }
}

/// The same offer with its members in another order is the same offer.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let ordered: std::collections::BTreeMap<_, _> = members.iter().collect();
            Value::Object(ordered.into_iter().map(|(key, member)| (key.clone(), sorted(member))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// Whether there is nothing that the person could do now.
const fn is_over(progress: &Progress) -> bool {
    match progress {
        Progress::Waiting { .. } | Progress::Received { .. } | Progress::Refused { .. } => true,
        Progress::Opened | Progress::Signing { .. } => false,
    }
}

/// What needs no proof any more: it is here, waited for, or refused.
fn settled_slots(offer: &OfferState) -> BTreeSet<usize> {
    let stored = offer.stored.iter().filter_map(|row| usize::try_from(row.slot).ok());
    let deferred = offer.reception.deferred.iter().map(|one| one.slot);
    stored.chain(deferred).chain(offer.reception.refused.iter().copied()).collect()
}

fn missing_slots(offer: &OfferState) -> Vec<usize> {
    let settled = settled_slots(offer);
    (0..offer.reception.offered.len()).filter(|slot| !settled.contains(slot)).collect()
}
