use std::collections::HashMap;
use std::sync::Arc;

use clock::Clock as _;
use credential::{Expect, Input};
use serde_json::{Value, json};
use testkit::{HolderKey, unb64};

use crate::world::{Person, UNDP, WFP, World, problem};

const NONCE: &str = "n-0S6_WzA2Mj-0123456789";

pub async fn open(world: &World, person: &Person) -> Value {
    person.post("/v1/presentations", world.request()).await.ok().unwrap().json().unwrap()
}

pub async fn consent(person: &Person, id: &str, selection: Value) -> Value {
    let step = person.post(&format!("/v1/presentations/{id}/prepare"), selection).await;
    let step = step.expect(200).unwrap().json().unwrap();
    let signatures = person.signatures(&step);
    person
        .post(&format!("/v1/presentations/{id}/submit"), signatures)
        .await
        .expect(200)
        .unwrap()
        .json()
        .unwrap()
}

pub fn last_response(world: &World) -> HashMap<String, String> {
    world.others.seen().responses.last().unwrap().clone()
}

fn presented(world: &World, query: &str) -> Value {
    let token: Value = serde_json::from_str(&last_response(world)["vp_token"]).unwrap();
    assert_eq!(token.as_object().unwrap().len(), 1);
    token[query][0].clone()
}

async fn verify(world: &World, presentation: Value) -> credential::PresentationOutcome {
    let input = Input::from_value(presentation).unwrap();
    let audience = format!("decentralized_identifier:{WFP}");
    let expect = Expect::presentation(world.others.clock.now(), NONCE, &audience);
    credential::verify_presentation(&input, world.wallet.resolver.as_ref(), &expect).await
}

#[actix_web::test]
async fn claim_that_they_can_do_without_is_withheld_by_whom_it_is_about() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    world.others.knobs().request["dcql_query"] = json!({ "credentials": [{
        "id": "sd", "format": "dc+sd-jwt", "meta": { "vct_values": [crate::stub::STAFF] },
        "claims": [{ "id": "g", "path": ["givenName"] }, { "id": "b", "path": ["birthDate"] }],
        "claim_sets": [["g", "b"], ["g"]] }] });
    let asked = person.post("/v1/presentations", world.request()).await.expect(201).unwrap().json().unwrap();
    let candidate = &asked["queries"][0]["candidates"][0];
    assert_eq!(candidate["claimSets"], 2);
    let sets = |label: &str| {
        let claims = candidate["claims"].as_array().unwrap();
        let found = claims.iter().find(|claim| claim["path"] == json!([label])).unwrap();
        found.get("inSets").cloned()
    };
    assert_eq!((sets("givenName"), sets("birthDate")), (None, Some(json!([0]))));
    let id = asked["id"].as_str().unwrap();
    let page = person.page(&format!("/presentations/{id}")).await.text();
    assert!(page.contains("data-claims=\"2\"") && page.contains("They can do without these"), "{page}");
    let prepare = format!("/v1/presentations/{id}/prepare");
    let choose = |set: usize| {
        let credential = candidate["credentialId"].as_str().unwrap();
        json!({ "selection": [{ "queryId": "sd", "credentialIds": [credential], "claimSets": { credential: set } }] })
    };
    assert_eq!(problem(person.post(&prepare, choose(2)).await, 422), "selection-refused");
    let step = person.post(&prepare, choose(1)).await.expect(200).unwrap().json().unwrap();
    let done = person.post(&format!("/v1/presentations/{id}/submit"), person.signatures(&step)).await;
    done.expect(200).unwrap();
    let token = world.others.seen().responses[0]["vp_token"].clone();
    let shown: Value = serde_json::from_str(&token).unwrap();
    let shown = shown["sd"][0].as_str().unwrap().to_owned();
    let disclosed: Vec<String> = shown
        .split('~')
        .skip(1)
        .filter_map(|part| unb64(part).ok())
        .map(|it| String::from_utf8_lossy(&it).into_owned())
        .collect();
    assert!(disclosed.iter().any(|text| text.contains("givenName")), "{disclosed:?}");
    assert!(!disclosed.iter().any(|text| text.contains("birthDate")), "{disclosed:?}");
    let shared = person.get("/v1/sharings").await.json().unwrap();
    let told = shared["sharings"][0]["credentials"][0]["claims"].to_string();
    assert!(!told.to_lowercase().contains("birth"), "{told}");
}

#[actix_web::test]
async fn selective_copy_is_proposed_and_shows_only_what_was_asked() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    assert_eq!(asked["verifier"]["name"], "World Food Programme");
    assert_eq!(asked["purpose"], "Entry to the Rome office");
    assert_eq!(asked["proposed"][0]["queryId"], "sd");
    let labels: Vec<&str> = asked["queries"][0]["candidates"][0]["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|claim| claim["label"].as_str().unwrap())
        .collect();
    assert!(labels.contains(&"Given name") && labels.contains(&"Family name"));
    assert!(!labels.contains(&"Date of birth") && !labels.contains(&"Grade"));
    let result = consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    assert_eq!(result["presentation"]["state"], "sent");
    assert_eq!(last_response(&world)["state"], "st-1");
    let outcome = verify(&world, presented(&world, "sd")).await;
    assert!(outcome.is_verified(), "{:?} {:?}", outcome.faults, outcome.credentials);
    let claims = &outcome.credentials[0].credential;
    assert_eq!(claims["givenName"], "Amina");
    assert!(claims.get("birthDate").is_none() && claims.get("gradeLevel").is_none());
}

#[actix_web::test]
async fn whole_copy_is_shown_when_the_person_chooses_it() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let candidate = &asked["queries"][1]["candidates"][0];
    assert_eq!(candidate["wholeCredential"], true);
    let selection =
        json!({ "selection": [{ "queryId": "w3c", "credentialIds": [candidate["credentialId"]] }] });
    consent(&person, asked["id"].as_str().unwrap(), selection).await;
    let outcome = verify(&world, presented(&world, "w3c")).await;
    assert!(outcome.is_verified(), "{:?} {:?}", outcome.faults, outcome.credentials);
}

#[actix_web::test]
async fn optional_part_is_withheld_until_it_is_added() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    assert_eq!(asked["proposed"].as_array().unwrap().len(), 1);
    assert_eq!(asked["queries"][2]["optional"], true);
    let id = asked["queries"][0]["candidates"][0]["credentialId"].clone();
    let selection = json!({ "selection": [
        { "queryId": "sd", "credentialIds": [id] }, { "queryId": "extra", "credentialIds": [id] }
    ] });
    consent(&person, asked["id"].as_str().unwrap(), selection).await;
    let token: Value = serde_json::from_str(&last_response(&world)["vp_token"]).unwrap();
    assert_eq!(token.as_object().unwrap().len(), 2);
}

#[actix_web::test]
async fn refusal_tells_the_verifier_only_that() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let path = format!("/v1/presentations/{}/refuse", asked["id"].as_str().unwrap());
    let result = person.post(&path, json!({})).await.expect(200).unwrap().json().unwrap();
    assert_eq!(result["presentation"]["state"], "refused");
    let response = last_response(&world);
    assert_eq!(response["error"], "access_denied");
    assert!(!response.contains_key("vp_token"));
    person.post(&path, json!({})).await.expect(200).unwrap();
    assert_eq!(world.others.seen().responses.len(), 1);
}

#[actix_web::test]
async fn same_link_and_second_submit_send_nothing_twice() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let id = asked["id"].as_str().unwrap();
    consent(&person, id, json!({})).await;
    let again = open(&world, &person).await;
    assert_eq!((again["id"].as_str().unwrap(), again["state"].as_str().unwrap()), (id, "sent"));
    let path = format!("/v1/presentations/{id}/submit");
    person.post(&path, json!({ "signatures": [] })).await.expect(200).unwrap();
    assert_eq!(world.others.seen().responses.len(), 1);
    let prepare = person.post(&format!("/v1/presentations/{id}/prepare"), json!({})).await;
    assert_eq!(problem(prepare, 409), "step-over");
}

#[actix_web::test]
async fn answer_that_did_not_arrive_is_sent_again_unchanged() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let id = asked["id"].as_str().unwrap();
    world.others.knobs().response_status = 503;
    let step = person.post(&format!("/v1/presentations/{id}/prepare"), json!({})).await.json().unwrap();
    let submit = format!("/v1/presentations/{id}/submit");
    let answer = person.post(&submit, person.signatures(&step)).await;
    assert_eq!(problem(answer, 502), "other-side-unavailable");
    assert_eq!(person.get(&format!("/v1/presentations/{id}")).await.json().unwrap()["state"], "sending");
    world.others.knobs().response_status = 200;
    world.others.clock.advance(chrono::Duration::minutes(1));
    world.wallet.tend().await;
    assert_eq!(person.get(&format!("/v1/presentations/{id}")).await.json().unwrap()["state"], "sent");
    let seen = world.others.seen();
    assert_eq!(seen.responses.len(), 2);
    assert_eq!(seen.responses[0], seen.responses[1]);
}

#[actix_web::test]
async fn a_verifier_that_takes_its_time_is_no_fault_of_the_person() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let id = asked["id"].as_str().unwrap();
    let step = person.post(&format!("/v1/presentations/{id}/prepare"), json!({})).await.json().unwrap();
    let gate = Arc::new(tokio::sync::Notify::new());
    world.others.knobs().answer_waits = Some(Arc::clone(&gate));
    let path = format!("/v1/presentations/{id}/submit");
    let meanwhile = async {
        world.others.seen_soon(|seen| seen.responses.len() == 1).await;
        world.others.clock.advance(chrono::Duration::minutes(1));
        world.wallet.tend().await;
        assert_eq!(world.others.seen().responses.len(), 2, "sent again, and put off");
        gate.notify_one();
    };
    let (answered, ()) = tokio::join!(person.post(&path, person.signatures(&step)), meanwhile);
    assert_eq!(answered.expect(200).unwrap().json().unwrap()["presentation"]["state"], "sent");
    let activity = person.get("/v1/activity").await.json().unwrap();
    assert_eq!(activity.to_string().matches("\"presented\"").count(), 1);
}

#[actix_web::test]
async fn verifier_that_turns_the_answer_down_ends_it() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    world.others.knobs().response_status = 400;
    let result = consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    assert_eq!(result["presentation"]["state"], "failed");
    let activity = person.get("/v1/activity").await.json().unwrap();
    assert!(!activity.to_string().contains("\"presented\""));
}

#[actix_web::test]
async fn receipts_go_along_when_the_request_asks() {
    let world = World::new().await;
    world.others.knobs().request["anchor_receipts"] = json!(true);
    world.others.knobs().receipt_ready = true;
    let person = world.holder("anna").await;
    world.wallet.tend().await;
    let asked = open(&world, &person).await;
    assert_eq!(asked["anchorReceipts"], true);
    consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    let receipts: Value = serde_json::from_str(&last_response(&world)["anchor_receipts"]).unwrap();
    assert_eq!(receipts["sd"][0]["leafCount"], 16);
}

#[actix_web::test]
async fn redirect_is_given_back_only_when_it_is_safe() {
    for (redirect, given) in [("https://desk.example/done#code=1", true), ("javascript:alert(1)", false)] {
        let world = World::new().await;
        world.others.knobs().redirect_uri = Some(redirect.to_owned());
        let person = world.holder("anna").await;
        let asked = open(&world, &person).await;
        let result = consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
        assert_eq!(result.get("redirectUri").is_some(), given, "{redirect}");
    }
}

#[actix_web::test]
async fn receipt_of_the_verifier_is_kept_in_the_activity() {
    for (elsewhere, kept) in [(false, true), (true, false)] {
        let world = World::new().await;
        let person = world.holder("anna").await;
        let response = world.others.knobs().request["response_uri"].as_str().unwrap().to_owned();
        let own = response.replace("/oid4vp/responses/r1", "/receipts/r1/key");
        let link = if elsewhere { "https://elsewhere.example/receipts/r1/key".to_owned() } else { own };
        world.others.knobs().receipt_uri = Some(link.clone());
        let asked = open(&world, &person).await;
        consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
        let activity = person.get("/v1/activity").await.expect(200).unwrap().json().unwrap();
        let found = activity["entries"][0]["receipt"].as_str();
        assert_eq!(found, kept.then_some(link.as_str()), "{activity}");
    }
}

#[actix_web::test]
async fn request_that_breaks_a_rule_is_stopped() {
    for (member, value) in [
        ("client_id", json!("decentralized_identifier:did:passerelle:undp")),
        ("response_uri", json!("https://attacker.example/r")),
        ("nonce", json!("short")),
        ("exp", json!(1_769_999_999)),
        ("transaction_data", json!(["e30"])),
        ("response_mode", json!("fragment")),
        ("dcql_query", json!({ "credentials": [] })),
    ] {
        let world = World::new().await;
        world.others.knobs().request[member] = value;
        let person = world.person("anna").await;
        let answer = person.post("/v1/presentations", world.request()).await;
        assert_eq!(problem(answer, 422), "request-refused", "{member}");
    }
}

#[actix_web::test]
async fn request_not_signed_by_the_verifier_is_stopped() {
    let world = World::new().await;
    let person = world.person("anna").await;
    world.others.knobs().request_signed_by_other = true;
    assert_eq!(problem(person.post("/v1/presentations", world.request()).await, 422), "request-refused");
    {
        let mut knobs = world.others.knobs();
        knobs.request_signed_by_other = false;
        knobs.request_typ = "JWT";
    }
    assert_eq!(problem(person.post("/v1/presentations", world.request()).await, 422), "request-refused");
    let mut other = world.request();
    other["clientId"] = json!("decentralized_identifier:did:passerelle:undp");
    assert_eq!(problem(person.post("/v1/presentations", other).await, 422), "request-refused");
    let mut redirect = world.request();
    redirect["clientId"] = json!("redirect_uri:https://v.example");
    assert_eq!(problem(person.post("/v1/presentations", redirect).await, 422), "request-refused");
}

#[actix_web::test]
async fn request_by_post_must_repeat_the_wallets_nonce() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let mut request = world.request();
    request["requestUriMethod"] = json!("post");
    person.post("/v1/presentations", request.clone()).await.expect(201).unwrap();
    request["requestUriMethod"] = json!("POST");
    assert_eq!(problem(person.post("/v1/presentations", request).await, 400), "bad-request");
}

#[actix_web::test]
async fn empty_wallet_can_only_say_no() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let asked = open(&world, &person).await;
    assert_eq!(asked["satisfiable"], false);
    let id = asked["id"].as_str().unwrap();
    let prepare = person.post(&format!("/v1/presentations/{id}/prepare"), json!({})).await;
    assert_eq!(problem(prepare, 422), "selection-refused");
    person.post(&format!("/v1/presentations/{id}/refuse"), json!({})).await.expect(200).unwrap();
}

#[actix_web::test]
async fn late_consent_is_refused() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    world.others.clock.advance(chrono::Duration::minutes(11));
    let path = format!("/v1/presentations/{}/prepare", asked["id"].as_str().unwrap());
    assert_eq!(problem(person.post(&path, json!({})).await, 409), "step-over");
}

#[actix_web::test]
async fn key_that_is_not_the_holders_cannot_sign() {
    let world = World::new().await;
    let mut person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let id = asked["id"].as_str().unwrap();
    let step = person.post(&format!("/v1/presentations/{id}/prepare"), json!({})).await.json().unwrap();
    person.key = HolderKey::from_label("thief");
    let submit = person.post(&format!("/v1/presentations/{id}/submit"), person.signatures(&step)).await;
    assert_eq!(problem(submit, 422), "signature-refused");
    assert!(world.others.seen().responses.is_empty());
}

#[actix_web::test]
async fn credentials_of_a_lost_device_are_not_offered_to_verifiers() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    person.delete(&format!("/v1/device-keys/{}", person.key.thumbprint())).await.expect(204).unwrap();
    assert_eq!(open(&world, &person).await["satisfiable"], false);
}

#[actix_web::test]
async fn activity_tells_what_was_shown_and_to_whom() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    let activity = person.get("/v1/activity").await.expect(200).unwrap().json().unwrap();
    let first = &activity["entries"][0];
    assert_eq!(
        (first["kind"].as_str(), first["who"].as_str()),
        (Some("presented"), Some("World Food Programme"))
    );
    assert!(first["claims"].to_string().contains("Given name"));
    assert!(!first["claims"].to_string().contains("Date of birth"));
}

/// A verifier that asks for the JWT gets a JWT around it, by the key the credential names.
#[actix_web::test]
async fn a_credential_as_jwt_is_kept_and_presented_in_a_jwt() {
    let world = World::new().await;
    world.others.knobs().vc_jwt_of = Some(UNDP);
    let person = world.holder("anna").await;
    let kept = person.credentials().await;
    let jwt = kept.iter().find(|one| one["format"] == "vc+jwt").unwrap();
    assert_eq!(jwt["holderKey"], person.key.thumbprint());
    let queries = json!([
        { "id": "jwt", "format": "vc+jwt", "meta": { "type_values": [[crate::stub::STAFF]] },
          "claims": [{ "path": ["credentialSubject", "gradeLevel"] }] },
    ]);
    world.others.knobs().request["dcql_query"] = json!({ "credentials": queries });
    let asked = open(&world, &person).await;
    assert_eq!(asked["queries"][0]["candidates"][0]["wholeCredential"], true);
    consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    let presentation = presented(&world, "jwt");
    assert_eq!(presentation.as_str().unwrap().split('.').count(), 3);
    let outcome = verify(&world, presentation).await;
    assert!(outcome.is_verified(), "{:?} {:?}", outcome.faults, outcome.credentials);
    assert_eq!(outcome.credentials[0].claims["gradeLevel"], "P-3");
    assert_eq!(outcome.holder_key.unwrap().jwk_thumbprint(), person.key.thumbprint());
}

#[actix_web::test]
async fn a_jwt_by_another_than_its_issuer_is_not_kept() {
    let world = World::new().await;
    world.others.knobs().vc_jwt_of = Some(WFP);
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let id = offer["id"].as_str().unwrap();
    let step = person.accept(id, Some("493051")).await.json().unwrap();
    let problem = person.prove(id, &step).await.expect(502).unwrap().json().unwrap();
    assert_eq!(problem["faults"], json!(["issuerKey.notTheIssuersKey", "issuerKey.otherIssuer"]));
    assert!(person.credentials().await.iter().all(|one| one["format"] != "vc+jwt"));
}
