//! Making, fetching, renewing and withdrawing credential offers.

use clock::Timestamp;
use issuance::audit::Act;
use issuance::build::{self, BuildError};
use issuance::webhook::{EventKind, Happened};
use issuance::{
    Actor, CODE_LIFETIME_SECONDS, CodeRefusal, CredentialType, Offer, OfferState, TRANSACTION_CODE_DIGITS,
    TRANSACTION_CODE_TRIES, TransactionCode, fingerprint,
};
use serde_json::{Map, Value};
use store_issuer::Transaction;
use url::form_urlencoded;
use wire::vci::{AuthorizationCodeGrant, CredentialOffer, Grants, PreAuthorizedGrant, TxCode};

use super::{Issuer, Tenant};

/// Codes of one offer that may be alive at once. A link that is fetched in a loop fills nothing.
const LIVE_CODES: u64 = 20;

/// What an officer, or the Fund's cycle, offers a person.
#[derive(Clone, Debug)]
pub struct NewOffer {
    pub subject_id: String,
    /// Each in both formats.
    pub types: Vec<CredentialType>,
    /// Claims beside those of the record, such as the year of entitlement.
    pub extra_claims: Map<String, Value>,
    pub transaction_code: bool,
    /// RFC 7638 thumbprint of the only key that may accept it.
    pub bound_key: Option<String>,
    /// The usual period when absent.
    pub expires_at: Option<Timestamp>,
}

/// An offer as it is handed out.
#[derive(Clone, PartialEq, Eq)]
pub struct OfferLink {
    pub offer_id: String,
    /// `credential_offer_uri`.
    pub uri: String,
    /// Opens our wallet; also what the QR code holds.
    pub wallet_link: String,
    /// Opens any wallet that is installed.
    pub openid_link: String,
    /// To be told by another way than the link.
    pub transaction_code: Option<String>,
    pub expires_at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    #[error("no such person")]
    UnknownSubject,
    #[error("no such offer")]
    UnknownOffer,
    #[error("this organisation does not issue {0}")]
    ForeignType(CredentialType),
    #[error("nothing is offered")]
    Empty,
    #[error("the record does not make a credential")]
    Claims(#[from] BuildError),
    #[error("the offer is closed")]
    Closed,
    #[error("the person's service has ended")]
    ServiceEnded,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// Why a wallet gets no offer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("no such offer")]
    Unknown,
    #[error(transparent)]
    Closed(CodeRefusal),
    #[error("the offer was fetched too often in a short time")]
    TooOften,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// Makes an offer in a transaction of its own.
    pub async fn create_offer(&self, by: &Actor, new: &NewOffer) -> Result<OfferLink, OfferError> {
        sql::retry(|| async {
            let mut tx = self.store.write("create_offer").await?;
            let link = self.insert_offer(&mut tx, by, new).await?;
            let act = Act { action: "offer.create", target: &link.offer_id, detail: "" };
            tx.audit(by, act, self.now()).await?;
            self.tell_offer(&mut tx, &by.tenant, &link.offer_id).await?;
            tx.commit().await?;
            Ok(link)
        })
        .await
    }

    /// Makes an offer inside the caller's transaction, so that an import of many rows stands or falls as one. The claims
    /// are checked now: an offer that could not be issued would only disappoint the person who opens it.
    pub async fn insert_offer(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        new: &NewOffer,
    ) -> Result<OfferLink, OfferError> {
        let tenant = self.tenant_of(by)?;
        if new.types.is_empty() {
            return Err(OfferError::Empty);
        }
        if let Some(foreign) = new.types.iter().find(|kind| !tenant.types.contains(kind)) {
            return Err(OfferError::ForeignType(*foreign));
        }
        let subject =
            tx.find_subject(&tenant.id, &new.subject_id).await?.ok_or(OfferError::UnknownSubject)?;
        let ended = tx.find_service_end(&tenant.id, &subject.id).await?;
        if ended.is_some_and(|ended| new.types.iter().any(|kind| ended.how.ends(*kind))) {
            return Err(OfferError::ServiceEnded);
        }
        let mut claims = subject.claims;
        claims.extend(new.extra_claims.clone());
        let now = self.now();
        for kind in &new.types {
            build::chosen_claims(*kind, tenant.as_build_issuer(&tenant.status_base()), &claims)?;
            build::valid_until(*kind, &claims, now, self.settings.credential_validity)?;
        }
        let mut offer = Offer {
            id: self.new_id(),
            subject_id: subject.id,
            token: self.new_token(),
            configurations: self.configurations(tenant, &new.types),
            state: OfferState::Open,
            extra_claims: new.extra_claims.clone(),
            code_hash: None,
            code_sealed: None,
            tries_left: TRANSACTION_CODE_TRIES,
            bound_key: new.bound_key.clone(),
            holder_key: None,
            created_by: by.officer.clone(),
            created_at: now,
            expires_at: new.expires_at.unwrap_or(now + self.settings.offer_validity),
        };
        if new.transaction_code {
            self.give_code(&tenant.id, &mut offer);
        }
        tx.insert_offer(&tenant.id, &offer).await?;
        let made = Happened::to_offer(EventKind::OfferCreated, &offer.subject_id, &offer.id);
        self.announce(tx, &tenant.id, &[made]).await?;
        Ok(self.link(tenant, &offer))
    }

    /// The link and the transaction code once more. Audited, since whoever reads the code could accept the offer.
    pub async fn offer_link(&self, by: &Actor, offer_id: &str) -> Result<OfferLink, OfferError> {
        let tenant = self.tenant_of(by)?;
        sql::retry(|| async {
            let mut tx = self.store.write("show_offer").await?;
            let offer = tx.find_offer(&tenant.id, offer_id).await?.ok_or(OfferError::UnknownOffer)?;
            let act = Act { action: "offer.show", target: offer_id, detail: "" };
            tx.audit(by, act, self.now()).await?;
            tx.commit().await?;
            Ok(self.link(tenant, &offer))
        })
        .await
    }

    /// Another transaction code, all tries and a new period, for a person who lost the code or locked the offer.
    pub async fn renew_transaction_code(&self, by: &Actor, offer_id: &str) -> Result<OfferLink, OfferError> {
        let tenant = self.tenant_of(by)?;
        sql::retry(|| async {
            let mut tx = self.store.write("renew_transaction_code").await?;
            let offer = tx.find_offer(&tenant.id, offer_id).await?;
            let mut offer = offer.ok_or(OfferError::UnknownOffer)?;
            let now = self.now();
            if offer.code_hash.is_some() {
                self.give_code(&tenant.id, &mut offer);
            }
            offer.tries_left = TRANSACTION_CODE_TRIES;
            offer.expires_at = now + self.settings.offer_validity;
            if !tx.renew_offer(&tenant.id, &offer).await? {
                return Err(OfferError::Closed);
            }
            tx.audit(by, Act { action: "offer.renew", target: offer_id, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(self.link(tenant, &offer))
        })
        .await
    }

    /// Takes back an offer that nobody has accepted.
    pub async fn withdraw_offer(&self, by: &Actor, offer_id: &str) -> Result<(), OfferError> {
        let tenant = self.tenant_of(by)?;
        sql::retry(|| async {
            let mut tx = self.store.write("withdraw_offer").await?;
            let known = tx.find_offer(&tenant.id, offer_id).await?;
            let known = known.ok_or(OfferError::UnknownOffer)?;
            if known.state == OfferState::Withdrawn {
                return Ok(());
            }
            if !tx.withdraw_offer(&tenant.id, offer_id).await? {
                return Err(OfferError::Closed);
            }
            let act = Act { action: "offer.withdraw", target: offer_id, detail: "" };
            tx.audit(by, act, self.now()).await?;
            let told = Happened::to_offer(EventKind::OfferWithdrawn, &known.subject_id, offer_id);
            self.announce(&mut tx, &by.tenant, &[told]).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// What a wallet gets at `credential_offer_uri`. Every fetch mints another short-lived single-use code, so that a
    /// lost answer costs nothing (OID4VCI 1.0, 4.1.1).
    pub async fn fetch_offer(&self, tenant: &Tenant, token: &str) -> Result<CredentialOffer, FetchError> {
        let id = fingerprint(token);
        sql::retry(|| async {
            let mut tx = self.store.write("fetch_offer").await?;
            let offer = tx.find_offer_by_token(&tenant.id, token).await?.ok_or(FetchError::Unknown)?;
            let now = self.now();
            offer.check_open(now).map_err(FetchError::Closed)?;
            if tx.count_codes(&tenant.id, &offer.id, now).await? >= LIVE_CODES {
                return Err(FetchError::TooOften);
            }
            let code = self.mint_code(&mut tx, tenant, &offer, now).await?;
            tx.commit().await?;
            Ok(self.offer_message(tenant, &offer, code))
        })
        .await
        .inspect_err(|error| {
            if matches!(error, FetchError::TooOften) {
                tracing::warn!(
                    tenant.id = tenant.id,
                    offer.fingerprint = id,
                    "an offer is fetched in a loop"
                );
            }
        })
    }

    /// A link that carries the offer itself (OID4VCI 1.0, 4.1.2), for wallets that cannot fetch; its code lives minutes.
    pub async fn offer_by_value(&self, by: &Actor, offer_id: &str) -> Result<String, OfferError> {
        let tenant = self.tenant_of(by)?;
        sql::retry(|| async {
            let mut tx = self.store.write("offer_by_value").await?;
            let offer = tx.find_offer(&tenant.id, offer_id).await?.ok_or(OfferError::UnknownOffer)?;
            let now = self.now();
            offer.check_open(now).map_err(|_| OfferError::Closed)?;
            let code = self.mint_code(&mut tx, tenant, &offer, now).await?;
            tx.commit().await?;
            let message = self.offer_message(tenant, &offer, code);
            let message = serde_json::to_string(&message).unwrap_or_default();
            Ok(format!("openid-credential-offer://?credential_offer={}", encode(&message)))
        })
        .await
    }

    async fn mint_code(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        offer: &Offer,
        now: Timestamp,
    ) -> Result<String, store_issuer::Error> {
        let code = self.new_token();
        let expires_at = now + chrono::Duration::seconds(CODE_LIFETIME_SECONDS);
        tx.insert_code(&tenant.id, &fingerprint(&code), &offer.id, expires_at).await?;
        Ok(code)
    }

    fn offer_message(&self, tenant: &Tenant, offer: &Offer, code: String) -> CredentialOffer {
        let tx_code = offer.code_hash.as_ref().map(|_| TxCode {
            input_mode: Some("numeric".to_owned()),
            length: Some(TRANSACTION_CODE_DIGITS),
            // It has one language, whatever the person reads; wallets have words of their own for digits of this length.
            description: None,
        });
        let by_sign_in = self.has_code_flow().then(|| AuthorizationCodeGrant {
            issuer_state: Some(self.secrets.issuer_state(&tenant.id, &offer.id)),
            authorization_server: None,
        });
        CredentialOffer {
            credential_issuer: tenant.issuer_url.clone(),
            credential_configuration_ids: offer.configurations.iter().map(ToString::to_string).collect(),
            grants: Some(Grants {
                pre_authorized_code: Some(PreAuthorizedGrant {
                    pre_authorized_code: code,
                    tx_code,
                    authorization_server: None,
                }),
                authorization_code: by_sign_in,
            }),
        }
    }

    fn give_code(&self, tenant: &str, offer: &mut Offer) {
        let code = TransactionCode::generate(self.entropy.as_ref());
        offer.code_hash = Some(self.secrets.transaction_code(tenant, &offer.id, code.as_str()));
        let purpose = code_purpose(tenant, &offer.id);
        offer.code_sealed =
            Some(self.sealing.seal(&purpose, code.as_str().as_bytes(), self.entropy.as_ref()));
    }

    pub(crate) fn link(&self, tenant: &Tenant, offer: &Offer) -> OfferLink {
        let uri = format!("{}/offers/{}", tenant.issuer_url, offer.token);
        let encoded = encode(&uri);
        let opened = offer
            .code_sealed
            .as_ref()
            .and_then(|sealed| self.sealing.open(&code_purpose(&tenant.id, &offer.id), sealed).ok());
        let wallet = self.settings.wallet_url.as_str().trim_end_matches('/');
        OfferLink {
            offer_id: offer.id.clone(),
            wallet_link: format!("{wallet}/offer?credential_offer_uri={encoded}"),
            openid_link: format!("openid-credential-offer://?credential_offer_uri={encoded}"),
            uri,
            transaction_code: opened.and_then(|code| String::from_utf8(code.to_vec()).ok()),
            expires_at: offer.expires_at,
        }
    }

    /// Officers act for one organisation; an unknown one has no people and no offers.
    pub(crate) fn tenant_of(&self, by: &Actor) -> Result<&Tenant, OfferError> {
        self.tenants.get(&by.tenant).map(AsRef::as_ref).ok_or(OfferError::UnknownSubject)
    }
}

impl Tenant {
    pub(crate) fn as_build_issuer<'a>(&'a self, status_base: &'a str) -> build::Issuer<'a> {
        build::Issuer { did: &self.did, name: &self.name, status_base }
    }
}

impl std::fmt::Debug for OfferLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OfferLink").field("offer_id", &self.offer_id).finish_non_exhaustive()
    }
}

fn code_purpose(tenant: &str, offer: &str) -> Vec<u8> {
    format!("transaction code of {tenant}/{offer}").into_bytes()
}

fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
