use chrono::Duration;
use serde_json::json;

use crate::support::{GRANT, LDP, SD_JWT, World, json, problem, refusal, refused};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_and_for_five_minutes() {
    let world = World::start().await;
    let link = world.offer().await;
    let tx_code = link.transaction_code.clone().unwrap();
    let exchange = async |code: &str| {
        world
            .token_reply(&[("grant_type", GRANT), ("pre-authorized_code", code), ("tx_code", &tx_code)])
            .await
    };
    let code = world.code(&link).await;
    let reply = exchange(&code).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
    let answer = json(&reply);
    assert_eq!((answer["token_type"].as_str(), answer["expires_in"].as_u64()), (Some("Bearer"), Some(900)));
    assert_eq!(answer.get("authorization_details"), None);
    assert_eq!(refusal(&exchange(&code).await), refused("invalid_grant"), "used");
    let code = world.code(&link).await;
    world.clock.advance(Duration::seconds(300));
    assert_eq!(refusal(&exchange(&code).await), refused("invalid_grant"), "expired");
    assert_eq!(refusal(&exchange("guess").await), refused("invalid_grant"), "unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_transaction_codes_lock_the_offer_whatever_code_is_used() {
    let world = World::start().await;
    let link = world.offer().await;
    let right = link.transaction_code.clone().unwrap();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let kept = world.code(&link).await;
    for tries_left in [4, 3, 2, 1] {
        let code = world.code(&link).await;
        let reply = world
            .token_reply(&[("grant_type", GRANT), ("pre-authorized_code", &code), ("tx_code", wrong)])
            .await;
        assert_eq!(refusal(&reply), refused("invalid_grant"));
        assert!(json(&reply)["error_description"].as_str().unwrap().contains(&format!("{tries_left} tries")));
    }
    for tx_code in [wrong, right.as_str()] {
        let form = [("grant_type", GRANT), ("pre-authorized_code", kept.as_str()), ("tx_code", tx_code)];
        assert_eq!(refusal(&world.token_reply(&form).await), refused("invalid_grant"), "locked");
    }
    assert_eq!(problem(&world.get(&link.uri).await), (410, "offer-closed".into()));

    let renewed = world.issuer.renew_transaction_code(&World::officer(), &link.offer_id).await.unwrap();
    assert_eq!(renewed.uri, link.uri);
    let old = [("grant_type", GRANT), ("pre-authorized_code", kept.as_str()), ("tx_code", right.as_str())];
    if renewed.transaction_code.as_deref() != Some(right.as_str()) {
        assert_eq!(refusal(&world.token_reply(&old).await), refused("invalid_grant"), "the old code");
    }
    assert!(!world.token(&renewed).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_costs_a_try_but_not_the_code() {
    let world = World::start().await;
    let link = world.offer().await;
    let right = link.transaction_code.clone().unwrap();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let code = world.code(&link).await;
    for (tx_code, status) in [(wrong, 400), (right.as_str(), 200)] {
        let form = [("grant_type", GRANT), ("pre-authorized_code", code.as_str()), ("tx_code", tx_code)];
        assert_eq!(world.token_reply(&form).await.status, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_malformed_token_request_has_its_error() {
    let world = World::start().await;
    let link = world.offer().await;
    let code = world.code(&link).await;
    let code = code.as_str();
    let grant = ("grant_type", GRANT);
    for (form, error) in [
        (vec![("pre-authorized_code", code)], "invalid_request"),
        (vec![("grant_type", ""), ("pre-authorized_code", code)], "invalid_request"),
        (vec![("grant_type", "password"), ("code", code)], "unsupported_grant_type"),
        (vec![("grant_type", "authorization_code"), ("code", code)], "invalid_request"),
        (vec![grant], "invalid_request"),
        (vec![grant, ("pre-authorized_code", code)], "invalid_request"),
        (vec![grant, grant, ("pre-authorized_code", code)], "invalid_request"),
        (vec![grant, ("pre-authorized_code", code), ("tx_code", "1"), ("tx_code", "2")], "invalid_request"),
    ] {
        assert_eq!(refusal(&world.token_reply(&form).await), refused(error), "{form:?}");
    }
    let as_json = world.post("/t/undp/token", &json!({"grant_type": GRANT}), None).await;
    assert_eq!(refusal(&as_json), refused("invalid_request"));
    let huge = vec![b'a'; 10_000_000];
    let url = world.url("/t/undp/token");
    // The service may hang up before ten megabytes were sent; when it answers, this is the answer.
    if let Ok(reply) = world.client.post_bytes(&url, "application/x-www-form-urlencoded", huge, &[]).await {
        assert_eq!(refusal(&reply), (413, "invalid_request".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_are_slowed_and_the_right_code_is_not() {
    let world = World::start().await;
    let link = world.offer().await;
    let guess = async || {
        let begun = std::time::Instant::now();
        let reply = world.token_reply(&[("grant_type", GRANT), ("pre-authorized_code", "guess")]).await;
        assert_eq!(refusal(&reply), refused("invalid_grant"));
        begun.elapsed()
    };
    for _ in 0..40 {
        guess().await;
    }
    assert!(guess().await >= std::time::Duration::from_millis(500));
    assert!(!world.token(&link).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_code_nobody_asked_for_is_refused() {
    let world = World::start().await;
    let person = world.person("10023").await;
    let offer = issuer::app::NewOffer { transaction_code: false, ..crate::support::new_offer(person) };
    let link = world.issuer.create_offer(&World::officer(), &offer).await.unwrap();
    assert_eq!(json(&world.get(&link.uri).await)["grants"][GRANT].get("tx_code"), None);
    let code = world.code(&link).await;
    let form = [("grant_type", GRANT), ("pre-authorized_code", code.as_str()), ("tx_code", "123456")];
    assert_eq!(refusal(&world.token_reply(&form).await), refused("invalid_request"));
    assert!(!world.token(&link).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn authorization_details_are_granted_or_refused_as_a_whole() {
    let world = World::start().await;
    let link = world.offer().await;
    let tx_code = link.transaction_code.clone().unwrap();
    let exchange = async |details: &str| {
        let code = world.code(&link).await;
        let form = [
            ("grant_type", GRANT),
            ("pre-authorized_code", code.as_str()),
            ("tx_code", &tx_code),
            ("authorization_details", details),
        ];
        world.token_reply(&form).await
    };
    let detail = |id: &str| json!({"type": "openid_credential", "credential_configuration_id": id});
    for wrong in [
        json!([]),
        json!({}),
        json!([{"type": "payment"}]),
        json!([detail("Employment_ldp_vc")]),
        json!([detail(LDP), detail("unknown")]),
        json!([detail(LDP), detail(LDP)]),
    ] {
        let reply = exchange(&wrong.to_string()).await;
        assert_eq!(refusal(&reply), refused("invalid_authorization_details"), "{wrong}");
    }
    assert_eq!(refusal(&exchange("[[[[[[[[[[").await), refused("invalid_authorization_details"));
    let granted = json(&exchange(&json!([detail(SD_JWT)]).to_string()).await);
    let granted = granted["authorization_details"].as_array().unwrap();
    assert_eq!(granted.len(), 1);
    assert_eq!(granted[0]["credential_configuration_id"], SD_JWT);
    assert_eq!(granted[0]["credential_identifiers"].as_array().unwrap().len(), 1);
}
