//! The verifier: agencies ask for a presentation over REST, a person answers with a wallet, a report says what holds.
//!
//! It decides nothing by a server's word: keys, accreditations, schemas and status digests come from the registry
//! chain with proofs. It keeps no claims beyond a policy's retention time. Read [`Config`], [`app::Desk`] and
//! the `verification` crate first.

pub mod app;
mod config;
pub mod http;
mod request_profiles;
mod wiring;

use std::path::PathBuf;
use std::sync::Arc;

use actix_web::web::Data;
use tokio::sync::watch;

pub use config::{
    ClientIdPrefix, Config, DemoClient, KeyClientConfig, KeysConfig, LimitsConfig, OidcClient, OidcConfig,
    RegistryConfig, RequestProfileConfig, ResponseMode, SandboxConfig, StoreConfig, VcApiConfig,
    VerifierConfig,
};

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the configuration is wrong: {0}")]
    Config(String),
    #[error("cannot read {path}")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{path} is not a genesis")]
    GenesisForm {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("the genesis cannot be used")]
    Genesis(#[from] registry_types::GenesisError),
    #[error("the chain cannot be trusted as configured in registry.trust")]
    Trust(#[from] registry_client::TrustError),
    #[error("the policies cannot be used")]
    Policies(#[from] verification::PolicyError),
    #[error("the sealing key cannot be used")]
    Sealing(#[from] keys::SealError),
    #[error("the verifier's key cannot be used")]
    Keys(#[from] keys::KeyStoreError),
    #[error("wallets cannot be asked as configured")]
    RequestProfile(#[from] app::ProfileError),
    #[error("the HTTP client cannot be made")]
    Outbound(#[from] outbound::OutboundError),
    #[error("the database cannot be opened")]
    Store(#[from] store_verifier::StoreError),
    #[error("application {id} cannot be registered")]
    OidcClient {
        id: String,
        #[source]
        source: app::oidc::RegistrationError,
    },
    #[error("client {id} cannot be registered")]
    KeyClient {
        id: String,
        #[source]
        source: app::KeyClientError,
    },
    #[error("the demonstration client cannot be made")]
    DemoClient(#[from] app::SecretFileError),
    #[error("cannot serve")]
    Serve(#[from] web::ServeError),
}

/// What makes packs for verifiers without a network, as the service is configured.
pub fn packs(config: &Config) -> Result<app::Packs, StartError> {
    wiring::packs(config)
}

/// Serves the desk page for one pack on this machine alone, and returns once it listens.
pub async fn start_desk(desk: app::LocalDesk, port: u16) -> Result<web::Running, StartError> {
    let address = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, port));
    let public_url = url::Url::parse(&format!("http://localhost:{port}"))
        .map_err(|error| StartError::Config(error.to_string()))?;
    let config = web::HttpConfig { listen: vec![address], public_url, tls: None, workers: Some(1) };
    let data = Data::new(desk);
    let configure = move |routes: &mut web::ServiceConfig<'_>| {
        routes.app_data(data.clone());
        http::desk::configure(routes);
    };
    Ok(web::serve("desk", &config, http::desk::openapi(), Arc::new(http::desk::AlwaysReady), configure)
        .await?)
}

/// Starts the service and returns once it listens.
pub async fn start(config: Config) -> Result<web::Running, StartError> {
    let desk = Arc::new(wiring::desk(&config).await?);
    desk.ensure_key_clients().await?;
    if let Some(demo) = &config.verifier.demo_client {
        desk.ensure_demo_client(demo).await?;
    }
    let ready = Arc::new(http::StoreReady(desk.store.clone()));
    let data = Data::from(Arc::clone(&desk));
    let desk_page = Data::new(wiring::desk_page(&config)?);
    let configure = move |routes: &mut web::ServiceConfig<'_>| {
        routes.app_data(data.clone()).app_data(desk_page.clone());
        http::configure(routes);
    };
    let mut running = web::serve("verifier", &config.http, openapi(), ready, configure).await?;
    let (stop, stopped) = watch::channel(false);
    let webhooks = tokio::spawn(app::run_webhooks(Arc::clone(&desk), stopped.clone()));
    let chores = tokio::spawn(app::run_chores(Arc::clone(&desk), stopped));
    running.on_stop(async move {
        // The receiver is gone only if the chores have ended already.
        let _ = stop.send(true);
        let _ = tokio::join!(chores, webhooks);
        desk.store.close().await;
    });
    Ok(running)
}

/// The OpenAPI document of every route.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    web::document(http::base_document(), http::configure)
}
