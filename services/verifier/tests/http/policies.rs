use outbound::Reply;
use serde_json::{Value, json};
use store_verifier::Client;

use crate::harness::{Service, claims_of, json_of};
use crate::world::STAFF;

/// A policy for the gate; each test changes one thing.
fn gate() -> Value {
    json!({
        "name": "gate", "title": "Main gate", "description": "Who may enter.",
        "purpose": "To let you into the building.", "purposeCode": "premises-access",
        "credentials": [{ "type": STAFF, "claims": ["givenName", "familyName"] }],
        "claimsRetentionSeconds": 600
    })
}

async fn write(service: &Service, draft: &Value) -> Reply {
    let bearer = format!("Bearer {}", service.token().await);
    service.post("/v1/agency-policies", draft, &[("authorization", &bearer)]).await
}

async fn read(service: &Service, path: &str) -> Reply {
    service.get(path, Some(&service.token().await)).await
}

async fn retire(service: &Service, path: &str) -> Reply {
    let bearer = format!("Bearer {}", service.token().await);
    service.post(&format!("{path}/retire"), &json!({}), &[("authorization", &bearer)]).await
}

/// The token of another agency.
async fn token_of_a_stranger(service: &Service) -> String {
    use sha2::Digest as _;
    let mut tx = service.desk.store.write("test").await.unwrap();
    tx.insert_client(&Client {
        id: "stranger".into(),
        name: "Another agency".into(),
        secret_hash: sha2::Sha256::digest("secret").to_vec(),
        scopes: "verify".into(),
        return_urls: Vec::new(),
        created: service.desk.clock.now(),
    })
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let form = [("grant_type", "client_credentials"), ("client_id", "stranger"), ("client_secret", "secret")];
    let reply = service.post_form("/oauth/token", &form, &[]).await;
    json_of(&reply)["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn same_content_is_the_same_version_and_other_content_the_next() {
    let service = Service::start().await;
    let first = write(&service, &gate()).await;
    assert_eq!((first.status, json_of(&first)["version"].as_u64()), (201, Some(1)), "{:?}", first.body);
    assert_eq!(first.header("location"), Some("/v1/agency-policies/gate/versions/1"));
    let again = write(&service, &gate()).await;
    assert_eq!((again.status, json_of(&again)), (200, json_of(&first)));
    let mut changed = gate();
    changed["claimsRetentionSeconds"] = json!(60);
    assert_eq!(json_of(&write(&service, &changed).await)["version"], 2);

    let newest = json_of(&read(&service, "/v1/agency-policies/gate").await);
    assert_eq!(
        (newest["version"].as_u64(), newest["draft"]["claimsRetentionSeconds"].as_u64()),
        (Some(2), Some(60))
    );
    let old = json_of(&read(&service, "/v1/agency-policies/gate/versions/1").await);
    assert_eq!(old["draft"], json_of(&first)["draft"]);
    let list = json_of(&read(&service, "/v1/agency-policies").await);
    let versions: Vec<_> =
        list["policies"].as_array().unwrap().iter().map(|one| one["version"].as_u64().unwrap()).collect();
    assert_eq!(versions, [2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_beyond_its_purpose_is_refused_with_the_path_of_the_claim() {
    let service = Service::start().await;
    let mut draft = gate();
    draft["credentials"][0]["claims"] = json!(["givenName", "birthDate"]);
    draft["claimsRetentionSeconds"] = json!(99_999_999);
    let reply = write(&service, &draft).await;
    let problem = json_of(&reply);
    assert_eq!(
        (reply.status, problem["type"].as_str()),
        (422, Some("/problems/policy-refused")),
        "{problem:#}"
    );
    let faults: Vec<_> = problem["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["path"].as_str().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        faults,
        [("/credentials/0/claims/1", "claimNotForPurpose"), ("/claimsRetentionSeconds", "range")]
    );
    assert_eq!(read(&service, "/v1/agency-policies/gate").await.status, 404, "nothing was stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_configured_policies_and_unknown_members_are_refused() {
    let service = Service::start().await;
    let mut draft = gate();
    draft["name"] = json!("staff-identity");
    let reply = write(&service, &draft).await;
    assert_eq!((reply.status, json_of(&reply)["type"].as_str()), (409, Some("/problems/policy-name-taken")));
    let mut draft = gate();
    draft["everything"] = json!(true);
    assert_eq!(write(&service, &draft).await.status, 400);
    let reply = read(&service, "/v1/agency-policies?after=nonsense").await;
    assert_eq!((reply.status, json_of(&reply)["type"].as_str()), (400, Some("/problems/cursor")));
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_belongs_to_the_agency_that_wrote_it() {
    let service = Service::start().await;
    assert_eq!(write(&service, &gate()).await.status, 201);
    let stranger = token_of_a_stranger(&service).await;
    for path in ["/v1/agency-policies/gate", "/v1/agency-policies/gate/versions/1"] {
        assert_eq!(service.get(path, Some(&stranger)).await.status, 404, "{path}");
    }
    let list = json_of(&service.get("/v1/agency-policies", Some(&stranger)).await);
    assert_eq!(list["policies"], json!([]));
    let bearer = format!("Bearer {stranger}");
    let headers = [("authorization", bearer.as_str())];
    let reply = service.post("/v1/verifications", &json!({ "policy": "gate" }), &headers).await;
    assert_eq!((reply.status, json_of(&reply)["type"].as_str()), (400, Some("/problems/unknown-policy")));
    let reply = service.post("/v1/agency-policies/gate/versions/1/retire", &json!({}), &headers).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn running_verification_keeps_the_version_it_began_with() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    assert_eq!(write(&service, &gate()).await.status, 201);
    let asked = service.ask("gate").await;
    let mut changed = gate();
    changed["credentials"][0]["claims"] = json!(["familyName"]);
    assert_eq!(write(&service, &changed).await.status, 201);
    for version in [1, 2] {
        let reply = retire(&service, &format!("/v1/agency-policies/gate/versions/{version}")).await;
        assert!(json_of(&reply)["retiredAt"].is_string(), "{:?}", reply.body);
    }
    let bearer = format!("Bearer {}", service.token().await);
    let headers = [("authorization", bearer.as_str())];
    let reply = service.post("/v1/verifications", &json!({ "policy": "gate" }), &headers).await;
    assert_eq!(reply.status, 400, "nothing is started under a retired policy");

    let again = service.get(&format!("/oid4vp/requests/{}", asked.id), None).await;
    let request = claims_of(std::str::from_utf8(&again.body).unwrap());
    assert_eq!(request["dcql_query"], asked.request["dcql_query"], "the request has not changed");
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let presentation =
        service.world.present(&holder, &copy, asked.text("nonce"), asked.text("client_id")).await;
    let token = json!({ "c0_dc_sd-jwt": [presentation] }).to_string();
    let form = [("vp_token", token.as_str()), ("state", asked.text("state"))];
    let reply = service.post_form(&format!("/oid4vp/responses/{}", asked.id), &form, &[]).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    let report = &service.view(&asked).await["report"];
    assert_eq!(
        (report["outcome"].as_str(), report["policyVersion"].as_u64()),
        (Some("valid"), Some(1)),
        "{report:#}"
    );
    assert!(report["claims"]["givenName"].is_string(), "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_of_a_policy_reach_the_report() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let mut draft = gate();
    draft["credentials"][0]["claims"] = json!(["givenName", "worksFor"]);
    draft["predicates"] = json!([{ "currentStaff": {} }]);
    draft["statusMaxAgeSeconds"] = json!(3600);
    assert_eq!(write(&service, &draft).await.status, 201);
    for (later_seconds, outcome, predicate) in [(0, "valid", "pass"), (3700, "undetermined", "notChecked")] {
        service.clock.advance(chrono::Duration::seconds(later_seconds));
        let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
        let asked = service.ask("gate").await;
        let presentation =
            service.world.present(&holder, &copy, asked.text("nonce"), asked.text("client_id")).await;
        let token = json!({ "c0_dc_sd-jwt": [presentation] }).to_string();
        let form = [("vp_token", token.as_str()), ("state", asked.text("state"))];
        service.post_form(&format!("/oid4vp/responses/{}", asked.id), &form, &[]).await;
        let report = &service.view(&asked).await["report"];
        assert_eq!(report["outcome"], outcome, "{report:#}");
        assert_eq!(report["predicates"][0]["result"], predicate, "{report:#}");
        assert_eq!(report["checks"].as_array().unwrap().len(), 9);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn purposes_are_public() {
    let service = Service::start().await;
    let list = json_of(&service.get("/v1/purposes", None).await);
    let codes: Vec<_> =
        list["purposes"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"premises-access") && codes.contains(&"pension"), "{codes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_that_says_a_pin_opened_it_is_refused_or_looked_at_in_another_way() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let (pin, passkey) = (r#"["pin","swk"]"#, r#"["pop","user"]"#);
    for (below, amr, outcome, code) in [
        ("refuse", Some(pin), "invalid", "openedByLess"),
        ("anotherWay", Some(pin), "undetermined", "openedByLessLook"),
        ("refuse", Some(passkey), "valid", "policyHolds"),
        ("refuse", None, "valid", "policyHolds"),
    ] {
        let mut draft = gate();
        draft["holderAssurance"] = json!({ "least": "passkey", "below": below });
        assert!(write(&service, &draft).await.status < 300);
        let asked = service.ask("gate").await;
        assert_eq!(asked.request["holder_assurance"], draft["holderAssurance"], "the wallet knows before");
        let presentation =
            service.world.present(&holder, &copy, asked.text("nonce"), asked.text("client_id")).await;
        let token = json!({ "c0_dc_sd-jwt": [presentation] }).to_string();
        let mut form = vec![("vp_token", token.as_str()), ("state", asked.text("state"))];
        let path = format!("/oid4vp/responses/{}", asked.id);
        let odd = [form.clone(), vec![("amr", "pin")]].concat();
        assert_eq!(service.post_form(&path, &odd, &[]).await.status, 400, "no list of methods");
        form.extend(amr.map(|amr| ("amr", amr)));
        assert_eq!(service.post_form(&path, &form, &[]).await.status, 200);
        let report = &service.view(&asked).await["report"];
        let checks = report["checks"].as_array().unwrap();
        let policy = checks.iter().find(|check| check["name"] == "policy").unwrap();
        assert_eq!((&report["outcome"], &policy["code"]), (&json!(outcome), &json!(code)), "{report:#}");
        assert_eq!(policy["evidence"]["walletOpenedBy"].is_array(), amr.is_some());
        assert!(code == "policyHolds" || report["sentence"].as_str().unwrap().contains("PIN"), "{report:#}");
    }
    let mut draft = gate();
    draft["holderAssurance"] = json!({ "least": "hope", "below": "refuse" });
    assert_eq!(write(&service, &draft).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_that_somebody_gave_for_the_person_is_as_good_as_the_policy_says() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    for (rule, said, outcome, code) in [
        (None, Some("guardian"), "valid", "policyHolds"),
        (Some("refuse"), Some("guardian"), "invalid", "byRepresentative"),
        (Some("anotherWay"), Some("attorney"), "undetermined", "byRepresentativeLook"),
        (Some("refuse"), Some(""), "valid", "policyHolds"),
        (Some("refuse"), None, "valid", "policyHolds"),
    ] {
        let mut draft = gate();
        if let Some(rule) = rule {
            draft["representative"] = json!(rule);
        }
        assert!(write(&service, &draft).await.status < 300);
        let asked = service.ask("gate").await;
        assert_eq!(
            asked.request.get("representative"),
            draft.get("representative"),
            "the wallet knows before"
        );
        let presentation =
            service.world.present(&holder, &copy, asked.text("nonce"), asked.text("client_id")).await;
        let token = json!({ "c0_dc_sd-jwt": [presentation] }).to_string();
        let mut form = vec![("vp_token", token.as_str()), ("state", asked.text("state"))];
        let path = format!("/oid4vp/responses/{}", asked.id);
        for odd in ["a guardian", "<b>guardian</b>", "guardianguardianguardian"] {
            let odd = [form.clone(), vec![("representative", odd)]].concat();
            assert_eq!(service.post_form(&path, &odd, &[]).await.status, 400, "no word");
        }
        form.extend(said.map(|said| ("representative", said)));
        assert_eq!(service.post_form(&path, &form, &[]).await.status, 200);
        let report = &service.view(&asked).await["report"];
        let checks = report["checks"].as_array().unwrap();
        let policy = checks.iter().find(|check| check["name"] == "policy").unwrap();
        assert_eq!((&report["outcome"], &policy["code"]), (&json!(outcome), &json!(code)), "{report:#}");
        let said = said.filter(|said| !said.is_empty());
        assert_eq!(policy["evidence"].get("representative").and_then(|it| it.as_str()), said);
    }
    let mut draft = gate();
    draft["representative"] = json!("perhaps");
    assert_eq!(write(&service, &draft).await.status, 400);
}
