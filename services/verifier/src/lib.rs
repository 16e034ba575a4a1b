//! The verifier: agencies ask for a presentation over REST, a person answers with a wallet, a report says what holds.
//!
//! It decides nothing by a server's word: keys, accreditations, schemas and status digests come from the registry
//! chain with proofs. It keeps no claims beyond a policy's retention time. Read [`Config`], `app::Verifier` and
//! the `verification` crate first.

mod config;

pub use config::{
    Config, DemoClient, KeysConfig, RegistryConfig, StoreConfig, VcApiConfig, VerifierConfig,
};

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the configuration is wrong: {0}")]
    Config(String),
}

/// Starts the service and returns once it listens.
pub async fn start(config: Config) -> Result<web::Running, StartError> {
    let _ = config;
    Err(StartError::Config("not wired yet".to_owned()))
}

/// The OpenAPI document of every route.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    utoipa::openapi::OpenApi::default()
}
