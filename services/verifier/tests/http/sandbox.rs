//! Integrators help themselves: a client, and credentials with known faults.

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::{Service, json_of};

async fn start() -> Service {
    let service = Service::start_with(|settings| settings.sandbox = true).await;
    let list = service.get("/sandbox/status-list", None).await;
    assert_eq!((list.status, list.content_type.as_str()), (200, "application/vc"));
    // The verifier of the tests fetches from a pretended web.
    service.world.show(&format!("{}/sandbox/status-list", service.origin), list.body.to_vec());
    service
}

async fn client(service: &Service) -> (Value, String) {
    let made = service.post("/sandbox/clients", &json!({}), &[]).await;
    assert_eq!((made.status, made.header("cache-control")), (201, Some("no-store")));
    let made = json_of(&made);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let (id, secret) = (text("clientId"), text("clientSecret"));
    let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
    let token = json_of(&service.post_form("/oauth/token", &form, &[]).await);
    (made.clone(), format!("Bearer {}", token["access_token"].as_str().unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sample_is_reported_as_the_list_says() {
    let service = start().await;
    let (_, bearer) = client(&service).await;
    let list = json_of(&service.get("/sandbox/samples", None).await);
    let samples = list["samples"].as_array().unwrap();
    let names: Vec<_> = samples.iter().map(|sample| sample["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["good", "revoked", "expired", "unaccredited", "back-dated"]);
    for sample in samples {
        let name = sample["name"].as_str().unwrap();
        let body = json_of(&service.get(&format!("/sandbox/samples/{name}"), None).await);
        let report = json_of(&service.post("/v1/verify", &body, &[("authorization", &bearer)]).await);
        assert_eq!(report["outcome"], sample["outcome"], "{name}: {report:#}");
        let Some(failing) = sample.get("check") else { continue };
        let checks = report["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["name"] == *failing).unwrap();
        assert_eq!(
            (&check["result"], &check["code"]),
            (&json!("fail"), &sample["code"]),
            "{name}: {check:#}"
        );
    }
    assert_eq!(service.get("/sandbox/samples/other", None).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn client_is_bounded_and_ends() {
    let service = start().await;
    let (_, bearer) = client(&service).await;
    let headers = [("authorization", bearer.as_str())];
    for (policy, status) in [("staff-identity", 201), ("staff-identity-anchored", 400)] {
        let reply = service.post("/v1/verifications", &json!({ "policy": policy }), &headers).await;
        assert_eq!(reply.status, status, "only what visitors may try: {policy}");
    }
    for _ in 1..20 {
        let body = json!({ "policy": "staff-identity" });
        assert_eq!(service.post("/v1/verifications", &body, &headers).await.status, 201);
    }
    let more = service.post("/v1/verifications", &json!({ "policy": "staff-identity" }), &headers).await;
    assert_eq!(more.status, 429);
    service.clock.advance(Duration::hours(24));
    service.desk.end_sandbox_clients().await.unwrap();
    let gone = service.get("/v1/webhook", Some(bearer.trim_start_matches("Bearer "))).await;
    assert_eq!(gone.status, 401);
    let mut tx = service.desk.store.read().await.unwrap();
    assert_eq!(tx.count_sandbox_clients().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn page_shows_commands_and_a_secret_once() {
    let service = start().await;
    let (status, page) = service.browse("GET /sandbox HTTP/1.1", "").await;
    assert_eq!(status, 200);
    assert!(page.contains("/sandbox/samples/revoked") && page.contains("Make a client"), "{page}");
    assert!(!page.contains("<script>") && !page.contains("style=\""), "the policy forbids inline code");
    let (status, page) = service.browse("POST /sandbox HTTP/1.1", "").await;
    assert!(status == 200 && page.contains("CLIENT_SECRET=") && page.contains("no-store"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_not_made_faster_than_people_need_them() {
    let service = start().await;
    for _ in 0..60 {
        assert_eq!(service.post("/sandbox/clients", &json!({}), &[]).await.status, 201);
    }
    let more = service.post("/sandbox/clients", &json!({}), &[]).await;
    assert!(more.status == 429 && more.header("retry-after").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_configuration_there_is_no_sandbox() {
    let service = Service::start().await;
    for path in ["/sandbox", "/sandbox/samples", "/sandbox/samples/good", "/sandbox/status-list"] {
        assert_eq!(service.get(path, None).await.status, 404, "{path}");
    }
    assert_eq!(service.post("/sandbox/clients", &json!({}), &[]).await.status, 404);
}
