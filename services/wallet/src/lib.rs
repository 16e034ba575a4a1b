//! The wallet: a person's credentials, received over OID4VCI and presented over OID4VP, from a phone's browser.
//!
//! It deliberately holds no holder key: the browser signs, the service prepares. It believes organisations'
//! names only when the registry chain proves them. Read [`Config`], `app::Wallet` and the `holding` crate first.

mod config;

pub use config::{Config, KeysConfig, RegistryConfig, StoreConfig, WalletConfig};

/// Why the wallet cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot open the database")]
    Store(#[from] sql::Error),
    #[error("cannot read the genesis file {path}")]
    GenesisFile { path: std::path::PathBuf, #[source] source: std::io::Error },
    #[error("the genesis file is not a genesis")]
    Genesis(#[source] serde_json::Error),
    #[error(transparent)]
    Serve(#[from] web::ServeError),
}

/// Starts the service in the background of the present runtime.
pub async fn start(config: Config) -> Result<web::Running, StartError> {
    let _ = config;
    Err(web::ServeError::NoAddress.into())
}

/// The API description of this service.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    utoipa::openapi::OpenApi::default()
}
