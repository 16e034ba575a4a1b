//! Sign-in of officers by their organisation's OpenID provider: authorization code with PKCE, state, nonce and `iss`.
//!
//! A person of the provider is nobody here until they have used up a one-time link of a colleague; roles are given here
//! and are never read from the provider.

mod client;
mod person;

use issuance::audit::Act;
use issuance::oidc::{IdTokenError, Identity};
use issuance::{Roles, fingerprint};
use outbound::OutboundError;
use store_issuer::{Officer, OidcRequest};
use url::Url;

use super::{Issuer, SignInError};

pub(crate) use client::Providers;
use client::{Journey, Secret};
pub use client::{Provider, Return};
pub use person::{PersonProviderError, ProviderRefusal};

/// How long somebody may stay at the provider.
const REQUEST_MINUTES: i64 = 10;
/// Room for `name` in a registration.
const NAMELESS: &str = "Officer";

/// Where the browser goes, and the cookie by which it is known when it comes back.
pub struct Departure {
    pub to: Url,
    pub browser: String,
}

/// A session and the page to go to.
pub struct Arrival {
    pub session: String,
    pub next: String,
}

#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    #[error("there is no provider for this organisation")]
    NoProvider,
    #[error("the sign-in is unknown, was used already or took too long")]
    Request,
    #[error("the answer is from another provider")]
    Issuer,
    #[error("the provider did not sign this person in")]
    Declined,
    #[error("the provider's identity cannot be believed")]
    Token(#[from] IdTokenError),
    #[error("nobody here is this person of the provider")]
    Unknown,
    #[error("this person of the provider is an officer here already")]
    Bound,
    #[error("the provider could not be reached")]
    Unreachable(#[from] OutboundError),
    #[error("the provider answered {0}: {1}")]
    Answer(&'static str, String),
    #[error(transparent)]
    SignIn(#[from] SignInError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// The names of the providers by which officers may sign in, by organisation.
    pub fn providers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.providers.names()
    }

    /// Begins a sign-in, or with a one-time link a registration.
    pub async fn start_oidc(
        &self,
        tenant: &str,
        next: &str,
        link: Option<&str>,
    ) -> Result<Departure, OidcError> {
        if let Some(link) = link
            && self.officer_link_tenant(link).await? != tenant
        {
            return Err(SignInError::Link.into());
        }
        let state = format!("{tenant}.{}", self.new_token());
        let (secret, browser) = (self.new_journey(), self.new_token());
        let redirect_uri = self.oidc_redirect();
        let journey = Journey { tenant, redirect_uri: &redirect_uri, state: &state, secret: &secret };
        let to = self.providers.destination(journey).await?;
        let request = OidcRequest {
            fingerprint: fingerprint(&state),
            browser: fingerprint(&browser),
            sealed: self.seal_journey(&purpose(tenant, &state), &secret),
            next: next.to_owned(),
            link: link.map(fingerprint),
            expires_at: self.now() + chrono::Duration::minutes(REQUEST_MINUTES),
        };
        sql::retry(|| async {
            let mut tx = self.store.write("start_oidc").await?;
            tx.prune_oidc_requests(self.now()).await?;
            tx.insert_oidc_request(tenant, &request).await?;
            tx.commit().await
        })
        .await?;
        Ok(Departure { to, browser })
    }

    /// The one address to which every provider sends browsers back.
    #[must_use]
    pub fn oidc_redirect(&self) -> String {
        format!("{}/console/sign-in/callback", self.settings.origin)
    }

    /// Ends what [`Self::start_oidc`] began, in the same browser.
    pub async fn finish_oidc(&self, back: &Return, browser: Option<&str>) -> Result<Arrival, OidcError> {
        let (tenant, _) = back.state.split_once('.').ok_or(OidcError::Request)?;
        let provider = self.providers.of(tenant)?;
        let request = sql::retry(|| async {
            let mut tx = self.store.write("finish_oidc").await?;
            let taken = tx.take_oidc_request(tenant, &fingerprint(&back.state), self.now()).await?;
            tx.commit().await?;
            Ok::<_, store_issuer::Error>(taken)
        })
        .await?;
        // Another browser that is led here with somebody's code would be signed in as that somebody.
        let same = |request: &OidcRequest| browser.is_some_and(|it| fingerprint(it) == request.browser);
        let request = request.filter(same).ok_or(OidcError::Request)?;
        let secret = self.open_journey(&purpose(tenant, &back.state), &request.sealed)?;
        let redirect_uri = self.oidc_redirect();
        let journey = Journey { tenant, redirect_uri: &redirect_uri, state: &back.state, secret: &secret };
        let mut signed_in = self.providers.arrive(journey, back, self.now()).await?;
        if request.link.is_some() && signed_in.identity.name.is_none() {
            signed_in.identity.name = self.providers.name_of(&signed_in).await;
        }
        let identity = &signed_in.identity;
        let session = match &request.link {
            Some(link) => self.register_identity(tenant, provider, identity, link).await?,
            None => self.sign_in_identity(tenant, provider, identity).await?,
        };
        Ok(Arrival { session, next: request.next })
    }

    fn new_journey(&self) -> Secret {
        Secret { nonce: self.new_token(), verifier: self.new_token(), page: None }
    }

    fn seal_journey(&self, purpose: &[u8], secret: &Secret) -> Vec<u8> {
        let plain = serde_json::to_vec(secret).unwrap_or_default();
        self.sealing.seal(purpose, &plain, self.entropy.as_ref())
    }

    fn open_journey(&self, purpose: &[u8], sealed: &[u8]) -> Result<Secret, OidcError> {
        let secret = self.sealing.open(purpose, sealed).map_err(|_| OidcError::Request)?;
        serde_json::from_slice(&secret).map_err(|_| OidcError::Request)
    }

    async fn sign_in_identity(
        &self,
        tenant: &str,
        provider: &Provider,
        identity: &Identity,
    ) -> Result<String, OidcError> {
        sql::retry(|| async {
            let mut tx = self.store.write("sign_in_oidc").await?;
            let issuer = &provider.issuer;
            let found = tx.find_officer_by_identity(tenant, issuer, &identity.subject).await?;
            let officer = found.filter(|officer| !officer.roles.is_empty()).ok_or(OidcError::Unknown)?;
            let session = self.open_session(&mut tx, &officer, "officer.sign-in").await?;
            tx.commit().await?;
            Ok(session)
        })
        .await
    }

    /// The link is used up, the officer exists with the roles of the link, and is bound to the person of the provider.
    async fn register_identity(
        &self,
        tenant: &str,
        provider: &Provider,
        identity: &Identity,
        link: &str,
    ) -> Result<String, OidcError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("register_oidc").await?;
            let issuer = provider.issuer.as_str();
            if tx.find_officer_by_identity(tenant, issuer, &identity.subject).await?.is_some() {
                return Err(OidcError::Bound);
            }
            let roles = self.use_link(&mut tx, tenant, link).await?;
            let officer = Officer {
                id: self.new_id(),
                tenant: tenant.to_owned(),
                name: identity.name.clone().unwrap_or_else(|| NAMELESS.to_owned()),
                // No authenticator knows this officer; the column is unique.
                user_id: self.new_id(),
                roles,
                created_at: now,
            };
            tx.insert_officer(&officer).await?;
            tx.bind_identity(tenant, (issuer, &identity.subject), &officer.id, now).await?;
            let session = self.open_session(&mut tx, &officer, "officer.register").await?;
            tx.commit().await?;
            Ok(session)
        })
        .await
    }

    async fn open_session(
        &self,
        tx: &mut store_issuer::Transaction,
        officer: &Officer,
        action: &'static str,
    ) -> Result<String, store_issuer::Error> {
        let session = self.new_token();
        tx.insert_session(&officer.id, &fingerprint(&session), self.now()).await?;
        let by = issuance::Actor { tenant: officer.tenant.clone(), officer: officer.id.clone() };
        tx.audit(&by, Act { action, target: &officer.id, detail: "oidc" }, self.now()).await?;
        Ok(session)
    }

    /// The roles of a one-time link that nobody can use any more.
    async fn use_link(
        &self,
        tx: &mut store_issuer::Transaction,
        tenant: &str,
        link: &str,
    ) -> Result<Roles, SignInError> {
        let now = self.now();
        let found = tx.find_officer_link(link, now).await?.ok_or(SignInError::Link)?;
        let usable = found.tenant == tenant
            && self.is_still_allowed(tx, &found).await?
            && tx.consume_officer_link(tenant, link, now).await?;
        if usable { Ok(found.roles) } else { Err(SignInError::Link) }
    }
}

fn purpose(tenant: &str, state: &str) -> Vec<u8> {
    format!("sign-in of {tenant}/{}", fingerprint(state)).into_bytes()
}
