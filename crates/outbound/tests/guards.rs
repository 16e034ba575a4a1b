//! The guards against real sockets on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use outbound::{Outbound, OutboundError, OutboundPolicy};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

fn local() -> OutboundPolicy {
    OutboundPolicy {
        allow_loopback: true,
        allow_http: true,
        timeout_seconds: 2,
        max_body_bytes: 1000,
        ..OutboundPolicy::default()
    }
}

/// Answers every connection with these bytes; counts them and remembers the last request.
async fn server(answer: &'static str) -> (u16, Arc<AtomicUsize>, Arc<std::sync::Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (count, last) = (Arc::new(AtomicUsize::new(0)), Arc::new(std::sync::Mutex::new(String::new())));
    let (counted, seen) = (Arc::clone(&count), Arc::clone(&last));
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let mut request = vec![0u8; 8192];
            let length = socket.read(&mut request).await.unwrap();
            *seen.lock().unwrap() = String::from_utf8_lossy(&request[..length]).to_lowercase();
            socket.write_all(answer.as_bytes()).await.unwrap();
            if answer.is_empty() {
                tokio::time::sleep(std::time::Duration::from_secs(30)).await;
            }
        }
    });
    (port, count, last)
}

fn url(text: String) -> Url {
    text.parse().unwrap()
}

const OK: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/JSON; charset=utf-8\r\nContent-Length: 7\r\n\r\n{\"a\":1}";

#[tokio::test]
async fn localhost_names_reach_loopback() {
    let (port, ..) = server(OK).await;
    let out = Outbound::new(&local()).unwrap();
    for host in ["localhost", "wallet.localhost", "127.0.0.1"] {
        let reply = out.get(&url(format!("http://{host}:{port}/x")), "application/json", None).await.unwrap();
        assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/json"));
        assert_eq!(reply.json::<serde_json::Value>().unwrap()["a"], 1);
    }
}

#[tokio::test]
async fn the_strict_policy_connects_to_nothing_inside() {
    let (port, count, _) = server(OK).await;
    let out = Outbound::new(&OutboundPolicy { allow_http: true, ..OutboundPolicy::default() }).unwrap();
    for host in [
        "localhost",
        "a.localhost",
        "127.0.0.1",
        "[::1]",
        "0.0.0.0",
        "2130706433",
        "0x7f.1",
        "169.254.169.254",
    ] {
        let refused = out.get(&url(format!("http://{host}:{port}/")), "", None).await;
        assert!(matches!(refused, Err(OutboundError::Refused(_))), "{host}: {refused:?}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn plain_http_other_schemes_and_user_information_are_refused() {
    let strict =
        Outbound::new(&OutboundPolicy { allow_loopback: true, ..OutboundPolicy::default() }).unwrap();
    for text in ["http://localhost/", "ftp://localhost/", "file:///etc/passwd", "https://user@localhost/"] {
        let refused = strict.get(&url(text.into()), "", None).await;
        assert!(matches!(refused, Err(OutboundError::Refused(_))), "{text}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (target, reached, _) = server(OK).await;
    let answer =
        format!("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{target}/\r\nContent-Length: 0\r\n\r\n");
    let (port, ..) = server(Box::leak(answer.into_boxed_str())).await;
    let reply =
        Outbound::new(&local()).unwrap().get(&url(format!("http://localhost:{port}/")), "", None).await;
    assert_eq!(reply.unwrap().status, 302);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_large_answer_is_cut_off_whether_announced_or_not() {
    let announced = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n";
    let unannounced = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", "x".repeat(5000));
    for answer in [announced, &*Box::leak(unannounced.into_boxed_str())] {
        let (port, ..) = server(answer).await;
        let reply =
            Outbound::new(&local()).unwrap().get(&url(format!("http://localhost:{port}/")), "", None).await;
        assert!(matches!(reply, Err(OutboundError::TooLarge(_))), "{reply:?}");
    }
}

#[tokio::test]
async fn a_silent_server_times_out() {
    let (port, ..) = server("").await;
    let reply =
        Outbound::new(&local()).unwrap().get(&url(format!("http://localhost:{port}/")), "", None).await;
    assert!(matches!(reply, Err(OutboundError::TimedOut(_))), "{reply:?}");
}

#[tokio::test]
async fn headers_and_bodies_arrive() {
    let (port, _, last) = server(OK).await;
    let out = Outbound::new(&local()).unwrap();
    let to = url(format!("http://localhost:{port}/p"));
    out.post_form(&to, &[("grant_type", "a b")], &[("dpop", "x")]).await.unwrap();
    assert!(last.lock().unwrap().contains("grant_type=a+b") && last.lock().unwrap().contains("dpop: x"));
    out.post_json(&to, &serde_json::json!({"k": 1}), &[("authorization", "Bearer t")]).await.unwrap();
    assert!(last.lock().unwrap().contains("content-type: application/json"));
    out.get(&to, "application/jwt", Some("tok")).await.unwrap();
    assert!(last.lock().unwrap().contains("authorization: bearer tok"));
}

#[tokio::test]
async fn errors_name_the_host_only() {
    let out = Outbound::new(&local()).unwrap();
    let error = out.get(&url("http://localhost:1/secret?code=123".into()), "", None).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("localhost") && !text.contains("secret") && !text.contains("123"), "{text}");
}

#[tokio::test]
async fn an_unwanted_body_may_be_long_broken_or_missing() {
    let long = format!("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n{}", "x".repeat(50_000));
    let broken =
        "HTTP/1.1 202 Accepted\r\nContent-Length: 5000\r\nRetry-After: 7\r\nConnection: close\r\n\r\nhalf";
    for (answer, status) in [(&*Box::leak(long.into_boxed_str()), 204), (broken, 202), (OK, 200)] {
        let (port, _, last) = server(answer).await;
        let out = Outbound::new(&OutboundPolicy { timeout_seconds: 1, ..local() }).unwrap();
        let to = url(format!("http://localhost:{port}/p"));
        let sent = out.post_unheard(&to, "application/json", b"{}".to_vec(), &[("webhook-id", "m1")]).await;
        let reply = sent.unwrap();
        assert_eq!((reply.status, reply.body.len()), (status, 0));
        assert_eq!(reply.header("retry-after"), (status == 202).then_some("7"));
        assert!(last.lock().unwrap().contains("webhook-id: m1"));
    }
}

#[test]
fn an_address_can_be_judged_before_anything_is_sent() {
    let (open, strict) =
        (Outbound::new(&local()).unwrap(), Outbound::new(&OutboundPolicy::default()).unwrap());
    for (text, here, anywhere) in [
        ("https://hr.example/hook", true, true),
        ("http://hr.example/hook", true, false),
        ("http://localhost:1/", true, false),
        ("https://127.0.0.1/", true, false),
        ("https://10.0.0.1/", false, false),
        ("https://user:word@hr.example/", false, false),
        ("ftp://hr.example/", false, false),
    ] {
        let to = url(text.into());
        assert_eq!((open.check(&to).is_ok(), strict.check(&to).is_ok()), (here, anywhere), "{text}");
    }
}
