use std::error::Error as StdError;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Method, RequestBuilder};
use url::{Host, Url};

use crate::address::allowed;
use crate::resolve::{Forbidden, GuardedResolver, is_localhost};
use crate::{OutboundPolicy, Reply};

const IDLE_CONNECTION: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// What is read of an answer whose body nobody wants, so that the connection can be used again.
const UNWANTED_BYTES: usize = 4096;

/// The guarded client. Cloning shares its connections.
#[derive(Clone, Debug)]
pub struct Outbound {
    client: Client,
    policy: Arc<OutboundPolicy>,
}

/// Why no answer came back. An answer with an error status is a [`Reply`], not an error.
///
/// Hosts are named, never paths or queries: those may hold tokens.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error("cannot read the root certificates in {path}")]
    RootCertificates {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the root certificates in {path} are not PEM")]
    RootForm {
        path: PathBuf,
        #[source]
        source: reqwest::Error,
    },
    #[error("cannot build the HTTP client")]
    Client(#[source] reqwest::Error),
    #[error("the policy for outbound requests refuses {0}")]
    Refused(String),
    #[error("a header for {0} is not valid")]
    Header(String),
    #[error("{0} did not answer in time")]
    TimedOut(String),
    #[error("cannot reach {host}")]
    Unreachable {
        host: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("the answer of {0} is larger than allowed")]
    TooLarge(String),
}

impl Outbound {
    pub fn new(policy: &OutboundPolicy) -> Result<Self, OutboundError> {
        // Two rustls providers are in the tree. The binary installs this one first; tests have no such main.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let policy = Arc::new(policy.clone());
        let mut roots = Vec::new();
        for path in &policy.root_certificates {
            let pem = std::fs::read(path)
                .map_err(|source| OutboundError::RootCertificates { path: path.clone(), source })?;
            let found = Certificate::from_pem_bundle(&pem)
                .map_err(|source| OutboundError::RootForm { path: path.clone(), source })?;
            roots.extend(found);
        }
        #[expect(clippy::disallowed_methods, reason = "this is the one place that builds a client")]
        let client = Client::builder()
            .dns_resolver(GuardedResolver(Arc::clone(&policy)))
            // A redirect would let an allowed host choose the next address, and could leak the bearer token.
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve names out of our sight.
            .no_proxy()
            .referer(false)
            .timeout(Duration::from_secs(policy.timeout_seconds))
            .connect_timeout(CONNECT_TIMEOUT.min(Duration::from_secs(policy.timeout_seconds)))
            .pool_max_idle_per_host(8)
            // Before the other side closes it (`web` after 75 s, nginx after 75 s): a request into a closing connection is lost.
            .pool_idle_timeout(IDLE_CONNECTION)
            .user_agent(concat!("passerelle/", env!("CARGO_PKG_VERSION")))
            .tls_certs_merge(roots)
            .build()
            .map_err(OutboundError::Client)?;
        Ok(Self { client, policy })
    }

    /// `GET` with an `Accept` header (empty for none) and perhaps a bearer token.
    pub async fn get(&self, url: &Url, accept: &str, bearer: Option<&str>) -> Result<Reply, OutboundError> {
        let mut request = self.request(Method::GET, url)?;
        if !accept.is_empty() {
            request = request.header(ACCEPT, header_value(url, accept)?);
        }
        if let Some(bearer) = bearer {
            let mut value = header_value(url, &format!("Bearer {bearer}"))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        self.send(url, request).await
    }

    pub async fn post_form(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Result<Reply, OutboundError> {
        let request = self.request(Method::POST, url)?.form(form);
        self.send(url, with_headers(request, url, headers)?).await
    }

    pub async fn post_json(
        &self,
        url: &Url,
        json: &serde_json::Value,
        headers: &[(&str, &str)],
    ) -> Result<Reply, OutboundError> {
        let body = json.to_string().into_bytes();
        self.post_bytes(url, "application/json", body, headers).await
    }

    pub async fn post_bytes(
        &self,
        url: &Url,
        content_type: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> Result<Reply, OutboundError> {
        self.send(url, self.post(url, content_type, body, headers)?).await
    }

    /// Sends without wanting more than status and headers of the answer. At most 4 kB of its body are read and thrown
    /// away; one that is longer, or breaks off, is no failure.
    pub async fn post_unheard(
        &self,
        url: &Url,
        content_type: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> Result<Reply, OutboundError> {
        let request = self.post(url, content_type, body, headers)?;
        let response = request.send().await.map_err(|error| translate(url, error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut chunks = response.bytes_stream();
        let mut left = UNWANTED_BYTES;
        while let Some(Ok(chunk)) = chunks.next().await {
            let Some(rest) = left.checked_sub(chunk.len()) else { break };
            left = rest;
        }
        Ok(Reply { status, content_type: String::new(), headers, body: Bytes::new() })
    }

    /// Whether a request to this address would be tried at all. Names are resolved only when one is sent.
    pub fn check(&self, url: &Url) -> Result<(), OutboundError> {
        self.request(Method::POST, url).map(drop)
    }

    fn post(
        &self,
        url: &Url,
        content_type: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> Result<RequestBuilder, OutboundError> {
        let content_type = header_value(url, content_type)?;
        let request = self.request(Method::POST, url)?.header(CONTENT_TYPE, content_type).body(body);
        with_headers(request, url, headers)
    }

    /// Judges what the resolver never sees: scheme, user information, and hosts that are addresses already.
    fn request(&self, method: Method, url: &Url) -> Result<RequestBuilder, OutboundError> {
        let scheme = match url.scheme() {
            "https" => true,
            "http" => self.policy.allow_http,
            _ => false,
        };
        let host = match url.host() {
            Some(Host::Ipv4(address)) => allowed(&self.policy, IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => allowed(&self.policy, IpAddr::V6(address)),
            Some(Host::Domain(name)) => {
                self.policy.allow_loopback || !is_localhost(name.trim_end_matches('.'))
            }
            None => false,
        };
        if !scheme || !host || !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::Refused(host_of(url)));
        }
        Ok(self.client.request(method, url.clone()))
    }

    async fn send(&self, url: &Url, request: RequestBuilder) -> Result<Reply, OutboundError> {
        let response = request.send().await.map_err(|error| translate(url, error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let too_large = || OutboundError::TooLarge(host_of(url));
        if response.content_length().is_some_and(|length| length > self.policy.max_body_bytes as u64) {
            return Err(too_large());
        }
        let mut body = BytesMut::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| translate(url, error))?;
            if body.len().saturating_add(chunk.len()) > self.policy.max_body_bytes {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        let content_type =
            headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Ok(Reply { status, content_type, headers, body: Bytes::from(body) })
    }
}

fn with_headers(
    mut request: RequestBuilder,
    url: &Url,
    headers: &[(&str, &str)],
) -> Result<RequestBuilder, OutboundError> {
    for (name, value) in headers {
        let name = HeaderName::try_from(*name).map_err(|_| OutboundError::Header(host_of(url)))?;
        request = request.header(name, header_value(url, value)?);
    }
    Ok(request)
}

fn header_value(url: &Url, value: &str) -> Result<HeaderValue, OutboundError> {
    HeaderValue::from_str(value).map_err(|_| OutboundError::Header(host_of(url)))
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or("an address without host").to_owned()
}

fn translate(url: &Url, error: reqwest::Error) -> OutboundError {
    if error.is_timeout() {
        return OutboundError::TimedOut(host_of(url));
    }
    let mut next = error.source();
    while let Some(source) = next {
        if source.downcast_ref::<Forbidden>().is_some() {
            return OutboundError::Refused(host_of(url));
        }
        next = source.source();
    }
    OutboundError::Unreachable { host: host_of(url), source: error.without_url() }
}
