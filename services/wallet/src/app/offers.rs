//! Receiving credentials: the pre-authorized code flow of OID4VCI 1.0, each step stored before the next.

use std::collections::BTreeSet;

use chrono::Duration;
use clock::Timestamp;
use holding::account::DeviceKeyFault;
use holding::activity::Activity;
use holding::copies::{HolderKeys, proof_id, read_proof_id};
use holding::reception::{self, Deferred, OfferFault, Progress, Reception, Source};
use holding::request::plain_text;
use holding::signing::{self, SignatureFault, ToSign};
use holding::vault::DataKey;
use serde_json::Value;
use store_wallet::credentials::Credential;
use store_wallet::records::{Record, Table};
use wire::vci::{CredentialOffer, ErrorResponse, NonceResponse, PRE_AUTHORIZED_CODE, TokenResponse};

use super::fault::{Fault, RemoteFault};
use super::issuers::parse;
use super::signing::Signatures;
use super::{Person, Wallet};

/// An access token without its own end is used this long.
const DEFAULT_TOKEN_SECONDS: u64 = 300;
const MAX_TX_CODE: usize = 64;

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
    #[error("the offer needs the transaction code")]
    TransactionCodeMissing,
    #[error("the issuer did not accept the transaction code")]
    TransactionCodeRefused,
    #[error("the issuer refused: {0}")]
    IssuerRefused(String),
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
        let offer = self.fetch_offer(&source).await?;
        let issuer = self.issuer(&offer.credential_issuer).await?;
        let mut reception =
            reception::open(source, &offer, &issuer.metadata, issuer.token_endpoint, issuer.party)?;
        if keys == Keys::DeviceAlone {
            reception.further_keys = 0;
        }
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
        let key = self.usable_key(&person.account, wanted.device).await?.ok_or(OfferError::DeviceKey)?;
        let keys = HolderKeys::new(key, wanted.copies, offer.reception.further_keys)?;
        let copy_keys: Vec<Value> = keys.copies.iter().map(keys::PublicKey::to_jwk).collect();
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
        let (token, expires_at) = match token {
            Some(token) => token,
            None => self.token(&offer.reception, tx_code).await?,
        };
        let proofs = self.key_proofs(person, &offer.reception, &places, &keys).await?;
        offer.reception.progress = Progress::Signing {
            access_token: token,
            expires_at,
            holder_thumbprint: wanted.device.to_owned(),
            copy_keys,
            proofs: proofs.clone(),
        };
        let offer = self.keep_offer("accept_offer", person, offer).await?;
        Ok(Step { offer, to_sign: proofs })
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
            Progress::Signing { access_token, expires_at, holder_thumbprint, copy_keys, proofs } => {
                let keys = (holder_thumbprint.clone(), copy_keys.clone());
                (access_token.clone(), *expires_at, keys.0, keys.1, proofs.clone())
            }
        };
        let key = self.usable_key(&person.account, &thumbprint).await?.ok_or(OfferError::DeviceKey)?;
        let wanted = missing(&offer, &proofs);
        if wanted.is_empty() {
            return self.settle(person, offer, None).await;
        }
        let keys = HolderKeys::new(key, &copy_keys, offer.reception.further_keys)?;
        let key_of = |item: &ToSign| keys.of_copy(read_proof_id(&item.id)?.1);
        let checked = signing::check_each(&wanted, signatures, key_of)?;
        let (mut again, mut seconds) = (Vec::new(), None);
        for slot in places(&wanted) {
            let of_place = wanted.iter().filter(|item| place(item) == Some(slot));
            let jwts: Vec<String> = of_place
                .filter_map(|item| Some(signing::compact_jws(&item.input, checked.get(&item.id)?)))
                .collect();
            match self.request_credential(&offer.reception, slot, &access_token, &jwts).await? {
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
        let proofs = self.key_proofs(person, &offer.reception, &again, &keys).await?;
        offer.reception.progress = Progress::Signing {
            access_token,
            expires_at,
            holder_thumbprint: thumbprint,
            copy_keys,
            proofs: proofs.clone(),
        };
        let offer = self.keep_offer("renew_proofs", person, offer).await?;
        Ok(Step { offer, to_sign: proofs })
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
        let entry = self.entry(
            key,
            &Activity::Received {
                from: offer.reception.issuer.name().to_owned(),
                proven: offer.reception.issuer.is_proven(),
                names: offer.reception.names(),
            },
        )?;
        let mut tx = self.store.write("complete_offer").await?;
        tx.replace_record(Table::Offers, &moved).await?;
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

    async fn fetch_offer(&self, source: &Source) -> Result<CredentialOffer, OfferError> {
        match source {
            Source::Value(value) => {
                serde_json::from_value(value.clone()).map_err(|_| OfferFault::Form.into())
            }
            Source::Reference(uri) => {
                let url = parse(uri)?;
                let reply =
                    self.outbound.get(&url, "application/json", None).await.map_err(RemoteFault::from)?;
                match reply.status {
                    200 => Ok(reply.json().map_err(|_| RemoteFault::Form("credential offer"))?),
                    404 | 410 | 403 | 409 | 423 => Err(OfferError::Gone),
                    status => Err(RemoteFault::Status { status, code: None }.into()),
                }
            }
        }
    }

    /// OID4VCI 6.1. An offer by reference is fetched again for a code of its own, since codes live shortly
    /// and serve once.
    async fn token(
        &self,
        reception: &Reception,
        tx_code: Option<&str>,
    ) -> Result<(String, Timestamp), OfferError> {
        let tx_code = tx_code.map(str::trim).filter(|code| !code.is_empty() && code.len() <= MAX_TX_CODE);
        if reception.transaction_code.is_some() && tx_code.is_none() {
            return Err(OfferError::TransactionCodeMissing);
        }
        let offer = self.fetch_offer(&reception.source).await?;
        if offer.credential_issuer != reception.endpoints.issuer {
            return Err(OfferFault::IssuerMismatch.into());
        }
        let grant = offer.grants.and_then(|grants| grants.pre_authorized_code).ok_or(OfferFault::Grant)?;
        let mut form = vec![
            ("grant_type", PRE_AUTHORIZED_CODE),
            ("pre-authorized_code", grant.pre_authorized_code.as_str()),
        ];
        if let (Some(code), Some(_)) = (tx_code, &grant.tx_code) {
            form.push(("tx_code", code));
        }
        let url = parse(&reception.endpoints.token)?;
        let reply = self
            .outbound
            .post_form(&url, &form, &[("accept", "application/json")])
            .await
            .map_err(RemoteFault::from)?;
        if reply.status != 200 {
            let refusal: Option<ErrorResponse> = reply.json().ok();
            return Err(match refusal {
                // 6.3: a wrong transaction code and a dead code share this error.
                Some(refusal) if refusal.error == "invalid_grant" && grant.tx_code.is_some() => {
                    OfferError::TransactionCodeRefused
                }
                Some(refusal) if refusal.error == "invalid_grant" => OfferError::Gone,
                Some(refusal) if reply.status < 500 => OfferError::IssuerRefused(sentence(&refusal)),
                _ => RemoteFault::Status { status: reply.status, code: None }.into(),
            });
        }
        let token: TokenResponse = reply.json().map_err(|_| RemoteFault::Form("token response"))?;
        if !token.token_type.eq_ignore_ascii_case("bearer") {
            return Err(RemoteFault::Form("token type").into());
        }
        let seconds =
            if token.expires_in == 0 { DEFAULT_TOKEN_SECONDS } else { token.expires_in.min(86_400) };
        Ok((token.access_token, self.now() + Duration::seconds(i64::try_from(seconds).unwrap_or(300))))
    }

    /// The proofs of each credential, one for each key; each request has a nonce of its own.
    async fn key_proofs(
        &self,
        person: &Person,
        reception: &Reception,
        slots: &[usize],
        keys: &HolderKeys,
    ) -> Result<Vec<ToSign>, OfferError> {
        let mut proofs = Vec::new();
        for slot in slots {
            let nonce = match &reception.endpoints.nonce {
                None => None,
                Some(endpoint) => {
                    let url = parse(endpoint)?;
                    let reply = self
                        .outbound
                        .post_bytes(&url, "application/x-www-form-urlencoded", Vec::new(), &[])
                        .await
                        .map_err(RemoteFault::from)?;
                    if !reply.is_success() {
                        return Err(RemoteFault::Status { status: reply.status, code: None }.into());
                    }
                    let answer: NonceResponse =
                        reply.json().map_err(|_| RemoteFault::Form("nonce response"))?;
                    Some(answer.c_nonce)
                }
            };
            let bound = reception.offered.get(*slot).is_some_and(|one| one.needs_proof);
            let wanted = if bound { 1 + keys.copies.len() } else { 1 };
            for (copy, key) in keys.all().take(wanted).enumerate() {
                let input = holding::key_proof::signing_input(
                    key,
                    &reception.endpoints.issuer,
                    nonce.as_deref(),
                    person.session.assurance,
                    self.now(),
                );
                let signs = (copy > 0).then(|| key.jwk_thumbprint());
                proofs.push(ToSign { id: proof_id(*slot, copy), input, key: signs });
            }
        }
        Ok(proofs)
    }
}

/// What an issuer answered to a credential request.
pub(super) enum Answer {
    Credential(Box<wire::vci::CredentialResponse>),
    /// The organisation releases it later (OID4VCI 1.0, 8.3).
    Waits {
        transaction_id: String,
        seconds: Option<u64>,
    },
    NonceRefused,
    TokenRefused,
}

impl Wallet {
    async fn request_credential(
        &self,
        reception: &Reception,
        slot: usize,
        access_token: &str,
        jwts: &[String],
    ) -> Result<Answer, OfferError> {
        let offered = reception.offered.get(slot).ok_or(OfferError::Unknown)?;
        let mut body = serde_json::json!({ "credential_configuration_id": offered.configuration_id });
        if let (true, Some(members)) = (offered.needs_proof, body.as_object_mut()) {
            members.insert("proofs".to_owned(), serde_json::json!({ "jwt": jwts }));
        }
        let url = parse(&reception.endpoints.credential)?;
        let bearer = format!("Bearer {access_token}");
        let reply = self
            .outbound
            .post_json(&url, &body, &[("authorization", &bearer), ("accept", "application/json")])
            .await
            .map_err(RemoteFault::from)?;
        match reply.status {
            200 => {
                let answer = reply.json().map_err(|_| RemoteFault::Form("credential response"))?;
                Ok(Answer::Credential(Box::new(answer)))
            }
            202 => {
                let answer: wire::vci::CredentialResponse =
                    reply.json().map_err(|_| RemoteFault::Form("credential response"))?;
                let transaction_id = answer.transaction_id.filter(|_| reception.endpoints.deferred.is_some());
                let transaction_id = transaction_id.ok_or(RemoteFault::Form("credential response"))?;
                Ok(Answer::Waits { transaction_id, seconds: answer.interval })
            }
            401 => Ok(Answer::TokenRefused),
            status => match reply.json::<ErrorResponse>() {
                Ok(refusal) if refusal.error == "invalid_nonce" => Ok(Answer::NonceRefused),
                Ok(refusal) if refusal.error == "invalid_token" => Ok(Answer::TokenRefused),
                Ok(refusal) if status < 500 => Err(OfferError::IssuerRefused(sentence(&refusal))),
                _ => Err(RemoteFault::Status { status, code: None }.into()),
            },
        }
    }
}

/// A stranger's words, fit to be shown.
pub(super) fn sentence(refusal: &ErrorResponse) -> String {
    let text = refusal.error_description.as_deref().unwrap_or(&refusal.error);
    plain_text(text, 200)
}

fn source_key(source: &Source) -> String {
    match source {
        Source::Reference(uri) => uri.clone(),
        Source::Value(value) => sorted(value).to_string(),
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

fn missing(offer: &OfferState, proofs: &[ToSign]) -> Vec<ToSign> {
    let settled = settled_slots(offer);
    let open = |item: &&ToSign| place(item).is_some_and(|slot| !settled.contains(&slot));
    proofs.iter().filter(open).cloned().collect()
}

fn place(item: &ToSign) -> Option<usize> {
    Some(read_proof_id(&item.id)?.0)
}

fn places(items: &[ToSign]) -> BTreeSet<usize> {
    items.iter().filter_map(place).collect()
}
