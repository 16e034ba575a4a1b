//! The frame around every service, seen from outside over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, post};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use web::{HttpConfig, Json, OAuthJson, Problem, Ready, Running};

struct Is(bool);

#[async_trait::async_trait]
impl Ready for Is {
    async fn ready(&self) -> Result<(), String> {
        if self.0 { Ok(()) } else { Err("the chain is not reachable".into()) }
    }
}

#[post("/echo")]
async fn echo(body: Json<Value>) -> Json<Value> {
    body
}

#[post("/oauth")]
async fn oauth(body: OAuthJson<Value>) -> OAuthJson<Value> {
    body
}

#[post("/secret/{token}")]
async fn secret() -> Result<HttpResponse, Problem> {
    Err(Problem::conflict("it is taken <b>already</b>").with("attempts", 3))
}

async fn start(ready: bool) -> Running {
    let http = HttpConfig {
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        public_url: "http://localhost:1".parse().unwrap(),
        tls: None,
        workers: Some(1),
    };
    web::serve("sample", &http, utoipa::openapi::OpenApi::default(), Arc::new(Is(ready)), |config| {
        config.map(|config| config.service(echo).service(oauth).service(secret));
    })
    .await
    .unwrap()
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

async fn send(running: &Running, request: &str, headers: &str, body: &str) -> Answer {
    let mut stream = TcpStream::connect(running.addresses[0]).await.unwrap();
    let length = body.len();
    let text = format!(
        "{request} HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    let all = String::from_utf8_lossy(&all).into_owned();
    let (head, body) = all.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_lowercase(), body: body.to_owned() }
}

const JSON: &str = "Content-Type: application/json\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_security_headers_and_a_request_id() {
    let running = start(true).await;
    for request in ["GET /healthz", "GET /nowhere", "POST /echo", "GET /assets/passerelle.css"] {
        let answer = send(&running, request, "", "").await;
        for header in [
            "content-security-policy: default-src 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "x-frame-options: deny",
            "x-request-id: ",
        ] {
            assert!(answer.head.contains(header), "{request}: {header}\n{}", answer.head);
        }
        assert!(!answer.head.contains("strict-transport-security"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harmless_request_id_is_kept_and_another_replaced() {
    let running = start(true).await;
    let kept = send(&running, "GET /healthz", "X-Request-Id: abcdefgh-1\r\n", "").await;
    assert!(kept.head.contains("x-request-id: abcdefgh-1"));
    let replaced = send(&running, "GET /healthz", "X-Request-Id: bad id with spaces\r\n", "").await;
    assert!(!replaced.head.contains("bad id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_problem_json_and_a_browser_a_page() {
    let running = start(true).await;
    let program = send(&running, "POST /secret/tok123", "", "").await;
    assert_eq!(program.status, 409);
    assert!(program.head.contains("content-type: application/problem+json"));
    assert_eq!(
        program.json(),
        json!({"type": "/problems/conflict", "title": "This does not fit the present state", "status": 409,
               "detail": "it is taken <b>already</b>", "attempts": 3})
    );
    let browser = send(&running, "POST /secret/tok123", "Accept: text/html,*/*\r\n", "").await;
    assert_eq!(browser.status, 409);
    assert!(browser.head.contains("content-type: text/html"));
    assert!(browser.body.contains("This does not fit") && !browser.body.contains("<b>already"));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_problem_type_has_a_page() {
    let running = start(true).await;
    for slug in ["not-found", "json-too-deep", "cross-site"] {
        let page = send(&running, &format!("GET /problems/{slug}"), "", "").await;
        assert_eq!(page.status, 200, "{slug}");
    }
    assert_eq!(send(&running, "GET /problems/invented", "", "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_bounded_in_size_depth_and_media_type() {
    let running = start(true).await;
    let cases = [
        (JSON, "x".repeat(300_000), 413, "/problems/too-large"),
        (JSON, "[".repeat(1000), 400, "/problems/json-too-deep"),
        (JSON, r#"{"a":1,"a":2}"#.to_owned(), 400, "/problems/json-duplicate-member"),
        (JSON, "{".to_owned(), 400, "/problems/json-syntax"),
        ("Content-Type: text/plain\r\n", "{}".to_owned(), 415, "/problems/unsupported-media-type"),
        (
            "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
            "{}".to_owned(),
            415,
            "/problems/unsupported-media-type",
        ),
    ];
    for (headers, body, status, kind) in cases {
        let answer = send(&running, "POST /echo", headers, &body).await;
        assert_eq!((answer.status, answer.json()["type"].as_str().unwrap()), (status, kind));
    }
    assert_eq!(send(&running, "POST /echo", JSON, r#"{"a":[1.50]}"#).await.body, r#"{"a":[1.50]}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_routes_answer_with_oauth_errors() {
    let running = start(true).await;
    let answer = send(&running, "POST /oauth", JSON, "{").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["error"], "invalid_request");
    assert!(answer.head.contains("cache-control: no-store"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cross_site_request_with_our_cookie_is_refused() {
    let running = start(true).await;
    let from = |site: &str| format!("{JSON}Cookie: passerelle_issuer=x\r\nSec-Fetch-Site: {site}\r\n");
    for site in ["cross-site", "same-site"] {
        let answer = send(&running, "POST /echo", &from(site), "{}").await;
        assert_eq!((answer.status, answer.json()["type"].as_str().unwrap()), (403, "/problems/cross-site"));
    }
    assert_eq!(send(&running, "POST /echo", &from("same-origin"), "{}").await.status, 200);
    // A program at another origin without our cookie acts for nobody.
    let anonymous = format!("{JSON}Sec-Fetch-Site: cross-site\r\n");
    assert_eq!(send(&running, "POST /echo", &anonymous, "{}").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_says_what_is_missing() {
    let answer = send(&start(false).await, "GET /readyz", "", "").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["detail"], "the chain is not reachable");
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_name_routes_not_paths() {
    let running = start(true).await;
    send(&running, "POST /secret/tok123", "", "").await;
    let metrics = send(&running, "GET /metrics", "", "").await.body;
    assert!(metrics.contains(r#"route="/secret/{token}""#) && !metrics.contains("tok123"));
    assert!(metrics.contains("process_resident_memory_bytes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_revalidated_by_their_tag() {
    let running = start(true).await;
    let first = send(&running, "GET /assets/passkey.js", "", "").await;
    let tag = first.head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    let again = send(&running, "GET /assets/passkey.js", &format!("If-None-Match: {tag}\r\n"), "").await;
    assert_eq!((first.status, again.status), (200, 304));
    assert_eq!(send(&running, "GET /assets/../Cargo.toml", "", "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documentation_page_loads_nothing_from_outside() {
    let running = start(true).await;
    let page = send(&running, "GET /docs", "", "").await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("http://") && !page.body.contains("https://"));
    for file in ["swagger-ui.css", "swagger-ui-bundle.js"] {
        assert_eq!(send(&running, &format!("GET /docs/{file}"), "", "").await.status, 200, "{file}");
    }
    assert_eq!(send(&running, "GET /openapi.json", "", "").await.json()["openapi"], "3.1.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_address_with_another_method_says_so() {
    let running = start(true).await;
    assert_eq!(send(&running, "DELETE /echo", "", "").await.status, 405);
    assert_eq!(send(&running, "DELETE /nowhere", "", "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_ends_background_work_and_the_listener() {
    let mut running = start(true).await;
    let (sender, receiver) = tokio::sync::oneshot::channel();
    running.on_stop(async move { sender.send(()).unwrap() });
    running.stop().await;
    running.wait().await;
    receiver.await.unwrap();
    assert!(TcpStream::connect(running.addresses[0]).await.is_err());
}

/// Five seconds, the framework's own limit, are what a person needs to read a sentence; and a client that keeps a connection for a
/// minute would now and then send into one that is being closed.
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_kept_and_still_does_not_hold_up_the_end() {
    let mut running = start(true).await;
    let mut stream = TcpStream::connect(running.addresses[0]).await.unwrap();
    for wait in [0, 6] {
        tokio::time::sleep(Duration::from_secs(wait)).await;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost:1\r\n\r\n").await.unwrap();
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).await.unwrap();
        assert!(
            answer[..length].starts_with(b"HTTP/1.1 200"),
            "{}",
            String::from_utf8_lossy(&answer[..length])
        );
    }
    tokio::time::timeout(Duration::from_secs(5), running.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn native_tls_serves_with_a_self_signed_certificate() {
    let directory = tempfile::tempdir().unwrap();
    let (certificate, key) = web::self_signed(vec!["localhost".into()]).unwrap();
    let tls = web::Tls {
        certificate: directory.path().join("certificate.pem"),
        private_key: directory.path().join("key.pem"),
    };
    std::fs::write(&tls.certificate, certificate).unwrap();
    std::fs::write(&tls.private_key, key).unwrap();
    let http = HttpConfig {
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        public_url: "https://localhost:1".parse().unwrap(),
        tls: Some(tls),
        workers: Some(1),
    };
    let openapi = utoipa::openapi::OpenApi::default();
    let running = web::serve("sample", &http, openapi, Arc::new(Is(true)), |_| {}).await.unwrap();
    // A TLS alert record (21) answers plain HTTP: the listener does speak TLS.
    let mut stream = TcpStream::connect(running.addresses[0]).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").await.unwrap();
    let mut first = [0u8; 1];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(first[0], 21);
}
