//! Refresh tokens (RFC 6749, 6; OID4VCI 1.0, 6): with one a wallet asks for what it holds anew, with new keys and what the
//! record says now.
//!
//! A token is its offer's name under a MAC, so that none is stored and none is in a stolen database. What it gives is an offer
//! that follows the earlier one; when that is taken, the earlier copies end. Until then the token may be shown again, because
//! answers get lost; afterwards one of the two who have it is a thief, and the chain renews no more (RFC 9700, 4.14.2).

use chrono::Duration;
use clock::Timestamp;
use issuance::audit::Act;
use issuance::{
    Configuration, CredentialCopy, CredentialType, Offer, OfferState, Reissue, Status,
    TOKEN_LIFETIME_SECONDS, fingerprint,
};
use store_issuer::{AccessToken, Transaction};
use wire::vci::{TokenRequest, TokenResponse};

use super::authorization::person;
use super::tokens::{TokenError, chosen, parse_details, token_end, token_response};
use super::{Issuer, NewOffer, OfferError, Presented, Tenant};

/// A credential may be renewed for so long after its end, as a wallet is not opened every day.
const AFTER_END_DAYS: i64 = 30;
/// Renewals of one person in a day. A wallet that asks without end would use up the places of the status lists.
const MOST_A_DAY: u64 = 10;
/// Parts of a token's name: the offer, the key it is bound to, the client's fingerprint.
const SEPARATOR: char = '~';

/// To whom a token was given.
#[derive(Clone, Copy)]
pub(super) struct Bound<'a> {
    /// RFC 7638 thumbprint of the DPoP key.
    pub dpop_jkt: Option<&'a str>,
    pub client_id: Option<&'a str>,
}

/// Why a refresh token does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenewalRefusal {
    #[error("the refresh token is unknown")]
    Unknown,
    #[error("the refresh token was used already, or what it renews has ended; ask the issuer for an offer")]
    Over,
    #[error("the refresh token was used already; nothing is renewed by it or those that followed it")]
    Again,
    #[error("the refresh token belongs to another client or key")]
    Holder,
    #[error("the credential is suspended; it can be renewed once that is lifted")]
    Suspended,
    #[error("too many renewals today; try again tomorrow")]
    TooMany,
}

impl Issuer {
    /// The token by which the credentials of an offer are renewed. What a proof of life gave is renewed by the next proof
    /// alone, and what is bound to one key has no other.
    pub(super) fn refresh_token(&self, tenant: &Tenant, offer: &Offer, bound: Bound<'_>) -> Option<String> {
        let yearly =
            |it: &Configuration| it.credential_type == CredentialType::DigitalCertificateOfEntitlement;
        if offer.bound_key.is_some() || offer.configurations.iter().any(yearly) {
            return None;
        }
        let client = bound.client_id.map(fingerprint).unwrap_or_default();
        let jkt = bound.dpop_jkt.unwrap_or_default();
        let name = format!("{}{SEPARATOR}{jkt}{SEPARATOR}{client}", offer.id);
        Some(self.secrets.refresh_token(&tenant.id, &name))
    }

    /// RFC 6749, 6: an access token for the offer that follows, and its own refresh token.
    pub(super) async fn exchange_refresh_token(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        request: &TokenRequest,
        dpop_jkt: Option<&str>,
    ) -> Result<TokenResponse, TokenError> {
        let token = request.refresh_token.as_deref().ok_or(TokenError::Missing("refresh_token"))?;
        let name = self.secrets.renewed_by(&tenant.id, token).ok_or(RenewalRefusal::Unknown)?;
        let mut parts = name.split(SEPARATOR);
        let (Some(offer_id), Some(jkt), Some(client)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(RenewalRefusal::Unknown.into());
        };
        if !jkt.is_empty() && dpop_jkt != Some(jkt) {
            return Err(RenewalRefusal::Holder.into());
        }
        let client_id = if client.is_empty() {
            None
        } else {
            let known = self.authenticated_client(tenant, request.client_id.as_deref(), presented).await?;
            if fingerprint(&known.id) != client {
                return Err(RenewalRefusal::Holder.into());
            }
            Some(known.id.as_str())
        };
        let details = request.authorization_details.as_deref().map(parse_details).transpose()?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("exchange_refresh_token").await?;
            let offer = match self.following_offer(&mut tx, tenant, offer_id, now).await {
                Err(error @ TokenError::Renewal(RenewalRefusal::Again)) => {
                    tx.commit().await?;
                    tracing::warn!(
                        tenant.id = tenant.id,
                        offer.id = offer_id,
                        "a used refresh token came again"
                    );
                    return Err(error);
                }
                offer => offer?,
            };
            let identified =
                details.as_deref().map(|details| chosen(&offer.configurations, details)).transpose()?;
            let granted = identified.as_deref().unwrap_or(&offer.configurations);
            let (dpop_jkt, expires_at) = (dpop_jkt.map(str::to_owned), token_end(tenant, granted, now));
            let bound = Bound { dpop_jkt: dpop_jkt.as_deref(), client_id };
            let refresh_token = self.refresh_token(tenant, &offer, bound);
            let row = AccessToken { offer_id: offer.id, identified, scope: None, dpop_jkt, expires_at };
            let token = self.new_token();
            tx.insert_access_token(&tenant.id, &fingerprint(&token), &row).await?;
            tx.commit().await?;
            Ok(TokenResponse { refresh_token, ..token_response(token, &row, now) })
        })
        .await
    }

    /// The offer that takes the place of an earlier one: the open one of an answer that was lost, or a new one.
    async fn following_offer(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        earlier_id: &str,
        now: Timestamp,
    ) -> Result<Offer, TokenError> {
        let earlier = tx.find_offer(&tenant.id, earlier_id).await?.ok_or(RenewalRefusal::Over)?;
        let chain = tx.find_renewal_chain(&tenant.id, earlier_id).await?.ok_or(RenewalRefusal::Over)?;
        if tx.is_renewal_chain_ended(&tenant.id, &chain).await? {
            return Err(RenewalRefusal::Over.into());
        }
        let until = now + Duration::seconds(TOKEN_LIFETIME_SECONDS);
        let following = tx.find_following_offer(&tenant.id, earlier_id).await?;
        if following.as_ref().is_some_and(|it| it.state == OfferState::Accepted) {
            tx.end_renewal_chain(&tenant.id, &chain, now).await?;
            return Err(RenewalRefusal::Again.into());
        }
        let copies = tx.list_copies_by_offer(&tenant.id, earlier_id).await?;
        let configurations = renewable(&earlier, &copies, now)?;
        if let Some(following) = following {
            let waits = tx.prolong_offer(&tenant.id, &following.id, until).await?;
            return if waits { Ok(following) } else { Err(RenewalRefusal::Over.into()) };
        }
        if tx.count_renewals(&tenant.id, &earlier.subject_id, now - Duration::days(1)).await? >= MOST_A_DAY {
            return Err(RenewalRefusal::TooMany.into());
        }
        let by = person(tenant);
        let new = NewOffer {
            subject_id: earlier.subject_id,
            types: types_of(&configurations),
            extra_claims: earlier.extra_claims,
            transaction_code: false,
            bound_key: None,
            expires_at: Some(until),
        };
        let link = self.insert_offer(tx, &by, &new).await.map_err(|error| match error {
            OfferError::Store(error) => TokenError::Store(error),
            // The service ended, or the record makes no credential any more.
            _ => RenewalRefusal::Over.into(),
        })?;
        match tx.set_offer_renews(&tenant.id, &link.offer_id, (earlier_id, &chain)).await {
            Err(error) if error.is_conflict() => return Err(store_issuer::Error::stale().into()),
            set => set?,
        }
        if let Some(reason) = Reissue::Renewal.replaces_with() {
            tx.set_offer_replaces(&tenant.id, &link.offer_id, reason).await?;
        }
        let act = Act { action: "offer.refresh", target: &link.offer_id, detail: earlier_id };
        tx.audit(&by, act, now).await?;
        Ok(tx.find_offer(&tenant.id, &link.offer_id).await?.ok_or(RenewalRefusal::Over)?)
    }
}

/// What was issued by the offer and may be issued anew.
fn renewable(
    offer: &Offer,
    copies: &[CredentialCopy],
    now: Timestamp,
) -> Result<Vec<Configuration>, RenewalRefusal> {
    if offer.state != OfferState::Accepted {
        return Err(RenewalRefusal::Over);
    }
    let ended = now - Duration::days(AFTER_END_DAYS);
    let living: Vec<&CredentialCopy> =
        copies.iter().filter(|copy| copy.status != Status::Revoked && copy.valid_until > ended).collect();
    if living.is_empty() {
        return Err(RenewalRefusal::Over);
    }
    if living.iter().any(|copy| copy.status == Status::Suspended) {
        return Err(RenewalRefusal::Suspended);
    }
    let mut configurations: Vec<Configuration> = Vec::new();
    for copy in living {
        if !configurations.contains(&copy.configuration) {
            configurations.push(copy.configuration);
        }
    }
    Ok(configurations)
}

fn types_of(configurations: &[Configuration]) -> Vec<CredentialType> {
    let mut types = Vec::new();
    for configuration in configurations {
        if !types.contains(&configuration.credential_type) {
            types.push(configuration.credential_type);
        }
    }
    types
}
