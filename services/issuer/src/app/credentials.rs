//! The credential endpoint: a key proof becomes a credential, stored with everything that must follow it.

use std::sync::Arc;

use clock::Timestamp;
use credential::data_integrity::{self, ProofOptions, Purpose, SecureError, Suite};
use credential::sd_jwt::{self, IssueError, NewSdJwt, PathElement};
use issuance::anchoring::WaitingLeaf;
use issuance::build::{self, BuildError, Material};
use issuance::{
    CheckedNonce, Configuration, CredentialCopy, Delivery, Format, HolderKey, ListKind, Offer, Status,
    StatusIndex, Subject, fingerprint,
};
use serde_json::Value;
use store_issuer::{AccessToken, Transaction};
use wire::vci::{CredentialRequest, CredentialResponse, IssuedCredential};

use super::holders::HolderError;
use super::tokens::credential_identifier;
use super::{DpopError, Issuer, Presented, Tenant, TenantKeys};

/// Digests that belong to nothing, so that the number of withheld claims does not show.
const DECOYS: usize = 2;
/// Draws for a free place. Lists are closed at half full, so each draw fails at most every second time.
const DRAWS: usize = 64;

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
    #[error("encrypted responses are not supported")]
    Encryption,
    #[error(transparent)]
    Holder(#[from] HolderError),
    #[error("the nonce is unknown, was used already or has expired")]
    Nonce,
    #[error("the offer belongs to another key or was withdrawn")]
    Denied,
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
struct Wanted<'a> {
    tenant: &'a Tenant,
    offer_id: &'a str,
    configuration: Configuration,
    holder: HolderKey,
    nonces: Vec<CheckedNonce>,
}

/// What signing needs, read in one view of the database.
struct Prepared {
    offer: Offer,
    subject: Subject,
    indexes: Vec<StatusIndex>,
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

    /// OID4VCI 1.0, 8. The same offer, configuration and key always get the same credential, so a wallet that lost an
    /// answer asks again; another key gets nothing once one has accepted.
    pub async fn issue_credential(
        &self,
        tenant: &Tenant,
        by: &Authorized,
        request: &CredentialRequest,
    ) -> Result<CredentialResponse, CredentialError> {
        if request.credential_response_encryption.is_some() {
            return Err(CredentialError::Encryption);
        }
        let configuration = self.wanted_configuration(tenant, &by.token, request).await?;
        let holder = self.holder(tenant, request.proofs.as_ref()).await?;
        let now = self.now();
        let checked = holder.nonces.iter().map(|nonce| self.secrets.check_nonce(&tenant.id, nonce, now));
        let nonces: Result<Vec<_>, _> = checked.collect();
        let nonces = nonces.map_err(|_| CredentialError::Nonce)?;
        let offer_id = by.token.offer_id.as_str();
        let wanted = Wanted { tenant, offer_id, configuration, holder: holder.key, nonces };
        let copy = sql::retry(|| self.find_or_issue(&wanted)).await?;
        metrics::counter!("issuer_credentials_total", "format" => configuration.format.identifier())
            .increment(1);
        response(tenant, &copy)
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

    async fn find_or_issue(&self, wanted: &Wanted<'_>) -> Result<CredentialCopy, CredentialError> {
        let Wanted { tenant, holder, .. } = wanted;
        let mut tx = self.store.read().await?;
        let stored = tx.find_copy_of_offer(&tenant.id, wanted.offer_id, wanted.configuration).await?;
        if let Some(stored) = stored {
            drop(tx);
            return self.repeat(wanted, stored).await;
        }
        let prepared = self.prepare(&mut tx, wanted).await?;
        drop(tx);
        let keys = tenant.keys().ok_or(CredentialError::NoKeys)?;
        let (copy, leaf) = self.sign(wanted, &prepared, &keys).await?;

        let mut tx = self.store.write("issue_credential").await?;
        self.spend(&mut tx, wanted).await?;
        // The first key to come is the holder's; of two that race, the database picks one.
        if !tx.accept_offer(&tenant.id, wanted.offer_id, &holder.thumbprint()).await? {
            return Err(CredentialError::Denied);
        }
        match tx.insert_copy(&tenant.id, &copy, &prepared.indexes, &leaf).await {
            Ok(()) => {}
            // The same wallet asked twice at once, or another copy took the place in the list: look again.
            Err(error) if error.is_conflict() => return Err(store_issuer::Error::stale().into()),
            Err(error) => return Err(error.into()),
        }
        let kind = copy.configuration.credential_type;
        self.replace_earlier(&mut tx, &tenant.id, &prepared.offer, kind).await?;
        self.tell_issued(&mut tx, &tenant.id, &prepared.offer, (kind, copy.valid_until)).await?;
        tx.commit().await?;
        Ok(copy)
    }

    async fn repeat(
        &self,
        wanted: &Wanted<'_>,
        stored: CredentialCopy,
    ) -> Result<CredentialCopy, CredentialError> {
        if stored.holder_key != wanted.holder.thumbprint() {
            return Err(CredentialError::Denied);
        }
        let mut tx = self.store.write("repeat_credential").await?;
        self.spend(&mut tx, wanted).await?;
        tx.commit().await?;
        Ok(stored)
    }

    async fn spend(&self, tx: &mut Transaction, wanted: &Wanted<'_>) -> Result<(), CredentialError> {
        for CheckedNonce { fingerprint, expires_at } in &wanted.nonces {
            if !tx.spend_nonce(&wanted.tenant.id, fingerprint, *expires_at).await? {
                return Err(CredentialError::Nonce);
            }
        }
        Ok(())
    }

    async fn prepare(&self, tx: &mut Transaction, wanted: &Wanted<'_>) -> Result<Prepared, CredentialError> {
        let tenant = wanted.tenant;
        let offer = tx.find_offer(&tenant.id, wanted.offer_id).await?.ok_or(CredentialError::Denied)?;
        let withdrawn = offer.state == issuance::OfferState::Withdrawn;
        if withdrawn || !offer.allows_key(&wanted.holder.thumbprint()) {
            return Err(CredentialError::Denied);
        }
        let subject = tx.find_subject(&tenant.id, &offer.subject_id).await?.ok_or(CredentialError::Denied)?;
        let mut indexes = Vec::new();
        for kind in ListKind::of_format(wanted.configuration.format) {
            indexes.push(self.draw_index(tx, tenant, *kind).await?);
        }
        Ok(Prepared { offer, subject, indexes })
    }

    async fn draw_index(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        kind: ListKind,
    ) -> Result<StatusIndex, CredentialError> {
        let list = tx.open_status_list(&tenant.id, kind).await?.ok_or(CredentialError::NoKeys)?;
        for _ in 0..DRAWS {
            let index = StatusIndex::draw(list.clone(), self.entropy.as_ref());
            if !tx.is_place_taken(&tenant.id, &index).await? {
                return Ok(index);
            }
        }
        Err(store_issuer::Error::stale().into())
    }

    async fn sign(
        &self,
        wanted: &Wanted<'_>,
        prepared: &Prepared,
        keys: &Arc<TenantKeys>,
    ) -> Result<(CredentialCopy, WaitingLeaf), CredentialError> {
        let Wanted { tenant, configuration, holder, .. } = wanted;
        let issued_at = self.whole_second();
        let mut claims = prepared.subject.claims.clone();
        claims.extend(prepared.offer.extra_claims.clone());
        let usual = self.settings.credential_validity;
        let valid_until = build::valid_until(configuration.credential_type, &claims, issued_at, usual)
            .map_err(CredentialError::Claims)?;
        let status_base = tenant.status_base();
        let material = Material {
            credential_type: configuration.credential_type,
            issuer: tenant.as_build_issuer(&status_base),
            claims: &claims,
            holder,
            indexes: &prepared.indexes,
            issued_at,
            valid_until,
        };
        let document = match configuration.format {
            Format::LdpVc => self.secure_ldp(&material, keys).await?,
            Format::SdJwt => self.secure_sd_jwt(&material, holder, keys).await?,
        };
        let copy = CredentialCopy {
            id: self.new_id(),
            offer_id: prepared.offer.id.clone(),
            subject_id: prepared.subject.id.clone(),
            configuration: *configuration,
            holder_key: holder.thumbprint(),
            receipt_token: self.new_token(),
            notification_id: self.new_token(),
            status: Status::Valid,
            delivery: Delivery::Issued,
            issued_at,
            valid_until,
            document,
        };
        let digest = build::digest(configuration.format, &copy.document).ok_or(CredentialError::Digest)?;
        let mut salt = [0u8; 32];
        self.entropy.fill(&mut salt);
        let leaf = WaitingLeaf { id: copy.id.clone(), salt, digest };
        Ok((copy, leaf))
    }

    async fn secure_ldp(
        &self,
        material: &Material<'_>,
        keys: &TenantKeys,
    ) -> Result<String, CredentialError> {
        let unsecured = material.credential(&self.new_urn()).map_err(CredentialError::Claims)?;
        let options = ProofOptions {
            created: Some(material.issued_at),
            purpose: Purpose::AssertionMethod,
            challenge: None,
            domain: None,
            expires: None,
        };
        let secured =
            data_integrity::secure(&unsecured, Suite::EddsaRdfc2022, &keys.ed25519, &options).await?;
        Ok(secured.to_string())
    }

    async fn secure_sd_jwt(
        &self,
        material: &Material<'_>,
        holder: &HolderKey,
        keys: &TenantKeys,
    ) -> Result<String, CredentialError> {
        let (claims, disclosable) = material.sd_jwt().map_err(CredentialError::Claims)?;
        let disclosable =
            disclosable.into_iter().map(|name| vec![PathElement::Name(name.to_owned())]).collect();
        let holder_key = Some(holder.public);
        let new = NewSdJwt { claims, disclosable, holder_key, decoys: DECOYS };
        Ok(sd_jwt::issue(&new, &keys.p256, self.entropy.as_ref()).await?)
    }

    /// Credentials say times to the second.
    fn whole_second(&self) -> Timestamp {
        let now = self.now();
        Timestamp::from_timestamp(now.timestamp(), 0).unwrap_or(now)
    }

    /// RFC 9562, 5.4: a random UUID.
    fn new_urn(&self) -> String {
        let mut bytes = [0u8; 16];
        self.entropy.fill(&mut bytes);
        let random = u128::from_be_bytes(bytes);
        let marked = (random & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{marked:032x}");
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!("urn:uuid:{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }
}

fn response(tenant: &Tenant, copy: &CredentialCopy) -> Result<CredentialResponse, CredentialError> {
    let credential = match copy.configuration.format {
        Format::LdpVc => serde_json::from_str(&copy.document).map_err(|_| CredentialError::Digest)?,
        Format::SdJwt => Value::String(copy.document.clone()),
    };
    let receipt_uri = Some(format!("{}/receipts/{}", tenant.issuer_url, copy.receipt_token));
    Ok(CredentialResponse {
        credentials: vec![IssuedCredential { credential, receipt_uri }],
        notification_id: Some(copy.notification_id.clone()),
    })
}
