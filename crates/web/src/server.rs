use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, ResponseError as _, web};
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::edge::{Edge, edge};
use crate::page::Shell;
use crate::routes::{self, Common};
use crate::{HttpConfig, JsonLimits, Problem, metrics, tls};

const DEFAULT_WORKERS: usize = 2;
const STOP_SECONDS: u64 = 10;
/// How long a connection may be idle. Longer than a client or proxy in front keeps one (`outbound` 60 s, nginx 60 s): whoever ends it
/// first must be the one that sends, or a request meets a connection that is just being closed. It also spares a phone on a slow line
/// the handshakes between two pages.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
const FORM_BYTES: usize = 64 * 1024;

/// Whether a service can do its work now; the text says what is missing.
#[async_trait::async_trait]
pub trait Ready: Send + Sync {
    async fn ready(&self) -> Result<(), String>;
}

/// Why a service cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("no address to listen on")]
    NoAddress,
    #[error("cannot read {path}")]
    Pem {
        path: PathBuf,
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    #[error("certificate and private key do not fit together")]
    Tls(#[source] rustls::Error),
    #[error("cannot make a self-signed certificate")]
    SelfSigned(#[source] rcgen::Error),
    #[error("the OpenAPI document cannot be written")]
    OpenApi(#[source] serde_json::Error),
}

/// A service that answers. Dropping it does not stop it; [`Running::stop`] does.
pub struct Running {
    pub addresses: Vec<SocketAddr>,
    handle: ServerHandle,
    server: Option<JoinHandle<std::io::Result<()>>>,
    on_stop: Vec<BoxFuture<'static, ()>>,
}

impl Running {
    /// Something to do once no more requests come in, such as ending background work; in reverse order.
    pub fn on_stop(&mut self, ending: impl Future<Output = ()> + Send + 'static) {
        self.on_stop.push(Box::pin(ending));
    }

    /// Takes no new connection, lets running requests end, then runs what [`Running::on_stop`] was given.
    pub async fn stop(&mut self) {
        self.handle.stop(true).await;
        while let Some(ending) = self.on_stop.pop() {
            ending.await;
        }
    }

    /// Returns when the server has ended, by [`Running::stop`] or by a fault.
    pub async fn wait(&mut self) {
        if let Some(server) = &mut self.server {
            match server.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "the HTTP server ended with an error"),
                Err(error) => tracing::error!(%error, "the HTTP server was aborted"),
            }
            self.server = None;
        }
    }
}

/// Listens and answers in the background. `configure` runs once per worker and registers the service's routes and
/// app data; what it registers comes first, ours after it. Call it on a multi-thread tokio runtime.
///
/// `name` is the metrics label and, capitalised, the name on our own pages.
pub async fn serve<F>(
    name: &'static str,
    http: &HttpConfig,
    openapi: OpenApi,
    ready: Arc<dyn Ready>,
    configure: F,
) -> Result<Running, ServeError>
where
    F: Fn(&mut ServiceConfig<'_>) + Clone + Send + 'static,
{
    metrics::install();
    let shell = Arc::new(Shell::new(display_name(name)));
    let openapi: Arc<str> = openapi.to_json().map_err(ServeError::OpenApi)?.into();
    // A browser that was once told "only TLS" for localhost would refuse every other trial on this machine.
    let hsts = http.is_https() && !http.public_url.host_str().is_some_and(|host| host.ends_with("localhost"));
    let edge_data = web::Data::new(Edge { service: name, hsts, shell: Arc::clone(&shell) });
    let common = web::Data::new(Common { service: name, shell, ready, openapi });

    let factory = move || {
        let configure = configure.clone();
        App::new()
            .app_data(edge_data.clone())
            .app_data(common.clone())
            .app_data(JsonLimits::default())
            .app_data(web::PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
            .app_data(
                web::QueryConfig::default()
                    .error_handler(|error, _| Problem::bad_request(format!("query: {error}")).into()),
            )
            .app_data(
                web::FormConfig::default()
                    .limit(FORM_BYTES)
                    .error_handler(|error, _| Problem::bad_request(format!("form: {error}")).into()),
            )
            .app_data(web::PayloadConfig::new(FORM_BYTES))
            .configure(|config| configure(&mut ServiceConfig::new(config)))
            .configure(routes::configure)
            .default_service(web::to(nothing_here))
            .wrap(from_fn(edge))
    };
    let mut server = HttpServer::new(factory)
        .workers(http.workers.unwrap_or(DEFAULT_WORKERS))
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(STOP_SECONDS)
        .disable_signals();
    for listener in listeners(&http.listen)? {
        let address = listener
            .local_addr()
            .map_err(|source| ServeError::Listen { address: SocketAddr::from(([0, 0, 0, 0], 0)), source })?;
        let bound = match &http.tls {
            Some(tls) => server.listen_rustls_0_23(listener, tls::server_config(tls)?),
            None => server.listen(listener),
        };
        server = bound.map_err(|source| ServeError::Listen { address, source })?;
    }
    let addresses = server.addrs();
    let server = server.run();
    let handle = server.handle();
    Ok(Running { addresses, handle, server: Some(tokio::spawn(server)), on_stop: Vec::new() })
}

async fn nothing_here(request: HttpRequest) -> HttpResponse {
    routes::nothing_here(request).await.error_response()
}

/// A machine without IPv6 refuses `[::1]`; that is no reason not to start as long as one address works.
fn listeners(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, ServeError> {
    let mut open = Vec::new();
    for address in addresses {
        match TcpListener::bind(address) {
            Ok(listener) => open.push(listener),
            Err(source) if address.is_ipv6() && addresses.len() > 1 => {
                tracing::warn!(%address, error = %source, "not listening on this address");
            }
            Err(source) => return Err(ServeError::Listen { address: *address, source }),
        }
    }
    if open.is_empty() { Err(ServeError::NoAddress) } else { Ok(open) }
}

fn display_name(name: &'static str) -> &'static str {
    match name {
        "issuer" => "Issuer",
        "wallet" => "Wallet",
        "verifier" => "Verifier",
        "registry" => "Registry",
        other => other,
    }
}
