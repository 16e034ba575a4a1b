//! Transaction data: shown to the person, signed by the one credential that authorises it, refused where it is not understood.

use credential::jwt;
use serde_json::{Value, json};
use wire::vp::transaction::ApprovalText;

use crate::presenting::{consent, last_response, open};
use crate::world::{World, problem};

/// A request for either form of the credential that wants this approved by the named queries.
async fn asking(approvals: &[(&str, &[&str])]) -> World {
    let world = World::new().await;
    let encoded: Vec<String> = approvals
        .iter()
        .map(|(title, ids)| {
            let text = ApprovalText {
                title: (*title).to_owned(),
                text: "120 dollars.\nTo Amina.".to_owned(),
                reference: Some("TC-7".to_owned()),
            };
            text.encode(ids.iter().map(|id| (*id).to_owned()).collect())
        })
        .collect();
    world.others.knobs().request["transaction_data"] = json!(encoded);
    world
}

fn key_binding(presentation: &Value) -> Value {
    let (_, token) = presentation.as_str().unwrap().rsplit_once('~').unwrap();
    Value::Object(jwt::decode(token).unwrap().claims)
}

fn sent(world: &World) -> Vec<Value> {
    world.others.knobs().request["transaction_data"].as_array().unwrap().clone()
}

fn hash(encoded: &Value) -> String {
    testkit::b64(testkit::sha256(encoded.as_str().unwrap()))
}

#[actix_web::test]
async fn approval_is_shown_and_signed() {
    let world = asking(&[("Travel claim", &["sd"])]).await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    assert_eq!(asked["approvals"][0]["title"], "Travel claim");
    assert_eq!(asked["options"][0]["alternatives"], json!([["sd"]]), "no other form can carry it");
    let id = asked["id"].as_str().unwrap();
    let page = person.page(&format!("/presentations/{id}")).await.text();
    for shown in ["Travel claim", "120 dollars.", "To Amina.", "TC-7", "Show it and approve"] {
        assert!(page.contains(shown), "{shown}");
    }
    consent(&person, id, json!({})).await;
    let token: Value = serde_json::from_str(&last_response(&world)["vp_token"]).unwrap();
    let claims = key_binding(&token["sd"][0]);
    assert_eq!(claims["transaction_data_hashes"], json!([hash(&sent(&world)[0])]));
    assert_eq!(claims["transaction_data_hashes_alg"], "sha-256");
    let activity = person.get("/v1/activity").await.json().unwrap();
    assert!(activity["entries"][0]["claims"].to_string().contains("Approved: Travel claim"));
}

#[actix_web::test]
async fn each_transaction_is_authorised_by_one_credential() {
    let world = asking(&[("One", &["extra", "sd"]), ("Two", &["sd"])]).await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
    let token: Value = serde_json::from_str(&last_response(&world)["vp_token"]).unwrap();
    let all: Vec<Value> = token.as_object().unwrap().values().map(|shown| key_binding(&shown[0])).collect();
    let hashes: Vec<String> = all
        .iter()
        .flat_map(|claims| claims["transaction_data_hashes"].as_array().cloned().unwrap_or_default())
        .map(|hash| hash.as_str().unwrap().to_owned())
        .collect();
    let mut expected: Vec<String> = sent(&world).iter().map(hash).collect();
    let mut found = hashes.clone();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "each once");
}

#[actix_web::test]
async fn answer_without_the_approval_cannot_be_sent() {
    let world = asking(&[("Travel claim", &["sd"])]).await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let other = json!({ "selection": [{ "queryId": "w3c", "credentialIds": [
        asked["queries"][1]["candidates"][0]["credentialId"]] }] });
    let path = format!("/v1/presentations/{}/prepare", asked["id"].as_str().unwrap());
    assert_eq!(problem(person.post(&path, other).await, 422), "selection-refused");
}

/// 8.5: "the referenced Credential(s) are not available in the Wallet".
#[actix_web::test]
async fn verifier_learns_that_nothing_here_could_authorise_it() {
    let world = asking(&[("Travel claim", &["sd"])]).await;
    let person = world.person("anna").await;
    let asked = open(&world, &person).await;
    assert_eq!(asked["satisfiable"], false);
    let path = format!("/v1/presentations/{}/refuse", asked["id"].as_str().unwrap());
    person.post(&path, json!({})).await.expect(200).unwrap();
    assert_eq!(last_response(&world)["error"], "invalid_transaction_data");
}

#[actix_web::test]
async fn transaction_that_is_not_understood_stops_the_whole_request() {
    let unknown = testkit::b64(json!({ "type": "payment", "credential_ids": ["sd"] }).to_string());
    let foreign = ApprovalText { title: "A".into(), text: "B".into(), reference: None };
    for data in [
        json!([unknown]),
        json!([foreign.encode(vec!["nobody".into()])]),
        json!([foreign.encode(vec!["w3c".into()])]),
        json!([foreign.encode(vec!["sd".into()]), unknown]),
        json!([]),
    ] {
        let world = World::new().await;
        world.others.knobs().request["transaction_data"] = data.clone();
        let person = world.holder("anna").await;
        assert_eq!(problem(person.post("/v1/presentations", world.request()).await, 422), "request-refused");
        assert_eq!(last_response(&world)["error"], "invalid_transaction_data", "{data}");
    }
}
