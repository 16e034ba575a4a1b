//! OpenID providers by which people sign in, beside passkeys: officers at the console, persons for their credentials.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Config, ConfigError};

/// Claims of Core 1.0, 5.1 that are given to others in time, or that people write themselves (5.7), and the likes of them
/// that directories have. None of them may say whose credentials somebody gets.
const NOBODYS_OWN: [&str; 17] = [
    "email",
    "preferred_username",
    "upn",
    "unique_name",
    "nickname",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "profile",
    "picture",
    "website",
    "phone_number",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
];

/// An organisation's OpenID provider. Redirect address there: `PUBLIC-URL/console/sign-in/callback`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// The organisation whose officers it knows.
    pub tenant: String,
    /// As the provider spells it; `/.well-known/openid-configuration` is read below it.
    pub issuer: String,
    pub client_id: String,
    /// Without it the client is public and proves itself by PKCE alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_file: Option<PathBuf>,
    /// On the button of the sign-in page.
    pub name: String,
    /// One of these must be the `acr` of an ID token; any where there is none.
    #[serde(default)]
    pub acr: Vec<String>,
    /// Each of these must be in its `amr`, such as `mfa`.
    #[serde(default)]
    pub amr: Vec<String>,
}

/// How persons sign in for a credential.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Persons {
    /// OpenID providers by which persons may sign in, one for an organisation at most.
    pub oidc: Vec<PersonProviderConfig>,
}

/// An organisation's OpenID provider for those who collect credentials. Redirect address there:
/// `PUBLIC-URL/t/TENANT/authorize/callback`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonProviderConfig {
    pub tenant: String,
    /// As the provider spells it; `/.well-known/openid-configuration` is read below it.
    pub issuer: String,
    pub client_id: String,
    /// Without it the client is public and proves itself by PKCE alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_file: Option<PathBuf>,
    /// On the button: "Sign in with …".
    pub name: String,
    /// The claim of the ID token that is the staff number, such as `employee_number` or `sub`.
    pub staff_number_claim: String,
    /// What is asked for: `openid`, and whatever makes the provider tell that claim.
    #[serde(default = "scope")]
    pub scope: String,
    /// How long ago somebody may have signed in there, in seconds; whoever did earlier signs in again.
    #[serde(default = "max_age")]
    pub max_age_seconds: u32,
    /// One of these must be the `acr` of an ID token; any where there is none.
    #[serde(default)]
    pub acr: Vec<String>,
    /// Each of these must be in its `amr`, such as `mfa`.
    #[serde(default)]
    pub amr: Vec<String>,
}

impl Config {
    pub(super) fn check_providers(&self) -> Result<(), ConfigError> {
        let mut seen = BTreeSet::new();
        for provider in &self.console.oidc {
            let known = self.tenants.iter().any(|tenant| tenant.id == provider.tenant);
            if !known || !seen.insert(provider.tenant.as_str()) {
                return Err(ConfigError::ProviderTenant(provider.tenant.clone()));
            }
            let is_named = !provider.client_id.is_empty() && !provider.name.trim().is_empty();
            if !is_provider_issuer(&provider.issuer) || !is_named {
                return Err(ConfigError::Provider(provider.issuer.clone()));
            }
        }
        Ok(())
    }
}

impl Persons {
    pub(super) fn check(&self, config: &Config) -> Result<(), ConfigError> {
        let mut seen = BTreeSet::new();
        for provider in &self.oidc {
            let known = config.tenants.iter().any(|tenant| tenant.id == provider.tenant);
            if !known || !seen.insert(provider.tenant.as_str()) {
                return Err(ConfigError::PersonProviderTenant(provider.tenant.clone()));
            }
            let asks_for_identity = provider.scope.split(' ').any(|scope| scope == "openid");
            let is_named = !provider.client_id.is_empty() && !provider.name.trim().is_empty();
            if !is_provider_issuer(&provider.issuer) || !is_named || !asks_for_identity {
                return Err(ConfigError::PersonProvider(provider.issuer.clone()));
            }
            let claim = provider.staff_number_claim.as_str();
            if claim.is_empty() || NOBODYS_OWN.contains(&claim) {
                return Err(ConfigError::StaffNumberClaim(claim.to_owned()));
            }
        }
        Ok(())
    }
}

/// OpenID Connect Discovery 1.0, 3; a provider on this machine is for trying out.
fn is_provider_issuer(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    (url.scheme() == "https" || (url.scheme() == "http" && here))
        && url.query().is_none()
        && url.fragment().is_none()
}

fn scope() -> String {
    "openid".to_owned()
}

const fn max_age() -> u32 {
    300
}
