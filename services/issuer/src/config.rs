//! What an operator decides. Read from a file, checked as a whole before anything starts.

mod calls;
mod clients;
mod detector;
mod fault;
mod help;
mod instances;
mod issuing;
mod mail;
mod presence;
mod providers;
mod separation;
mod tenants;
mod trust;

use std::collections::BTreeSet;
use std::path::PathBuf;

use outbound::OutboundPolicy;
use serde::{Deserialize, Serialize};
pub use sql::StoreConfig;
use url::Url;
use web::HttpConfig;

pub use calls::CallsConfig;
pub use clients::ClientConfig;
pub use detector::{DetectorConfig, RiskConfig};
pub use fault::ConfigError;
pub use help::HelpConfig;
pub use instances::InstanceConfig;
pub use issuing::Issuing;
pub use mail::{MessagesConfig, Security, SmtpConfig};
pub use presence::PresenceConfig;
pub use providers::{PersonProviderConfig, Persons, ProviderConfig};
pub use separation::SeparationConfig;
pub use tenants::TenantConfig;
pub use trust::{AttesterConfig, CertificateConfig, KeyAttestations};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub http: HttpConfig,
    pub store: StoreConfig,
    pub registry: RegistryConfig,
    pub keys: KeysConfig,
    #[serde(default)]
    pub outbound: OutboundPolicy,
    pub issuing: Issuing,
    #[serde(default)]
    pub console: Console,
    pub tenants: Vec<TenantConfig>,
    #[serde(default)]
    pub vc_api: Vec<InstanceConfig>,
    /// Wallets that may use the authorization code flow; without one it is not offered.
    #[serde(default)]
    pub clients: Vec<ClientConfig>,
    /// Wallet providers whose attestations are believed.
    #[serde(default)]
    pub attesters: Vec<AttesterConfig>,
    #[serde(default)]
    pub persons: Persons,
    /// Messages to persons; without it nothing is sent and nothing is queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<MessagesConfig>,
    /// Proofs of existence with pictures; without it none are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<PresenceConfig>,
    /// The servers of the operator that help the two browsers of a video call to reach each other.
    #[serde(default)]
    pub calls: CallsConfig,
    /// The verifier by which people enrol with a Separation credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separation: Option<SeparationConfig>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryConfig {
    pub url: Url,
    /// The genesis file, from which the light client starts.
    pub genesis: PathBuf,
    /// How long what is known of the validators is believed, and what is remembered of them.
    #[serde(default)]
    pub trust: registry_client::TrustConfig,
    #[serde(default = "max_age")]
    pub max_age_seconds: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysConfig {
    pub directory: PathBuf,
    pub sealing_key: PathBuf,
    /// Makes new keys in a PKCS#11 token instead; older sealed files are used until they are rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkcs11: Option<keys::TokenConfig>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Console {
    /// WebAuthn relying party; the host of the public URL when absent.
    pub rp_id: Option<String>,
    /// `always`, or `with-colleagues` for trying out alone.
    pub four_eyes: issuance::FourEyes,
    /// OpenID providers by which officers may sign in, beside their passkeys.
    pub oidc: Vec<ProviderConfig>,
}

impl Config {
    /// Everything that can be wrong without looking outside.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.tenants.is_empty() {
            return Err(ConfigError::NoTenant);
        }
        let mut seen = BTreeSet::new();
        for tenant in &self.tenants {
            if !seen.insert(tenant.id.as_str()) {
                return Err(ConfigError::TenantTwice(tenant.id.clone()));
            }
            tenant.check(&self.attesters)?;
        }
        let mut names = BTreeSet::new();
        for instance in &self.vc_api {
            if !names.insert(instance.name.as_str()) {
                return Err(ConfigError::Instance(instance.name.clone()));
            }
            instance.check()?;
        }
        self.check_clients()?;
        self.check_messages()?;
        self.check_providers()?;
        self.persons.check(self)?;
        self.presence.as_ref().map_or(Ok(()), PresenceConfig::check)?;
        self.calls.check()?;
        self.separation.as_ref().map_or(Ok(()), SeparationConfig::check)?;
        self.issuing.check()
    }
}

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.len() <= 32 && text.bytes().all(plain)
}

const fn max_age() -> u64 {
    300
}
