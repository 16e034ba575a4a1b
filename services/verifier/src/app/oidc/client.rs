//! A registered application, checked when the service starts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use url::{Host, Url};
use verification::{Policies, Policy};

use super::CLAIMS_SECONDS;
use crate::app::requests::{RequestError, purpose};
use crate::app::{same, sha256};
use crate::config::OidcClient;

const MAX_ID: usize = 64;
const MIN_SECRET: usize = 32;
/// Claims of an ID token that say something else than what a credential says (OpenID Connect Core 1.0, 2; RFC 7519, 4.1).
const RESERVED: [&str; 16] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "sid",
    "cnf",
];

/// What is known of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: String,
    pub name: String,
    pub redirect_uris: Vec<String>,
    /// SHA-256 of the secret; a public client has none and is held to PKCE alone.
    secret_hash: Option<Vec<u8>>,
    pub policy: String,
    pub purpose: String,
    /// Name in the ID token, and the paths into the credential's claims whose values stand there.
    pub claims: BTreeMap<String, Vec<Vec<String>>>,
}

/// Why a registration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    #[error("a client id has 1 to 64 letters, digits, full stops, hyphens or underscores")]
    Id,
    #[error("the name of a client is empty")]
    Name,
    #[error("a client needs at least one redirect URI")]
    NoRedirectUri,
    #[error("{0} cannot be a redirect URI: https, or http on this machine, without fragment")]
    RedirectUri(String),
    #[error("there is no policy {0}")]
    UnknownPolicy(String),
    #[error("policy {0} asks for nothing, so nobody can sign in with it")]
    NothingAsked(String),
    #[error("policy {0} does not keep claims long enough for a code to be redeemed")]
    Retention(String),
    #[error("the purpose cannot be shown")]
    Purpose(#[from] RequestError),
    #[error("{0} has a meaning of its own in an ID token")]
    Reserved(String),
    #[error("claim {claim} rests on {path}, which the policy does not ask for")]
    NotAsked { claim: String, path: String },
    #[error("the secret in {0} is shorter than 32 characters")]
    ShortSecret(PathBuf),
    #[error("cannot read {path}")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

impl Client {
    pub fn register(config: &OidcClient, policies: &Policies) -> Result<Self, RegistrationError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if config.id.is_empty() || config.id.len() > MAX_ID || !config.id.bytes().all(plain) {
            return Err(RegistrationError::Id);
        }
        if config.name.trim().is_empty() {
            return Err(RegistrationError::Name);
        }
        if config.redirect_uris.is_empty() {
            return Err(RegistrationError::NoRedirectUri);
        }
        if let Some(bad) = config.redirect_uris.iter().find(|uri| !may_redirect(uri)) {
            return Err(RegistrationError::RedirectUri(bad.clone()));
        }
        let policy = policy(&config.policy, policies)?;
        Ok(Self {
            id: config.id.clone(),
            name: config.name.trim().to_owned(),
            redirect_uris: config.redirect_uris.clone(),
            secret_hash: config.secret_file.as_ref().map(read_secret).transpose()?,
            policy: policy.name.clone(),
            purpose: purpose(policy, config.purpose.as_deref())?,
            claims: claims(&config.claims, policy)?,
        })
    }

    /// Whether this is how the client proves who it is: by its secret, or by nothing where it has none.
    #[must_use]
    pub fn is_proven_by(&self, secret: Option<&str>) -> bool {
        match (&self.secret_hash, secret) {
            (Some(hash), Some(secret)) => same(hash, &sha256(secret.as_bytes())),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

fn policy<'a>(name: &str, policies: &'a Policies) -> Result<&'a Policy, RegistrationError> {
    let policy = policies.find(name).ok_or_else(|| RegistrationError::UnknownPolicy(name.to_owned()))?;
    if policy.query.is_none() {
        return Err(RegistrationError::NothingAsked(name.to_owned()));
    }
    if policy.claims_retention_seconds < CLAIMS_SECONDS {
        return Err(RegistrationError::Retention(name.to_owned()));
    }
    Ok(policy)
}

/// RFC 9700, 2.6 and 4.1: never a plain address beyond this machine, where others could read the code.
fn may_redirect(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let on_this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let safe = url.scheme() == "https" || (url.scheme() == "http" && on_this_machine);
    safe && url.fragment().is_none() && url.username().is_empty() && url.password().is_none()
}

fn claims(
    config: &BTreeMap<String, String>,
    policy: &Policy,
) -> Result<BTreeMap<String, Vec<Vec<String>>>, RegistrationError> {
    let asked = policy.view().claims;
    let is_asked = |path: &str| {
        asked
            .iter()
            .any(|one| path == one || path.strip_prefix(one).is_some_and(|rest| rest.starts_with('.')))
    };
    let mut known = BTreeMap::new();
    for (claim, paths) in config {
        if RESERVED.contains(&claim.as_str()) {
            return Err(RegistrationError::Reserved(claim.clone()));
        }
        let paths: Vec<&str> = paths.split_ascii_whitespace().collect();
        if let Some(path) = paths.iter().find(|path| !is_asked(path)) {
            return Err(RegistrationError::NotAsked { claim: claim.clone(), path: (*path).to_owned() });
        }
        let paths = paths.into_iter().map(|path| path.split('.').map(str::to_owned).collect()).collect();
        known.insert(claim.clone(), paths);
    }
    Ok(known)
}

fn read_secret(path: &PathBuf) -> Result<Vec<u8>, RegistrationError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| RegistrationError::Read { path: path.clone(), source })?;
    let secret = text.trim();
    if secret.len() < MIN_SECRET {
        return Err(RegistrationError::ShortSecret(path.clone()));
    }
    // The secret is random and long, so it needs no slow hash.
    Ok(sha256(secret.as_bytes()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn config() -> OidcClient {
        OidcClient {
            id: "app".into(),
            name: "An application".into(),
            redirect_uris: vec!["https://app.example/callback".into()],
            secret_file: None,
            policy: "staff-identity".into(),
            purpose: None,
            claims: [("given_name", "givenName"), ("organization", "worksFor.name")]
                .map(|(name, path)| (name.to_owned(), path.to_owned()))
                .into(),
        }
    }

    fn register(change: impl FnOnce(&mut OidcClient)) -> Result<Client, RegistrationError> {
        let mut config = config();
        change(&mut config);
        Client::register(&config, &Policies::embedded().unwrap())
    }

    #[test]
    fn redirect_uris_are_safe_from_eavesdroppers() {
        for good in
            ["https://app.example/cb?x=1", "http://127.0.0.1:8080/cb", "http://[::1]/cb", "http://localhost/"]
        {
            assert!(register(|it| it.redirect_uris = vec![good.into()]).is_ok(), "{good}");
        }
        for bad in [
            "http://app.example/cb",
            "http://localhost.evil.example/",
            "https://app.example/cb#x",
            "https://user@app.example/cb",
            "app:/cb",
            "javascript:alert(1)",
            "/cb",
        ] {
            let refused = register(|it| it.redirect_uris = vec![bad.into()]);
            assert!(matches!(refused, Err(RegistrationError::RedirectUri(_))), "{bad}");
        }
        assert!(matches!(register(|it| it.redirect_uris.clear()), Err(RegistrationError::NoRedirectUri)));
    }

    #[test]
    fn claims_rest_on_what_the_policy_asks_for() {
        let with =
            |name: &str, path: &str| register(|it| drop(it.claims.insert(name.to_owned(), path.to_owned())));
        assert!(with("name", "givenName familyName").is_ok());
        assert!(matches!(with("staff", "identifier"), Err(RegistrationError::NotAsked { .. })));
        assert!(matches!(with("x", "worksForever"), Err(RegistrationError::NotAsked { .. })));
        assert!(matches!(with("sub", "givenName"), Err(RegistrationError::Reserved(_))));
    }

    #[test]
    fn policy_must_ask_and_keep() {
        let with = |name: &str| register(|it| (it.policy, it.claims) = (name.to_owned(), BTreeMap::new()));
        assert!(matches!(with("open"), Err(RegistrationError::NothingAsked(_))));
        assert!(matches!(with("nothing"), Err(RegistrationError::UnknownPolicy(_))));
    }

    #[test]
    fn public_client_has_no_secret_and_a_confidential_one_needs_its_own() {
        assert!(register(|_| {}).unwrap().is_proven_by(None));
        assert!(!register(|_| {}).unwrap().is_proven_by(Some("anything")));
        let confidential = Client { secret_hash: Some(sha256(b"right")), ..register(|_| {}).unwrap() };
        assert!(confidential.is_proven_by(Some("right")));
        assert!(!confidential.is_proven_by(Some("wrong")) && !confidential.is_proven_by(None));
    }
}
