//! An HTTP client that behaves as a browser does where it matters: cookies per host, `Origin` on
//! unsafe requests, and `*.localhost` on this machine.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, dns};
use serde_json::Value;
use url::Url;

/// A client with its own cookie jar; one for each person in a test.
pub struct Agent {
    http: reqwest::Client,
    /// By host and name: cookies ignore ports.
    jar: Mutex<BTreeMap<(String, String), String>>,
}

/// A whole response.
#[derive(Clone, Debug)]
pub struct Answer {
    pub url: Url,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

struct Loopback;

impl dns::Resolve for Loopback {
    fn resolve(&self, _: dns::Name) -> dns::Resolving {
        // Tests have no business outside this machine, whatever a name says.
        let here: dns::Addrs = Box::new(std::iter::once(SocketAddr::from(([127, 0, 0, 1], 0))));
        Box::pin(std::future::ready(Ok(here)))
    }
}

impl Default for Agent {
    fn default() -> Self {
        Self::new()
    }
}

impl Agent {
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        clippy::expect_used,
        reason = "nothing in this configuration can fail"
    )]
    #[expect(clippy::disallowed_methods, reason = "an independent client, loopback only")]
    pub fn new() -> Self {
        // A second call finds a provider installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Loopback)
            .no_proxy()
            .timeout(Duration::from_secs(60))
            .pool_idle_timeout(Duration::from_secs(60))
            .build()
            .expect("a plain client builds");
        Self { http, jar: Mutex::default() }
    }

    pub async fn get(&self, url: impl AsRef<str>) -> Result<Answer> {
        self.send(Method::GET, url, &[], Vec::new()).await
    }

    pub async fn get_as(&self, url: impl AsRef<str>, accept: &str) -> Result<Answer> {
        self.send(Method::GET, url, &[("accept", accept)], Vec::new()).await
    }

    pub async fn post_json(&self, url: impl AsRef<str>, body: &Value) -> Result<Answer> {
        self.post_json_with(url, body, &[]).await
    }

    pub async fn post_json_with(
        &self,
        url: impl AsRef<str>,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Result<Answer> {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send(Method::POST, url, &all, body.to_string().into_bytes()).await
    }

    pub async fn post_form(&self, url: impl AsRef<str>, fields: &[(&str, &str)]) -> Result<Answer> {
        self.post_form_with(url, fields, &[]).await
    }

    pub async fn post_form_with(
        &self,
        url: impl AsRef<str>,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Result<Answer> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send(Method::POST, url, &all, body.into_bytes()).await
    }

    /// RFC 7578: text fields and one file.
    pub async fn post_file(
        &self,
        url: impl AsRef<str>,
        fields: &[(&str, &str)],
        (field, file_name, content_type, bytes): (&str, &str, &str, &[u8]),
    ) -> Result<Answer> {
        const BOUNDARY: &str = "----passerelle-tests-7f0c1d";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .as_bytes(),
            );
        }
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"\r\n\
                 Content-Type: {content_type}\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.send(Method::POST, url, &[("content-type", &kind)], body).await
    }

    /// Any request; redirects are not followed.
    pub async fn send(
        &self,
        method: Method,
        url: impl AsRef<str>,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Answer> {
        let url = Url::parse(url.as_ref()).with_context(|| format!("not a URL: {}", url.as_ref()))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut all = HeaderMap::new();
        if let Some(cookies) = self.cookies(&host) {
            all.insert("cookie", HeaderValue::from_str(&cookies)?);
        }
        if method != Method::GET {
            all.insert("origin", HeaderValue::from_str(&url.origin().ascii_serialization())?);
            all.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        }
        for (name, value) in headers {
            all.insert(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
        }
        let asked = format!("{method} {url}");
        let reply = self.http.request(method, url.clone()).headers(all).body(body).send().await;
        let reply = reply.with_context(|| asked.clone())?;
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        self.remember(&host, &headers);
        Ok(Answer { url, status, headers, body: reply.bytes().await.context(asked)?.to_vec() })
    }

    /// Follows redirects with GET, as a browser does after a form (303) or a link.
    pub async fn follow(&self, mut answer: Answer) -> Result<Answer> {
        for _ in 0..10 {
            let Some(next) = answer.redirect() else { return Ok(answer) };
            answer = self.get(next).await?;
        }
        bail!("redirected more than ten times, last to {}", answer.url)
    }

    /// Sets a cookie by hand, as a thief would.
    pub fn set_cookie(&self, host: &str, name: &str, value: &str) {
        let mut jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        jar.insert((host.to_owned(), name.to_owned()), value.to_owned());
    }

    /// What a browser would send as `Cookie` to that host.
    #[must_use]
    pub fn cookies(&self, host: &str) -> Option<String> {
        let jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        let mine: Vec<String> = jar
            .iter()
            .filter(|((of, _), _)| of == host)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        (!mine.is_empty()).then(|| mine.join("; "))
    }

    fn remember(&self, host: &str, headers: &HeaderMap) {
        let mut jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        for set in headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()) {
            let pair = set.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            let key = (host.to_owned(), name.trim().to_owned());
            let expired = set.to_ascii_lowercase().contains("max-age=0");
            if value.is_empty() || expired {
                jar.remove(&key);
            } else {
                jar.insert(key, value.to_owned());
            }
        }
    }
}

impl Answer {
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; the error shows what came instead.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {self}"))
    }

    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Fails, showing the body, unless the status is the one expected.
    pub fn expect(self, status: u16) -> Result<Self> {
        if self.status == status { Ok(self) } else { bail!("expected {status}: {self}") }
    }

    /// Fails unless the status is 2xx or a redirect.
    pub fn ok(self) -> Result<Self> {
        if (200..400).contains(&self.status) { Ok(self) } else { bail!("expected success: {self}") }
    }

    /// Where a redirect points.
    #[must_use]
    pub fn redirect(&self) -> Option<Url> {
        if !(300..400).contains(&self.status) {
            return None;
        }
        self.url.join(self.header("location")?).ok()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = self.text().chars().take(1500).collect();
        write!(f, "{} from {}: {text}", self.status, self.url)
    }
}
