//! The token endpoint: a pre-authorized code with its transaction code, an authorization code with its verifier, or a refresh
//! token becomes an access token, once.

use clock::Timestamp;
use issuance::authorization::{GrantRefusal, Wanted};
use issuance::dpop::DpopFault;
use issuance::{CodeRefusal, Configuration, Offer, TOKEN_LIFETIME_SECONDS, fingerprint};
use store_issuer::{AccessToken, Transaction};
use wire::vci::{
    AUTHORIZATION_CODE, AuthorizationDetail, OPENID_CREDENTIAL, PRE_AUTHORIZED_CODE, REFRESH_TOKEN,
    TokenRequest, TokenResponse,
};

use super::deferrals::DEFERRED_TOKEN_SECONDS;
use super::renewals::{Bound, RenewalRefusal};
use super::{ClientError, DpopError, Issuer, Presented, Tenant};

/// More than a wallet could want in one token.
const MAX_DETAILS: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("this grant type is not supported")]
    GrantType,
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("the authorization code is wrong, was used already or has expired")]
    AuthorizationCode,
    #[error(transparent)]
    Grant(GrantRefusal),
    #[error(transparent)]
    Dpop(#[from] DpopError),
    #[error("authorization_details is malformed or names what was not offered")]
    Details,
    #[error("the pre-authorized code is wrong, was used already or has expired")]
    Code,
    #[error("the transaction code is wrong, {tries_left} tries are left")]
    WrongTransactionCode { tries_left: u32 },
    #[error(transparent)]
    Refused(CodeRefusal),
    #[error(transparent)]
    Renewal(#[from] RenewalRefusal),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// The parts of a token request for an authorization code.
struct Redeemed<'a> {
    code: &'a str,
    client_id: &'a str,
    redirect_uri: &'a str,
    verifier: &'a str,
    details: Option<&'a [AuthorizationDetail]>,
    dpop_jkt: Option<&'a str>,
}

impl Issuer {
    /// OID4VCI 1.0, 6.1. A DPoP proof binds the token to its key, whichever grant it is (RFC 9449, 5).
    pub async fn exchange_code(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        request: &TokenRequest,
    ) -> Result<TokenResponse, TokenError> {
        let grant = match request.grant_type.as_deref() {
            None => return Err(TokenError::Missing("grant_type")),
            Some(grant @ (PRE_AUTHORIZED_CODE | REFRESH_TOKEN)) => grant,
            Some(AUTHORIZATION_CODE) if self.has_code_flow() => AUTHORIZATION_CODE,
            Some(_) => return Err(TokenError::GrantType),
        };
        let dpop_jkt = self.proven_key(tenant, presented, "token").await?;
        let dpop_jkt = dpop_jkt.as_deref();
        let exchanged = match grant {
            PRE_AUTHORIZED_CODE => self.exchange_pre_authorized_code(tenant, request, dpop_jkt).await,
            REFRESH_TOKEN => self.exchange_refresh_token(tenant, presented, request, dpop_jkt).await,
            _ => self.exchange_authorization_code(tenant, presented, request, dpop_jkt).await,
        };
        if exchanged.as_ref().is_err_and(TokenError::is_guess) {
            self.note_refusal(tenant, "code").await;
        }
        exchanged
    }

    /// The code is consumed with the token's birth in one transaction; a wrong transaction code costs a try of the offer,
    /// not the code, so that a person may correct a slip.
    async fn exchange_pre_authorized_code(
        &self,
        tenant: &Tenant,
        request: &TokenRequest,
        dpop_jkt: Option<&str>,
    ) -> Result<TokenResponse, TokenError> {
        let code =
            request.pre_authorized_code.as_deref().ok_or(TokenError::Missing("pre-authorized_code"))?;
        let details = request.authorization_details.as_deref().map(parse_details).transpose()?;
        let tx_code = request.tx_code.as_deref();
        sql::retry(|| self.try_exchange(tenant, code, tx_code, details.as_deref(), dpop_jkt)).await
    }

    /// RFC 6749, 4.1.3 and RFC 7636, 4.6.
    async fn exchange_authorization_code(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        request: &TokenRequest,
        dpop_jkt: Option<&str>,
    ) -> Result<TokenResponse, TokenError> {
        let code = request.code.as_deref().ok_or(TokenError::Missing("code"))?;
        let redirect_uri = request.redirect_uri.as_deref().ok_or(TokenError::Missing("redirect_uri"))?;
        let verifier = request.code_verifier.as_deref().ok_or(TokenError::Missing("code_verifier"))?;
        let client_id = request.client_id.as_deref();
        if client_id.is_none() && presented.attestations.is_empty() {
            return Err(TokenError::Missing("client_id"));
        }
        let client = self.authenticated_client(tenant, client_id, presented).await?;
        if client.is_dpop_bound && dpop_jkt.is_none() {
            return Err(DpopError::from(DpopFault::Missing).into());
        }
        let details = request.authorization_details.as_deref().map(parse_details).transpose()?;
        let (client_id, details) = (client.id.as_str(), details.as_deref());
        let redeemed = Redeemed { code, client_id, redirect_uri, verifier, details, dpop_jkt };
        sql::retry(|| self.try_redeem(tenant, &redeemed)).await
    }

    /// OID4VCI 1.0, 7. Costs no write, since anybody may ask.
    #[must_use]
    pub fn mint_nonce(&self, tenant: &Tenant) -> String {
        self.secrets.mint_nonce(&tenant.id, self.now(), self.entropy.as_ref())
    }

    async fn try_exchange(
        &self,
        tenant: &Tenant,
        code: &str,
        tx_code: Option<&str>,
        details: Option<&[AuthorizationDetail]>,
        dpop_jkt: Option<&str>,
    ) -> Result<TokenResponse, TokenError> {
        let now = self.now();
        let fingerprint_of_code = fingerprint(code);
        let mut tx = self.store.write("exchange_code").await?;
        let offer_id = tx.find_code(&tenant.id, &fingerprint_of_code, now).await?.ok_or(TokenError::Code)?;
        let offer = tx.find_offer(&tenant.id, &offer_id).await?.ok_or(TokenError::Code)?;
        match offer.check_code(&tenant.id, tx_code, &self.secrets, now) {
            Ok(()) => {}
            Err(CodeRefusal::Wrong) => {
                return Err(match self.count_wrong_code(tx, tenant, &offer).await? {
                    Some(tries_left) => TokenError::WrongTransactionCode { tries_left },
                    None => TokenError::Refused(CodeRefusal::Locked),
                });
            }
            Err(refusal) => return Err(TokenError::Refused(refusal)),
        }
        let identified = details.map(|details| chosen(&offer.configurations, details)).transpose()?;
        if !tx.consume_code(&tenant.id, &fingerprint_of_code, now).await? {
            return Err(TokenError::Code);
        }
        let token = self.new_token();
        let dpop_jkt = dpop_jkt.map(str::to_owned);
        let granted = identified.as_deref().unwrap_or(&offer.configurations);
        let expires_at = token_end(tenant, granted, now);
        let bound = Bound { dpop_jkt: dpop_jkt.as_deref(), client_id: None };
        let refresh_token = self.refresh_token(tenant, &offer, bound);
        let row = AccessToken { offer_id, identified, scope: None, dpop_jkt, expires_at };
        tx.insert_access_token(&tenant.id, &fingerprint(&token), &row).await?;
        tx.commit().await?;
        Ok(TokenResponse { refresh_token, ..token_response(token, &row, now) })
    }

    /// A second use of a code takes back the token of the first: one of the two is a thief (RFC 6749, 4.1.2).
    async fn try_redeem(
        &self,
        tenant: &Tenant,
        redeemed: &Redeemed<'_>,
    ) -> Result<TokenResponse, TokenError> {
        let now = self.now();
        let id = fingerprint(redeemed.code);
        let mut tx = self.store.write("exchange_authorization_code").await?;
        let Some(grant) = tx.find_authorization_code(&tenant.id, &id, now).await? else {
            if tx.revoke_token_of_code(&tenant.id, &id).await? {
                tx.commit().await?;
                tracing::warn!(
                    tenant.id = tenant.id,
                    "an authorization code came twice, its token is revoked"
                );
            }
            return Err(TokenError::AuthorizationCode);
        };
        grant
            .check(redeemed.client_id, redeemed.redirect_uri, redeemed.verifier, redeemed.dpop_jkt)
            .map_err(TokenError::Grant)?;
        let offer = tx.find_offer(&tenant.id, &grant.offer_id).await?.ok_or(TokenError::AuthorizationCode)?;
        offer.check_open(now).map_err(TokenError::Refused)?;
        // OID4VCI 1.0, 6.1.1: details sent here may narrow what was granted.
        let granted = grant.wanted.named().unwrap_or(&offer.configurations);
        let narrowed = redeemed.details.map(|details| chosen(granted, details)).transpose()?;
        let (identified, scope) = match (narrowed, grant.wanted) {
            (Some(narrowed), _) => (Some(narrowed), None),
            (None, Wanted::Details(list)) => (Some(list), None),
            (None, Wanted::Scope(list)) => (None, Some(list)),
            (None, Wanted::Offered) => (None, None),
        };
        let token = self.new_token();
        if !tx.spend_authorization_code(&tenant.id, &id, &fingerprint(&token), now).await? {
            return Err(TokenError::AuthorizationCode);
        }
        let named = identified.as_deref().or(scope.as_deref()).unwrap_or(&offer.configurations);
        let (dpop_jkt, expires_at) = (redeemed.dpop_jkt.map(str::to_owned), token_end(tenant, named, now));
        let bound = Bound { dpop_jkt: dpop_jkt.as_deref(), client_id: Some(redeemed.client_id) };
        let refresh_token = self.refresh_token(tenant, &offer, bound);
        let row = AccessToken { offer_id: offer.id, identified, scope, dpop_jkt, expires_at };
        tx.insert_access_token(&tenant.id, &fingerprint(&token), &row).await?;
        tx.commit().await?;
        Ok(TokenResponse { refresh_token, ..token_response(token, &row, now) })
    }

    /// Takes a try away and keeps that. Answers how many are left, or nothing when the offer is locked.
    pub(super) async fn count_wrong_code(
        &self,
        mut tx: Transaction,
        tenant: &Tenant,
        offer: &Offer,
    ) -> Result<Option<u32>, store_issuer::Error> {
        let left = tx.count_wrong_code(&tenant.id, &offer.id).await?;
        tx.commit().await?;
        let left = left.filter(|left| *left > 0);
        if let Some(tries_left) = left {
            tracing::info!(
                tenant.id = tenant.id,
                offer.id = offer.id,
                tries_left,
                "a transaction code was wrong"
            );
        } else {
            tracing::warn!(tenant.id = tenant.id, offer.id = offer.id, "an offer is locked by wrong codes");
        }
        Ok(left)
    }
}

pub(super) fn token_response(token: String, row: &AccessToken, now: Timestamp) -> TokenResponse {
    TokenResponse {
        access_token: token,
        token_type: if row.dpop_jkt.is_some() { "DPoP" } else { "Bearer" }.to_owned(),
        expires_in: (row.expires_at - now).num_seconds().unsigned_abs(),
        refresh_token: None,
        authorization_details: row.identified.iter().flatten().map(|it| detail(&row.offer_id, *it)).collect(),
    }
}

/// The name by which a wallet asks for one configuration of one offer.
pub(crate) fn credential_identifier(offer_id: &str, configuration: Configuration) -> String {
    format!("{configuration}.{offer_id}")
}

fn detail(offer_id: &str, configuration: Configuration) -> AuthorizationDetail {
    AuthorizationDetail {
        kind: OPENID_CREDENTIAL.to_owned(),
        credential_configuration_id: configuration.to_string(),
        credential_identifiers: vec![credential_identifier(offer_id, configuration)],
    }
}

/// A token for what may be deferred lives until the last decision.
pub(super) fn token_end(tenant: &Tenant, granted: &[Configuration], now: Timestamp) -> Timestamp {
    let waits = granted.iter().any(|it| tenant.may_wait(it.credential_type));
    let seconds = if waits { DEFERRED_TOKEN_SECONDS } else { TOKEN_LIFETIME_SECONDS };
    now + chrono::Duration::seconds(seconds)
}

pub(super) fn parse_details(text: &str) -> Result<Vec<AuthorizationDetail>, TokenError> {
    let details: Vec<AuthorizationDetail> =
        web::json::parse(text.as_bytes(), 8).map_err(|_| TokenError::Details)?;
    if details.is_empty() || details.len() > MAX_DETAILS {
        return Err(TokenError::Details);
    }
    Ok(details)
}

/// RFC 9396, 5: what the server does not know or grant is refused as a whole.
pub(super) fn chosen(
    granted: &[Configuration],
    details: &[AuthorizationDetail],
) -> Result<Vec<Configuration>, TokenError> {
    let mut configurations = Vec::with_capacity(details.len());
    for detail in details {
        let configuration = detail.credential_configuration_id.parse().map_err(|_| TokenError::Details)?;
        let offered = detail.kind == OPENID_CREDENTIAL && granted.contains(&configuration);
        if !offered || configurations.contains(&configuration) {
            return Err(TokenError::Details);
        }
        configurations.push(configuration);
    }
    Ok(configurations)
}
