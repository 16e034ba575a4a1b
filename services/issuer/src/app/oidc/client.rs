//! What is the same for everybody who signs in at an OpenID provider: discovery, the authorization request, and an ID token
//! for the code. Written here and not taken from a crate: `SIGN-IN.md` says why.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clock::Timestamp;
use issuance::oidc::{ExpectedIdentity, IdTokenError, Identity, check_id_token};
use outbound::{Outbound, Reply};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

use super::OidcError;

/// How long the provider's metadata and keys are believed without asking again.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// How soon keys may be fetched anew because a token names an unknown one.
const REFETCH: Duration = Duration::from_secs(30);

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
    /// Separated by blanks, with `openid` among them.
    pub scope: String,
    /// How long ago somebody may have signed in there, where that matters.
    pub max_age_seconds: Option<u32>,
    /// The claim of the ID token that is the staff number, where persons sign in.
    pub staff_number_claim: Option<String>,
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
    claims_parameter_supported: bool,
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
pub(crate) struct Secret {
    pub nonce: String,
    pub verifier: String,
    /// Our page on which a person may try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

/// One sign-in on its way to the provider and back.
#[derive(Clone, Copy)]
pub(crate) struct Journey<'a> {
    pub tenant: &'a str,
    /// Where the provider sends the browser back.
    pub redirect_uri: &'a str,
    pub state: &'a str,
    pub secret: &'a Secret,
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

/// Somebody whom the provider signed in, and the access token by which it tells more.
pub(crate) struct SignedIn {
    pub identity: Identity,
    access_token: Option<String>,
    userinfo_endpoint: Option<Url>,
}

/// What the token endpoint answers, as far as it is used.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

impl Providers {
    pub fn new(by_tenant: BTreeMap<String, Provider>, outbound: Outbound) -> Self {
        Self { by_tenant, known: Mutex::default(), outbound }
    }

    /// The names of the providers, by organisation.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_tenant.iter().map(|(tenant, provider)| (tenant.as_str(), provider.name.as_str()))
    }

    pub fn of(&self, tenant: &str) -> Result<&Provider, OidcError> {
        self.by_tenant.get(tenant).ok_or(OidcError::NoProvider)
    }

    /// Where the browser goes (Core 1.0, 3.1.2.1, RFC 7636).
    pub async fn destination(&self, journey: Journey<'_>) -> Result<Url, OidcError> {
        let provider = self.of(journey.tenant)?;
        let metadata = self.known(journey.tenant, FRESH).await?.metadata;
        let mut to = metadata.authorization_endpoint;
        let mut query = to.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &provider.client_id)
            .append_pair("redirect_uri", journey.redirect_uri)
            .append_pair("scope", &provider.scope)
            .append_pair("state", journey.state)
            .append_pair("nonce", &journey.secret.nonce)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(&journey.secret.verifier)))
            .append_pair("code_challenge_method", "S256");
        if !provider.acr.is_empty() {
            query.append_pair("acr_values", &provider.acr.join(" "));
        }
        if let Some(seconds) = provider.max_age_seconds {
            query.append_pair("max_age", &seconds.to_string());
        }
        // Core 1.0, 5.5: otherwise many providers tell such a claim at the UserInfo endpoint only.
        if let Some(claim) =
            provider.staff_number_claim.as_deref().filter(|_| metadata.claims_parameter_supported)
        {
            let claims = json!({"id_token": {claim: {"essential": true}}});
            query.append_pair("claims", &claims.to_string());
        }
        drop(query);
        Ok(to)
    }

    /// Who came back. The caller has taken `journey` out of its store, for the browser that began it.
    pub async fn arrive(
        &self,
        journey: Journey<'_>,
        back: &Return,
        now: Timestamp,
    ) -> Result<SignedIn, OidcError> {
        let provider = self.of(journey.tenant)?;
        let metadata = self.known(journey.tenant, FRESH).await?.metadata;
        // RFC 9207, 2.4: a provider that says it names itself in the answer must do so.
        match &back.iss {
            Some(issuer) if *issuer != provider.issuer => return Err(OidcError::Issuer),
            None if metadata.authorization_response_iss_parameter_supported => return Err(OidcError::Issuer),
            _ => {}
        }
        if back.error.is_some() || back.code.is_empty() {
            return Err(OidcError::Declined);
        }
        let tokens = self.exchange(provider, &metadata, journey, &back.code).await?;
        let identity = self.identify(journey, provider, &tokens.id_token, now).await?;
        let (access_token, userinfo_endpoint) = (tokens.access_token, metadata.userinfo_endpoint);
        Ok(SignedIn { identity, access_token, userinfo_endpoint })
    }

    /// Many providers tell names at the UserInfo endpoint only (Core 1.0, 5.3). It is not signed, so it decides nothing;
    /// a person without a name is no reason to refuse a colleague.
    pub async fn name_of(&self, signed_in: &SignedIn) -> Option<String> {
        let url = signed_in.userinfo_endpoint.as_ref()?;
        let token = signed_in.access_token.as_deref()?;
        let reply = self.outbound.get(url, "application/json", Some(token)).await.ok()?;
        let told: Value = reply.json().ok().filter(|_| reply.status == 200)?;
        let text = |name: &str| told.get(name).and_then(Value::as_str);
        // Core 1.0, 5.3.2: it must be about the person of the ID token.
        (text("sub") == Some(signed_in.identity.subject.as_str()))
            .then(|| issuance::oidc::person_name(text("name")?))?
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

    /// The tokens for the code (Core 1.0, 3.1.3). The access token serves for the name alone.
    async fn exchange(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        journey: Journey<'_>,
        code: &str,
    ) -> Result<Tokens, OidcError> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", journey.redirect_uri),
            ("code_verifier", journey.secret.verifier.as_str()),
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
        let reply: Reply = self.outbound.post_form(&metadata.token_endpoint, &form, &headers).await?;
        if reply.status != 200 {
            return Err(OidcError::Answer("for the code", format!("status {}", reply.status)));
        }
        reply.json().map_err(|_| OidcError::Answer("for the code", "another form".into()))
    }

    /// Keys are fetched once more when the token names one that is not known yet.
    async fn identify(
        &self,
        journey: Journey<'_>,
        provider: &Provider,
        token: &str,
        now: Timestamp,
    ) -> Result<Identity, OidcError> {
        let expected = ExpectedIdentity {
            issuer: &provider.issuer,
            client_id: &provider.client_id,
            nonce: &journey.secret.nonce,
            acr: &provider.acr,
            amr: &provider.amr,
            max_age_seconds: provider.max_age_seconds,
            staff_number_claim: provider.staff_number_claim.as_deref(),
            now,
        };
        let known = self.known(journey.tenant, FRESH).await?;
        match check_id_token(token, &known.keys, &expected) {
            Err(IdTokenError::Key) => {
                let fresh = self.known(journey.tenant, REFETCH).await?;
                Ok(check_id_token(token, &fresh.keys, &expected)?)
            }
            checked => Ok(checked?),
        }
    }
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
