//! Sign-in of officers by their organisation's OpenID provider: authorization code with PKCE, state, nonce and `iss`.
//!
//! A person of the provider is nobody here until they have used up a one-time link of a colleague; roles are given here
//! and are never read from the provider.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use issuance::audit::Act;
use issuance::oidc::{ExpectedIdentity, IdTokenError, Identity, check_id_token};
use issuance::{Roles, fingerprint};
use outbound::{Outbound, OutboundError, Reply};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store_issuer::{Officer, OidcRequest};
use url::{Url, form_urlencoded};

use super::{Issuer, SignInError};

/// How long somebody may stay at the provider.
const REQUEST_MINUTES: i64 = 10;
/// How long the provider's metadata and keys are believed without asking again.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// How soon keys may be fetched anew because a token names an unknown one.
const REFETCH: Duration = Duration::from_secs(30);
/// Room for `name` in a registration.
const NAMELESS: &str = "Officer";

/// An organisation's provider, as configured.
#[derive(Clone)]
pub struct Provider {
    /// Exactly as configured: what `iss` must be, character by character.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<String>,
    /// On the button.
    pub name: String,
    pub acr: Vec<String>,
    pub amr: Vec<String>,
}

/// What the provider says of itself (Discovery 1.0, 3), as far as it is used.
#[derive(Clone, Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    userinfo_endpoint: Option<Url>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

#[derive(Clone)]
struct Known {
    metadata: Metadata,
    keys: Value,
    at: Instant,
}

/// The providers of all organisations and what they said of late.
pub(crate) struct Providers {
    by_tenant: BTreeMap<String, Provider>,
    known: Mutex<BTreeMap<String, Known>>,
    outbound: Outbound,
}

/// Kept sealed while somebody is at the provider.
#[derive(Serialize, Deserialize)]
struct Secret {
    nonce: String,
    verifier: String,
}

/// What the token endpoint answers, as far as it is used.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

/// Where the browser goes, and the cookie by which it is known when it comes back.
pub struct Departure {
    pub to: Url,
    pub browser: String,
}

/// What the provider sends back with the browser.
#[derive(Debug, Deserialize)]
pub struct Return {
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub state: String,
    pub iss: Option<String>,
    pub error: Option<String>,
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

impl Providers {
    pub fn new(by_tenant: BTreeMap<String, Provider>, outbound: Outbound) -> Self {
        Self { by_tenant, known: Mutex::default(), outbound }
    }

    fn of(&self, tenant: &str) -> Result<&Provider, OidcError> {
        self.by_tenant.get(tenant).ok_or(OidcError::NoProvider)
    }

    /// Metadata and keys, fetched when they are older than `most`.
    async fn known(&self, tenant: &str, most: Duration) -> Result<Known, OidcError> {
        let found = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        if let Some(known) = found.filter(|known| known.at.elapsed() < most) {
            return Ok(known);
        }
        let provider = self.of(tenant)?;
        let base = provider.issuer.trim_end_matches('/');
        let url = Url::parse(&format!("{base}/.well-known/openid-configuration"));
        let url = url.map_err(|_| OidcError::NoProvider)?;
        let metadata: Metadata = self.fetch("metadata", &url).await?;
        // Discovery 1.0, 4.3: otherwise one provider could speak for another.
        if metadata.issuer != provider.issuer {
            return Err(OidcError::Issuer);
        }
        let keys = self.fetch("keys", &metadata.jwks_uri).await?;
        let known = Known { metadata, keys, at: Instant::now() };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant.to_owned(), known.clone());
        Ok(known)
    }

    async fn fetch<T: serde::de::DeserializeOwned>(
        &self,
        what: &'static str,
        url: &Url,
    ) -> Result<T, OidcError> {
        let reply = self.outbound.get(url, "application/json", None).await?;
        if reply.status != 200 {
            return Err(OidcError::Answer(what, format!("status {}", reply.status)));
        }
        reply.json().map_err(|_| OidcError::Answer(what, "another form".to_owned()))
    }
}

impl Issuer {
    /// The names of the providers by which officers may sign in, by organisation.
    pub fn providers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.providers.by_tenant.iter().map(|(tenant, provider)| (tenant.as_str(), provider.name.as_str()))
    }

    /// Begins a sign-in, or with a one-time link a registration.
    pub async fn start_oidc(
        &self,
        tenant: &str,
        next: &str,
        link: Option<&str>,
    ) -> Result<Departure, OidcError> {
        let provider = self.providers.of(tenant)?;
        if let Some(link) = link
            && self.officer_link_tenant(link).await? != tenant
        {
            return Err(SignInError::Link.into());
        }
        let metadata = self.providers.known(tenant, FRESH).await?.metadata;
        let state = format!("{tenant}.{}", self.new_token());
        let secret = Secret { nonce: self.new_token(), verifier: self.new_token() };
        let browser = self.new_token();
        let request = OidcRequest {
            fingerprint: fingerprint(&state),
            browser: fingerprint(&browser),
            sealed: self.sealing.seal(
                &purpose(tenant, &state),
                &serde_json::to_vec(&secret).unwrap_or_default(),
                self.entropy.as_ref(),
            ),
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
        let mut to = metadata.authorization_endpoint;
        to.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &provider.client_id)
            .append_pair("redirect_uri", &self.oidc_redirect())
            .append_pair("scope", "openid profile")
            .append_pair("state", &state)
            .append_pair("nonce", &secret.nonce)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(&secret.verifier)))
            .append_pair("code_challenge_method", "S256");
        if !provider.acr.is_empty() {
            to.query_pairs_mut().append_pair("acr_values", &provider.acr.join(" "));
        }
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
        let secret = self.sealing.open(&purpose(tenant, &back.state), &request.sealed);
        let secret = secret.map_err(|_| OidcError::Request)?;
        let secret: Secret = serde_json::from_slice(&secret).map_err(|_| OidcError::Request)?;
        let known = self.providers.known(tenant, FRESH).await?;
        // RFC 9207, 2.4: a provider that says it names itself in the answer must do so.
        match &back.iss {
            Some(issuer) if *issuer != provider.issuer => return Err(OidcError::Issuer),
            None if known.metadata.authorization_response_iss_parameter_supported => {
                return Err(OidcError::Issuer);
            }
            _ => {}
        }
        if back.error.is_some() || back.code.is_empty() {
            return Err(OidcError::Declined);
        }
        let tokens = self.exchange(provider, &known.metadata, &back.code, &secret.verifier).await?;
        let mut identity = self.identify(tenant, provider, &tokens.id_token, &secret.nonce).await?;
        if request.link.is_some() && identity.name.is_none() {
            identity.name = self.name_of(&known.metadata, &tokens, &identity).await;
        }
        let session = match &request.link {
            Some(link) => self.register_identity(tenant, provider, &identity, link).await?,
            None => self.sign_in_identity(tenant, provider, &identity).await?,
        };
        Ok(Arrival { session, next: request.next })
    }

    /// The tokens for the code (Core 1.0, 3.1.3). The access token serves for the name alone.
    async fn exchange(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        code: &str,
        verifier: &str,
    ) -> Result<Tokens, OidcError> {
        let redirect = self.oidc_redirect();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", verifier),
        ];
        let methods = &metadata.token_endpoint_auth_methods_supported;
        // Discovery 1.0, 3: `client_secret_basic` where nothing is said.
        let basic = methods.is_empty() || methods.iter().any(|method| method == "client_secret_basic");
        let mut header = None;
        match &provider.client_secret {
            Some(secret) if basic => header = Some(basic_authorization(&provider.client_id, secret)),
            Some(secret) => {
                form.extend([("client_id", provider.client_id.as_str()), ("client_secret", secret.as_str())]);
            }
            None => form.push(("client_id", provider.client_id.as_str())),
        }
        let headers: Vec<_> = header.iter().map(|value| ("authorization", value.as_str())).collect();
        let reply: Reply =
            self.providers.outbound.post_form(&metadata.token_endpoint, &form, &headers).await?;
        if reply.status != 200 {
            return Err(OidcError::Answer("for the code", format!("status {}", reply.status)));
        }
        reply.json().map_err(|_| OidcError::Answer("for the code", "another form".into()))
    }

    /// Many providers tell names at the UserInfo endpoint only (Core 1.0, 5.3). It is not signed, so it decides nothing;
    /// a person without a name is no reason to refuse a colleague.
    async fn name_of(&self, metadata: &Metadata, tokens: &Tokens, identity: &Identity) -> Option<String> {
        let (url, token) = (metadata.userinfo_endpoint.as_ref()?, tokens.access_token.as_deref()?);
        let reply = self.providers.outbound.get(url, "application/json", Some(token)).await.ok()?;
        let told: Value = reply.json().ok().filter(|_| reply.status == 200)?;
        let text = |name: &str| told.get(name).and_then(Value::as_str);
        // Core 1.0, 5.3.2: it must be about the person of the ID token.
        (text("sub") == Some(identity.subject.as_str()))
            .then(|| issuance::oidc::person_name(text("name")?))?
    }

    /// Keys are fetched once more when the token names one that is not known yet.
    async fn identify(
        &self,
        tenant: &str,
        provider: &Provider,
        token: &str,
        nonce: &str,
    ) -> Result<Identity, OidcError> {
        let expected = ExpectedIdentity {
            issuer: &provider.issuer,
            client_id: &provider.client_id,
            nonce,
            acr: &provider.acr,
            amr: &provider.amr,
            now: self.now(),
        };
        let known = self.providers.known(tenant, FRESH).await?;
        match check_id_token(token, &known.keys, &expected) {
            Err(IdTokenError::Key) => {
                let fresh = self.providers.known(tenant, REFETCH).await?;
                Ok(check_id_token(token, &fresh.keys, &expected)?)
            }
            checked => Ok(checked?),
        }
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

/// RFC 6749, 2.3.1: both are form-encoded before they are joined.
fn basic_authorization(id: &str, secret: &str) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
