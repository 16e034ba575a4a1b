//! What an operator decides: read from TOML, checked wholly at start-up.

mod clients;
mod oidc;

use std::collections::BTreeMap;
use std::path::PathBuf;

use outbound::OutboundPolicy;
use serde::Deserialize;
pub use sql::StoreConfig;
use url::Url;

pub use clients::KeyClientConfig;
pub use oidc::{OidcClient, OidcConfig};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub http: web::HttpConfig,
    pub store: StoreConfig,
    pub registry: RegistryConfig,
    pub keys: KeysConfig,
    #[serde(default)]
    pub outbound: OutboundPolicy,
    pub verifier: VerifierConfig,
    #[serde(default)]
    pub vc_api: VcApiConfig,
    #[serde(default)]
    pub limits: LimitsConfig,
    #[serde(default)]
    pub sandbox: SandboxConfig,
    /// Applications of agencies that sign people in by OpenID Connect.
    #[serde(default)]
    pub oidc: OidcConfig,
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

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysConfig {
    pub directory: PathBuf,
    pub sealing_key: PathBuf,
    /// Makes new keys in a PKCS#11 token instead; older sealed files are used until they are rotated.
    #[serde(default)]
    pub pkcs11: Option<keys::TokenConfig>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifierConfig {
    /// The DID that signs requests; its P-256 key is the key file `key`.
    pub did: String,
    /// Name shown to the person who is asked.
    pub client_name: String,
    /// The same in other languages, by their codes (`ar`, `es`, `fr`, `ru`, `zh`). A wallet shows one beside the registered name.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// Name of the key file.
    #[serde(default = "key_name")]
    pub key: String,
    /// Fragment of the key in the DID document.
    #[serde(default = "key_fragment")]
    pub key_fragment: String,
    /// The wallet that links open.
    pub wallet_url: Url,
    /// How long a request waits for its answer.
    #[serde(default = "request_seconds")]
    pub request_seconds: u64,
    /// How long an access token lasts.
    #[serde(default = "token_seconds")]
    pub token_seconds: u64,
    /// Further policies, a JSON file in the form of the embedded one.
    #[serde(default)]
    pub policies: Option<PathBuf>,
    /// Further purposes that bound what policies may ask for, a JSON file in the form of the embedded one.
    #[serde(default)]
    pub purposes: Option<PathBuf>,
    /// Policies that a visitor may try out on the pages; refused at start if unknown.
    #[serde(default)]
    pub public_demo: Vec<String>,
    /// Policies for which the desk page is given packs; refused at start if unknown. Each newest pack is for everybody.
    #[serde(default)]
    pub desk_policies: Vec<String>,
    /// Name of the way in which wallets are asked where an agency names none, and on the pages.
    #[serde(default = "request_profile")]
    pub request_profile: String,
    /// Ways to ask beside `did` and `did-encrypted`, which are always there.
    #[serde(default)]
    pub request_profiles: Vec<RequestProfileConfig>,
    /// An agency client made at first start.
    #[serde(default)]
    pub demo_client: Option<DemoClient>,
    /// Agency clients that show a key instead of a secret.
    #[serde(default)]
    pub clients: Vec<KeyClientConfig>,
}

/// As whom wallets are asked, and how they answer (OpenID4VP 1.0, 5.9 and 8).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestProfileConfig {
    /// By which agencies choose it.
    pub name: String,
    pub client_id_prefix: ClientIdPrefix,
    #[serde(default)]
    pub response_mode: ResponseMode,
    /// PEM, the leaf first, of the key that signs requests; for the two prefixes of X.509.
    #[serde(default)]
    pub certificate: Option<PathBuf>,
    /// PEM of the authority above it, which is never sent along.
    #[serde(default)]
    pub trust_anchor: Option<PathBuf>,
    /// The name in the certificate for `x509_san_dns`; the host of `http.public_url` where it is left out.
    #[serde(default)]
    pub dns_name: Option<String>,
    /// Refuses to start unless the profile keeps HAIP 1.0, and asks for its formats only.
    #[serde(default)]
    pub haip: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientIdPrefix {
    DecentralizedIdentifier,
    X509SanDns,
    X509Hash,
    RedirectUri,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum ResponseMode {
    #[default]
    #[serde(rename = "direct_post")]
    DirectPost,
    #[serde(rename = "direct_post.jwt")]
    DirectPostJwt,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoClient {
    pub id: String,
    pub name: String,
    /// Where its random secret is written, readable by the owner only, as JSON `{client_id, client_secret}`.
    pub secret_file: PathBuf,
    /// Where a wallet may send the person back.
    #[serde(default)]
    pub return_urls: Vec<Url>,
}

/// The VC API routes answer without authentication only where `open` says so.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VcApiConfig {
    #[serde(default)]
    pub open: bool,
    /// A policy in which accreditation is optional.
    #[serde(default = "vc_api_policy")]
    pub policy: String,
    /// Whether a credential may name its issuer by a URL that is no DID. Nothing says whose key signed such a one, so
    /// anybody can have made it; test suites of the W3C issue them.
    #[serde(default)]
    pub issuers_without_did: bool,
}

impl Default for VcApiConfig {
    fn default() -> Self {
        Self { open: false, policy: vc_api_policy(), issuers_without_did: false }
    }
}

/// Integrators make clients for themselves only where `open` says so; never on an instance whose name people trust.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxConfig {
    pub open: bool,
}

/// What one agency client may do.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Requests under `/v1`; each item of a batch counts as one.
    pub requests_per_minute: u32,
    /// Verifications that wait for their answer at the same time.
    pub open_verifications: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { requests_per_minute: 6_000, open_verifications: 5_000 }
    }
}

fn max_age_seconds() -> u64 {
    120
}

fn key_name() -> String {
    "verifier.key-p256-1".to_owned()
}

fn key_fragment() -> String {
    "key-p256-1".to_owned()
}

fn request_seconds() -> u64 {
    600
}

fn token_seconds() -> u64 {
    3600
}

fn request_profile() -> String {
    crate::app::BY_DID.to_owned()
}

fn vc_api_policy() -> String {
    "open".to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn smallest_configuration_is_enough() {
        let config: Config = toml::from_str(
            r#"
            [http]
            listen = ["127.0.0.1:7103"]
            public_url = "http://localhost:7103"
            [store]
            database_url = "sqlite:data/verifier.db"
            [registry]
            url = "http://localhost:7100"
            genesis = "data/genesis.json"
            [keys]
            directory = "data/keys"
            sealing_key = "data/sealing.key"
            [verifier]
            did = "did:passerelle:abc"
            client_name = "WFP desk"
            wallet_url = "http://wallet.localhost:7102"
            "#,
        )
        .unwrap();
        assert!(!config.vc_api.open, "the open interface is never on by itself");
        assert!(!config.vc_api.issuers_without_did);
        assert_eq!(config.verifier.key, "verifier.key-p256-1");
    }

    #[test]
    fn request_profiles_are_named_as_the_specification_names_them() {
        let profile: RequestProfileConfig = toml::from_str(
            r#"
            name = "haip"
            client_id_prefix = "x509_hash"
            response_mode = "direct_post.jwt"
            certificate = "verifier.pem"
            trust_anchor = "authority.pem"
            haip = true
            "#,
        )
        .unwrap();
        assert_eq!(profile.client_id_prefix, ClientIdPrefix::X509Hash);
        assert_eq!(profile.response_mode, ResponseMode::DirectPostJwt);
        for prefix in ["decentralized_identifier", "x509_san_dns", "redirect_uri"] {
            let text = format!("name = \"a\"\nclient_id_prefix = \"{prefix}\"");
            assert!(toml::from_str::<RequestProfileConfig>(&text).is_ok(), "{prefix}");
        }
        assert!(
            toml::from_str::<RequestProfileConfig>("name = \"a\"\nclient_id_prefix = \"origin\"").is_err()
        );
    }

    #[test]
    fn issuers_whose_keys_nobody_knows_are_taken_only_where_the_operator_says_so() {
        let config = |text| toml::from_str::<VcApiConfig>(text).unwrap();
        assert!(!config("open = true").issuers_without_did);
        assert!(config("open = true\nissuers_without_did = true").issuers_without_did);
    }

    #[test]
    fn unknown_member_is_refused() {
        assert!(toml::from_str::<VcApiConfig>("opne = true").is_err());
    }
}
