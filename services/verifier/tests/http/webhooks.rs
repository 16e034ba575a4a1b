//! Agencies' systems are told of their verifications. Signing and the schedule of tries are tested in `outbound`.

#[allow(dead_code, reason = "the issuer's tests need more of it")]
#[path = "../../../issuer/tests/http/webhooks/receiver.rs"]
mod receiver;

use chrono::Duration;
use outbound::webhook::{WebhookSecret, signed};
use serde_json::{Value, json};

use crate::harness::{Asked, Service, json_of};
use receiver::{Received, Receiver};

/// Sets the receiver as the agency's webhook; answers the secret.
async fn set(service: &Service, receiver: &Receiver) -> WebhookSecret {
    let reply = put(service, &receiver.url()).await;
    assert_eq!(reply.0, 200, "{}", reply.1);
    let shown = reply.1["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap().to_owned();
    use base64::Engine as _;
    WebhookSecret::from_bytes(base64::engine::general_purpose::STANDARD.decode(shown).unwrap())
}

/// A method that our client has no call for.
async fn send(service: &Service, method: &str, path: &str, body: &str) -> (u16, String) {
    let token = service.token().await;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json"
    );
    service.browse(&head, body).await
}

async fn put(service: &Service, url: &str) -> (u16, Value) {
    let (status, answer) = send(service, "PUT", "/v1/webhook", &json!({ "url": url }).to_string()).await;
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    (status, serde_json::from_str(body).unwrap())
}

async fn refuse(service: &Service, asked: &Asked) {
    let form = [("error", "access_denied"), ("state", asked.text("state"))];
    let reply = service.post_form(&format!("/oid4vp/responses/{}", asked.id), &form, &[]).await;
    assert_eq!(reply.status, 200);
}

async fn one(service: &Service, receiver: &Receiver) -> Received {
    service.desk.send_webhooks().await.unwrap();
    let mut received = receiver.take();
    assert_eq!(received.len(), 1, "{received:?}");
    received.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_end_of_a_verification_is_told_signed_and_without_claims() {
    let service = Service::start().await;
    let receiver = Receiver::start().await;
    let secret = set(&service, &receiver).await;

    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let asked = service.ask("staff-identity").await;
    let presentation =
        service.world.present(&holder, &copy, asked.text("nonce"), asked.text("client_id")).await;
    let answer = json!({ copy.query_id(): [presentation] }).to_string();
    let form = [("vp_token", answer.as_str()), ("state", asked.text("state"))];
    service.post_form(&format!("/oid4vp/responses/{}", asked.id), &form, &[]).await;
    let told = one(&service, &receiver).await;
    let expected = signed(&[secret], &told.id, &told.body, clock::Clock::now(&service.clock));
    assert_eq!((&told.signature, &told.timestamp), (&expected.signature, &expected.timestamp));
    let event = told.json();
    assert_eq!(event["type"], "verification.verified");
    assert_eq!(
        event["data"],
        json!({ "verification": asked.id, "policy": "staff-identity", "state": "verified" })
    );
    assert!(!told.body.contains("Amina"));

    let refused = service.ask("staff-identity").await;
    refuse(&service, &refused).await;
    assert_eq!(one(&service, &receiver).await.json()["type"], "verification.refused");

    let late = service.ask("staff-identity").await;
    service.clock.advance(Duration::seconds(600));
    service.desk.expire_listened().await.unwrap();
    let event = one(&service, &receiver).await.json();
    assert_eq!(
        (&event["type"], &event["data"]["verification"]),
        (&json!("verification.expired"), &json!(late.id))
    );
    service.desk.expire_listened().await.unwrap();
    assert_eq!(service.desk.send_webhooks().await.unwrap(), 0, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_comes_again_under_the_same_id() {
    let service = Service::start().await;
    let receiver = Receiver::start().await;
    set(&service, &receiver).await;
    receiver.answer(&[500]);
    refuse(&service, &service.ask("staff-identity").await).await;
    let first = one(&service, &receiver).await;
    assert_eq!(service.desk.send_webhooks().await.unwrap(), 0, "not before its time");
    let view = json_of(&service.get("/v1/webhook", Some(&service.token().await)).await);
    assert!(view["waiting"] == 1 && view["failingSince"].is_string(), "{view}");
    service.clock.advance(Duration::seconds(6));
    let again = one(&service, &receiver).await;
    assert_eq!((&first.id, &first.body), (&again.id, &again.body));
    let view = json_of(&service.get("/v1/webhook", Some(&service.token().await)).await);
    assert!(view["waiting"] == 0 && view.get("failingSince").is_none(), "{view}");

    // 410 pauses; setting the address again ends the pause, and both secrets sign for a day.
    receiver.answer(&[410]);
    refuse(&service, &service.ask("staff-identity").await).await;
    one(&service, &receiver).await;
    service.clock.advance(Duration::hours(1));
    assert_eq!(service.desk.send_webhooks().await.unwrap(), 0, "paused");
    set(&service, &receiver).await;
    assert_eq!(one(&service, &receiver).await.signature.split(' ').count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhook_is_the_clients_own_and_ends() {
    let service = Service::start().await;
    let token = service.token().await;
    assert_eq!(service.get("/v1/webhook", Some(&token)).await.status, 404);
    assert_eq!(send(&service, "POST", "/v1/webhook/test", "").await.0, 404);
    assert_eq!(send(&service, "DELETE", "/v1/webhook", "").await.0, 404);
    assert_eq!(service.get("/v1/webhook", None).await.status, 401);
    let receiver = Receiver::start().await;
    set(&service, &receiver).await;
    assert_eq!(send(&service, "POST", "/v1/webhook/test", "").await.0, 202);
    assert_eq!(one(&service, &receiver).await.json()["type"], "webhook.test");
    let view = service.get("/v1/webhook", Some(&token)).await;
    assert!(!String::from_utf8_lossy(&view.body).contains("whsec_"), "a secret is shown once");
    assert_eq!(send(&service, "DELETE", "/v1/webhook", "").await.0, 204);
    refuse(&service, &service.ask("staff-identity").await).await;
    assert_eq!(service.desk.send_webhooks().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_out_of_reach_are_refused() {
    let service = Service::start().await;
    for url in [
        "http://169.254.169.254/latest",
        "https://10.0.0.1/",
        "ftp://hook.example/",
        "https://user:word@hook.example/",
        "https://hook.example/#x",
        "hook.example",
        "",
    ] {
        let (status, problem) = put(&service, url).await;
        assert_eq!((status, &problem["type"]), (400, &json!("/problems/webhook-address")), "{url}");
    }
    let long = format!("https://hook.example/{}", "x".repeat(2_000));
    assert_eq!(put(&service, &long).await.0, 400);
}
