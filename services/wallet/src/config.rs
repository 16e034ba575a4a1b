//! What an operator decides: read from TOML, checked wholly at start-up.

use std::collections::BTreeMap;
use std::path::PathBuf;

use holding::key_attestation::KeyStatement;
use language::Language;
use outbound::OutboundPolicy;
use serde::Deserialize;
pub use sql::StoreConfig;
use url::Url;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub http: web::HttpConfig,
    pub store: StoreConfig,
    pub registry: RegistryConfig,
    pub keys: KeysConfig,
    #[serde(default)]
    pub outbound: OutboundPolicy,
    #[serde(default)]
    pub wallet: WalletConfig,
    #[serde(default)]
    pub vc_api: VcApiConfig,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryConfig {
    /// The node asked; it is not believed without proofs.
    pub url: Url,
    /// The genesis file that names the first validators.
    pub genesis: PathBuf,
    /// How long what is known of the validators is believed, and what is remembered of them.
    #[serde(default)]
    pub trust: registry_client::TrustConfig,
    /// Oldest header on which an answer may rest.
    #[serde(default = "max_age_seconds")]
    pub max_age_seconds: u64,
}

/// The key under which people's data keys are sealed, and where the keys of wallets are that this service keeps: sealed in the
/// database, or in a token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysConfig {
    /// Made at first start when absent. Whoever loses it has lost every credential in the database.
    pub sealing_key: PathBuf,
    /// The token in which keys of wallets that are opened from now on are made. Without one they are sealed in the database. A token
    /// with keys of wallets must go on being named.
    #[serde(default)]
    pub pkcs11: Option<keys::TokenConfig>,
    /// What the operator vouches for, of keys in the token; without it they are not attested.
    #[serde(default)]
    pub attestation: Option<AttestationConfig>,
    /// Has the wallet shown to authorization servers as this provider's (OAuth 2.0 Attestation-Based Client Authentication). Without
    /// it none of them is told anything.
    #[serde(default)]
    pub client_attestation: Option<ClientAttestationConfig>,
}

/// The key that vouches for the wallet is made at the first start: in the token where one is named, else in a sealed file beside
/// `sealing_key`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientAttestationConfig {
    /// The certificate of the key, for servers that believe an authority (HAIP 1.0, 4.4.1). Without one they are given the key.
    pub certificate: Option<AttesterCertificateConfig>,
}

/// What is attested of keys in the token, and by what issuers know who attests.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttestationConfig {
    /// What the token withstands, as it was certified (OID4VCI 1.0, appendix D.2).
    pub key_storage: Vec<String>,
    /// What the way withstands by which people are recognised before a key signs.
    pub user_authentication: Vec<String>,
    /// The certificate of the attester's key. Without one issuers know the key itself.
    pub certificate: Option<AttesterCertificateConfig>,
}

/// By which issuers believe the attester that trust an authority rather than a single key (HAIP 1.0, 4.5.1).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttesterCertificateConfig {
    /// A PEM file: the key's certificate, then those between it and the anchor.
    pub chain: PathBuf,
    /// A PEM file: the anchor, with which the chain is checked and which is not sent.
    pub anchor: PathBuf,
}

impl AttestationConfig {
    /// What is said of each key.
    #[must_use]
    pub fn statement(&self) -> KeyStatement {
        let Self { key_storage, user_authentication, certificate: _ } = self.clone();
        KeyStatement { key_storage, user_authentication }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WalletConfig {
    /// WebAuthn relying party identifier; the host of `http.public_url` when absent.
    pub rp_id: Option<String>,
    /// What this service is called as an OAuth client of issuers; scheme, host and port of `http.public_url` when absent.
    /// Whoever signs in at an issuer comes back to `/authorized` there.
    pub client_id: Option<String>,
    /// How often receipts, notifications and unacknowledged answers are looked after.
    pub background_seconds: u64,
    /// PEM files of authorities that certify verifiers (`x509_hash` and `x509_san_dns`). Each vouches for every certificate
    /// below it, so it must be one for this purpose alone. Without any, only DIDs are believed.
    pub verifier_anchors: Vec<PathBuf>,
    /// Identifiers of issuers that people can ask for certificates by themselves, at most 20, in the order in which they are shown.
    pub issuers: Vec<String>,
    /// A sentence above every page, in whatever language it is written.
    pub notice: Option<String>,
    /// Says above every page, in its language, that no credential here is real; `notice` goes before it.
    pub demonstration: bool,
    pub help: HelpConfig,
}

/// Whom a person can call; it stands on every page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HelpConfig {
    /// As it is dialled from abroad: "+41 22 555 01 00".
    pub telephone: Option<String>,
    /// When somebody answers, by language (`en`, `ar`, ...); English where a language has none.
    pub hours: BTreeMap<String, String>,
}

impl HelpConfig {
    /// The hours in a language.
    #[must_use]
    pub fn hours_in(&self, language: Language) -> Option<&str> {
        self.hours
            .get(language.code())
            .or_else(|| self.hours.get(Language::English.code()))
            .map(String::as_str)
    }
}

impl Default for WalletConfig {
    fn default() -> Self {
        Self {
            rp_id: None,
            background_seconds: 2,
            verifier_anchors: Vec::new(),
            client_id: None,
            issuers: Vec::new(),
            notice: None,
            demonstration: false,
            help: HelpConfig::default(),
        }
    }
}

/// The VC API routes answer without authentication, and only where `open` says so.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VcApiConfig {
    #[serde(default)]
    pub open: bool,
}

fn max_age_seconds() -> u64 {
    120
}
