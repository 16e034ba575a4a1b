//! How an agency's system shows a request and hears of its answer, and how much it may ask.

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::{Asked, Service, json_of};
use crate::world::Copy;

fn token(asked: &Asked) -> &str {
    asked.bearer.trim_start_matches("Bearer ")
}

/// Answers with a good credential.
async fn answer(service: &Service, asked: &Asked) {
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let presentation =
        service.world.present(&holder, &copy, asked.text("nonce"), asked.text("client_id")).await;
    let answer = json!({ copy.query_id(): [presentation] }).to_string();
    let form = [("vp_token", answer.as_str()), ("state", asked.text("state"))];
    let reply = service.post_form(&format!("/oid4vp/responses/{}", asked.id), &form, &[]).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn link_is_a_picture_while_the_request_waits() {
    let service = Service::start().await;
    let asked = service.ask("staff-identity").await;
    let svg = service.get(&format!("/v1/verifications/{}/qr.svg", asked.id), Some(token(&asked))).await;
    assert_eq!((svg.status, svg.content_type.as_str()), (200, "image/svg+xml"));
    assert_eq!(svg.body, asked.started["qrSvg"].as_str().unwrap());
    let path = format!("/v1/verifications/{}/qr.png", asked.id);
    let png = service.get(&path, Some(token(&asked))).await;
    assert_eq!((png.status, png.content_type.as_str()), (200, "image/png"));
    assert!(png.body.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(service.get(&path, None).await.status, 401);
    assert_eq!(service.get("/v1/verifications/other/qr.png", Some(token(&asked))).await.status, 404);
    service.clock.advance(Duration::seconds(600));
    let over = service.get(&path, Some(token(&asked))).await;
    assert_eq!((over.status, &json_of(&over)["type"]), (410, &json!("/problems/verification-over")));
}

#[tokio::test(flavor = "multi_thread")]
async fn long_poll_comes_back_with_the_answer() {
    let service = Service::start().await;
    let asked = service.ask("staff-identity").await;
    let path = |wait: u64| format!("/v1/verifications/{}?wait={wait}", asked.id);
    let early = service.get(&path(1), Some(token(&asked))).await;
    assert_eq!((early.status, &json_of(&early)["state"]), (200, &json!("waiting")), "the wait is over");
    let begun = std::time::Instant::now();
    let long = path(8);
    let (view, ()) = tokio::join!(service.get(&long, Some(token(&asked))), answer(&service, &asked));
    assert_eq!(
        (&json_of(&view)["state"], &json_of(&view)["report"]["outcome"]),
        (&json!("verified"), &json!("valid"))
    );
    assert!(begun.elapsed().as_secs() < 8, "at once, not when the wait is over");
    let too_long = service.get(&path(61), Some(token(&asked))).await;
    assert_eq!((too_long.status, &json_of(&too_long)["type"]), (400, &json!("/problems/wait")));
}

#[tokio::test(flavor = "multi_thread")]
async fn stream_tells_each_state_and_ends_with_the_last() {
    let service = Service::start().await;
    let asked = service.ask("staff-identity").await;
    let head =
        format!("GET /v1/verifications/{}/events HTTP/1.1\r\nauthorization: {}", asked.id, asked.bearer);
    let (status, stream) = service.browse_until(&head, "\"waiting\"", answer(&service, &asked)).await;
    assert_eq!(status, 200);
    assert!(stream.contains("content-type: text/event-stream"), "{stream}");
    let events: Vec<Value> = stream
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    assert_eq!(events.first().unwrap()["state"], "waiting");
    assert_eq!(events.last().unwrap()["report"]["outcome"], "valid");
    assert!(stream.contains("event: state\nid: 1\n"), "{stream}");
    // Of another's verification nothing is told.
    let head = format!("GET /v1/verifications/other/events HTTP/1.1\r\nauthorization: {}", asked.bearer);
    assert_eq!(service.browse(&head, "").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn agency_asks_no_more_than_its_share() {
    let service = Service::start_with(|settings| settings.limits.requests_per_minute = 3).await;
    let token = service.token().await;
    for _ in 0..3 {
        assert_eq!(service.get("/v1/verifications/unknown", Some(&token)).await.status, 404);
    }
    let limited = service.get("/v1/verifications/unknown", Some(&token)).await;
    assert_eq!((limited.status, &json_of(&limited)["type"]), (429, &json!("/problems/too-many-requests")));
    assert_eq!(limited.header("retry-after"), Some("20"));
    service.clock.advance(Duration::seconds(20));
    assert_eq!(service.get("/v1/verifications/unknown", Some(&token)).await.status, 404);
    assert_eq!(service.get("/v1/policies", None).await.status, 200, "what is public is not counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn agency_has_no_more_open_than_its_share() {
    let service = Service::start_with(|settings| settings.limits.open_verifications = 1).await;
    let bearer = format!("Bearer {}", service.token().await);
    let body = json!({ "policy": "staff-identity" });
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "one")];
    assert_eq!(service.post("/v1/verifications", &body, &headers).await.status, 201);
    assert_eq!(service.post("/v1/verifications", &body, &headers).await.status, 201, "the same again");
    let more = service.post("/v1/verifications", &body, &headers[..1]).await;
    assert_eq!((more.status, &json_of(&more)["type"]), (429, &json!("/problems/too-many-requests")));
    assert!(more.header("retry-after").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_gives_each_item_its_own_result() {
    let service = Service::start_with(|settings| settings.limits.requests_per_minute = 10).await;
    let (undp, holder) = service.scene().await;
    let staff = service.world.staff(&undp);
    let Copy::Json(good) = service.world.issue_json(&undp, &holder, &staff).await else { panic!("JSON") };
    let mut changed = good.clone();
    changed["credentialSubject"]["givenName"] = json!("Somebody else");
    let bearer = format!("Bearer {}", service.token().await);
    let headers = [("authorization", bearer.as_str())];
    let items = json!([
        { "id": "good", "credential": good },
        { "id": "changed", "credential": changed },
        { "id": "unreadable", "credential": "no credential" },
        { "id": "neither" },
    ]);
    let body = json!({ "policy": "open", "items": items });
    let reply = service.post("/v1/verify/batch", &body, &headers).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    let results = json_of(&reply);
    let result = |index: usize| &results["results"][index];
    assert_eq!((&result(0)["id"], &result(0)["report"]["outcome"]), (&json!("good"), &json!("valid")));
    assert_eq!((&result(1)["id"], &result(1)["report"]["outcome"]), (&json!("changed"), &json!("invalid")));
    assert_eq!(result(2)["problem"]["type"], "/problems/unreadable-credential");
    assert_eq!(result(3)["problem"]["type"], "/problems/one-of-two");
    assert_eq!(results["results"].as_array().unwrap().len(), 4);

    for (body, problem) in [
        (json!({ "policy": "open", "items": [] }), "/problems/batch-size"),
        (json!({ "policy": "open", "items": vec![json!({}); 101] }), "/problems/batch-size"),
        (json!({ "policy": "nothing", "items": [{}] }), "/problems/unknown-policy"),
        (json!({ "policy": "open", "items": [{ "certificate": 1 }] }), "/problems/json-shape"),
    ] {
        let reply = service.post("/v1/verify/batch", &body, &headers).await;
        assert_eq!((reply.status, json_of(&reply)["type"].as_str()), (400, Some(problem)));
    }
    let spent = service.post("/v1/verify/batch", &body, &headers).await;
    assert_eq!(spent.status, 429, "each item counts: {:?}", spent.body);
}
