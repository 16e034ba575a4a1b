//! The authorization code flow up to the code: pushed requests, the person's sign-in, the answer to the wallet
//! (OID4VCI 1.0, 5; RFC 9126; RFC 9207).

use chrono::Duration;
use clock::Timestamp;
use issuance::audit::Act;
use issuance::authorization::{
    AUTHORIZATION_CODE_LIFETIME_SECONDS, Asked, AuthorizationRequest, Grant, REQUEST_LIFETIME_SECONDS,
    RequestFault, Wanted, is_self_service, is_withdrawn,
};
use issuance::dpop::{DpopFault, is_thumbprint};
use issuance::{Actor, CodeRefusal, Configuration, CredentialType, Offer, fingerprint};
use serde_json::{Map, Value};
use store_issuer::{PersonCeremony, Transaction};
use url::Url;
use web::passkey::{PasskeyError, Uuid, answered_challenge, challenge_of};
use wire::vci::{PushedAuthorizationRequest, PushedAuthorizationResponse};

use super::tokens::parse_details;
use super::{ClientError, DpopError, Issuer, NewOffer, OfferError, Presented, Tenant};

/// RFC 9126, 2.2.
const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";
/// Requests of one organisation that may wait at once. Pushing one needs no authentication, so they must not fill a disk.
const MAX_WAITING: u64 = 10_000;
const CEREMONY_MINUTES: i64 = 10;
/// One for each device somebody owns, with room for lost ones.
const MAX_PASSKEYS: u64 = 10;
/// Offers a person may make in a day by signing in.
const SELF_SERVED_A_DAY: u64 = 10;
/// How long the credentials of a sign-in without an offer may be fetched.
const SELF_SERVED_MINUTES: i64 = 15;
/// The actor of what a person does without an officer.
const PERSON: &str = "person";

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
    /// Titles of the credentials that are asked for.
    pub credentials: Vec<&'static str>,
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
            && list.iter().any(|it| !self.settings.formats.contains(&it.format))
        {
            return Err(PushError::Scope);
        }
        request.offer_id = offer.map(|offer| offer.id);
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
            credentials: types(&configurations).into_iter().map(CredentialType::title).collect(),
            may_enrol: offer.is_some_and(|offer| offer.code_hash.is_some()),
            decline,
        })
    }

    /// Begins the sign-in of a person for one request; the passkey itself says later whose it is.
    pub async fn start_person_sign_in(
        &self,
        tenant: &Tenant,
        request_uri: &str,
    ) -> Result<Value, AuthorizeError> {
        let (id, _) = self.pushed(&mut self.store.read().await?, tenant, request_uri).await?;
        let (start, state) = self.passkeys.start_login(&[])?;
        let ceremony = self.ceremony(&start, id, None, state)?;
        sql::retry(|| async {
            let mut tx = self.store.write("start_person_sign_in").await?;
            tx.insert_person_ceremony(&tenant.id, &ceremony).await?;
            tx.commit().await
        })
        .await?;
        Ok(start)
    }

    /// Ends the sign-in and decides on the request. Answers the path at which the browser goes on.
    pub async fn finish_person_sign_in(
        &self,
        tenant: &Tenant,
        request_uri: &str,
        response: &Value,
    ) -> Result<String, AuthorizeError> {
        let challenge = answered_challenge(response).ok_or(AuthorizeError::Ceremony)?;
        let (_, credential_id) = self.passkeys.identify(response)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("finish_person_sign_in").await?;
            let (id, request) = self.pushed(&mut tx, tenant, request_uri).await?;
            let ceremony = tx.take_person_ceremony(&tenant.id, &challenge, &id, now).await?;
            let ceremony = ceremony.filter(|it| it.offer_id.is_none()).ok_or(AuthorizeError::Ceremony)?;
            let found = tx.find_person_passkey(&tenant.id, &credential_id).await?;
            let (subject, passkey) = found.ok_or(AuthorizeError::UnknownPasskey)?;
            let signed_in = self.passkeys.finish_login(&ceremony.state, response, &[passkey])?;
            if let Some(json) = &signed_in.updated_json {
                tx.replace_person_passkey(&tenant.id, &credential_id, json).await?;
            }
            tx.use_person_passkey(&tenant.id, &credential_id, now).await?;
            let next = self.decide_request(&mut tx, tenant, &subject, (&id, &request)).await?;
            tx.commit().await?;
            Ok(next)
        })
        .await
    }

    /// Begins the enrolment of a passkey: whoever has the offer and its transaction code is the person it was made for. A
    /// wrong code costs a try of the offer, as at the token endpoint.
    pub async fn start_enrolment(
        &self,
        tenant: &Tenant,
        request_uri: &str,
        code: &str,
    ) -> Result<Value, AuthorizeError> {
        let started = self.try_enrolment(tenant, request_uri, code).await;
        if matches!(started, Err(AuthorizeError::WrongCode { .. } | AuthorizeError::Refused(_))) {
            self.note_refusal(tenant, "code").await;
        }
        started
    }

    async fn try_enrolment(
        &self,
        tenant: &Tenant,
        request_uri: &str,
        code: &str,
    ) -> Result<Value, AuthorizeError> {
        sql::retry(|| async {
            let mut tx = self.store.write("start_enrolment").await?;
            let (id, request) = self.pushed(&mut tx, tenant, request_uri).await?;
            let offer = self.offer_of(&mut tx, tenant, &request).await?;
            let offer = offer.filter(|offer| offer.code_hash.is_some()).ok_or(AuthorizeError::NoCode)?;
            match offer.check_code(&tenant.id, Some(code), &self.secrets, self.now()) {
                Ok(()) => {}
                Err(CodeRefusal::Wrong) => {
                    return Err(match self.count_wrong_code(tx, tenant, &offer).await? {
                        Some(tries_left) => AuthorizeError::WrongCode { tries_left },
                        None => AuthorizeError::Refused(CodeRefusal::Locked),
                    });
                }
                Err(refusal) => return Err(AuthorizeError::Refused(refusal)),
            }
            if tx.count_person_passkeys(&tenant.id, &offer.subject_id).await? >= MAX_PASSKEYS {
                return Err(AuthorizeError::TooManyPasskeys);
            }
            let subject = tx.find_subject(&tenant.id, &offer.subject_id).await?;
            let subject = subject.ok_or(AuthorizeError::Request)?;
            let mut handle = [0; 16];
            self.entropy.fill(&mut handle);
            let shown = format!("{} ({})", subject.name, tenant.name);
            let (start, state) = self.passkeys.start_registration(Uuid::from_bytes(handle), &shown, &[])?;
            let ceremony = self.ceremony(&start, id, Some(offer.id), state)?;
            tx.insert_person_ceremony(&tenant.id, &ceremony).await?;
            tx.commit().await?;
            Ok(start)
        })
        .await
    }

    /// Ends the enrolment: the passkey is the person's from now on, and the request is decided.
    pub async fn finish_enrolment(
        &self,
        tenant: &Tenant,
        request_uri: &str,
        response: &Value,
    ) -> Result<String, AuthorizeError> {
        let challenge = answered_challenge(response).ok_or(AuthorizeError::Ceremony)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("finish_enrolment").await?;
            let (id, request) = self.pushed(&mut tx, tenant, request_uri).await?;
            let ceremony = tx.take_person_ceremony(&tenant.id, &challenge, &id, now).await?;
            let ceremony = ceremony.ok_or(AuthorizeError::Ceremony)?;
            let offer_id = ceremony.offer_id.as_deref().ok_or(AuthorizeError::Ceremony)?;
            let offer = tx.find_offer(&tenant.id, offer_id).await?.ok_or(AuthorizeError::Ceremony)?;
            // It may have been withdrawn since the code was typed, and a passkey outlives its offer.
            offer.check_open(now).map_err(AuthorizeError::Refused)?;
            let made = self.passkeys.finish_registration(&ceremony.state, response)?;
            let subject = offer.subject_id.as_str();
            tx.insert_person_passkey(&tenant.id, subject, &made.credential_id, &made.json, now).await?;
            let act = Act { action: "person.enrol", target: subject, detail: "" };
            tx.audit(&person(tenant), act, now).await?;
            let next = self.decide_request(&mut tx, tenant, subject, (&id, &request)).await?;
            tx.commit().await?;
            Ok(next)
        })
        .await
    }

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

    fn ceremony(
        &self,
        start: &Value,
        request: String,
        offer_id: Option<String>,
        state: String,
    ) -> Result<PersonCeremony, AuthorizeError> {
        let challenge = challenge_of(start).ok_or(AuthorizeError::Ceremony)?.to_owned();
        let expires_at = self.now() + Duration::minutes(CEREMONY_MINUTES);
        Ok(PersonCeremony { challenge, request, offer_id, state, expires_at })
    }

    /// Decides on the request of a person who was identified.
    pub(super) async fn decide_request(
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

impl Issuer {
    fn asked_details(&self, tenant: &Tenant, text: &str) -> Result<Vec<Configuration>, PushError> {
        let details = parse_details(text).map_err(|_| PushError::Details)?;
        let issued = Configuration::in_formats(&tenant.types, &self.settings.formats);
        super::tokens::chosen(&issued, &details).map_err(|_| PushError::Details)
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
