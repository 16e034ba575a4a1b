//! Pushed authorization requests (RFC 9126): every rule about a request is decided here.

use chrono::Duration;
use clock::Timestamp;
use issuance::authorization::{Asked, REQUEST_LIFETIME_SECONDS, RequestFault, Wanted};
use issuance::dpop::{DpopFault, is_thumbprint};
use issuance::message::Language;
use issuance::{Configuration, Offer, fingerprint};
use wire::vci::{PushedAuthorizationRequest, PushedAuthorizationResponse};

use super::REQUEST_URI;
use crate::app::tokens::{chosen, parse_details};
use crate::app::{ClientError, DpopError, Issuer, Presented, Tenant};

/// Requests of one organisation that may wait at once. Pushing one needs no authentication, so they must not fill a disk.
const MAX_WAITING: u64 = 10_000;

/// Why a pushed authorization request is refused.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Request(#[from] RequestFault),
    #[error("request_uri must not be pushed")]
    RequestUri,
    #[error("request objects are not supported")]
    RequestObject,
    #[error("authorization_details is malformed or names what is not offered")]
    Details,
    #[error("scope names what is not offered")]
    Scope,
    #[error("issuer_state is not of this issuer, or its offer is closed")]
    IssuerState,
    #[error(transparent)]
    Dpop(#[from] DpopError),
    #[error("too many authorization requests wait")]
    TooMany,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// RFC 9126, 2. Every rule about the request is decided here, so that the person is never asked in vain.
    pub async fn push_authorization(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        pushed: &PushedAuthorizationRequest,
    ) -> Result<PushedAuthorizationResponse, PushError> {
        if pushed.request_uri.is_some() {
            return Err(PushError::RequestUri);
        }
        if pushed.request.is_some() {
            return Err(PushError::RequestObject);
        }
        let client_id = pushed.client_id.as_deref().ok_or(RequestFault::Missing("client_id"))?;
        let client = self.authenticated_client(tenant, Some(client_id), presented).await?;
        let now = self.now();
        let offer = self.named_offer(tenant, pushed.issuer_state.as_deref(), now).await?;
        let details = pushed
            .authorization_details
            .as_deref()
            .map(|text| self.asked_details(tenant, text))
            .transpose()?;
        let asked = Asked {
            response_type: pushed.response_type.as_deref(),
            redirect_uri: pushed.redirect_uri.as_deref(),
            scope: pushed.scope.as_deref(),
            details: details.as_deref(),
            state: pushed.state.as_deref(),
            code_challenge: pushed.code_challenge.as_deref(),
            code_challenge_method: pushed.code_challenge_method.as_deref(),
            has_offer: offer.is_some(),
        };
        let mut request = client.check(&asked, &tenant.types)?;
        check_offered(offer.as_ref(), &request.wanted)?;
        if let Wanted::Scope(list) = &request.wanted
            && list.iter().any(|it| !self.is_offered(tenant, *it))
        {
            return Err(PushError::Scope);
        }
        request.offer_id = offer.map(|offer| offer.id);
        let tags = pushed.ui_locales.as_deref().unwrap_or_default();
        request.language = tags.split(' ').find_map(Language::of_tag);
        request.dpop_jkt = self.announced_key(tenant, presented, pushed.dpop_jkt.as_deref()).await?;
        let token = self.new_token();
        let until = now + Duration::seconds(REQUEST_LIFETIME_SECONDS);
        sql::retry(|| async {
            let mut tx = self.store.write("push_authorization").await?;
            if tx.count_authorization_requests(&tenant.id, now).await? >= MAX_WAITING {
                return Err(PushError::TooMany);
            }
            tx.insert_authorization_request(&tenant.id, &fingerprint(&token), &request, until).await?;
            tx.commit().await?;
            Ok(())
        })
        .await?;
        let expires_in = REQUEST_LIFETIME_SECONDS.unsigned_abs();
        Ok(PushedAuthorizationResponse { request_uri: format!("{REQUEST_URI}{token}"), expires_in })
    }

    /// The key to which the code will be bound: RFC 9449, 10 by parameter, 10.1 by proof, and both must agree.
    async fn announced_key(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        dpop_jkt: Option<&str>,
    ) -> Result<Option<String>, PushError> {
        if dpop_jkt.is_some_and(|jkt| !is_thumbprint(jkt)) {
            return Err(RequestFault::Form("dpop_jkt").into());
        }
        let proven = self.proven_key(tenant, presented, "par").await?;
        match (proven, dpop_jkt) {
            (Some(proven), Some(named)) if proven != named => {
                Err(DpopError::from(DpopFault::Thumbprint).into())
            }
            (Some(proven), _) => Ok(Some(proven)),
            (None, named) => Ok(named.map(str::to_owned)),
        }
    }

    /// Which offer, if any, an authorization request comes from.
    async fn named_offer(
        &self,
        tenant: &Tenant,
        issuer_state: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Offer>, PushError> {
        let Some(issuer_state) = issuer_state else { return Ok(None) };
        let id = self.secrets.offer_of(&tenant.id, issuer_state).ok_or(PushError::IssuerState)?;
        let offer = self.store.read().await?.find_offer(&tenant.id, id).await?;
        let open = offer.filter(|offer| offer.check_open(now).is_ok());
        open.map(Some).ok_or(PushError::IssuerState)
    }

    fn asked_details(&self, tenant: &Tenant, text: &str) -> Result<Vec<Configuration>, PushError> {
        let details = parse_details(text).map_err(|_| PushError::Details)?;
        let issued = self.configurations(tenant, &tenant.types);
        chosen(&issued, &details).map_err(|_| PushError::Details)
    }
}

/// A request that names an offer gets nothing beside it (RFC 9396, 5 for the details).
fn check_offered(offer: Option<&Offer>, wanted: &Wanted) -> Result<(), PushError> {
    let Some(offer) = offer else { return Ok(()) };
    let is_offered = |list: &[Configuration]| list.iter().all(|it| offer.configurations.contains(it));
    match wanted {
        Wanted::Scope(list) if !is_offered(list) => Err(PushError::Scope),
        Wanted::Details(list) if !is_offered(list) => Err(PushError::Details),
        Wanted::Offered | Wanted::Scope(_) | Wanted::Details(_) => Ok(()),
    }
}
