//! The credential endpoint: a key proof becomes a credential, stored with everything that must follow it.

use credential::data_integrity::SecureError;
use credential::jwe::EncryptionFault;
use credential::sd_jwt::IssueError;
use issuance::assurance::{BelowPasskey, ByRepresentative};
use issuance::build::BuildError;
use issuance::{
    CheckedNonce, Configuration, CredentialCopy, Deferral, Format, HolderKey, Offer, fingerprint,
};
use serde_json::Value;
use store_issuer::AccessToken;
use wire::vci::{CredentialRequest, CredentialResponse, DeferredCredentialRequest, IssuedCredential};

use super::holders::{Holder, HolderError};
use super::tokens::credential_identifier;
use super::{DpopError, Issuer, Presented, Tenant};

/// An access token that was found and is alive.
#[derive(Clone, Debug)]
pub struct Authorized {
    pub(crate) token: AccessToken,
}

#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    #[error("the access token is missing, unknown, expired or bound to another key")]
    Token,
    #[error(transparent)]
    Dpop(#[from] DpopError),
    #[error("the access token is not for this credential")]
    Scope,
    #[error("{0}")]
    Request(&'static str),
    #[error("this issuer has no such credential configuration")]
    UnknownConfiguration,
    #[error("the access token has no such credential identifier")]
    UnknownIdentifier,
    #[error(transparent)]
    Encryption(#[from] EncryptionFault),
    #[error("the transaction_id is not one of this access token's, or its credential was fetched already")]
    Transaction,
    #[error(transparent)]
    Holder(#[from] HolderError),
    #[error("the nonce is unknown, was used already or has expired")]
    Nonce,
    #[error("the offer belongs to another key or was withdrawn")]
    Denied,
    #[error("a second person refused to issue this credential, or nobody approved it in time")]
    Refused,
    #[error(
        "this wallet was opened with a PIN, and this credential is given to one that a passkey opened: open it with a passkey, \
        or ask the organisation for another way"
    )]
    BelowPasskey,
    #[error(
        "this credential is not given to somebody who acts for its person: the person receives it in person, or the organisation is \
        asked for another way"
    )]
    Represented,
    #[error("the record no longer makes a credential")]
    Claims(#[source] BuildError),
    /// Nothing the wallet did; it may try again.
    #[error("this organisation cannot sign at present")]
    NoKeys,
    #[error("the credential could not be secured")]
    Secure(#[from] SecureError),
    #[error("the SD-JWT could not be issued")]
    SdJwt(#[from] IssueError),
    #[error("the credential has no digest")]
    Digest,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// What a request comes down to once everything about its form was checked.
pub(super) struct Wanted<'a> {
    pub tenant: &'a Tenant,
    pub offer_id: &'a str,
    pub configuration: Configuration,
    /// Different keys, each of which gets a copy. The first stands for the wallet.
    pub holders: Vec<HolderKey>,
    pub nonces: Vec<CheckedNonce>,
    /// Why somebody has to make sure in another way, if so.
    pub doubt: Option<Doubt>,
}

/// Why a second person has to make sure in another way: by what the wallet says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    BelowPasskey,
    Represented,
}

impl Doubt {
    /// None where the wallet's word changes nothing for this type; a refusal where it decides.
    fn of(
        tenant: &Tenant,
        configuration: Configuration,
        holder: &Holder,
    ) -> Result<Option<Self>, CredentialError> {
        let kind = &configuration.credential_type;
        let below = tenant.passkey_types.get(kind).filter(|_| holder.below_passkey);
        let represented = tenant.representative_types.get(kind).filter(|_| holder.represented);
        // Whoever acts for the person came by a PIN as well. What the person has to do comes first.
        match (represented, below) {
            (Some(ByRepresentative::Refuse), _) => Err(Self::Represented.refusal()),
            (_, Some(BelowPasskey::Refuse)) => Err(Self::BelowPasskey.refusal()),
            (Some(ByRepresentative::SecondPerson), _) => Ok(Some(Self::Represented)),
            (None, Some(BelowPasskey::SecondPerson)) => Ok(Some(Self::BelowPasskey)),
            (None, None) => Ok(None),
        }
    }

    /// What is said where there is nobody who could make sure.
    pub(super) const fn refusal(self) -> CredentialError {
        match self {
            Self::BelowPasskey => CredentialError::BelowPasskey,
            Self::Represented => CredentialError::Represented,
        }
    }
}

/// What a request led to.
pub(super) enum Answer {
    /// The copies, in the order of the keys.
    Issued(Vec<CredentialCopy>),
    /// A second person has to approve it first.
    Waits(Deferral),
}

impl Issuer {
    /// RFC 6750, 2.1 and RFC 9449, 7.1. Comes before anything is said about the body. `path` is that of the endpoint
    /// below the issuer.
    pub async fn authorize(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        path: &str,
    ) -> Result<Authorized, CredentialError> {
        let found = self.find_authorized(tenant, presented, path).await;
        if found.as_ref().is_err_and(CredentialError::is_guess) {
            self.note_refusal(tenant, "token").await;
        }
        found
    }

    async fn find_authorized(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        path: &str,
    ) -> Result<Authorized, CredentialError> {
        let shown = presented.token.as_deref().ok_or(CredentialError::Token)?;
        let token = self.store.read().await?.find_access_token(&tenant.id, &fingerprint(shown)).await?;
        let token = token.filter(|token| token.expires_at > self.now()).ok_or(CredentialError::Token)?;
        if !self.shows_key(tenant, presented, token.dpop_jkt.as_deref(), path).await? {
            return Err(CredentialError::Token);
        }
        Ok(Authorized { token })
    }

    /// OID4VCI 1.0, 8. The same offer, configuration and keys always get the same copies, so a wallet that lost an answer
    /// asks again; another key gets nothing once one has accepted.
    pub async fn issue_credential(
        &self,
        tenant: &Tenant,
        by: &Authorized,
        request: &CredentialRequest,
    ) -> Result<CredentialResponse, CredentialError> {
        let configuration = self.wanted_configuration(tenant, &by.token, request).await?;
        let required = tenant.attested_types.get(&configuration.credential_type);
        let holder = self.holder(tenant, request.proofs.as_ref(), required).await?;
        let now = self.now();
        let checked = holder.nonces.iter().map(|nonce| self.secrets.check_nonce(&tenant.id, nonce, now));
        let nonces: Result<Vec<_>, _> = checked.collect();
        let nonces = nonces.map_err(|_| CredentialError::Nonce)?;
        let offer_id = by.token.offer_id.as_str();
        let doubt = Doubt::of(tenant, configuration, &holder)?;
        let wanted = Wanted { tenant, offer_id, configuration, holders: holder.keys, nonces, doubt };
        let answer = sql::retry(|| self.find_or_issue(&wanted)).await?;
        self.answer(tenant, answer)
    }

    /// OID4VCI 1.0, 9. The transaction ends with the answer that brings the credentials; a wallet that lost it asks the
    /// credential endpoint again with the same keys.
    pub async fn issue_deferred(
        &self,
        tenant: &Tenant,
        by: &Authorized,
        request: &DeferredCredentialRequest,
    ) -> Result<CredentialResponse, CredentialError> {
        let shown = request.transaction_id.as_deref();
        let shown = shown.ok_or(CredentialError::Request("transaction_id is missing"))?;
        let id = self.secrets.deferral_of(&tenant.id, shown).ok_or(CredentialError::Transaction)?;
        let answer = sql::retry(|| self.find_or_issue_deferred(tenant, &by.token, id)).await?;
        self.answer(tenant, answer)
    }

    fn answer(&self, tenant: &Tenant, answer: Answer) -> Result<CredentialResponse, CredentialError> {
        match answer {
            Answer::Issued(copies) => {
                for copy in &copies {
                    let format = copy.configuration.format.identifier();
                    metrics::counter!("issuer_credentials_total", "format" => format).increment(1);
                }
                response(tenant, &copies)
            }
            Answer::Waits(deferral) => Ok(CredentialResponse {
                transaction_id: Some(self.secrets.transaction_id(&tenant.id, &deferral.id)),
                interval: Some(self.settings.deferred_interval_seconds),
                ..CredentialResponse::default()
            }),
        }
    }

    async fn wanted_configuration(
        &self,
        tenant: &Tenant,
        token: &AccessToken,
        request: &CredentialRequest,
    ) -> Result<Configuration, CredentialError> {
        match (&request.credential_configuration_id, &request.credential_identifier, &token.identified) {
            (Some(_), Some(_), _) => Err(CredentialError::Request(
                "credential_configuration_id and credential_identifier exclude each other",
            )),
            (None, None, _) => Err(CredentialError::Request(
                "credential_configuration_id or credential_identifier is needed",
            )),
            (Some(_), None, Some(_)) => Err(CredentialError::Request(
                "the token response named credential identifiers, so one of them is needed",
            )),
            (None, Some(_), None) => Err(CredentialError::UnknownIdentifier),
            (None, Some(wanted), Some(known)) => known
                .iter()
                .copied()
                .find(|configuration| credential_identifier(&token.offer_id, *configuration) == *wanted)
                .ok_or(CredentialError::UnknownIdentifier),
            (Some(wanted), None, None) => {
                let configuration: Configuration =
                    wanted.parse().map_err(|_| CredentialError::UnknownConfiguration)?;
                if !tenant.types.contains(&configuration.credential_type) {
                    return Err(CredentialError::UnknownConfiguration);
                }
                let offer = self.store.read().await?.find_offer(&tenant.id, &token.offer_id).await?;
                let granted = |offer: &Offer| {
                    token.scope.as_deref().unwrap_or(&offer.configurations).contains(&configuration)
                };
                let offered = offer.is_some_and(|offer| granted(&offer));
                if offered { Ok(configuration) } else { Err(CredentialError::Scope) }
            }
        }
    }
}

/// Every copy in the form of its format.
fn response(tenant: &Tenant, copies: &[CredentialCopy]) -> Result<CredentialResponse, CredentialError> {
    let notification_id = copies.first().map(|copy| copy.notification_id.clone());
    let credentials: Result<Vec<_>, _> = copies.iter().map(|copy| issued(tenant, copy)).collect();
    Ok(CredentialResponse { credentials: credentials?, notification_id, ..CredentialResponse::default() })
}

fn issued(tenant: &Tenant, copy: &CredentialCopy) -> Result<IssuedCredential, CredentialError> {
    let credential = match copy.configuration.format {
        Format::LdpVc(_) | Format::VcCose => {
            serde_json::from_str(&copy.document).map_err(|_| CredentialError::Digest)?
        }
        Format::SdJwt | Format::VcJwt | Format::VcSdJwt => Value::String(copy.document.clone()),
    };
    let receipt_uri = Some(format!("{}/receipts/{}", tenant.issuer_url, copy.receipt_token));
    Ok(IssuedCredential { credential, receipt_uri })
}
