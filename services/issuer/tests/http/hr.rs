//! An HR system or portal over REST: staff lists, offers, the life of credentials, their status.

use issuance::{FourEyes, Scope, Status};
use serde_json::{Value, json};
use testkit::Agent;

use crate::support::{Holder, LDP, SD_JWT, World};

const LIST: &str = "staff_number,given_name,family_name,job_title,grade,duty_station,contract_type,start_date\n\
    10023,Amina,Okafor,Programme Analyst,P-3,Nairobi,fixed-term,2024-02-01\n\
    ,Nobody,Without,Programme Analyst,P-3,Nairobi,fixed-term,2024-02-01\n";

/// A portal with a token of UNDP.
struct Portal<'a> {
    world: &'a World,
    agent: Agent,
    token: String,
}

impl<'a> Portal<'a> {
    async fn new(world: &'a World, scopes: &[Scope]) -> Self {
        let token = world.issuer.create_service_client(&World::officer(), "Portal", scopes).await.unwrap();
        Self { world, agent: Agent::new(), token }
    }

    async fn send(&self, method: &str, path: &str, kind: &str, body: &str) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        let url = self.world.url(&format!("/v1/hr/undp{path}"));
        let answer =
            self.agent.send(method.parse().unwrap(), url, &headers, body.as_bytes().to_vec()).await.unwrap();
        let text = answer.text();
        (answer.status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, "", "").await
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send("POST", path, "application/json", &body.to_string()).await
    }

    /// What is wrong with an order, in words.
    async fn fault(&self, path: &str, body: &Value) -> String {
        let (status, told) = self.post(path, body).await;
        assert_eq!(status, 400, "{told}");
        told["detail"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_made_once_taken_and_its_life_is_seen() {
    let world = World::start().await;
    let portal = Portal::new(&world, &[Scope::Credentials]).await;
    let person = world.person("10023").await;
    assert_eq!(portal.post("/people/search", &json!({"staffNumber": "99"})).await.0, 404);
    let (status, found) = portal.post("/people/search", &json!({"staffNumber": "10023"})).await;
    assert_eq!((status, &found["person"]), (200, &json!(person)));
    assert!(!found.to_string().contains("Okafor"), "identifiers and states, no claims");

    let order = json!({"person": person, "types": ["StaffIdentity"]});
    let (status, made) = portal.post("/offers", &order).await;
    assert_eq!(status, 201, "{made}");
    let (_, again) = portal.post("/offers", &order).await;
    assert_eq!(again["offer"], made["offer"], "a lost answer costs nothing");
    assert_eq!(again["transactionCode"], made["transactionCode"]);

    let link = world.issuer.offer_link(&World::officer(), made["offer"].as_str().unwrap()).await.unwrap();
    assert_eq!(made["credentialOfferUri"], json!(link.uri));
    let token = world.token(&link).await;
    let holder = Holder::new(7);
    for configuration in [LDP, SD_JWT] {
        assert_eq!(world.request(&token, configuration, &holder).await.status, 200, "{configuration}");
    }
    let (_, life) = portal.get(&format!("/people/{person}")).await;
    assert_eq!(life["offers"][0]["state"], "accepted");
    assert_eq!(life["offers"][0]["createdBy"].as_str().unwrap().split(':').next(), Some("client"));
    assert_eq!(life["credentials"].as_array().unwrap().len(), 2);
    assert_eq!(life["credentials"][0]["status"], "valid");

    let offer = made["offer"].as_str().unwrap();
    let (status, refused) = portal.send("DELETE", &format!("/offers/{offer}"), "", "").await;
    assert_eq!(status, 410, "it was taken: {refused}");
    let (_, other) = portal.post("/offers", &order).await;
    assert_ne!(other["offer"], made["offer"], "another one, since the first was taken");
    let other = format!("/offers/{}", other["offer"].as_str().unwrap());
    assert_eq!(portal.send("DELETE", &other, "", "").await.0, 204);
    assert_eq!(portal.send("DELETE", &other, "", "").await.0, 204, "once more changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_is_offered_with_its_claims_and_nothing_that_it_does_not_have() {
    let world = World::start().await;
    let portal = Portal::new(&world, &[Scope::Credentials]).await;
    let person = world.person("10023").await;
    let order = |types: Value, claims: Value| json!({"person": person, "types": types, "claims": claims});
    let course = json!({"courseName": "BSAFE", "completedOn": "2026-01-05"});
    let (status, made) = portal.post("/offers", &order(json!(["TrainingCompletion"]), course.clone())).await;
    assert_eq!(status, 201, "{made}");
    let other = json!({"courseName": "Ethics", "completedOn": "2026-01-05"});
    let (_, second) = portal.post("/offers", &order(json!(["TrainingCompletion"]), other)).await;
    assert_ne!(made["offer"], second["offer"], "another course is another offer");

    let fault =
        portal.fault("/offers", &order(json!(["TrainingCompletion"]), json!({"gradeLevel": "D-2"}))).await;
    assert!(fault.contains("gradeLevel"), "{fault}");
    let fault = portal.fault("/offers", &order(json!(["StaffIdentity"]), json!({"gradeLevel": "D-2"}))).await;
    assert!(fault.contains("gradeLevel"), "the record is not written over: {fault}");
    let both = order(json!(["StaffIdentity", "TrainingCompletion"]), course);
    assert!(portal.fault("/offers", &both).await.contains("alone"));
    assert!(portal.fault("/offers", &order(json!(["Passport"]), json!({}))).await.contains("types"));
    assert!(portal.fault("/offers", &order(json!([]), json!({}))).await.contains("types"));
    let (status, told) = portal
        .post(
            "/offers",
            &order(json!(["TrainingCompletion"]), json!({"courseName": "BSAFE", "completedOn": "soon"})),
        )
        .await;
    assert_eq!(status, 422, "{told}");
    let foreign = json!({"person": person, "types": ["DigitalCertificateOfEntitlement"]});
    assert_eq!(portal.post("/offers", &foreign).await.0, 400, "this organisation does not issue it");
    let unknown = json!({"person": "nobody", "types": ["StaffIdentity"]});
    assert_eq!(portal.post("/offers", &unknown).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn suspending_is_at_once_and_revoking_waits_for_a_second_person() {
    let world = World::start_with(FourEyes::Always).await;
    let portal = Portal::new(&world, &[Scope::Credentials]).await;
    let link = world.offer_for("10023").await;
    world.credential(&link, SD_JWT, &Holder::new(7)).await;
    let (_, found) = portal.post("/people/search", &json!({"staffNumber": "10023"})).await;
    let path = format!("/people/{}/status", found["person"].as_str().unwrap());

    let suspend =
        json!({"action": "suspend", "reason": "inquiry", "until": "2027-01-31", "note": "see the file"});
    assert_eq!(portal.post(&path, &suspend).await, (200, json!({"outcome": "done"})));
    assert_eq!(portal.post(&path, &suspend).await.0, 200, "again");
    let (_, life) = portal.post("/people/search", &json!({"staffNumber": "10023"})).await;
    let change = &life["credentials"][0]["changes"][0];
    assert_eq!((&change["status"], &change["reason"]), (&json!("suspended"), &json!("inquiry")));
    assert_eq!(change["until"], "2027-02-01T00:00:00Z", "the last day is whole");
    assert!(!life.to_string().contains("see the file"), "words for colleagues stay in the console");

    let revoke = json!({"action": "revoke", "reason": "issued-in-error"});
    let (status, waits) = portal.post(&path, &revoke).await;
    assert_eq!((status, &waits["outcome"]), (202, &json!("waits")));
    assert_eq!(portal.post(&path, &revoke).await.1["approval"], waits["approval"], "one proposal");
    let (_, life) = portal.post("/people/search", &json!({"staffNumber": "10023"})).await;
    assert_eq!(life["credentials"][0]["status"], Status::Suspended.as_str());

    assert!(portal.fault(&path, &json!({"action": "revoke", "reason": "inquiry"})).await.contains("reason"));
    assert!(portal.fault(&path, &json!({"action": "erase", "reason": "other"})).await.contains("action"));
    let late = json!({"action": "reinstate", "reason": "other", "until": "2027-01-31"});
    assert!(portal.fault(&path, &late).await.contains("until"));
    let long = json!({"action": "suspend", "reason": "other", "note": "x".repeat(501)});
    assert!(portal.fault(&path, &long).await.contains("note"));
    let reinstate = json!({"action": "reinstate", "reason": "inquiry-closed"});
    assert_eq!(portal.post(&path, &reinstate).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_checked_confirmed_and_its_links_are_fetched() {
    let world = World::start_with(FourEyes::WithColleagues).await;
    let portal = Portal::new(&world, &[Scope::StaffLists, Scope::Credentials]).await;
    let (status, list) = portal.send("POST", "/lists", "text/csv", LIST).await;
    assert_eq!((status, &list["good"], &list["bad"]), (201, &json!(1), &json!(1)), "{list}");
    assert_eq!(portal.send("POST", "/lists", "text/csv", LIST).await.1["id"], list["id"], "the same file");
    let path = format!("/lists/{}", list["id"].as_str().unwrap());
    let (status, faults) = portal.get(&format!("{path}/rows-to-correct.csv")).await;
    assert!(status == 200 && faults.as_str().unwrap().contains("Nobody"), "{faults}");
    assert_eq!(portal.post(&format!("{path}/pause"), &Value::Null).await.0, 409, "nothing runs yet");

    let (status, told) = portal.post(&format!("{path}/confirmation"), &json!({"employment": true})).await;
    assert_eq!((status, &told["state"]), (200, &json!("confirmed")), "nobody else could approve: {told}");
    world.issuer.work_off_uploads().await.unwrap();
    let (_, done) = portal.get(&path).await;
    assert_eq!((&done["state"], &done["done"]), (&json!("finished"), &json!(1)));
    let (status, links) = portal.get(&format!("{path}/links")).await;
    assert_eq!((status, &links[0]["staffNumber"]), (200, &json!("10023")));
    assert!(links[0]["walletLink"].as_str().unwrap().contains("credential_offer_uri="));
    assert!(links[0]["transactionCode"].is_string());

    let lists_alone = Portal::new(&world, &[Scope::StaffLists]).await;
    assert_eq!(lists_alone.get(&format!("{path}/links")).await.0, 401, "links are for who may offer");
    assert_eq!(portal.send("POST", "/lists", "text/csv", "colour\nred\n").await.0, 400);
    assert_eq!(portal.get("/lists/unknown").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_waits_where_the_rules_ask_for_a_second_person() {
    let world = World::start_with(FourEyes::Always).await;
    let portal = Portal::new(&world, &[Scope::StaffLists]).await;
    let (_, list) = portal.send("POST", "/lists", "text/csv", LIST).await;
    let path = format!("/lists/{}/confirmation", list["id"].as_str().unwrap());
    let (status, waits) = portal.post(&path, &json!({})).await;
    assert_eq!((status, &waits["state"]), (202, &json!("preview")));
    assert!(waits["approval"].is_string());
    let (_, again) = portal.post(&path, &json!({})).await;
    assert_eq!(again["approval"], waits["approval"], "one proposal");
}
