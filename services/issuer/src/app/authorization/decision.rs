//! What becomes of a request once it is known who the person is.

use chrono::Duration;
use issuance::audit::Act;
use issuance::authorization::{
    AUTHORIZATION_CODE_LIFETIME_SECONDS, AuthorizationRequest, Grant, Wanted, is_self_service, is_withdrawn,
};
use issuance::{CredentialType, fingerprint};
use serde_json::Map;
use store_issuer::Transaction;

use super::{AuthorizeError, PERSON, answer, person, types};
use crate::app::{Issuer, NewOffer, OfferError, Tenant};

/// Offers a person may make in a day by signing in.
const SELF_SERVED_A_DAY: u64 = 10;
/// How long the credentials of a sign-in without an offer may be fetched.
const SELF_SERVED_MINUTES: i64 = 15;

impl Issuer {
    /// Takes a decided request out and answers where the browser goes: to the wallet, with a code or with the refusal.
    pub async fn answer_authorization(
        &self,
        tenant: &Tenant,
        ticket: &str,
    ) -> Result<String, AuthorizeError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("answer_authorization").await?;
            let decided = tx.take_decided_authorization(&tenant.id, &fingerprint(ticket), now).await?;
            let decided = decided.ok_or(AuthorizeError::Request)?;
            let request = decided.request;
            let to = match decided.granted_offer {
                None => answer(tenant, &request, &[("error", "access_denied")]),
                Some(offer_id) => {
                    let code = self.new_token();
                    let until = now + Duration::seconds(AUTHORIZATION_CODE_LIFETIME_SECONDS);
                    let grant = Grant {
                        client_id: request.client_id.clone(),
                        redirect_uri: request.redirect_uri.clone(),
                        code_challenge: request.code_challenge.clone(),
                        wanted: request.wanted.clone(),
                        offer_id,
                        dpop_jkt: request.dpop_jkt.clone(),
                    };
                    tx.insert_authorization_code(&tenant.id, &fingerprint(&code), &grant, until).await?;
                    answer(tenant, &request, &[("code", &code)])
                }
            };
            tx.commit().await?;
            to.ok_or(AuthorizeError::Request)
        })
        .await
    }

    /// Decides on the request of a person who was identified.
    pub(in crate::app) async fn decide_request(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        subject_id: &str,
        (id, request): (&str, &AuthorizationRequest),
    ) -> Result<String, AuthorizeError> {
        let now = self.now();
        let granted = match &request.offer_id {
            Some(offer_id) => {
                let offer = tx.find_offer(&tenant.id, offer_id).await?;
                let theirs = offer.filter(|it| it.subject_id == subject_id && it.check_open(now).is_ok());
                theirs.map(|offer| offer.id)
            }
            None => self.self_served(tx, tenant, subject_id, &request.wanted).await?,
        };
        let ticket = self.new_token();
        if !tx.decide_authorization(&tenant.id, id, &fingerprint(&ticket), granted.as_deref(), now).await? {
            return Err(AuthorizeError::Request);
        }
        let action = if granted.is_some() { "authorization.grant" } else { "authorization.deny" };
        let act = Act { action, target: granted.as_deref().unwrap_or(subject_id), detail: "" };
        tx.audit(&person(tenant), act, now).await?;
        Ok(format!("/t/{}/authorize/continue/{ticket}", tenant.id))
    }

    /// An offer that the person's own sign-in makes, or nothing where an officer has to make one.
    async fn self_served(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        subject_id: &str,
        wanted: &Wanted,
    ) -> Result<Option<String>, AuthorizeError> {
        let types = types(wanted.named().unwrap_or_default());
        let copies = tx.list_copies(&tenant.id, subject_id).await?;
        let barred = |kind: &CredentialType| !is_self_service(*kind) || is_withdrawn(*kind, &copies);
        if types.is_empty() || types.iter().any(barred) {
            return Ok(None);
        }
        let now = self.now();
        let since = now - Duration::days(1);
        if tx.count_self_served(&tenant.id, subject_id, PERSON, since).await? >= SELF_SERVED_A_DAY {
            tracing::warn!(tenant.id = tenant.id, subject.id = subject_id, "a person signs in too often");
            return Ok(None);
        }
        let new = NewOffer {
            subject_id: subject_id.to_owned(),
            types,
            extra_claims: Map::new(),
            transaction_code: false,
            bound_key: None,
            expires_at: Some(now + Duration::minutes(SELF_SERVED_MINUTES)),
        };
        match self.insert_offer(tx, &person(tenant), &new).await {
            Ok(link) => Ok(Some(link.offer_id)),
            Err(OfferError::Store(error)) => Err(error.into()),
            Err(
                OfferError::UnknownSubject
                | OfferError::UnknownOffer
                | OfferError::ForeignType(_)
                | OfferError::Empty
                | OfferError::Claims(_)
                | OfferError::Closed
                | OfferError::ServiceEnded,
            ) => Ok(None),
        }
    }
}
