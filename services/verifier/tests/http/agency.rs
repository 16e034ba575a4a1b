use serde_json::json;

use crate::harness::{CLIENT, Service, json_of};

#[tokio::test(flavor = "multi_thread")]
async fn token_needs_the_right_secret_and_grant() {
    let service = Service::start().await;
    let secret = service.secret().to_owned();
    let cases = [
        (
            vec![("grant_type", "client_credentials"), ("client_id", CLIENT), ("client_secret", "wrong")],
            401,
            "invalid_client",
        ),
        (
            vec![("grant_type", "client_credentials"), ("client_id", "nobody"), ("client_secret", &secret)],
            401,
            "invalid_client",
        ),
        (vec![("grant_type", "client_credentials")], 401, "invalid_client"),
        (
            vec![("grant_type", "password"), ("client_id", CLIENT), ("client_secret", &secret)],
            400,
            "unsupported_grant_type",
        ),
        (vec![("client_id", CLIENT), ("client_secret", &secret)], 400, "invalid_request"),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_id", CLIENT),
                ("client_secret", &secret),
                ("scope", "admin"),
            ],
            400,
            "invalid_scope",
        ),
    ];
    for (form, status, error) in cases {
        let reply = service.post_form("/oauth/token", &form, &[]).await;
        assert_eq!((reply.status, json_of(&reply)["error"].as_str()), (status, Some(error)));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
    use base64::Engine as _;
    let basic =
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{secret}")));
    let form = [("grant_type", "client_credentials")];
    let reply = service.post_form("/oauth/token", &form, &[("authorization", &basic)]).await;
    assert_eq!((reply.status, json_of(&reply)["scope"].as_str()), (200, Some("verify")));
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_for_agencies_need_a_living_token() {
    let service = Service::start().await;
    let body = json!({ "policy": "staff-identity" });
    for headers in [vec![], vec![("authorization", "Bearer nonsense")], vec![("authorization", "Basic abc")]]
    {
        let reply = service.post("/v1/verifications", &body, &headers).await;
        assert_eq!((reply.status, json_of(&reply)["type"].as_str()), (401, Some("/problems/unauthorized")));
        assert!(reply.header("www-authenticate").is_some());
    }
    // Authentication comes before the body is read.
    assert_eq!(service.post("/v1/verify", &json!([1]), &[]).await.status, 401);
    let token = service.token().await;
    assert_eq!(service.get("/v1/verifications/unknown", Some(&token)).await.status, 404);
    service.clock.advance(chrono::Duration::seconds(3600));
    assert_eq!(service.get("/v1/verifications/unknown", Some(&token)).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_public() {
    let service = Service::start().await;
    let list = json_of(&service.get("/v1/policies", None).await);
    let names: Vec<_> =
        list["policies"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["entitlement", "open", "separation", "staff-identity", "staff-identity-anchored"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn start_tells_what_to_show() {
    let service = Service::start().await;
    let asked = service.ask("staff-identity").await;
    let link = asked.started["link"].as_str().unwrap();
    assert!(
        link.starts_with("http://wallet.localhost:7102/present?client_id=decentralized_identifier%3Adid%3A"),
        "{link}"
    );
    assert!(link.contains(&format!("%2Foid4vp%2Frequests%2F{}", asked.id)), "{link}");
    assert!(asked.started["openidLink"].as_str().unwrap().starts_with("openid4vp://?client_id="));
    assert!(asked.started["qrSvg"].as_str().unwrap().starts_with("<svg"));
    let view = service.view(&asked).await;
    assert_eq!((view["state"].as_str(), view["policy"].as_str()), (Some("waiting"), Some("staff-identity")));
    service.clock.advance(chrono::Duration::seconds(600));
    assert_eq!(service.view(&asked).await["state"], "expired");
    assert_eq!(service.get(&format!("/oid4vp/requests/{}", asked.id), None).await.status, 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn start_refuses_what_cannot_be_asked() {
    let service = Service::start().await;
    let bearer = format!("Bearer {}", service.token().await);
    for (body, problem) in [
        (json!({ "policy": "nothing" }), "/problems/unknown-policy"),
        (json!({ "policy": "open" }), "/problems/nothing-asked"),
        (json!({ "policy": "staff-identity", "purpose": "x".repeat(201) }), "/problems/purpose"),
        (json!({ "policy": "staff-identity", "purpose": "safe\u{202e}" }), "/problems/purpose"),
        (json!({ "policy": "staff-identity", "returnUrl": "https://evil.example/" }), "/problems/return-url"),
        (json!({ "policy": "staff-identity", "claims": [] }), "/problems/json-shape"),
        (json!({}), "/problems/json-shape"),
    ] {
        let reply = service.post("/v1/verifications", &body, &[("authorization", &bearer)]).await;
        assert_eq!((reply.status, json_of(&reply)["type"].as_str()), (400, Some(problem)), "{body}");
    }
    for (key, status) in [("", 400), ("two words", 400)] {
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
        let reply = service.post("/v1/verifications", &json!({ "policy": "staff-identity" }), &headers).await;
        assert_eq!(reply.status, status, "{key:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn idempotency_key_gives_the_same_verification_again() {
    let service = Service::start().await;
    let bearer = format!("Bearer {}", service.token().await);
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "desk-1")];
    let body = json!({ "policy": "staff-identity", "returnUrl": "https://desk.example/back" });
    let first = service.post("/v1/verifications", &body, &headers).await;
    let second = service.post("/v1/verifications", &body, &headers).await;
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(json_of(&first), json_of(&second));
    let other = service.post("/v1/verifications", &json!({ "policy": "entitlement" }), &headers).await;
    assert_eq!(
        (other.status, json_of(&other)["type"].as_str()),
        (422, Some("/problems/idempotency-key-reused"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn handed_over_credential_is_reported_and_not_stored() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let bearer = format!("Bearer {}", service.token().await);
    let headers = [("authorization", bearer.as_str())];
    for copy in service.world.issue(&undp, &holder, &service.world.staff(&undp)).await {
        let credential = match copy {
            crate::world::Copy::Json(value) => value,
            crate::world::Copy::Compact(text) => json!(text),
        };
        let body = json!({ "policy": "open", "credential": credential });
        let reply = service.post("/v1/verify", &body, &headers).await;
        let report = json_of(&reply);
        assert_eq!((reply.status, report["outcome"].as_str()), (200, Some("valid")), "{report:#}");
        assert_eq!(report["checks"].as_array().unwrap().len(), 9);
    }
    for (body, problem) in [
        (json!({ "policy": "open" }), "/problems/one-of-two"),
        (json!({ "policy": "open", "credential": {}, "presentation": {} }), "/problems/one-of-two"),
        (json!({ "policy": "open", "credential": "eyJ" }), "/problems/unreadable-credential"),
        (json!({ "policy": "none", "credential": {} }), "/problems/unknown-policy"),
    ] {
        let reply = service.post("/v1/verify", &body, &headers).await;
        assert_eq!((reply.status, json_of(&reply)["type"].as_str()), (400, Some(problem)), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_own_problem_type_has_a_page() {
    let service = Service::start().await;
    for slug in [
        "unknown-policy",
        "nothing-asked",
        "purpose",
        "return-url",
        "idempotency-key",
        "idempotency-key-reused",
        "one-of-two",
        "unreadable-credential",
        "policy-refused",
        "policy-name-taken",
        "too-many-policies",
        "cursor",
        "busy",
        "scope",
    ] {
        assert_eq!(service.get(&format!("/problems/{slug}"), None).await.status, 200, "{slug}");
    }
}
