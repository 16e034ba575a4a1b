//! The authorization code flow up to the code: pushed requests, the person's sign-in, the answer to the wallet
//! (OID4VCI 1.0, 5; RFC 9126; RFC 9207).

mod decision;
mod passkeys;
mod push;

use issuance::authorization::AuthorizationRequest;
use issuance::message::Language;
use issuance::{Actor, CodeRefusal, Configuration, CredentialType, Offer, fingerprint};
use passkeys::MAX_PASSKEYS;
use store_issuer::Transaction;
use url::Url;
use web::passkey::PasskeyError;

use super::{Issuer, Tenant};

pub use push::PushError;

/// RFC 9126, 2.2.
const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";
/// The actor of what a person does without an officer.
const PERSON: &str = "person";

/// Why a person's step at the authorization endpoint fails. Nothing is sent to the wallet: either its request is unknown,
/// or the person may try again.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizeError {
    #[error("the authorization request is unknown, was answered already or has expired")]
    Request,
    #[error("the request for a passkey has expired")]
    Ceremony,
    #[error("this passkey is not known here")]
    UnknownPasskey,
    #[error("this request has no transaction code by which to enrol")]
    NoCode,
    #[error("the transaction code is wrong, {tries_left} tries are left")]
    WrongCode { tries_left: u32 },
    #[error(transparent)]
    Refused(CodeRefusal),
    #[error("this person has {MAX_PASSKEYS} passkeys already")]
    TooManyPasskeys,
    #[error("the passkey was refused")]
    Passkey(#[from] PasskeyError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// What the page at the authorization endpoint shows.
#[derive(Clone, Debug)]
pub struct AuthorizationView {
    pub wallet: String,
    /// What is asked for, each type once.
    pub credentials: Vec<CredentialType>,
    /// In which language the wallet's person reads, where it said so.
    pub language: Option<Language>,
    /// Whether a passkey can be enrolled with the offer's transaction code.
    pub may_enrol: bool,
    /// Where "no" leads.
    pub decline: String,
}

impl Issuer {
    /// Whether the authorization code flow is offered: some wallet has to be known for it.
    #[must_use]
    pub fn has_code_flow(&self) -> bool {
        !self.clients.is_empty()
    }

    /// What the person is shown (RFC 9126, 4). The client has to be the one that pushed the request.
    pub async fn authorization_view(
        &self,
        tenant: &Tenant,
        client_id: &str,
        request_uri: &str,
    ) -> Result<AuthorizationView, AuthorizeError> {
        let mut tx = self.store.read().await?;
        let (_, request) = self.pushed(&mut tx, tenant, request_uri).await?;
        if request.client_id != client_id {
            return Err(AuthorizeError::Request);
        }
        let offer = self.offer_of(&mut tx, tenant, &request).await?;
        let client = self.clients.get(client_id).ok_or(AuthorizeError::Request)?;
        let configurations = match (request.wanted.named(), &offer) {
            (Some(named), _) => named.to_vec(),
            (None, Some(offer)) => offer.configurations.clone(),
            (None, None) => Vec::new(),
        };
        let decline =
            answer(tenant, &request, &[("error", "access_denied")]).ok_or(AuthorizeError::Request)?;
        Ok(AuthorizationView {
            wallet: client.name.clone(),
            credentials: types(&configurations),
            language: request.language,
            may_enrol: offer.is_some_and(|offer| offer.code_hash.is_some()),
            decline,
        })
    }

    pub(super) async fn pushed(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request_uri: &str,
    ) -> Result<(String, AuthorizationRequest), AuthorizeError> {
        let token = request_uri.strip_prefix(REQUEST_URI).ok_or(AuthorizeError::Request)?;
        let id = fingerprint(token);
        let request = tx.find_authorization_request(&tenant.id, &id, self.now()).await?;
        Ok((id, request.ok_or(AuthorizeError::Request)?))
    }

    async fn offer_of(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        request: &AuthorizationRequest,
    ) -> Result<Option<Offer>, store_issuer::Error> {
        match &request.offer_id {
            None => Ok(None),
            Some(id) => tx.find_offer(&tenant.id, id).await,
        }
    }
}

pub(super) fn person(tenant: &Tenant) -> Actor {
    Actor { tenant: tenant.id.clone(), officer: PERSON.to_owned() }
}

/// Each type once, in order.
fn types(configurations: &[Configuration]) -> Vec<CredentialType> {
    let mut types: Vec<CredentialType> = configurations.iter().map(|it| it.credential_type).collect();
    types.sort_unstable();
    types.dedup();
    types
}

/// The redirection of RFC 6749, 4.1.2, with `iss` (RFC 9207, 2).
fn answer(tenant: &Tenant, request: &AuthorizationRequest, parameters: &[(&str, &str)]) -> Option<String> {
    let mut to = Url::parse(&request.redirect_uri).ok()?;
    {
        let mut query = to.query_pairs_mut();
        query.extend_pairs(parameters);
        if let Some(state) = &request.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &tenant.issuer_url);
    }
    Some(to.into())
}
