//! An HR system pushes hires, changes and separations.

use issuance::scim::{CORE, ENTERPRISE, RECORD, STAFF};
use issuance::{Actor, CredentialType, FourEyes, OfferState, Role, Roles, Scope, Status};
use serde_json::{Value, json};
use testkit::{Agent, Answer};

use crate::console::Browser;
use crate::support::{Holder, LDP, SD_JWT, World};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// An HR system with a token of UNDP.
struct Hr<'a> {
    world: &'a World,
    agent: Agent,
    token: String,
}

impl<'a> Hr<'a> {
    async fn new(world: &'a World) -> Self {
        Self::made_by(world, &World::officer()).await
    }

    async fn made_by(world: &'a World, by: &Actor) -> Self {
        let token = world.issuer.create_service_client(by, "HR", &[Scope::Scim]).await.unwrap();
        Self { world, agent: Agent::new(), token }
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str()), ("content-type", "application/scim+json")];
        all.extend_from_slice(headers);
        let url = self.world.url(&format!("/scim/v2/undp{path}"));
        let body = body.map(ToString::to_string).unwrap_or_default().into_bytes();
        self.agent.send(method.parse().unwrap(), url, &all, body).await.unwrap()
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await
    }

    async fn create(&self, user: &Value) -> Value {
        let answer = self.send("POST", "/Users", &[], Some(user)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json().unwrap()
    }

    async fn patch(&self, id: &str, operation: Value) -> Answer {
        let body = json!({"schemas": [PATCH], "Operations": [operation]});
        self.send("PATCH", &format!("/Users/{id}"), &[], Some(&body)).await
    }
}

fn amina() -> Value {
    json!({
        "schemas": [CORE, ENTERPRISE, STAFF],
        "userName": "amina.okafor@undp.test", "externalId": "HR-7", "title": "Programme Analyst",
        "name": {"givenName": "Amina", "familyName": "Okafor"},
        "emails": [{"value": "amina.okafor@undp.test", "type": "work", "primary": true}],
        ENTERPRISE: {"employeeNumber": "10023"},
        STAFF: {"gradeLevel": "P-3", "dutyStation": "Nairobi"}
    })
}

/// Status and `scimType` of an error, whose form is checked.
fn refusal(answer: &Answer) -> (u16, Option<String>) {
    assert_eq!(answer.header("content-type"), Some("application/scim+json"));
    let body = answer.json().unwrap();
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(body["status"], answer.status.to_string());
    assert!(!body["detail"].as_str().unwrap().contains("Okafor"), "no value is repeated");
    (answer.status, body["scimType"].as_str().map(str::to_owned))
}

fn refused(status: u16, kind: &str) -> (u16, Option<String>) {
    (status, Some(kind.to_owned()))
}

async fn subject(world: &World) -> Option<issuance::Subject> {
    world.issuer.store().read().await.unwrap().find_subject_by_number("undp", "10023").await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hire_is_on_the_staff_list_and_is_found_by_name_and_number() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    let answer = hr.send("POST", "/Users", &[], Some(&amina())).await;
    let made = answer.json().unwrap();
    let id = made["id"].as_str().unwrap();
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("location").unwrap(), made["meta"]["location"]);
    assert_eq!(answer.header("etag"), Some("W/\"1\""));
    assert_eq!((&made["meta"]["version"], &made[RECORD]["state"]), (&json!("W/\"1\""), &json!("complete")));
    assert_eq!(subject(&world).await.unwrap().claims["gradeLevel"], "P-3");
    let query = |filter: &str| {
        let query =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("filter", filter).finish();
        format!("/Users?{query}")
    };
    for filter in [
        "userName eq \"AMINA.okafor@undp.test\"",
        "externalId eq \"HR-7\"",
        "name.familyName sw \"oka\" and active eq true",
        "emails[type eq \"work\" and value co \"undp\"]",
    ] {
        let found = hr.get(&query(filter)).await.json().unwrap();
        assert_eq!(
            (&found["totalResults"], &found["Resources"][0]["id"]),
            (&json!(1), &json!(id)),
            "{filter}"
        );
    }
    let none = hr.get(&query("userName eq \"nobody\"")).await.json().unwrap();
    assert_eq!((&none["totalResults"], &none["Resources"]), (&json!(0), &json!([])));
    assert_eq!(refusal(&hr.get(&query("userName is \"x\"")).await), refused(400, "invalidFilter"));
    let search = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "externalId eq \"HR-7\"", "attributes": ["userName"]});
    for path in ["/Users/.search", "/.search"] {
        let found = hr.send("POST", path, &[], Some(&search)).await.json().unwrap();
        let one = found["Resources"][0].as_object().unwrap();
        assert_eq!(
            one.keys().map(String::as_str).collect::<Vec<_>>(),
            ["id", "schemas", "userName"],
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_doubles_nobody() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    hr.create(&amina()).await;
    let mut again = amina();
    again["userName"] = "AMINA.Okafor@undp.test".into();
    assert_eq!(refusal(&hr.send("POST", "/Users", &[], Some(&again)).await), refused(409, "uniqueness"));
    again["userName"] = "another".into();
    let same_number = hr.send("POST", "/Users", &[], Some(&again)).await;
    assert_eq!(refusal(&same_number), refused(409, "uniqueness"), "one user for a person");
    assert_eq!(hr.get("/Users").await.json().unwrap()["totalResults"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_record_waits_and_says_what_it_lacks() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    let mut bare = amina();
    bare.as_object_mut().unwrap().remove(STAFF);
    let made = hr.create(&bare).await;
    assert_eq!(made[RECORD]["state"], "incomplete");
    assert_eq!(made[RECORD]["faults"], json!(["gradeLevel is missing", "dutyStation is missing"]));
    assert!(subject(&world).await.is_none());
    let owner = Browser::officer(&world, "undp", "Ann").await;
    let page = owner.get("/console/machines").await.text();
    assert!(page.contains("amina.okafor@undp.test") && page.contains("gradeLevel is missing"));
    let id = made["id"].as_str().unwrap();
    let value = json!({"gradeLevel": "P-4", "dutyStation": "Lima"});
    let done = hr.patch(id, json!({"op": "add", "path": STAFF, "value": value})).await.json().unwrap();
    assert_eq!((&done[RECORD]["state"], &done["meta"]["version"]), (&json!("complete"), &json!("W/\"2\"")));
    assert_eq!(subject(&world).await.unwrap().claims["dutyStation"], "Lima");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_claim_offers_again_what_is_held() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    let made = hr.create(&amina()).await;
    let (id, person) = (made["id"].as_str().unwrap(), subject(&world).await.unwrap().id);
    let offers = async || world.issuer.subject_page(world.tenant("undp"), &person).await.unwrap().offers;
    hr.patch(id, json!({"op": "replace", "path": "title", "value": "Specialist"})).await;
    assert_eq!(offers().await.len(), 0, "nothing is held, nothing is replaced");
    let mut new = crate::support::new_offer(person.clone());
    new.transaction_code = false;
    let link = world.issuer.create_offer(&World::officer(), &new).await.unwrap();
    let holder = Holder::new(7);
    for configuration in [LDP, SD_JWT] {
        world.credential(&link, configuration, &holder).await;
    }
    hr.patch(id, json!({"op": "replace", "path": "preferredLanguage", "value": "fr"})).await;
    assert_eq!(offers().await.len(), 1, "a language is no claim");
    let promoted = json!({"op": "replace", "value": {format!("{STAFF}:gradeLevel"): "P-4"}});
    assert_eq!(hr.patch(id, promoted.clone()).await.status, 200);
    let by_machine = |offer: &issuance::Offer| offer.created_by.starts_with("client:");
    let replacing = offers().await.into_iter().find(by_machine).unwrap();
    assert_eq!((replacing.state, offers().await.len()), (OfferState::Open, 2));
    hr.patch(id, promoted).await;
    hr.patch(id, json!({"op": "replace", "path": "title", "value": "Adviser"})).await;
    assert_eq!(offers().await.len(), 2, "the offer that waits gives what is new then");
    let link = world.issuer.offer_link(&World::officer(), &replacing.id).await.unwrap();
    let new = world.credential(&link, LDP, &Holder::new(8)).await;
    let claims = &new["credentials"][0]["credential"]["credentialSubject"];
    assert_eq!((&claims["gradeLevel"], &claims["jobTitle"]), (&json!("P-4"), &json!("Adviser")));
    let copies = world.issuer.subject_page(world.tenant("undp"), &person).await.unwrap().copies;
    let old = copies.iter().filter(|view| view.copy.offer_id != replacing.id);
    assert!(old.map(|view| view.copy.status).all(|status| status == Status::Revoked), "superseded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_separation_ends_the_service_and_a_return_takes_it_back() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    let made = hr.create(&amina()).await;
    let (id, person) = (made["id"].as_str().unwrap(), subject(&world).await.unwrap().id);
    world.issuer.create_offer(&World::officer(), &crate::support::new_offer(person.clone())).await.unwrap();
    let ended = async || world.issuer.subject_page(world.tenant("undp"), &person).await.unwrap();
    let answer = hr.patch(id, json!({"op": "Replace", "path": "active", "value": "False"})).await;
    assert_eq!((answer.status, &answer.json().unwrap()["active"]), (200, &json!(false)));
    let page = ended().await;
    assert!(page.ended.is_some_and(|end| end.officer.starts_with("client:")));
    assert_eq!(page.offers[0].state, OfferState::Withdrawn, "the cascade");
    hr.patch(id, json!({"op": "replace", "value": {"active": true}})).await;
    assert!(ended().await.ended.is_none());
    assert_eq!(hr.send("DELETE", &format!("/Users/{id}"), &[], None).await.status, 204);
    assert!(ended().await.ended.is_some());
    assert_eq!(refusal(&hr.get(&format!("/Users/{id}")).await), (404, None));
    assert_eq!(refusal(&hr.send("DELETE", &format!("/Users/{id}"), &[], None).await), (404, None));
    let back = hr.create(&amina()).await;
    assert_ne!(back["id"], id);
    assert!(ended().await.ended.is_none(), "the same person, hired again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_officer_ended_no_machine_takes_back() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    let made = hr.create(&amina()).await;
    let (id, person) = (made["id"].as_str().unwrap(), subject(&world).await.unwrap().id);
    let how = issuance::ServiceEnd::Deceased;
    world.issuer.end_service(&World::officer(), &person, how, None).await.unwrap();
    for active in [false, true] {
        assert_eq!(
            hr.patch(id, json!({"op": "replace", "path": "active", "value": active})).await.status,
            200
        );
    }
    let page = world.issuer.subject_page(world.tenant("undp"), &person).await.unwrap();
    assert_eq!(page.ended.map(|end| end.how), Some(how));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_separation_waits_for_somebody_who_did_not_make_the_token() {
    let world = World::start_with(FourEyes::Always).await;
    let maker = Browser::officer(&world, "undp", "Ann").await;
    let other = Browser::officer_as(&world, "undp", "Ben", Roles::of(&[Role::Approver])).await;
    let officers = world.issuer.list_officers("undp").await.unwrap();
    let ann = officers.iter().find(|officer| officer.name == "Ann").unwrap().id.clone();
    let hr = Hr::made_by(&world, &Actor { tenant: "undp".into(), officer: ann }).await;
    let made = hr.create(&amina()).await;
    let (id, person) = (made["id"].as_str().unwrap(), subject(&world).await.unwrap().id);
    for _ in 0..2 {
        hr.patch(id, json!({"op": "replace", "path": "active", "value": false})).await;
    }
    let ended = async || world.issuer.subject_page(world.tenant("undp"), &person).await.unwrap().ended;
    let (waiting, _) = world.issuer.list_proposals("undp", 10).await.unwrap();
    assert_eq!(waiting.len(), 1, "proposed once");
    assert!(ended().await.is_none());
    let path = format!("/console/approvals/{}/approve", waiting[0].approval.id);
    assert_eq!(maker.post(&path, &[]).await.status, 403, "whoever made the token could have sent it");
    assert_eq!(other.post(&path, &[]).await.status, 303);
    assert!(ended().await.is_some_and(|end| end.approved_by.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_separation_that_waits_is_taken_back_by_a_return() {
    let world = World::start_with(FourEyes::Always).await;
    let hr = Hr::new(&world).await;
    let id = hr.create(&amina()).await["id"].as_str().unwrap().to_owned();
    hr.patch(&id, json!({"op": "replace", "path": "active", "value": false})).await;
    hr.patch(&id, json!({"op": "replace", "path": "active", "value": true})).await;
    assert_eq!(world.issuer.list_proposals("undp", 10).await.unwrap().0.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_guard_against_lost_changes() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    let id = hr.create(&amina()).await["id"].as_str().unwrap().to_owned();
    let path = format!("/Users/{id}");
    let mut changed = amina();
    changed["title"] = "Adviser".into();
    let put = async |tag: &str| hr.send("PUT", &path, &[("if-match", tag)], Some(&changed)).await;
    assert_eq!(refusal(&put("W/\"7\"").await), (412, None));
    assert_eq!(refusal(&put("nonsense").await), (412, None));
    assert_eq!(put("W/\"1\"").await.header("etag"), Some("W/\"2\""));
    assert_eq!(refusal(&put("W/\"1\"").await), (412, None));
    assert_eq!(put("*").await.header("etag"), Some("W/\"2\""), "the same again changes nothing");
    assert_eq!(hr.send("GET", &path, &[("if-none-match", "W/\"2\"")], None).await.status, 304);
    let stale = hr.send("DELETE", &path, &[("if-match", "W/\"1\"")], None).await;
    assert_eq!(refusal(&stale), (412, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_begin_at_one_and_have_an_end() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    for number in 0..3 {
        hr.create(&json!({"schemas": [CORE], "userName": format!("user-{number}")})).await;
        world.clock.advance(chrono::Duration::seconds(1));
    }
    for (query, names) in [
        ("startIndex=2&count=1", vec!["user-1"]),
        ("startIndex=0&count=2", vec!["user-0", "user-1"]),
        ("startIndex=9", vec![]),
        ("count=0", vec![]),
        ("count=-1", vec![]),
        ("count=99999999999", vec!["user-0", "user-1", "user-2"]),
    ] {
        let page = hr.get(&format!("/Users?{query}")).await.json().unwrap();
        let found: Vec<&str> =
            page["Resources"].as_array().unwrap().iter().map(|it| it["userName"].as_str().unwrap()).collect();
        assert_eq!((found, &page["totalResults"]), (names, &json!(3)), "{query}");
    }
    assert_eq!(refusal(&hr.get("/Users?count=many").await), refused(400, "invalidValue"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_bodies_get_errors_of_scim() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    let id = hr.create(&amina()).await["id"].as_str().unwrap().to_owned();
    let post = async |body: &Value| hr.send("POST", "/Users", &[], Some(body)).await;
    assert_eq!(refusal(&post(&json!({"userName": "x"})).await), refused(400, "invalidSyntax"));
    assert_eq!(refusal(&post(&json!({"schemas": [CORE]})).await), refused(400, "invalidValue"));
    assert_eq!(refusal(&post(&json!([[[[]]]])).await), refused(400, "invalidSyntax"));
    let large = json!({"schemas": [CORE], "userName": "x".repeat(400_000)});
    assert_eq!(refusal(&post(&large).await).0, 413);
    let form = hr.send("POST", "/Users", &[("content-type", "text/plain")], Some(&amina())).await;
    assert_eq!(refusal(&form), (415, None));
    let patch = async |operation: Value| refusal(&hr.patch(&id, operation).await);
    assert_eq!(patch(json!({"op": "add", "path": "shoe", "value": 1})).await, refused(400, "invalidPath"));
    assert_eq!(patch(json!({"op": "replace", "path": "id", "value": "x"})).await, refused(400, "mutability"));
    assert_eq!(patch(json!({"op": "remove"})).await, refused(400, "noTarget"));
    assert_eq!(hr.get(&format!("/Users/{id}")).await.header("etag"), Some("W/\"1\""), "nothing happened");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_and_an_organisation_without_staff_get_nothing() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    assert_eq!(hr.get("/Users").await.status, 200);
    let client = world.issuer.list_service_clients("undp").await.unwrap().remove(0).id;
    world.issuer.revoke_service_client(&World::officer(), &client).await.unwrap();
    let answer = hr.get("/Users").await;
    assert_eq!(refusal(&answer), (401, None));
    assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"));
    assert_eq!(world.get("/scim/v2/unjspf/Users").await.status, 404);
    assert_eq!(world.get("/scim/v2/unjspf/Schemas").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_describes_what_is_there() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    let config = hr.get("/ServiceProviderConfig").await.json().unwrap();
    assert_eq!((&config["patch"]["supported"], &config["etag"]["supported"]), (&json!(true), &json!(true)));
    let kinds = hr.get("/ResourceTypes").await.json().unwrap();
    assert_eq!(kinds["Resources"][0]["schemaExtensions"][0]["schema"], ENTERPRISE);
    assert_eq!(hr.get("/ResourceTypes/User").await.json().unwrap()["endpoint"], "/Users");
    let schemas = hr.get("/Schemas").await.json().unwrap();
    assert_eq!(schemas["totalResults"], 4);
    assert_eq!(hr.get(&format!("/Schemas/{ENTERPRISE}")).await.json().unwrap()["name"], "EnterpriseUser");
    for path in ["/Schemas/urn:x", "/ResourceTypes/Group", "/Groups", "/Users/1/x"] {
        assert_eq!(refusal(&hr.get(path).await), (404, None), "{path}");
    }
    assert_eq!(refusal(&hr.get("/Schemas?filter=name%20pr").await), (403, None));
    assert_eq!(refusal(&hr.send("PUT", "/Schemas", &[], Some(&json!({}))).await), (405, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn types_that_nobody_holds_are_not_offered() {
    let world = World::start().await;
    let hr = Hr::new(&world).await;
    let id = hr.create(&amina()).await["id"].as_str().unwrap().to_owned();
    let person = subject(&world).await.unwrap().id;
    let mut new = crate::support::new_offer(person.clone());
    new.transaction_code = false;
    let link = world.issuer.create_offer(&World::officer(), &new).await.unwrap();
    world.credential(&link, LDP, &Holder::new(7)).await;
    let appointment =
        json!({"contractType": "fixed-term", "startDate": "2026-01-01", "endDate": "2027-12-31"});
    hr.patch(&id, json!({"op": "add", "path": STAFF, "value": appointment})).await;
    let offers = world.issuer.subject_page(world.tenant("undp"), &person).await.unwrap().offers;
    let renewal = offers.iter().find(|offer| offer.created_by.starts_with("client:")).unwrap();
    let types: Vec<CredentialType> = renewal.configurations.iter().map(|it| it.credential_type).collect();
    assert_eq!(
        (offers.len(), types),
        (2, vec![CredentialType::StaffIdentity; 2]),
        "a renewal of what is held"
    );
}
