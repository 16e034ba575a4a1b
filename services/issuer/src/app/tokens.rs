//! The token endpoint: a pre-authorized code and a transaction code become an access token, once.

use clock::Timestamp;
use issuance::{CodeRefusal, Configuration, Offer, TOKEN_LIFETIME_SECONDS, fingerprint};
use store_issuer::AccessToken;
use wire::vci::{AuthorizationDetail, OPENID_CREDENTIAL, PRE_AUTHORIZED_CODE, TokenRequest, TokenResponse};

use super::{Issuer, Tenant};

/// More than a wallet could want in one token.
const MAX_DETAILS: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("only the pre-authorized code grant is supported")]
    GrantType,
    #[error("authorization_details is malformed or names what was not offered")]
    Details,
    #[error("the pre-authorized code is wrong, was used already or has expired")]
    Code,
    #[error("the transaction code is wrong, {tries_left} tries are left")]
    WrongTransactionCode { tries_left: u32 },
    #[error(transparent)]
    Refused(CodeRefusal),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// OID4VCI 1.0, 6.1. The code is consumed with the token's birth in one transaction; a wrong transaction code costs a
    /// try of the offer, not the code, so that a person may correct a slip.
    pub async fn exchange_code(
        &self,
        tenant: &Tenant,
        request: &TokenRequest,
    ) -> Result<TokenResponse, TokenError> {
        match request.grant_type.as_deref() {
            None => return Err(TokenError::Missing("grant_type")),
            Some(PRE_AUTHORIZED_CODE) => {}
            Some(_) => return Err(TokenError::GrantType),
        }
        let code =
            request.pre_authorized_code.as_deref().ok_or(TokenError::Missing("pre-authorized_code"))?;
        let details = request.authorization_details.as_deref().map(parse_details).transpose()?;
        sql::retry(|| self.try_exchange(tenant, code, request.tx_code.as_deref(), details.as_deref())).await
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
    ) -> Result<TokenResponse, TokenError> {
        let now = self.now();
        let fingerprint_of_code = fingerprint(code);
        let mut tx = self.store.write("exchange_code").await?;
        let offer_id = tx.find_code(&tenant.id, &fingerprint_of_code, now).await?.ok_or(TokenError::Code)?;
        let offer = tx.find_offer(&tenant.id, &offer_id).await?.ok_or(TokenError::Code)?;
        match offer.check_code(&tenant.id, tx_code, &self.secrets, now) {
            Ok(()) => {}
            Err(CodeRefusal::Wrong) => {
                let tries_left = tx.count_wrong_code(&tenant.id, &offer.id).await?;
                tx.commit().await?;
                let Some(tries_left) = tries_left.filter(|left| *left > 0) else {
                    tracing::warn!(
                        tenant.id = tenant.id,
                        offer.id = offer.id,
                        "an offer is locked by wrong codes"
                    );
                    return Err(TokenError::Refused(CodeRefusal::Locked));
                };
                return Err(TokenError::WrongTransactionCode { tries_left });
            }
            Err(refusal) => return Err(TokenError::Refused(refusal)),
        }
        let identified = details.map(|details| chosen(&offer, details)).transpose()?;
        if !tx.consume_code(&tenant.id, &fingerprint_of_code, now).await? {
            return Err(TokenError::Code);
        }
        let token = self.new_token();
        let row = AccessToken { offer_id, identified, expires_at: token_end(now) };
        tx.insert_access_token(&tenant.id, &fingerprint(&token), &row).await?;
        tx.commit().await?;
        Ok(TokenResponse {
            access_token: token,
            token_type: "Bearer".to_owned(),
            expires_in: TOKEN_LIFETIME_SECONDS.unsigned_abs(),
            authorization_details: row.identified.iter().flatten().map(|it| detail(&offer, *it)).collect(),
        })
    }
}

/// The name by which a wallet asks for one configuration of one offer.
pub(crate) fn credential_identifier(offer_id: &str, configuration: Configuration) -> String {
    format!("{configuration}.{offer_id}")
}

fn detail(offer: &Offer, configuration: Configuration) -> AuthorizationDetail {
    AuthorizationDetail {
        kind: OPENID_CREDENTIAL.to_owned(),
        credential_configuration_id: configuration.to_string(),
        credential_identifiers: vec![credential_identifier(&offer.id, configuration)],
    }
}

fn token_end(now: Timestamp) -> Timestamp {
    now + chrono::Duration::seconds(TOKEN_LIFETIME_SECONDS)
}

fn parse_details(text: &str) -> Result<Vec<AuthorizationDetail>, TokenError> {
    let details: Vec<AuthorizationDetail> =
        web::json::parse(text.as_bytes(), 8).map_err(|_| TokenError::Details)?;
    if details.is_empty() || details.len() > MAX_DETAILS {
        return Err(TokenError::Details);
    }
    Ok(details)
}

/// RFC 9396, 5: what the server does not know or grant is refused as a whole.
fn chosen(offer: &Offer, details: &[AuthorizationDetail]) -> Result<Vec<Configuration>, TokenError> {
    let mut configurations = Vec::with_capacity(details.len());
    for detail in details {
        let configuration = detail.credential_configuration_id.parse().map_err(|_| TokenError::Details)?;
        let offered = detail.kind == OPENID_CREDENTIAL && offer.configurations.contains(&configuration);
        if !offered || configurations.contains(&configuration) {
            return Err(TokenError::Details);
        }
        configurations.push(configuration);
    }
    Ok(configurations)
}
