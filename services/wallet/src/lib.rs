//! The wallet: a person's credentials, received over OID4VCI and presented over OID4VP, from a phone's browser.
//!
//! It deliberately holds no holder key of anybody who has a device: the browser signs, the service prepares. It believes organisations'
//! names only when the registry chain proves them. Read [`Config`], [`app::Wallet`] and the `holding` crate first.

pub mod app;
mod config;
pub mod http;
pub mod wiring;
pub mod words;

pub use config::{
    AttestationConfig, AttesterCertificateConfig, ClientAttestationConfig, Config, HelpConfig, KeysConfig,
    RegistryConfig, StoreConfig, VcApiConfig, WalletConfig,
};
use http::assets;

/// Why the wallet cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot open the database")]
    Store(#[from] sql::Error),
    #[error("cannot read the genesis file {path}")]
    GenesisFile {
        path: std::path::PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the genesis file is not a genesis")]
    GenesisForm(#[source] serde_json::Error),
    #[error("the genesis is not one a chain can begin with")]
    Genesis(#[from] registry_types::GenesisError),
    #[error("the chain cannot be trusted as configured in registry.trust")]
    Trust(#[from] registry_client::TrustError),
    #[error("cannot read the certificates of {path}")]
    AnchorFile {
        path: std::path::PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{path} holds no certificates of authorities")]
    Anchor {
        path: std::path::PathBuf,
        #[source]
        source: credential::x509::CertificateFault,
    },
    #[error("{path}, the certificate of the key attester (keys.attestation.certificate), cannot be used")]
    AttesterCertificate {
        path: std::path::PathBuf,
        #[source]
        source: app::kept_keys::AttesterCertificateFault,
    },
    #[error("cannot use the sealing key")]
    SealingKey(#[from] keys::SealError),
    #[error("cannot use keys for kept wallets")]
    KeptKeys(#[from] app::kept_keys::KeptKeysError),
    #[error("wallet.client_id is not a name of 1 to 256 printable ASCII characters without spaces")]
    ClientId,
    #[error("cannot use the key that vouches for the wallet (keys.client_attestation)")]
    ClientAttesterKey(#[from] keys::KeyStoreError),
    #[error(
        "{path}, the certificate of the client attester (keys.client_attestation.certificate), cannot be used"
    )]
    ClientAttester {
        path: std::path::PathBuf,
        #[source]
        source: app::oauth::ClientAttesterError,
    },
    #[error("the start was stopped")]
    Stopped(#[source] tokio::task::JoinError),
    #[error("cannot make the HTTP client")]
    Outbound(#[from] outbound::OutboundError),
    #[error("passkeys cannot work under this public URL")]
    Passkeys(#[from] web::passkey::PasskeyError),
    #[error(transparent)]
    Serve(#[from] web::ServeError),
}

/// Starts the service in the background of the present runtime.
pub async fn start(config: Config) -> Result<web::Running, StartError> {
    let wallet = wiring::wallet(&config).await?;
    wiring::serve(&config, wallet).await
}

/// A one-time link by which the first officer of this service begins, as the address of its page; none once there is one. For
/// the program that runs the service, which prints it.
pub async fn officer_link(config: &Config) -> Result<Option<String>, StartError> {
    let store = wiring::store(config).await?;
    let (clock, entropy) = (clock::SystemClock, clock::SystemEntropy);
    let link = app::officers::first_officer_link(&store, &entropy, clock::Clock::now(&clock)).await?;
    Ok(link.map(|link| format!("{}/officers/join#{link}", config.http.origin())))
}

/// The API description of this service.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    http::openapi()
}
