//! What an operator decides. Read from a file, checked as a whole before anything starts.

mod calls;
mod detector;
mod presence;
mod providers;
mod separation;
mod trust;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use credential::data_integrity::Suite;
use credential::enveloped::Envelope;
use issuance::assurance::BelowPasskey;
use issuance::{CredentialType, Format};
use keys::Algorithm;
use outbound::OutboundPolicy;
use serde::{Deserialize, Serialize};
use url::Url;
use web::HttpConfig;

pub use calls::CallsConfig;
pub use detector::{DetectorConfig, RiskConfig};
pub use presence::PresenceConfig;
pub use providers::{PersonProviderConfig, Persons, ProviderConfig};
pub use separation::SeparationConfig;
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

/// How persons are told of their offers and credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessagesConfig {
    /// The address that letters come from. The organisation's name stands before it.
    pub from: String,
    /// Where answers go, by organisation; to the sender where none is named.
    #[serde(default)]
    pub reply_to: BTreeMap<String, String>,
    pub smtp: SmtpConfig,
}

/// The mail server that takes letters from here.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    pub host: String,
    pub port: u16,
    #[serde(default)]
    pub security: Security,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// A PEM file that is believed beside the certificates of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_certificate: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// The connection becomes TLS before anything is said (RFC 3207), or nothing is.
    #[default]
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// On this machine only.
    None,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// `sqlite:PATH` or `postgres://…`; the environment variable `DATABASE_URL` takes precedence.
    pub database_url: String,
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

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuing {
    /// The wallet whose links are shown beside the `openid-credential-offer` ones.
    pub wallet_url: Url,
    #[serde(default = "cadence")]
    pub anchor_interval_seconds: u64,
    #[serde(default = "cadence")]
    pub status_interval_seconds: u64,
    /// How long a published list may be relied on; it is signed again after half of that.
    #[serde(default = "status_validity")]
    pub status_validity_seconds: u64,
    /// How long earlier status lists are kept for auditors; 0 for not at all.
    #[serde(default = "status_history")]
    pub status_history_days: u32,
    #[serde(default = "credential_validity")]
    pub credential_validity_days: u32,
    #[serde(default = "offer_validity")]
    pub offer_validity_days: u32,
    /// How long a proof of existence may be made without a network after its challenge was fetched: at most 60 days.
    #[serde(default = "offline_proof")]
    pub offline_proof_days: u32,
    /// Within so many days an officer decides about a proof, as the Fund tells people until its own figures say it: 1 to 365.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_answer_days: Option<u16>,
    /// How long a wallet waits before it asks again for what a second person has to approve.
    #[serde(default = "deferred_interval")]
    pub deferred_interval_seconds: u64,
    /// In which formats each credential is offered: some of `ldp_vc`, `dc+sd-jwt` and `vc+jwt`.
    #[serde(default = "formats")]
    pub formats: Vec<String>,
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

/// An organisation whose credentials this service issues.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantConfig {
    /// Part of every address of the tenant, also the first part of its key files' names.
    pub id: String,
    /// In English; what it is called in other languages, `{ fr = "…" }`, is for wallets.
    pub name: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    pub did: String,
    pub types: Vec<CredentialType>,
    /// Those of its types whose issue a second person approves once a wallet has shown its keys; the wallet waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_types: Vec<CredentialType>,
    /// Those of its types that a wallet gets at once only where it does not say that a PIN opened it, and what becomes of the
    /// others: `{ StaffIdentity = "refuse", Employment = "second-person" }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub passkey_types: BTreeMap<CredentialType, BelowPasskey>,
    /// Whether what is issued as W3C credentials also stands in a list of messages: replaced, new key, issued in error.
    #[serde(default)]
    pub status_messages: bool,
    /// A PNG or SVG of at most 64 kB for the organisation's cards; its initials without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<PathBuf>,
    /// Those of its types that are bound to attested keys only: `{ StaffIdentity = { key_storage = ["iso_18045_high"] } }`.
    #[serde(default, skip_serializing_if = "KeyAttestations::is_empty")]
    pub key_attestations: KeyAttestations,
    /// Certificates of its P-256 keys, for readers outside of the chain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<CertificateConfig>,
}

/// A VC API instance for machines.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceConfig {
    pub name: String,
    /// Whether it answers without authentication. A closed one answers nobody for now.
    #[serde(default)]
    pub open: bool,
    /// The policy it is named by; accreditation is optional in an open one.
    #[serde(default = "open_policy")]
    pub policy: String,
    /// The cryptosuite it secures with; the kind of its key follows from it where `key` says nothing.
    #[serde(default = "usual_suite")]
    pub cryptosuite: String,
    /// The kind of its key, such as `p384`, for cryptosuites that take several kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The envelope that credentials go into instead of getting a proof: `vc+jwt`, `vc+sd-jwt` or `vc+cose`. The
    /// cryptosuite then says the kind of key, and secures the status lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<String>,
    /// Whether credentials get a status that anybody who knows their place can change.
    #[serde(default)]
    pub status: bool,
}

impl InstanceConfig {
    /// The cryptosuite and the kind of key it signs with.
    pub fn suite_and_key(&self) -> Result<(Suite, Algorithm), ConfigError> {
        let suite = Suite::parse(&self.cryptosuite);
        let suite = suite.ok_or_else(|| ConfigError::InstanceSuite(self.name.clone()))?;
        let algorithm = self.key.as_deref().map_or(Some(suite.algorithm()), Algorithm::parse);
        let algorithm = algorithm.filter(|algorithm| suite.takes(*algorithm));
        Ok((suite, algorithm.ok_or_else(|| ConfigError::InstanceKey(self.name.clone()))?))
    }

    /// The envelope, where it has one.
    pub fn envelope(&self) -> Result<Option<Envelope>, ConfigError> {
        let parse = |text: &String| {
            Envelope::parse(text).ok_or_else(|| ConfigError::InstanceEnvelope(self.name.clone()))
        };
        self.envelope.as_ref().map(parse).transpose()
    }
}

/// A wallet that may use the authorization code flow.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientConfig {
    pub client_id: String,
    /// Shown to the person who signs in.
    pub name: String,
    /// Compared character by character: `https`, a private-use scheme, or `http` on the same machine; `http://127.0.0.1/…`
    /// and `http://[::1]/…` without a port have any (RFC 8252, 7.3).
    pub redirect_uris: Vec<String>,
    /// Whether its access tokens must be bound to a key (DPoP).
    #[serde(default)]
    pub dpop_bound_access_tokens: bool,
    /// Whether it must authenticate with an attestation of one of the attesters.
    #[serde(default)]
    pub attested: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("no tenant is configured")]
    NoTenant,
    #[error("tenant {0:?}: an id has lower-case letters, digits and hyphens, at most 32")]
    TenantId(String),
    #[error("tenant {0:?} is configured twice")]
    TenantTwice(String),
    #[error("tenant {0:?}: the DID is no DID")]
    TenantDid(String),
    #[error("tenant {0:?} issues no type of credential, or one of them twice")]
    TenantTypes(String),
    #[error("tenant {0:?}: approved_types names a type that it does not issue")]
    ApprovedTypes(String),
    #[error(
        "tenant {0:?}: names has a name that is empty or longer than 200 characters, or a language that is none of ar, es, fr, ru and zh"
    )]
    Names(String),
    #[error("VC API instance {0:?} is configured twice or has an impossible name")]
    Instance(String),
    #[error("VC API instance {0:?}: the cryptosuite is not known")]
    InstanceSuite(String),
    #[error("VC API instance {0:?}: the cryptosuite does not sign with this kind of key")]
    InstanceKey(String),
    #[error("VC API instance {0:?}: no status list can be secured with its key")]
    InstanceStatus(String),
    #[error("issuing.formats must name known formats, each once")]
    Formats,
    #[error("VC API instance {0:?}: the envelope is none of vc+jwt, vc+sd-jwt and vc+cose")]
    InstanceEnvelope(String),
    #[error(
        "client {0:?} is configured twice, has no name, or its id is empty or longer than 255 characters"
    )]
    Client(String),
    #[error("client {client:?} needs redirect addresses that a browser may be sent to, not {uri:?}")]
    RedirectUri { client: String, uri: String },
    #[error(
        "attester {0:?} needs either a public key of P-256 or Ed25519 as its jwk or a file of certificates"
    )]
    Attester(String),
    #[error(
        "calls: at most eight servers, `stun:` and `turn:` addresses, and a secret file where there is a TURN server"
    )]
    Calls,
    #[error(
        "separation: verifier_url is an address without path; client_id, key and policy have 1 to 64 letters, digits, points, \
        dashes and underscores"
    )]
    Separation,
    #[error(
        "presence: at least three different movements, 1 to 16 running, at most 1024 waiting, a tolerance of 20 to 200 km, \
        1 to 400 days to object"
    )]
    Presence,
    #[error(
        "presence.detector: an absolute program, 1 to 60 seconds, an evaluation with detector, version, report and method, and a \
        risk with signer, the same version, the document and its SHA-256 in lower-case hex"
    )]
    Detector,
    #[error("tenant {0:?}: passkey_types names a type that it does not issue")]
    PasskeyTypes(String),
    #[error("tenant {0:?}: key_attestations names a type that it does not issue, or there is no attester")]
    KeyAttestations(String),
    #[error("client {0:?} must be attested, and no attester is configured")]
    NoAttester(String),
    #[error("console.oidc: {0:?} is no tenant of this service, or has two providers")]
    ProviderTenant(String),
    #[error(
        "console.oidc: {0:?} must be an https URL without query and fragment; client_id and name must not be empty"
    )]
    Provider(String),
    #[error("persons.oidc: {0:?} is no tenant of this service, or has two providers")]
    PersonProviderTenant(String),
    #[error(
        "persons.oidc: {0:?} must be an https URL without query and fragment; client_id and name must not be empty, \
        and scope must hold openid"
    )]
    PersonProvider(String),
    #[error(
        "persons.oidc: staff_number_claim cannot be {0:?}: it must be a claim that is one person's for ever"
    )]
    StaffNumberClaim(String),
    #[error("messages: {0:?} is no address")]
    Address(String),
    #[error(
        "messages: letters leave this machine by TLS only, so `security = \"none\"` needs a loopback host"
    )]
    PlainMail,
    #[error("messages: username and password_file go together, and need TLS")]
    MailPassword,
    #[error("messages: {0:?} is no tenant of this service")]
    MailTenant(String),
    #[error("{0} must be above zero")]
    Zero(&'static str),
}

impl Config {
    /// Everything that can be wrong without looking outside.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.tenants.is_empty() {
            return Err(ConfigError::NoTenant);
        }
        let mut seen = BTreeSet::new();
        for tenant in &self.tenants {
            if !is_name(&tenant.id) {
                return Err(ConfigError::TenantId(tenant.id.clone()));
            }
            if !seen.insert(tenant.id.as_str()) {
                return Err(ConfigError::TenantTwice(tenant.id.clone()));
            }
            if !did::is_did(&tenant.did) {
                return Err(ConfigError::TenantDid(tenant.id.clone()));
            }
            let types: BTreeSet<_> = tenant.types.iter().collect();
            if types.is_empty() || types.len() != tenant.types.len() {
                return Err(ConfigError::TenantTypes(tenant.id.clone()));
            }
            if !tenant.approved_types.iter().all(|kind| types.contains(kind)) {
                return Err(ConfigError::ApprovedTypes(tenant.id.clone()));
            }
            tenant.check_names()?;
            if !tenant.passkey_types.keys().all(|kind| types.contains(kind)) {
                return Err(ConfigError::PasskeyTypes(tenant.id.clone()));
            }
            tenant.check_attestations(&self.attesters)?;
        }
        let mut names = BTreeSet::new();
        for instance in &self.vc_api {
            if !is_name(&instance.name) || !names.insert(instance.name.as_str()) {
                return Err(ConfigError::Instance(instance.name.clone()));
            }
            // A status list is shown whole, and its place in a list would link what the suite keeps apart.
            if instance.suite_and_key()?.0 == Suite::Bbs2023 && instance.status {
                return Err(ConfigError::InstanceStatus(instance.name.clone()));
            }
            instance.envelope()?;
        }
        self.check_clients()?;
        self.check_messages()?;
        self.check_providers()?;
        self.persons.check(self)?;
        self.presence.as_ref().map_or(Ok(()), PresenceConfig::check)?;
        self.calls.check()?;
        self.separation.as_ref().map_or(Ok(()), SeparationConfig::check)?;
        let issuing = &self.issuing;
        for (name, value) in [
            ("anchor_interval_seconds", issuing.anchor_interval_seconds),
            ("status_interval_seconds", issuing.status_interval_seconds),
            ("status_validity_seconds", issuing.status_validity_seconds),
            ("deferred_interval_seconds", issuing.deferred_interval_seconds),
            ("credential_validity_days", issuing.credential_validity_days.into()),
            ("offer_validity_days", issuing.offer_validity_days.into()),
            ("offline_proof_days", issuing.offline_proof_days.into()),
            ("proof_answer_days", issuing.proof_answer_days.unwrap_or(1).into()),
        ] {
            if value == 0 {
                return Err(ConfigError::Zero(name));
            }
        }
        let formats: BTreeSet<_> = issuing.formats.iter().filter_map(|name| Format::parse(name)).collect();
        if formats.is_empty() || formats.len() != issuing.formats.len() {
            return Err(ConfigError::Formats);
        }
        Ok(())
    }
}

impl Config {
    fn check_messages(&self) -> Result<(), ConfigError> {
        let Some(messages) = &self.messages else { return Ok(()) };
        let addresses = messages.reply_to.values().chain([&messages.from]);
        if let Some(wrong) = addresses.into_iter().find(|address| !crate::mail::is_sender(address)) {
            return Err(ConfigError::Address(wrong.clone()));
        }
        let known = |id: &String| self.tenants.iter().any(|tenant| tenant.id == *id);
        if let Some(foreign) = messages.reply_to.keys().find(|id| !known(id)) {
            return Err(ConfigError::MailTenant(foreign.clone()));
        }
        let smtp = &messages.smtp;
        let plain = smtp.security == Security::None;
        let here = smtp.host == "localhost"
            || smtp.host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        if plain && !here {
            return Err(ConfigError::PlainMail);
        }
        if smtp.username.is_some() != smtp.password_file.is_some() || (plain && smtp.username.is_some()) {
            return Err(ConfigError::MailPassword);
        }
        Ok(())
    }

    fn check_clients(&self) -> Result<(), ConfigError> {
        self.attesters.iter().try_for_each(AttesterConfig::check)?;
        let mut seen = BTreeSet::new();
        for client in &self.clients {
            let id = client.client_id.as_str();
            if !(1..=255).contains(&id.len()) || client.name.trim().is_empty() || !seen.insert(id) {
                return Err(ConfigError::Client(id.to_owned()));
            }
            if client.attested && self.attesters.is_empty() {
                return Err(ConfigError::NoAttester(id.to_owned()));
            }
            let wrong = client.redirect_uris.iter().find(|uri| !is_redirect_uri(uri));
            let none = client.redirect_uris.is_empty().then(String::new);
            if let Some(uri) = wrong.cloned().or(none) {
                return Err(ConfigError::RedirectUri { client: id.to_owned(), uri });
            }
        }
        Ok(())
    }
}

/// RFC 6749, 3.1.2 and RFC 8252, 7: absolute, without a fragment, and nothing that a browser would run.
fn is_redirect_uri(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let reaches_an_app = match url.scheme() {
        "https" => true,
        "http" => {
            matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
                || url.host_str().is_some_and(|host| host.ends_with(".localhost"))
        }
        "javascript" | "data" | "file" | "blob" | "about" | "vbscript" | "ftp" | "ws" | "wss" => false,
        _ => true,
    };
    reaches_an_app && url.fragment().is_none() && text.len() <= 2048
}

/// The URL may hold a password.
impl std::fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = self.database_url.split(':').next().unwrap_or_default();
        f.debug_struct("StoreConfig").field("database_url", &format!("{scheme}:…")).finish()
    }
}

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.len() <= 32 && text.bytes().all(plain)
}

const fn max_age() -> u64 {
    300
}

const fn cadence() -> u64 {
    30
}

fn formats() -> Vec<String> {
    Format::USUAL.map(|format| format.identifier().to_owned()).to_vec()
}

const fn status_validity() -> u64 {
    24 * 60 * 60
}

const fn status_history() -> u32 {
    365
}

const fn credential_validity() -> u32 {
    365
}

/// People decide in hours.
const fn deferred_interval() -> u64 {
    300
}

const fn offer_validity() -> u32 {
    30
}

const fn offline_proof() -> u32 {
    14
}

fn open_policy() -> String {
    "open".to_owned()
}

fn usual_suite() -> String {
    Suite::EddsaRdfc2022.as_str().to_owned()
}
