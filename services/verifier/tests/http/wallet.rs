use serde_json::{Value, json};

use crate::harness::{Asked, Service, json_of, part};
use crate::world::{Copy, Holder};

/// Answers a request as a wallet does.
async fn present(service: &Service, asked: &Asked, holder: &Holder, copy: &Copy) -> (String, String) {
    let presentation =
        service.world.present(holder, copy, asked.text("nonce"), asked.text("client_id")).await;
    (json!({ copy.query_id(): [presentation] }).to_string(), asked.text("state").to_owned())
}

async fn send(service: &Service, asked: &Asked, form: &[(&str, &str)]) -> (u16, Value) {
    let reply = service.post_form(&format!("/oid4vp/responses/{}", asked.id), form, &[]).await;
    (reply.status, json_of(&reply))
}

#[tokio::test(flavor = "multi_thread")]
async fn request_object_is_signed_and_complete() {
    let service = Service::start().await;
    let asked = service.ask("staff-identity-anchored").await;
    let header = part(&asked.jwt, 0);
    assert_eq!(
        (header["typ"].as_str(), header["alg"].as_str()),
        (Some("oauth-authz-req+jwt"), Some("ES256"))
    );
    let did = asked.text("client_id").strip_prefix("decentralized_identifier:").unwrap().to_owned();
    assert!(header["kid"].as_str().unwrap().starts_with(&format!("{did}#")));
    assert_eq!(asked.text("response_type"), "vp_token");
    assert_eq!(asked.text("response_mode"), "direct_post");
    assert_eq!(asked.text("aud"), "https://self-issued.me/v2");
    assert_eq!(asked.text("response_uri"), format!("{}/oid4vp/responses/{}", service.origin, asked.id));
    assert!(asked.text("nonce").len() == 43 && asked.text("state").len() == 43);
    assert_eq!(asked.request["anchor_receipts"], true);
    assert!(asked.request["exp"].is_i64() && asked.request.get("redirect_uri").is_none());
    assert_eq!(asked.request["client_metadata"]["client_name"], "WFP desk");
    assert_eq!(asked.request["client_metadata"]["client_name#ar"], "مكتب البرنامج");
    assert!(asked.request["dcql_query"]["credentials"].as_array().unwrap().len() == 2);
    let path = format!("/oid4vp/requests/{}", asked.id);
    let reply = service.post_form(&path, &[("wallet_nonce", "n-0S6"), ("wallet_metadata", "{}")], &[]).await;
    let again = crate::harness::claims_of(std::str::from_utf8(&reply.body).unwrap());
    assert_eq!((reply.status, again["wallet_nonce"].as_str()), (200, Some("n-0S6")));
    assert_eq!(reply.content_type, "application/oauth-authz-req+jwt");
    let long = "n".repeat(513);
    assert_eq!(service.post_form(&path, &[("wallet_nonce", &long)], &[]).await.status, 400);
    assert_eq!(service.get("/oid4vp/requests/unknown", None).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_is_verified_and_its_claims_are_erased_in_time() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    for copy in service.world.issue(&undp, &holder, &service.world.staff(&undp)).await {
        let asked = service.ask("staff-identity").await;
        let (token, state) = present(&service, &asked, &holder, &copy).await;
        let form = [("vp_token", token.as_str()), ("state", state.as_str())];
        let first = send(&service, &asked, &form).await;
        assert_eq!((first.0, first.1.get("redirect_uri")), (200, None));
        let view = service.view(&asked).await;
        assert_eq!(view["state"], "verified");
        assert_eq!(view["report"]["outcome"], "valid", "{:#}", view["report"]);
        assert_eq!(view["report"]["claims"]["givenName"], "Amina");
        assert!(view["report"]["claimsKeptUntil"].is_string());
        // The same answer again is taken as the same, and gets the same link to the receipt.
        assert_eq!(send(&service, &asked, &form).await, first);
        assert_eq!(service.view(&asked).await["report"], view["report"]);
        service.clock.advance(chrono::Duration::seconds(900));
        let later = service.view(&asked).await;
        assert_eq!(later["report"]["outcome"], "valid");
        assert!(later["report"].get("claims").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn second_answer_and_late_answer_are_refused() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let asked = service.ask("staff-identity").await;
    let (token, state) = present(&service, &asked, &holder, &copy).await;
    assert_eq!(send(&service, &asked, &[("vp_token", &token), ("state", &state)]).await.0, 200);
    let (other, _) = present(&service, &asked, &holder, &copy).await;
    let other = format!("{other} ");
    let (status, error) = send(&service, &asked, &[("vp_token", &other), ("state", &state)]).await;
    assert_eq!((status, error["error"].as_str()), (400, Some("invalid_request")));
    let late = service.ask("staff-identity").await;
    let (token, state) = present(&service, &late, &holder, &copy).await;
    service.clock.advance(chrono::Duration::seconds(600));
    let (status, error) = send(&service, &late, &[("vp_token", &token), ("state", &state)]).await;
    assert_eq!((status, error["error"].as_str()), (400, Some("invalid_request")));
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_to_another_request_is_reported_as_a_copy() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    for copy in service.world.issue(&undp, &holder, &service.world.staff(&undp)).await {
        let first = service.ask("staff-identity").await;
        let (token, _) = present(&service, &first, &holder, &copy).await;
        let second = service.ask("staff-identity").await;
        let state = second.text("state").to_owned();
        assert_eq!(send(&service, &second, &[("vp_token", &token), ("state", &state)]).await.0, 200);
        let report = service.view(&second).await["report"].clone();
        assert_eq!(report["outcome"], "invalid");
        let binding = report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|check| check["name"] == "holderBinding")
            .unwrap();
        assert_eq!(binding["result"], "fail");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_answers_do_not_use_up_the_request() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let asked = service.ask("staff-identity").await;
    let (token, state) = present(&service, &asked, &holder, &copy).await;
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let duplicate = r#"{"staff_sd_jwt":["a"],"staff_sd_jwt":["b"]}"#;
    for form in [
        vec![("vp_token", "{"), ("state", state.as_str())],
        vec![("vp_token", "[]"), ("state", state.as_str())],
        vec![("vp_token", "{}"), ("state", state.as_str())],
        vec![("vp_token", deep.as_str()), ("state", state.as_str())],
        vec![("vp_token", duplicate), ("state", state.as_str())],
        vec![("state", state.as_str())],
        vec![("vp_token", token.as_str())],
        vec![("vp_token", token.as_str()), ("state", "another state")],
        vec![("vp_token", token.as_str()), ("error", "access_denied"), ("state", state.as_str())],
        vec![("vp_token", token.as_str()), ("anchor_receipts", "[]"), ("state", state.as_str())],
    ] {
        let (status, error) = send(&service, &asked, &form).await;
        assert_eq!((status, error["error"].as_str()), (400, Some("invalid_request")), "{form:?}");
    }
    // The answer may come before the body is sent whole; then the connection ends.
    let huge = "x".repeat(600 * 1024);
    let url = service.url(&format!("/oid4vp/responses/{}", asked.id));
    let refused = service.client.post_form(&url, &[("vp_token", &huge)], &[]).await;
    assert!(refused.map_or(true, |reply| reply.status == 400 || reply.status == 413));
    assert_eq!(send(&service, &asked, &[("vp_token", &token), ("state", &state)]).await.0, 200);
    assert_eq!(service.view(&asked).await["report"]["outcome"], "valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusal_is_a_state_and_may_be_repeated() {
    let service = Service::start().await;
    let asked = service.ask("staff-identity").await;
    let state = asked.text("state").to_owned();
    let form = [("error", "access_denied"), ("state", state.as_str())];
    for _ in 0..2 {
        assert_eq!(send(&service, &asked, &form).await.0, 200);
    }
    let view = service.view(&asked).await;
    assert_eq!((view["state"].as_str(), view["refusal"].as_str()), (Some("refused"), Some("access_denied")));
}

#[tokio::test(flavor = "multi_thread")]
async fn anchored_policy_takes_the_receipt_beside_the_answer() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    for (sequence, copy) in (1..).zip(service.world.issue(&undp, &holder, &service.world.staff(&undp)).await)
    {
        let receipt = service.world.anchor(&undp, &copy, sequence);
        for (receipts, outcome) in [
            (json!({ copy.query_id(): [receipt] }), "valid"),
            (json!({ copy.query_id(): [null] }), "invalid"),
        ] {
            let asked = service.ask("staff-identity-anchored").await;
            let (token, state) = present(&service, &asked, &holder, &copy).await;
            let receipts = receipts.to_string();
            let form = [("vp_token", token.as_str()), ("state", &state), ("anchor_receipts", &receipts)];
            assert_eq!(send(&service, &asked, &form).await.0, 200);
            assert_eq!(service.view(&asked).await["report"]["outcome"], outcome);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_that_a_crash_cut_off_is_finished() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let asked = service.ask("staff-identity").await;
    let (token, state) = present(&service, &asked, &holder, &copy).await;
    // What stays behind when the process ends between taking the answer and storing the report.
    let plain =
        json!({ "token": serde_json::from_str::<Value>(&token).unwrap(), "receipts": {} }).to_string();
    let aad = format!("verifier/response/{}", asked.id);
    let sealed = service.desk.sealing.seal(aad.as_bytes(), plain.as_bytes(), service.desk.entropy.as_ref());
    let mut tx = service.desk.store.write("test").await.unwrap();
    assert!(tx.receive_response(&asked.id, &[0; 32], &sealed, service.desk.clock.now()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(service.view(&asked).await["state"], "received");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let chores = tokio::spawn(verifier::app::run_chores(service.desk.clone(), stopped));
    let mut state_now = Value::Null;
    for _ in 0..500 {
        state_now = service.view(&asked).await["state"].clone();
        if state_now == "verified" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    stop.send(true).unwrap();
    chores.await.unwrap();
    assert_eq!(state_now, "verified");
    let _ = state;
    assert_eq!(service.view(&asked).await["report"]["outcome"], "valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn same_device_answer_brings_the_code_back() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let bearer = format!("Bearer {}", service.token().await);
    let body = json!({ "policy": "staff-identity", "returnUrl": "https://desk.example/back" });
    let started = json_of(&service.post("/v1/verifications", &body, &[("authorization", &bearer)]).await);
    let id = started["id"].as_str().unwrap().to_owned();
    let request = service.get(&format!("/oid4vp/requests/{id}"), None).await;
    let jwt = String::from_utf8(request.body.to_vec()).unwrap();
    let asked = Asked { id, started, request: crate::harness::claims_of(&jwt), jwt, bearer };
    let (token, state) = present(&service, &asked, &holder, &copy).await;
    let (_, answer) = send(&service, &asked, &[("vp_token", &token), ("state", &state)]).await;
    let onward = url::Url::parse(answer["redirect_uri"].as_str().unwrap()).unwrap();
    assert!(onward.as_str().starts_with("https://desk.example/back?response_code="));
    let code = onward.query_pairs().next().unwrap().1.into_owned();
    let token = asked.bearer.trim_start_matches("Bearer ").to_owned();
    for (code, matches) in [(code.as_str(), true), ("wrong", false)] {
        let path = format!("/v1/verifications/{}?response_code={code}", asked.id);
        let view = json_of(&service.get(&path, Some(&token)).await);
        assert_eq!(view["responseCodeMatches"], matches);
        assert_eq!((view["state"].as_str(), view.get("report").is_some()), (Some("verified"), matches));
        let path = format!("/v1/verifications/{}/receipt?response_code={code}", asked.id);
        assert_eq!(service.get(&path, Some(&token)).await.status, if matches { 200 } else { 404 });
    }
    // 14.2: whoever passed the link on does not learn what the other person showed.
    assert!(service.view(&asked).await.get("report").is_none());
    let receipt = format!("/v1/verifications/{}/receipt", asked.id);
    assert_eq!(service.get(&receipt, Some(&token)).await.status, 404, "nor what came of it");
}
